import { describe, expect, it } from 'vitest';
import { type Board, type Cell, cellSchema } from '../board/board';
import { asOf, promotable } from './batch-candidates';

const now = Date.parse('2026-03-01T12:00:00Z');
const passed = { state: 'passed' as const, text: '', at: '2026-03-01T11:59:00Z', workflow: null };
const cell = (app: string, environment: string, version: string | null, more: Partial<Cell> = {}): Cell =>
  cellSchema.parse({
    app,
    environment,
    ledger: { version, automaticDeploys: true, promote: true, problem: null },
    deployed: null,
    applications: [],
    running: { version, by: 'pods', versions: [], none: null, because: null },
    health: 'Healthy',
    stage: { state: 'running', failing: false, text: '', since: null, hook: null },
    tests: passed,
    rollout: null,
    drift: { state: 'same' },
    hold: null,
    operation: null,
    rollbackTarget: null,
    ...more,
  });
const behind = { drift: { state: 'behind' as const, by: 1, of: 'integration' } };
const boardOf = (...cells: Cell[]): Board => ({ cells }) as unknown as Board;
const production = { name: 'production', before: 'staging', lock: null };

describe('what could go to production', () => {
  it('is what the environment before has, tested, and production has not', () => {
    const board = boardOf(
      cell('router', 'staging', 'v8'),
      cell('router', 'production', 'v7', behind),
      cell('signon', 'staging', 'v1'),
      cell('signon', 'production', 'v1'),
      // A rollback in staging: production is ahead of it.
      cell('whitehall', 'staging', 'v1', behind),
      cell('whitehall', 'production', 'v2'),
      cell('licensing', 'staging', 'v1'),
    );
    expect(promotable(board, production, now)).toEqual([
      {
        app: 'router',
        environment: 'production',
        from: 'staging',
        current: 'v7',
        version: 'v8',
        why: 'Tests of v8 passed in staging.',
        ready: true,
      },
    ]);
    expect(promotable(board, { ...production, before: null }, now)).toEqual([]);
  });

  const hold = { state: 'effective' as const, by: 'Ada Marsh', since: null, reason: '500s', detail: null };
  it.each<[string, Partial<Cell>, Partial<Cell>, RegExp]>([
    ['its tests failed', {}, { tests: { ...passed, state: 'failed' } }, /failed in staging/],
    ['its tests run', {}, { tests: { ...passed, state: 'running' } }, /still running/],
    ['it is held', { hold }, {}, /^Held by Ada Marsh/],
    [
      'it does not run there',
      {},
      { stage: { state: 'waiting', failing: false, text: '', since: null, hook: null } },
      /not running/,
    ],
    ['it is not well there', {}, { health: 'Degraded' }, /passed/],
    ['production fails', { health: 'Degraded' }, {}, /Degraded/],
    ['it is being deployed', { operation: { id: 'o', state: 'running', step: null } }, {}, /./],
  ])('is listed and not ready where %s', (_, here, there, why) => {
    const board = boardOf(
      cell('router', 'staging', 'v8', there),
      cell('router', 'production', 'v7', { ...behind, ...here }),
    );
    const [found] = promotable(board, production, now);
    expect(found).toMatchObject({ app: 'router', ready: false });
    expect(found?.why).toMatch(why);
  });
});

describe('production as of a moment', () => {
  it('goes back to what ran then, and says what can’t be', () => {
    const board = boardOf(
      cell('router', 'production', 'v9'),
      cell('signon', 'production', 'v4'),
      cell('brand-new', 'production', 'v1'),
      cell('busy', 'production', 'v3', { operation: { id: 'o', state: 'running', step: null } }),
      cell('router', 'staging', 'v9'),
    );
    const then = [
      { app: 'signon', version: 'v4' },
      { app: 'router', version: 'v7' },
      { app: 'busy', version: 'v2' },
      { app: 'retired', version: 'v1' },
      { app: 'empty', version: null },
    ];
    const found = asOf(board, 'production', then);
    expect(found).toMatchObject({ same: 1, newer: ['brand-new'], gone: ['retired'] });
    expect(found.candidates).toMatchObject([
      { app: 'busy', version: 'v2', current: 'v3', ready: false },
      { app: 'router', version: 'v7', current: 'v9', from: null, ready: true },
    ]);
  });
});
