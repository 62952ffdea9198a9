import { afterEach, describe, expect, it } from 'vitest';
import type { AnnouncementsView } from '../../shared/domain/announcement/destination';
import type { DeskStatus } from '../../shared/domain/attention/desk-status';
import type { BagPipelineView } from '../../shared/domain/bags/view';
import { type Board, type Cell, cellSchema } from '../../shared/domain/board/board';
import type { FreezesView } from '../../shared/domain/freeze/freeze-view';
import { type DeskNotice, watchTrouble } from './trouble-watch';

const at = '2026-03-01T11:40:00Z';

/** What somebody else deployed: no operation of this console knows of it. */
const cell = (environment: string, more: Partial<Cell> = {}): Cell =>
  cellSchema.parse({
    app: 'router',
    environment,
    ledger: { version: 'v9', automaticDeploys: true, promote: true, problem: null },
    deployed: {
      app: 'router',
      environment,
      from: 'v8',
      to: 'v9',
      at,
      commit: 'abcdef0123',
      author: 'github-actions',
      kind: 'automatic',
      reason: null,
      operationId: null,
    },
    applications: [],
    running: { version: 'v8', by: 'pods', versions: [], none: null, because: null },
    health: 'Healthy',
    stage: { state: 'running', failing: false, text: '', since: null, hook: null },
    tests: null,
    rollout: null,
    drift: { state: 'same' },
    hold: null,
    operation: null,
    rollbackTarget: null,
    ...more,
  });
const environment = (name: string) => ({
  name,
  tier: name === 'production' ? 'production' : 'standard',
  pipeline: null,
  before: null,
  cluster: { state: 'live', asOf: at },
  gaps: [],
  lock: null,
});
const boardOf = (...cells: Cell[]): Board =>
  ({
    revision: 1,
    commit: 'abcdef01',
    committedAt: at,
    ledger: { state: 'live', asOf: at },
    history: { ready: true, indexed: 1, notice: null },
    environments: ['staging', 'production'].map(environment),
    apps: ['router'],
    cells,
    problems: [],
    emergency: { away: null, debts: [] },
  }) as unknown as Board;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The watch on an estate whose board is set by the test, with a desktop that keeps what it was told. */
function watched(first: Board, pipelines: readonly BagPipelineView[] = []) {
  let board = first;
  let change = (): void => undefined;
  const front = { isInFront: false };
  const told: { notice: DeskNotice; urgency: string }[] = [];
  const counts: number[] = [];
  const looks: DeskStatus[] = [];
  const never = () => () => undefined;
  stops.push(
    watchTrouble(
      {
        engine: {
          board: () => board,
          list: () => [],
          onChange: (listener) => {
            change = () => listener([]);
            return () => undefined;
          },
          bags: {
            pipelines: () => pipelines.map(({ pipeline }) => pipeline),
            pipeline: (name) => {
              const found = pipelines.find(({ pipeline }) => pipeline === name);
              if (!found) throw new Error(name);
              return found;
            },
          },
          freezes: { list: (): FreezesView => ({ timeZone: 'Europe/London', freezes: [], unread: [] }) },
        },
        announcements: {
          known: (): AnnouncementsView => ({
            destinations: [],
            open: [],
            lately: [],
            lost: 0,
            unavailableBecause: null,
          }),
          onChange: never,
        },
        waiting: { accounts: () => [], permissions: () => 0, onChange: never },
      },
      {
        mayNotify: () => !front.isInFront,
        notify: (notice, urgency) => told.push({ notice, urgency }),
        showCount: (items) => counts.push(items),
        status: (status) => looks.push(status),
      },
      20,
    ),
  );
  return {
    told,
    counts,
    looks,
    front,
    show: async (next: Board): Promise<void> => {
      board = next;
      const before = looks.length;
      change();
      await expect.poll(() => looks.length).toBeGreaterThan(before);
    },
  };
}

const crash = {
  rollout: {
    state: 'failed' as const,
    failing: 'CrashLoopBackOff',
    cause: 'The new pods crash as they start (exit code 1).',
    desired: 3,
    updated: 1,
    available: 2,
    message: '',
  },
};
const stage = (more: Partial<NonNullable<Cell['stage']>>) => ({
  stage: { state: 'running' as const, failing: false, text: 'It fails.', since: at, hook: null, ...more },
});
const problem = { code: 'bad-data' as const, message: 'Its file can’t be read.', meaning: '', next: [] };
const tests = (state: 'failed' | 'promotion-failed') => ({
  tests: { state, text: 'Tests failed.', at, workflow: null },
});

