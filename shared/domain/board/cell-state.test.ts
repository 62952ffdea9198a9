import { describe, expect, it } from 'vitest';
import type { ClusterTopic } from '../rollout/cluster-status';
import type { HookState } from '../rollout/hook-state';
import type { Rollout } from '../rollout/rollout';
import type { Application } from './board';
import type { LivePod, WorkloadFacts } from './cell-running';
import { type CellFacts, cellState } from './cell-state';
import type { Freshness } from './freshness';

const live: Freshness = { state: 'live', asOf: '2026-03-01T12:00:00Z' };
const away: Freshness = {
  state: 'unreachable',
  asOf: null,
  since: '2026-03-01T12:00:00Z',
  failure: { code: 'forbidden', message: 'You don’t have permission.', meaning: '', next: [] },
};
const stale: Freshness = { ...away, asOf: '2026-03-01T11:00:00Z' };

const image = (version: string, repository = 'registry.example/govuk/frontend') => `${repository}:${version}`;
const pod = (version: string, change: Partial<LivePod> = {}): LivePod => ({
  name: `frontend-${version}`,
  images: [image(version)],
  phase: 'Running',
  ready: true,
  reason: null,
  workload: 'frontend',
  ofSet: false,
  ...change,
});
const pods = (count: number, version: string, change: Partial<LivePod> = {}): LivePod[] =>
  Array.from({ length: count }, (_, place) =>
    pod(version, { name: `frontend-${version}-${place}`, ...change }),
  );
const rollout = (change: Partial<Rollout> = {}): Rollout => ({
  deployment: 'frontend',
  namespace: 'apps',
  state: 'done',
  message: '3 of 3 pods run the newest revision',
  desired: 3,
  updated: 3,
  ready: 3,
  available: 3,
  total: 3,
  replicaSets: [],
  pods: [],
  failingPod: null,
  startedAt: '2026-03-01T10:00:00Z',
  ...change,
});
const template = (version: string, name = 'frontend', desired = 3) => ({
  name,
  desired,
  images: [image(version)],
});
const workloads = (change: Partial<WorkloadFacts>): WorkloadFacts => ({
  pods: pods(3, 'v105'),
  templates: [template('v105')],
  pastImages: [],
  ...change,
});
const applied = { phase: 'Succeeded', message: null, startedAt: 's', finishedAt: 'f', ofSpec: true };
const application = (change: Partial<Application> = {}): Application => ({
  name: 'frontend',
  version: 'v106',
  automaticDeploysEnabled: true,
  promoteDeployment: true,
  sync: 'Synced',
  health: 'Healthy',
  operation: applied,
  conditions: [],
  images: [],
  ...change,
});
const hook = (change: Partial<HookState> = {}): HookState => ({
  application: 'frontend',
  kind: 'Job',
  namespace: 'apps',
  name: 'frontend-dbmigrate',
  type: 'PreSync',
  state: 'running',
  text: '1 pod running',
  pod: 'frontend-dbmigrate-1',
  ...change,
});
/** v106 is in Git and v105 was there before, with all its pods. */
const facts = (change: Partial<CellFacts> = {}): CellFacts => ({
  app: 'frontend',
  wanted: 'v106',
  committedAt: '2026-03-01T11:59:00Z',
  known: (tag) => ['v104', 'v105', 'v106'].includes(tag),
  applications: [application()],
  hooks: [],
  rollouts: [rollout()],
  workloads: workloads({}),
  syncWindow: null,
  freshness: () => live,
  ...change,
});
const onTheWay = { ...applied, ofSpec: false };
const syncing = { ...applied, phase: 'Running', finishedAt: null };
const failed = { ...applied, phase: 'Failed', message: 'one or more tasks failed' };
const of = (change: Partial<CellFacts>) => {
  const { running, stage, health } = cellState(facts(change));
  return { runs: running.version, by: running.by, stage: stage.state, failing: stage.failing, health };
};
const only =
  (topics: Partial<Record<ClusterTopic, Freshness>>) =>
  (...asked: ClusterTopic[]): Freshness =>
    asked.map((topic) => topics[topic] ?? live).find((one) => one.state !== 'live') ?? live;

const v105 = { runs: 'v105', by: 'pods', failing: false, health: 'Healthy' };
const v106 = { ...v105, runs: 'v106' };
const all106 = workloads({ pods: pods(3, 'v106'), templates: [template('v106')] });

