import { expect, it } from 'vitest';
import { afterwards } from './afterwards';
import type { Operation } from './operation';

const intent = {
  kind: 'deploy' as const,
  app: 'router',
  environment: 'staging',
  version: 'v2',
  expected: 'v1',
};
const well = { version: 'v2', troubled: false };
const troubled = { version: 'v2', troubled: true };

it.each<[Operation['state'], string | null, typeof well, ReturnType<typeof afterwards>]>([
  ['running', null, well, 'roll-back'],
  ['running', 'c', well, 'roll-back'],
  ['succeeded', 'c', well, 'next'],
  ['succeeded', 'c', troubled, 'roll-back'],
  ['failed', 'c', well, 'roll-back'],
  // It may have changed something.
  ['unknown', null, well, 'roll-back'],
  ['superseded', 'c', well, 'roll-back'],
  ['cancelled', null, well, 'nothing'],
  // A conflict in which nothing was changed: what fails there is somebody else's deploy.
  ['failed', null, { version: 'v3', troubled: true }, 'nothing'],
  ['failed', null, troubled, 'nothing'],
  // Somebody has deployed since.
  ['failed', 'c', { version: 'v3', troubled: true }, 'nothing'],
  ['succeeded', 'c', { version: 'v3', troubled: true }, 'nothing'],
])('%s with commit %s, now %j: %s', (state, commit, cell, expected) => {
  expect(afterwards({ intent, state, commit } as Operation, cell)).toBe(expected);
});

it('a hold brings no version that could go on', () => {
  const hold = { kind: 'hold' as const, app: 'router', environment: 'staging', reason: 'x' };
  expect(afterwards({ intent: hold, state: 'succeeded', commit: 'c' } as Operation, well)).toBe('nothing');
});
