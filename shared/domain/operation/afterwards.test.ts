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
it.each<[Operation['state'], string | null, ReturnType<typeof afterwards>]>([
  ['running', null, 'roll-back'],
  ['running', 'c', 'roll-back'],
  ['succeeded', 'c', 'next'],
  ['failed', 'c', 'roll-back'],
  // A conflict in which nothing was changed.
  ['failed', null, 'nothing'],
  ['cancelled', null, 'nothing'],
  // It may have changed something.
  ['unknown', null, 'roll-back'],
  ['superseded', 'c', 'roll-back'],
])('%s with commit %s leaves %s', (state, commit, expected) => {
  expect(afterwards({ intent, state, commit } as Operation)).toBe(expected);
});

it('a hold brings no version that could go on', () => {
  const hold = { kind: 'hold' as const, app: 'router', environment: 'staging', reason: 'x' };
  expect(afterwards({ intent: hold, state: 'succeeded', commit: 'c' } as Operation)).toBe('nothing');
});
