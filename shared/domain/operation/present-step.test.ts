import { expect, it } from 'vitest';
import type { Operation, Step } from './operation';
import { stepAt } from './present-step';

const steps = (...states: Step['state'][]): Step[] =>
  states.map((state, index) => ({
    name: (['preflight', 'commit', 'rollout'] as const)[index] ?? 'tests',
    state,
    startedAt: null,
    finishedAt: null,
    waitingFor: null,
    saw: [],
  }));

it.each<[Operation['state'], Step[], string | null]>([
  ['running', steps('succeeded', 'running', 'waiting'), 'commit'],
  ['running', steps('succeeded', 'waiting', 'waiting'), 'commit'],
  // One of two lanes has failed, the other goes on.
  ['running', steps('failed', 'running'), 'commit'],
  ['failed', steps('succeeded', 'failed', 'skipped'), 'commit'],
  ['cancelled', steps('succeeded', 'cancelled', 'skipped'), 'commit'],
  ['unknown', steps('unknown', 'skipped'), 'preflight'],
  ['succeeded', steps('succeeded', 'succeeded', 'skipped'), 'commit'],
  ['succeeded', [], null],
])('%s: the step', (state, list, name) => {
  expect(stepAt({ state, steps: list })?.name ?? null).toBe(name);
});