describe('what runs, and where what is wanted is', () => {
  const table: [string, Partial<CellFacts>, object][] = [
    ['all is there', { workloads: all106 }, { ...v106, stage: 'running' }],
    [
      'the controller is stopped: Git alone has moved',
      { applications: [application({ version: 'v105' })] },
      { ...v105, stage: 'committed' },
    ],
    [
      'the controller stopped after the Application was given the version',
      { applications: [application({ operation: onTheWay, sync: 'Unknown' })] },
      { ...v105, stage: 'waiting' },
    ],
    [
      'Argo CD still syncs the version before',
      { applications: [application({ operation: { ...syncing, ofSpec: false }, sync: 'Unknown' })] },
      { ...v105, stage: 'waiting' },
    ],
    [
      'it can’t be compared',
      {
        applications: [
          application({
            operation: onTheWay,
            sync: 'Unknown',
            conditions: [{ type: 'ComparisonError', message: 'no chart' }],
          }),
        ],
      },
      { ...v105, stage: 'waiting', failing: true },
    ],
    [
      'a sync is running',
      { applications: [application({ operation: syncing, sync: 'OutOfSync' })] },
      { ...v105, stage: 'syncing' },
    ],
    [
      'a migration is running',
      { applications: [application({ operation: syncing, sync: 'OutOfSync' })], hooks: [hook()] },
      { ...v105, stage: 'hooks' },
    ],
    [
      'a migration’s image can’t be pulled',
      {
        applications: [application({ operation: syncing, sync: 'OutOfSync' })],
        hooks: [hook({ state: 'failing', text: 'can’t start: ImagePullBackOff' })],
      },
      { ...v105, stage: 'hooks', failing: true },
    ],
    [
      'a migration failed',
      {
        applications: [application({ operation: failed, sync: 'OutOfSync' })],
        hooks: [hook({ state: 'failed' })],
      },
      { ...v105, stage: 'hooks', failing: true },
    ],
    [
      'a migration failed and is tried again',
      {
        applications: [
          application({ operation: { ...syncing, finishedAt: 'f', message: 'Retrying' }, sync: 'OutOfSync' }),
        ],
        hooks: [hook({ state: 'failed' })],
      },
      { ...v105, stage: 'hooks', failing: true },
    ],
    [
      'a sync failed, of no hook',
      { applications: [application({ operation: failed, sync: 'OutOfSync' })] },
      { ...v105, stage: 'syncing', failing: true },
    ],
    [
      'a sync failed and somebody synced it by hand since',
      { applications: [application({ operation: failed })], workloads: all106 },
      { ...v106, stage: 'running' },
    ],
    [
      'half of the pods are new',
      {
        rollouts: [rollout({ state: 'progressing', updated: 1, message: '1 of 3' })],
        workloads: workloads({
          pods: [...pods(2, 'v105'), ...pods(1, 'v106')],
          templates: [template('v106')],
        }),
      },
      { ...v105, stage: 'rolling-out', health: 'Progressing' },
    ],
    [
      'the new pods’ image is missing',
      {
        applications: [application({ operation: syncing, health: 'Degraded' })],
        rollouts: [
          rollout({
            state: 'progressing',
            failingPod: 'frontend-v106-0',
            pods: [{ name: 'frontend-v106-0', reason: 'ImagePullBackOff' } as Rollout['pods'][number]],
          }),
        ],
        workloads: workloads({
          pods: [...pods(3, 'v105'), ...pods(1, 'v106', { phase: 'Pending', ready: false })],
          templates: [template('v106')],
        }),
      },
      { ...v105, stage: 'rolling-out', failing: true, health: 'Degraded' },
    ],
    [
      'every pod is new and crashes',
      {
        rollouts: [rollout({ state: 'failed', message: 'deadline' })],
        workloads: workloads({ pods: pods(3, 'v106', { ready: false }), templates: [template('v106')] }),
      },
      { ...v106, stage: 'rolling-out', failing: true, health: 'Degraded' },
    ],
    [
      'no pod has ever started',
      {
        rollouts: [rollout({ state: 'progressing' })],
        workloads: workloads({
          pods: pods(3, 'v106', { ready: false, phase: 'Pending' }),
          templates: [template('v106')],
        }),
      },
      { runs: null, by: null, stage: 'rolling-out', health: 'Progressing' },
    ],
    [
      'kubectl set image while the controller is down',
      {
        workloads: workloads({
          pods: pods(3, 'v99'),
          templates: [template('v99')],
          pastImages: [image('v106')],
        }),
      },
      { runs: 'v99', by: 'pods', stage: 'drifted', failing: false, health: 'Healthy' },
    ],
    [
      'kubectl set image to an image without a version, which is there by its digest',
      {
        workloads: workloads({
          pods: pods(3, 'v99', { images: ['registry.example/govuk/frontend@sha256:00'] }),
          templates: [{ ...template('v99'), images: ['registry.example/govuk/frontend@sha256:00'] }],
          pastImages: [image('v106')],
        }),
        applications: [application({ sync: 'OutOfSync', operation: onTheWay })],
      },
      { runs: null, by: null, stage: 'waiting' },
    ],
    [
      'kubectl set image to a digest while the controller is down, which says Synced',
      {
        workloads: workloads({
          pods: pods(3, '', { images: ['registry.example/govuk/frontend@sha256:00'] }),
          templates: [{ ...template(''), images: ['registry.example/govuk/frontend@sha256:00'] }],
          pastImages: [image('v106')],
        }),
      },
      { runs: null, by: null, stage: 'unknown' },
    ],
    [
      'the draft twin is behind: its sync failed',
      {
        applications: [
          application(),
          application({ name: 'draft-frontend', operation: failed, sync: 'OutOfSync' }),
        ],
        rollouts: [rollout(), rollout({ deployment: 'draft-frontend' })],
        workloads: workloads({
          pods: [...pods(3, 'v106'), ...pods(2, 'v105', { workload: 'draft-frontend' })],
          templates: [template('v106'), template('v105', 'draft-frontend')],
        }),
      },
      { ...v105, stage: 'syncing', failing: true },
    ],
    [
      'a worker was set to another image by hand',
      {
        applications: [application({ comparedAt: '2026-03-01T10:00:00Z' })],
        rollouts: [rollout(), rollout({ deployment: 'frontend-worker', startedAt: '2026-03-01T11:30:00Z' })],
        workloads: workloads({
          pods: [...pods(3, 'v106'), ...pods(1, 'v104', { workload: 'frontend-worker' })],
          templates: [template('v106'), template('v104', 'frontend-worker', 1)],
        }),
      },
      { ...v106, runs: 'v104', stage: 'drifted' },
    ],
    [
      'a worker has a version of its own, which Argo CD finds in sync',
      {
        applications: [application({ comparedAt: '2026-03-01T11:59:00Z' })],
        rollouts: [rollout(), rollout({ deployment: 'frontend-worker', startedAt: '2026-03-01T11:30:00Z' })],
        workloads: workloads({
          pods: [...pods(3, 'v106'), ...pods(1, 'v104', { workload: 'frontend-worker' })],
          templates: [template('v106'), template('v104', 'frontend-worker', 1)],
        }),
      },
      { ...v106, stage: 'running' },
    ],
    [
      'its image is pinned by digest: Argo CD alone can tell',
      {
        workloads: workloads({
          pods: pods(3, '', { images: ['registry.example/govuk/frontend@sha256:00'] }),
          templates: [{ ...template(''), images: ['registry.example/govuk/frontend@sha256:00'] }],
        }),
      },
      { ...v106, by: 'argo-cd', stage: 'running' },
    ],
    [
      'a tag and a digest',
      {
        workloads: workloads({
          pods: pods(3, '', { images: [`${image('v106')}@sha256:00`] }),
          templates: [template('v106')],
        }),
      },
      { ...v106, stage: 'running' },
    ],
    [
      'a sidecar has a tag of its own',
      {
        workloads: workloads({
          pods: pods(3, 'v106', { images: ['mesh/envoy:v1.2', image('v106')] }),
          templates: [{ ...template('v106'), images: ['mesh/envoy:v1.2', image('v106')] }],
        }),
      },
      { ...v106, stage: 'running' },
    ],
    [
      'a sidecar’s tag happens to be a version of the app',
      {
        workloads: workloads({
          pods: pods(3, 'v105', { images: [image('v105'), 'mesh/proxy:v106'] }),
          templates: [{ ...template('v105'), images: [image('v105'), 'mesh/proxy:v106'] }],
        }),
      },
      { ...v105, stage: 'drifted' },
    ],
    [
      'a sidecar’s tag is the wanted version, and the app’s own is latest',
      {
        applications: [],
        workloads: workloads({
          pods: pods(3, '', { images: [image('latest'), 'mesh/proxy:v106'] }),
          templates: [{ ...template(''), images: [image('latest'), 'mesh/proxy:v106'] }],
        }),
      },
      { runs: null, by: null, stage: 'unknown', health: 'Healthy' },
    ],
    [
      'several containers of other names bear the version',
      {
        workloads: workloads({
          pods: pods(3, '', { images: ['r/web:v106', 'r/assets:v106'] }),
          templates: [{ ...template(''), images: ['r/web:v106', 'r/assets:v106'] }],
        }),
      },
      { ...v106, stage: 'running' },
    ],
    [
      'another component under the same labels bears no version',
      {
        workloads: workloads({
          pods: [...pods(3, 'v106'), pod('', { images: ['redis:7.2'], workload: 'frontend-redis' })],
          templates: [template('v106'), { name: 'frontend-redis', desired: 1, images: ['redis:7.2'] }],
        }),
      },
      { ...v106, stage: 'running' },
    ],
    [
      'its tags name no version: unknown, where Argo CD does not say either',
      {
        applications: [],
        workloads: workloads({
          pods: pods(3, '', { images: ['r/web:stable'] }),
          templates: [{ ...template(''), images: ['r/web:stable'] }],
        }),
      },
      { runs: null, by: null, stage: 'unknown', health: 'Healthy' },
    ],
    [
      'its tags name no version, and Argo CD has synced it',
      {
        workloads: workloads({
          pods: pods(3, '', { images: ['r/web:stable'] }),
          templates: [{ ...template(''), images: ['r/web:stable'] }],
        }),
      },
      { ...v106, by: 'argo-cd', stage: 'running' },
    ],
    [
      'it is scaled to no pods',
      { workloads: workloads({ pods: [], templates: [template('v106', 'frontend', 0)] }) },
      { runs: null, by: null, stage: 'running', failing: false },
    ],
    [
      'there should be pods and there are none',
      { workloads: workloads({ pods: [], templates: [template('v106')] }) },
      { runs: null, by: null, stage: 'rolling-out', failing: true },
    ],
    [
      'an app of Jobs alone has no pods to stay',
      { rollouts: [], workloads: workloads({ pods: [], templates: [] }) },
      { ...v106, by: 'argo-cd', stage: 'running' },
    ],
    [
      'a StatefulSet keeps an old pod on purpose',
      {
        rollouts: [rollout({ kind: 'StatefulSet' })],
        workloads: workloads({
          pods: [...pods(1, 'v105', { ofSet: true }), ...pods(2, 'v106', { ofSet: true })],
          templates: [template('v106')],
        }),
      },
      { ...v105, stage: 'rolling-out' },
    ],
    [
      'a canary of a controller that is not watched',
      {
        applications: [application({ health: 'Suspended' })],
        rollouts: [],
        workloads: workloads({
          pods: [...pods(2, 'v105', { workload: null }), ...pods(1, 'v106', { workload: null })],
          templates: [],
        }),
      },
      { ...v105, stage: 'rolling-out', health: 'Suspended' },
    ],
    ['its file names no version', { wanted: null }, { ...v105, stage: 'unknown' }],
  ];
  it.each(table)('%s', (_title, change, expected) => {
    expect(of(change)).toMatchObject(expected);
  });
});

