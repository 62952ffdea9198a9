import { describe, expect, it } from 'vitest';
import { type Cell, cellSchema } from './board';
import { stuckPromotion } from './stuck-promotion';

const at = (hhmm: string): string => `2026-03-01T${hhmm}:00Z`;
const noon = Date.parse(at('12:00'));
const cell = (environment: string, version: string, more: Partial<Cell> = {}): Cell =>
  cellSchema.parse({
    app: 'router',
    environment,
    ledger: { version, automaticDeploys: true, promote: true, problem: null },
    deployed: {
      app: 'router',
      environment,
      from: 'v6',
      to: version,
      at: at('09:00'),
      commit: 'c',
      author: 'bot',
      kind: 'automatic',
      reason: null,
      operationId: null,
    },
    applications: [],
    running: { version, by: 'pods', versions: [], none: null, because: null },
    health: 'Healthy',
    stage: { state: 'running', failing: false, text: 'All its pods run it.', since: null, hook: null },
    tests: null,
    rollout: null,
    drift: { state: 'same' },
    hold: null,
    operation: null,
    rollbackTarget: null,
    ...more,
  });
const here = (more: Partial<Cell> = {}) =>
  cell('production', 'v7', { drift: { state: 'behind', by: 1, of: 'integration' }, ...more });
const tests = (state: NonNullable<Cell['tests']>['state'], since: string): Cell['tests'] => ({
  state,
  text: '',
  at: since,
  workflow: null,
});
const passed = (since: string, more: Partial<Cell> = {}) =>
  cell('staging', 'v8', { tests: tests('passed', since), ...more });
const free = { lock: null };

describe('a promotion that should have happened', () => {
  it('is stuck once its tests have passed for minutes and nothing keeps it back', () => {
    expect(stuckPromotion(here(), passed(at('11:40')), free, noon)).toEqual({
      step: 'promotion',
      text: 'Tests of v8 passed in staging, but it was not promoted.',
      since: at('11:40'),
    });
    expect(stuckPromotion(here(), passed(at('11:58')), free, noon)).toBeNull();
    // Names that can't be ordered.
    const unclear = here({ drift: { state: 'unknown', because: 'x' } });
    expect(stuckPromotion(unclear, passed(at('11:40')), free, noon)).not.toBeNull();
  });

  it('is stuck in the step before that does not end', () => {
    const slow = (state: 'running' | 'unknown', since = at('11:40')) =>
      stuckPromotion(here(), cell('staging', 'v8', { tests: tests(state, since) }), free, noon);
    expect(slow('running')).toBeNull();
    expect(slow('running', at('10:00'))).toMatchObject({ step: 'tests', since: at('10:00') });
    // The cluster may have deleted its run.
    expect(slow('unknown', at('10:00'))).toBeNull();
    const waiting = (since: string) =>
      cell('staging', 'v8', {
        stage: { state: 'waiting', failing: false, text: 'Waiting for Argo CD.', since, hook: null },
      });
    expect(stuckPromotion(here(), waiting(at('11:50')), free, noon)).toBeNull();
    expect(stuckPromotion(here(), waiting(at('11:00')), free, noon)).toMatchObject({
      step: 'deploy',
      text: 'v8 has not come up in staging yet, so it isn’t promoted: Waiting for Argo CD.',
    });
  });

  const byHand = { version: 'v8', automaticDeploys: true, promote: false, problem: null };
  const hold = { state: 'effective' as const, by: null, since: null, reason: null, detail: null };
  const lock = {
    by: 'Kofi Osei',
    at: at('09:00'),
    reason: '',
    operation: 'o',
    token: 1,
    kind: 'manual' as const,
    bag: null,
    until: null,
    mine: false,
  };
  const running = { id: 'o', state: 'running' as const, step: null };
  const early = at('10:00');
  it.each<[string, Cell, Cell | null, { lock: typeof lock | null }]>([
    ['it is the first environment', here(), null, free],
    ['it has the version', here(), cell('staging', 'v7', { tests: tests('passed', early) }), free],
    [
      'it has a newer one',
      here({ drift: { state: 'ahead', by: 1, of: 'integration' } }),
      passed(early),
      free,
    ],
    [
      'it has what is newest',
      here({ drift: { state: 'same' } }),
      passed(early, { drift: { state: 'differs', of: 'integration' } }),
      free,
    ],
    ['it was deployed by hand', here(), passed(early, { ledger: byHand }), free],
    [
      'the gate is shut',
      here(),
      passed(early, { ledger: { ...byHand, promote: true, automaticDeploys: false } }),
      free,
    ],
    ['it is held', here({ hold }), passed(early), free],
    ['it is locked', here(), passed(early), { lock }],
    ['somebody deploys it', here({ operation: running }), passed(early), free],
    [
      'its tests failed, which is told as such',
      here(),
      cell('staging', 'v8', { tests: tests('failed', early) }),
      free,
    ],
    ['it has no tests', here(), cell('staging', 'v8'), free],
  ])('is not stuck where %s', (_, one, before, environment) => {
    expect(stuckPromotion(one, before, environment, noon)).toBeNull();
  });
});
