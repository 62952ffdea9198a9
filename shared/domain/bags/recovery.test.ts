import { describe, expect, it } from 'vitest';
import type { Operation } from '../operation/operation';
import { bagStates, isStuck } from './machine';
import { isLeftBy, recoveryOf } from './recovery';
import type { StageView } from './view';

const running = (state: string, operation = 'op-1', bag = 7) =>
  ({ running: { state, operation, bag }, lock: { operation } }) as unknown as StageView;

it('offers a way out for everything that waits for a person, and none else', () => {
  for (const state of bagStates)
    expect(recoveryOf(running(state)).length > 0, state).toBe(isStuck(state) || state === 'abandoned');
  expect(recoveryOf({ running: null })).toEqual([]);
});

it('offers what the text names: retry, unlock and roll back after failed tests, no retry of a deploy', () => {
  expect(recoveryOf(running('test-failed'))).toEqual([
    'retry-failed',
    'retry-all',
    'force-unlock',
    'roll-back',
  ]);
  expect(recoveryOf(running('deploy-failed'))).toEqual(['force-unlock', 'roll-back']);
  expect(recoveryOf(running('abandoned'))).toEqual(['deploy-again', 'roll-back']);
});

describe('an operation has left there what runs', () => {
  const operation = (id: string, state: Operation['state'], bag = 7) =>
    ({ id, state, intent: { kind: 'deploy-bag', bag } }) as unknown as Operation;
  it.each([
    ['its own deployment', operation('op-1', 'failed'), running('test-failed'), true],
    [
      'a retry that holds its lock',
      operation('op-2', 'failed'),
      { ...running('test-failed'), lock: { operation: 'op-2' } },
      true,
    ],
    ['somebody else’s', operation('op-2', 'failed'), running('test-failed'), false],
    ['another bag since', operation('op-1', 'failed'), running('test-failed', 'op-3', 8), false],
    ['it still runs', operation('op-1', 'running'), running('testing'), false],
    ['it is well', operation('op-1', 'succeeded'), running('done'), false],
  ])('%s', (_, one, stage, expected) => {
    expect(isLeftBy(one, stage as StageView)).toBe(expected);
  });
});