describe('where Argo CD can’t be seen', () => {
  const freshness = only({ applications: away, hooks: away });
  it.each<[string, Partial<CellFacts>, object]>([
    ['pods tell that it runs', { workloads: all106 }, { ...v106, stage: 'running' }],
    ['pods tell that it does not yet', {}, { ...v105, stage: 'committed' }],
    [
      'a rollout is under way',
      {
        rollouts: [rollout({ state: 'progressing', message: '1 of 3' })],
        workloads: workloads({
          pods: [...pods(2, 'v105'), ...pods(1, 'v106')],
          templates: [template('v106')],
        }),
      },
      { ...v105, stage: 'rolling-out', health: 'Progressing' },
    ],
    [
      'nothing of it is there',
      { rollouts: [], workloads: workloads({ pods: [], templates: [] }) },
      { runs: null, stage: 'unknown', health: null },
    ],
  ])('%s', (_title, change, expected) => {
    expect(of({ applications: [], freshness, ...change })).toMatchObject(expected);
  });

  it('pods alone tell, where Deployments can’t be seen either', () => {
    const state = of({
      applications: [],
      rollouts: [],
      workloads: workloads({ pods: pods(3, 'v106', { workload: null }), templates: [] }),
      freshness: only({ applications: away, rollouts: away }),
    });
    expect(state).toMatchObject({ ...v106, stage: 'running' });
  });

  it('ReplicaSets tell, where pods can’t be seen', () => {
    const set = { name: 'frontend-1', revision: 2, desired: 3, ready: 3, current: true };
    const state = of({
      applications: [],
      rollouts: [rollout({ replicaSets: [{ ...set, images: [image('v106')] }] })],
      workloads: workloads({ pods: [], templates: [template('v106')] }),
      freshness: only({ applications: away, pods: away }),
    });
    expect(state).toMatchObject({ ...v106, stage: 'running' });
  });

  it('what was seen of it long ago does not count while pods are live', () => {
    const state = of({
      applications: [application({ health: 'Degraded' })],
      workloads: all106,
      freshness: only({ applications: stale }),
    });
    expect(state).toMatchObject({ ...v106, stage: 'running' });
  });
});

