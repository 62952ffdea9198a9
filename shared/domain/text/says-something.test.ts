import { expect, it } from 'vitest';
import { appIntentSchema, freezeIntentSchema } from '../operation/intent';
import { saysSomething } from './says-something';

const nothing = [
  '',
  ' \t\r\n',
  '\u00a0\u2003\ufeff',
  '\0\u0007\u001b',
  '\u200b\u200d\u2060',
  '\u202e\u2066\u2069',
  '\u00ad\u034f',
  '\u3164\u115f\uffa0',
  '\u2800\u2800',
  '\u{e0041}\u{e007f}',
  '\ufe0f',
];

it.each(nothing)('%j says nothing', (text) => {
  expect(saysSomething(text)).toBe(false);
});
it.each(['x', '5', '?', '…', 'é', '修復', '👍', ' \u200bok\0'])('%j says something', (text) => {
  expect(saysSomething(text)).toBe(true);
});

const deploy = { kind: 'deploy', app: 'router', environment: 'production', version: 'v2', expected: 'v1' };
it.each(nothing)('as the reason of an override %j is none', (reason) => {
  expect(appIntentSchema.parse({ ...deploy, override: ['freeze'], reason }).reason).toBe('');
});
it.each(nothing)('as a reason that is needed %j is refused', (reason) => {
  const rollback = { ...deploy, kind: 'emergency-rollback', override: [], reason };
  expect(appIntentSchema.safeParse(rollback).success).toBe(false);
  const freeze = {
    kind: 'freeze',
    scope: { app: null, environment: 'production', pipeline: null },
    from: null,
    until: null,
    automatic: true,
    manual: 'warn',
  };
  expect(freezeIntentSchema.safeParse({ ...freeze, reason: 'Budget day' }).success).toBe(true);
  expect(freezeIntentSchema.safeParse({ ...freeze, reason }).success).toBe(false);
});