describe('a failure in production, whoever deployed it', () => {
  it.each<[string, Partial<Cell>, string]>([
    ['pods that crash', crash, 'Rollout failed'],
    ['a failing stage', stage({ failing: true, state: 'hooks' }), ''],
    ['a change outside of Git', stage({ state: 'drifted' }), ''],
    ['failed tests', tests('failed'), 'Tests failed'],
    ['a promotion that failed', tests('promotion-failed'), ''],
    ['Degraded', { health: 'Degraded' }, 'Degraded'],
    ['Missing', { health: 'Missing' }, 'Missing'],
    [
      'a hold that was bypassed',
      { hold: { state: 'alarm', by: 'Ada Marsh', since: at, reason: '500s', detail: 'v9 came anyway.' } },
      'Hold bypassed',
    ],
    [
      'a file that can’t be read',
      { ledger: { version: null, automaticDeploys: null, promote: null, problem } },
      'File unreadable',
    ],
  ])('%s: the desktop is told, once', async (_, trouble, reason) => {
    const { told, counts, show } = watched(boardOf(cell('production')));
    await show(boardOf(cell('production')));
    expect(told).toEqual([]);
    await show(boardOf(cell('production', trouble)));
    expect(told).toHaveLength(1);
    expect(told[0]?.urgency).toBe('critical');
    expect(told[0]?.notice.title).toMatch(/^router · production: ./);
    expect(told[0]?.notice.title).toContain(reason);
    expect(told[0]?.notice.place).toBe('/apps/router?environment=production&look=rollout');
    expect(counts).toEqual([1]);
    await show(boardOf(cell('production', trouble)));
    expect(told).toHaveLength(1);
  });

  it('says the cause, and who is served', async () => {
    const versions = [
      { version: 'v8', ready: 2, pods: 2 },
      { version: 'v9', ready: 0, pods: 1 },
    ];
    const running = { version: 'v8', by: 'pods' as const, versions, none: null, because: null };
    const { told, show } = watched(boardOf());
    await show(boardOf(cell('production', { ...crash, running })));
    expect(told[0]?.notice.body).toBe(
      'The new pods crash as they start (exit code 1). Users are still served by v8, 2 of 2 pods.',
    );
  });

  it('is not told of other environments, and counted all the same', async () => {
    const { told, counts, show } = watched(boardOf());
    await show(boardOf(cell('staging', crash)));
    expect(told).toEqual([]);
    expect(counts).toEqual([1]);
  });

  it('is not told while the window is in front: the strip is in sight', async () => {
    const { told, front, looks, show } = watched(boardOf());
    front.isInFront = true;
    await show(boardOf(cell('production', crash)));
    expect(told).toEqual([]);
    expect(looks.at(-1)?.worst).toBe('trouble');
  });

  it('a bag whose tests failed in production is told, too', async () => {
    const lock = { by: 'Ada', at, reason: '', operation: 'o', token: 1, kind: 'bag', bag: 20, mine: false };
    const running = {
      by: 'Ada',
      at,
      reason: '',
      operation: 'o',
      bag: 20,
      cause: 'manual',
      state: 'test-failed',
      since: at,
      replaced: 19,
      failure: null,
      leftRunning: [],
      tests: { smoke: 'failed' },
    };
    const notify = {
      pipeline: 'notify',
      stages: [{ environment: 'production', tier: 'production', running, lock, lockProblem: null }],
    } as unknown as BagPipelineView;
    const { told, show } = watched(boardOf(), [notify]);
    await show(boardOf());
    expect(told.map(({ notice }) => notice)).toMatchObject([
      { title: 'notify · production: Bag 20: tests failed', place: '/pipelines/notify' },
    ]);
  });
});

it('many changes at once are one look', async () => {
  const { looks, show } = watched(boardOf());
  await Promise.all(Array.from({ length: 50 }, () => show(boardOf())));
  expect(looks).toHaveLength(1);
});