it('what was seen last counts while the whole cluster is away', () => {
  expect(of({ workloads: all106, freshness: () => stale })).toMatchObject({ ...v106, stage: 'running' });
});

it('nothing is claimed where nothing can be seen', () => {
  const none = { applications: [], rollouts: [], workloads: workloads({ pods: [], templates: [] }) };
  expect(of({ ...none, freshness: () => away })).toMatchObject({
    runs: null,
    stage: 'unknown',
    health: null,
  });
  expect(of({ ...none, freshness: () => ({ state: 'absent' }) })).toMatchObject({
    runs: null,
    stage: 'unknown',
  });
});

describe('while Argo CD cannot read the repo', () => {
  const conditions = [
    {
      type: 'ComparisonError',
      message:
        'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to list refs: dial tcp: lookup git.example: no such host',
    },
  ];
  const v106 = workloads({ pods: pods(3, 'v106'), templates: [template('v106')] });

  it('a version that has arrived runs, and is no trouble', () => {
    for (const operation of [applied, null, { ...applied, phase: 'Error', message: 'ComparisonError' }])
      expect(
        of({
          applications: [application({ operation, sync: 'Unknown', conditions })],
          workloads: v106,
        }),
      ).toMatchObject({ runs: 'v106', stage: 'running', failing: false });
  });

  it('a version that has not arrived waits, and says for what', () => {
    const waits = (change: Partial<Application>) => {
      const { stage } = cellState(
        facts({ applications: [application({ sync: 'Unknown', conditions, ...change })] }),
      );
      return { state: stage.state, failing: stage.failing, text: stage.text };
    };
    expect(waits({ version: 'v105' })).toEqual({
      state: 'committed',
      failing: false,
      text: 'Argo CD can’t read the repo. v106 is committed and arrives once it can.',
    });
    for (const operation of [onTheWay, null])
      expect(waits({ operation })).toEqual({
        state: 'waiting',
        failing: false,
        text: 'Argo CD can’t read the repo. v106 arrives once it can.',
      });
  });

  it('an app that fails is as loud as ever', () => {
    expect(
      of({
        applications: [application({ sync: 'Unknown', conditions })],
        workloads: v106,
        rollouts: [rollout({ state: 'failed', message: 'ProgressDeadlineExceeded' })],
      }),
    ).toMatchObject({ stage: 'rolling-out', failing: true, health: 'Degraded' });
  });
});

it('a message of any length fits a cell', () => {
  const conditions = [{ type: 'ComparisonError', message: 'x'.repeat(100_000) }];
  const { stage } = cellState(
    facts({ applications: [application({ operation: onTheWay, sync: 'Unknown', conditions })] }),
  );
  expect(stage.text.length).toBeLessThan(500);
});
