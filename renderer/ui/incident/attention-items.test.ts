import { describe, expect, it } from 'vitest';
import { attentionItems, notKnownBecause } from '../../../shared/domain/attention/attention-items';
import type { BagPipelineView, DeploymentView, StageView } from '../../../shared/domain/bags/view';
import type { Board, Cell } from '../../../shared/domain/board/board';
import { devBoard, hoursAgo, live } from '../../dev/dev-board';

const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const now = Date.now();
const calm: Board = { ...board, cells: [] };
const away = (code: 'unreachable' | 'consent-needed') => ({
  state: 'unreachable' as const,
  asOf: null,
  since: hoursAgo(1),
  failure: { code, message: 'It does not answer.', meaning: '', next: [] },
});
const withCluster = (cluster: Board['environments'][number]['cluster'], at = 1): Board => ({
  ...calm,
  environments: calm.environments.map((one, index) => (index === at ? { ...one, cluster } : one)),
});
const lock = {
  by: 'Ada',
  at: hoursAgo(1),
  reason: '',
  operation: 'o',
  token: 1,
  kind: 'bag' as const,
  bag: 20,
  until: null,
  mine: false,
};
const running = (state: DeploymentView['state'], more: Partial<DeploymentView> = {}): DeploymentView => ({
  by: 'Ada',
  at: hoursAgo(2),
  reason: '',
  operation: 'o',
  bag: 20,
  cause: 'manual',
  state,
  since: hoursAgo(1),
  replaced: 19,
  failure: null,
  leftRunning: [],
  tests: {},
  ...more,
});
const pipelineWith = (stage: Partial<StageView>): BagPipelineView =>
  ({
    pipeline: 'notify',
    stages: [
      { environment: 'preview', tier: 'standard', running: null, lock: null, lockProblem: null, ...stage },
    ],
  }) as unknown as BagPipelineView;

describe('what needs attention', () => {
  it('begins with what users see, each with its cause and who is served', () => {
    const items = attentionItems(board, [], now);
    expect(items.findLastIndex(({ production }) => production)).toBeLessThan(
      items.findIndex(({ production }) => !production),
    );
    expect(items.find(({ subject }) => subject === 'publishing-api · production')).toMatchObject({
      reason: 'Rollout failed',
      cause: 'The new pods crash as they start (exit code 1).',
      served: 'Users are still served by v1240, 2 of 2 pods.',
    });
    expect(attentionItems(board, [], now).some(({ reason }) => reason === 'Tests failed')).toBe(true);
  });

  it.each([
    [
      'test-failed',
      { tests: { smoke: 'failed' as const } },
      'Bag 20: tests failed',
      'Failed: smoke. The environment stays locked.',
    ],
    [
      'deploy-failed',
      { failure: 'deploy-x7 failed.' },
      'Bag 20: deploy failed',
      'deploy-x7 failed. The environment stays locked.',
    ],
    [
      'deploy-unknown',
      {},
      'Bag 20: deploy unknown',
      'Nobody has decided what becomes of it. The environment stays locked.',
    ],
  ] as const)('names a bag that keeps its lock: %s', (state, more, reason, cause) => {
    expect(attentionItems(calm, [pipelineWith({ lock, running: running(state, more) })], now)).toMatchObject([
      {
        subject: 'notify · preview',
        reason,
        cause,
        place: { at: 'pipeline', pipeline: 'notify', environment: 'preview' },
      },
    ]);
    // Released by force: nobody waits any more.
    expect(attentionItems(calm, [pipelineWith({ running: running('abandoned', more) })], now)).toEqual([]);
  });

  it('names a lock that cannot be read', () => {
    const lockProblem = { code: 'bad-data' as const, message: 'The lock is no YAML.', meaning: '', next: [] };
    expect(attentionItems(calm, [pipelineWith({ lockProblem })], now)).toMatchObject([
      { reason: 'Lock unreadable', cause: 'The lock is no YAML.' },
    ]);
  });

  it('names clusters and the release repo that cannot be reached', () => {
    expect(attentionItems(withCluster(away('unreachable')), [], now)).toMatchObject([
      {
        subject: 'Cluster of staging',
        reason: 'Unreachable',
        place: { at: 'cluster', environment: 'staging' },
      },
    ]);
    expect(attentionItems(withCluster(away('consent-needed')), [], now)).toMatchObject([
      { reason: 'Needs your permission' },
    ]);
    expect(attentionItems({ ...calm, ledger: away('unreachable') }, [], now)).toMatchObject([
      { subject: 'Release repo' },
    ]);
  });
});

