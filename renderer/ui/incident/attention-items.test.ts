import { describe, expect, it } from 'vitest';
import { attentionItems, notKnownBecause } from '../../../shared/domain/attention/attention-items';
import type { BagPipelineView, DeploymentView, StageView } from '../../../shared/domain/bags/view';
import type { Board } from '../../../shared/domain/board/board';
import { devBoard, hoursAgo, live } from '../../dev/dev-board';

const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
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
    const items = attentionItems(board, []);
    expect(items.findLastIndex(({ production }) => production)).toBeLessThan(
      items.findIndex(({ production }) => !production),
    );
    expect(items.find(({ subject }) => subject === 'publishing-api · production')).toMatchObject({
      reason: 'Rollout failed',
      cause: 'The new pods crash as they start (exit code 1).',
      served: 'Users are still served by v1240, 2 of 2 pods.',
    });
    expect(attentionItems(board, []).some(({ reason }) => reason === 'Tests failed')).toBe(true);
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
    expect(attentionItems(calm, [pipelineWith({ lock, running: running(state, more) })])).toMatchObject([
      {
        subject: 'notify · preview',
        reason,
        cause,
        place: { at: 'pipeline', pipeline: 'notify', environment: 'preview' },
      },
    ]);
    // Released by force: nobody waits any more.
    expect(attentionItems(calm, [pipelineWith({ running: running('abandoned', more) })])).toEqual([]);
  });

  it('names a lock that cannot be read', () => {
    const lockProblem = { code: 'bad-data' as const, message: 'The lock is no YAML.', meaning: '', next: [] };
    expect(attentionItems(calm, [pipelineWith({ lockProblem })])).toMatchObject([
      { reason: 'Lock unreadable', cause: 'The lock is no YAML.' },
    ]);
  });

  it('names clusters and the release repo that cannot be reached', () => {
    expect(attentionItems(withCluster(away('unreachable')), [])).toMatchObject([
      {
        subject: 'Cluster of staging',
        reason: 'Unreachable',
        place: { at: 'cluster', environment: 'staging' },
      },
    ]);
    expect(attentionItems(withCluster(away('consent-needed')), [])).toMatchObject([
      { reason: 'Needs your permission' },
    ]);
    expect(attentionItems({ ...calm, ledger: away('unreachable') }, [])).toMatchObject([
      { subject: 'Release repo' },
    ]);
  });
});

describe('nothing is said to be fine', () => {
  it.each<[string, Board, boolean, RegExp | null]>([
    ['before the repo was read', { ...calm, commit: null }, true, /release repo/],
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