describe('a promotion that should have happened', () => {
  const [first] = board.cells;
  const at = (environment: string, version: string, more: Partial<Cell>): Cell => ({
    ...(first as Cell),
    environment,
    ledger: { version, automaticDeploys: true, promote: true, problem: null },
    running: { version, by: 'pods', versions: [], none: null, because: null },
    ...more,
  });
  const passed = { state: 'passed' as const, text: '', at: hoursAgo(1), workflow: null };
  const cells = [
    at('staging', 'v8', { tests: passed }),
    at('production', 'v7', { drift: { state: 'behind', by: 1, of: 'integration' } }),
  ];

  it('is told with the step where it is stuck, and is no incident', () => {
    expect(attentionItems({ ...board, cells }, [], now)).toMatchObject([
      {
        subject: `${first?.app} · production`,
        reason: 'Promotion stuck',
        cause: 'Tests of v8 passed in staging, but it was not promoted.',
        since: passed.at,
        production: false,
        place: { at: 'cell', cell: { environment: 'production' } },
      },
    ]);
    expect(attentionItems({ ...board, cells }, [], Date.parse(passed.at))).toEqual([]);
  });
});

describe('what keeps Argo CD from comparing', () => {
  const unread = `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to list refs: dial tcp: lookup git.example: no such host`;
  const well = board.cells.filter(({ health, rollout, stage, tests, ledger }) => {
    const isQuiet = stage?.state === 'running' && tests?.state !== 'failed' && ledger?.problem === null;
    return health === 'Healthy' && rollout === null && isQuiet;
  });
  const withError = (
    message: string,
    at: (cell: Cell) => boolean,
    stage?: Partial<NonNullable<Cell['stage']>>,
  ): Board => ({
    ...board,
    cells: well.map((cell) =>
      at(cell)
        ? {
            ...cell,
            stage: cell.stage && { ...cell.stage, ...stage },
            applications: cell.applications.map((one) => ({
              ...one,
              sync: 'Unknown' as const,
              conditions: [{ type: 'ComparisonError', message, since: '2026-11-30T11:40:00Z' }],
            })),
          }
        : cell,
    ),
  });

  it('is one entry for the estate while the repo can’t be read', () => {
    expect(
      attentionItems(
        withError(unread, () => true),
        [],
        now,
      ),
    ).toMatchObject([
      {
        subject: 'Argo CD',
        reason: 'Can’t read the repo',
        cause:
          'Argo CD can’t read the repo in integration, staging and production. What runs is not affected; new deploys don’t arrive.',
        since: '2026-11-30T11:40:00Z',
        production: false,
      },
    ]);
    expect(
      attentionItems(
        withError(unread, ({ environment }) => environment === 'staging'),
        [],
        now,
      ),
    ).toMatchObject([{ subject: 'Argo CD · staging' }]);
    expect(
      attentionItems(
        withError(unread, ({ app }) => app === 'account-api'),
        [],
        now,
      )[0]?.cause,
    ).toContain('can’t read the repo for account-api in');
  });

  it('names what waits for it', () => {
    const late = withError(unread, ({ app }) => app === 'account-api', { state: 'waiting' });
    expect(attentionItems(late, [], now)[0]?.cause).toMatch(
      /Waiting: account-api \S+ in integration, account-api/,
    );
  });

  it('is told with the release repo where that is away for Signalbox, too', () => {
    const both = { ...withError(unread, () => true), ledger: away('unreachable') };
    expect(attentionItems(both, [], now)).toMatchObject([{ subject: 'Release repo' }]);
  });

  it('is the app’s own where its manifest is bad, and one entry where several share the cause', () => {
    const loud = { state: 'waiting', failing: true } as const;
    const bad = 'Failed to load target state: Manifest generation error (cached): app path does not exist';
    const one = withError(
      bad,
      ({ app, environment }) => app === 'account-api' && environment === 'production',
      loud,
    );
    expect(attentionItems(one, [], now)).toMatchObject([
      { subject: 'account-api · production', reason: 'Argo CD error', production: true },
    ]);
    const three = attentionItems(
      withError(bad, ({ app }) => app === 'account-api', loud),
      [],
      now,
    );
    expect(three).toMatchObject([{ subject: 'account-api · production and 2 more', production: true }]);
    expect(three[0]?.cause).toContain('The same in account-api · integration and account-api · staging.');
  });
});

describe('nothing is said to be fine', () => {
  it.each<[string, Board, boolean, RegExp | null]>([
    ['before the repo was read', { ...calm, commit: null }, true, /release repo/],
    [
      'when the repo never answered',
      { ...calm, commit: null, ledger: away('unreachable') },
      true,
      /has not been read yet/,
    ],
    [
      'while a cluster is being connected',
      withCluster({ state: 'connecting', asOf: null }),
      true,
      /^Checking staging…$/,
    ],
    ['before the bags were read', calm, false, /bags/],
    ['without clusters', devBoard({ apps: 1, state: 'read-only', scheme: 'light' }), true, /no clusters/],
    ['where one environment has none', withCluster({ state: 'absent' }), true, /seen in staging/],
    ['but where all was seen', { ...calm, ledger: live() }, true, null],
  ])('%s', (_, seen, pipelinesKnown, said) => {
    const found = notKnownBecause(seen, pipelinesKnown);
    if (said === null) expect(found).toBeNull();
    else expect(found).toMatch(said);
  });
});
