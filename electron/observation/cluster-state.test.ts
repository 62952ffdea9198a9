import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { Failure } from '../../shared/domain/failure/failure';
import { readApplication } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/read-workflow';
import type { WatchBatch } from '../systems/kubernetes/types';
import { createClusterState } from './cluster-state';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import { appsTouched, type ClusterChange } from './types';
import { type WatchedKind, watchedKinds } from './watched-kinds';

const meta = (name: string, extra: Record<string, unknown> = {}) => ({
  name,
  namespace: 'apps',
  uid: `uid-${name}`,
  ...extra,
});
const labels = { 'app.govuk/repository-name': 'frontend' };
const owner = (kind: string, name: string) => [
  { apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true },
];
const revision = { 'deployment.kubernetes.io/revision': '2' };

const batchOf = <T>(value: T, name: string, removed = false): WatchBatch<T> => {
  const key = { namespace: 'apps', name, uid: `uid-${name}` };
  return {
    source: 'watch',
    upserts: removed ? [] : [{ ...key, resourceVersion: '1', value }],
    removed: removed ? [key] : [],
  };
};

const deployment = trimDeployment({
  metadata: meta('frontend', { labels, annotations: revision, generation: 2 }),
  spec: { replicas: 1 },
  status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1 },
});
const replicaSet = trimReplicaSet({
  metadata: meta('frontend-abc', {
    labels,
    annotations: revision,
    ownerReferences: owner('Deployment', 'frontend'),
  }),
  spec: { replicas: 1, template: { spec: { containers: [{ image: 'frontend:v2' }] } } },
});
const crashing = trimPod({
  metadata: meta('frontend-abc-1', { labels, ownerReferences: owner('ReplicaSet', 'frontend-abc') }),
  spec: { containers: [{ name: 'app' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  },
});

describe('the state of a cluster', () => {
  it('puts a rollout together from its parts and works it out again when a pod goes', () => {
    const state = createClusterState('staging', []);
    const seen: ClusterChange[] = [];
    state.view.onChange((changes) => seen.push(...changes));
    state.applyDeployments(batchOf(deployment, 'frontend'));
    state.applyReplicaSets(batchOf(replicaSet, 'frontend-abc'));
    state.applyPods(batchOf(crashing, 'frontend-abc-1'));
    const [rollout] = state.view.rollouts('frontend');
    expect(rollout).toMatchObject({ failingPod: 'frontend-abc-1', state: 'progressing' });
    expect(rollout?.pods[0]).toMatchObject({
      reason: 'CrashLoopBackOff',
      restarts: 3,
      lastTermination: { container: 'app', exitCode: 1 },
    });
    state.applyPods(batchOf(crashing, 'frontend-abc-1', true));
    expect(state.view.rollouts('frontend')[0]).toMatchObject({ failingPod: null, pods: [] });
    expect(seen.every(({ topic, app }) => topic === 'rollout' && app === 'frontend')).toBe(true);
    expect(seen).toHaveLength(4);
  });

  it('tells the digests of the images that its pods pulled, once they have', () => {
    const state = createClusterState('staging', []);
    state.applyDeployments(batchOf(deployment, 'frontend'));
    state.applyReplicaSets(batchOf(replicaSet, 'frontend-abc'));
    const digest = `sha256:${'a'.repeat(64)}`;
    const podOf = (imageID: string) =>
      trimPod({
        metadata: meta('frontend-abc-1', { labels, ownerReferences: owner('ReplicaSet', 'frontend-abc') }),
        spec: {
          containers: [
            { name: 'app', image: 'registry:5000/frontend:v2' },
            { name: 'proxy', image: 'nginx:1' },
          ],
        },
        status: { phase: 'Running', containerStatuses: [{ name: 'app', restartCount: 0, imageID }] },
      });
    state.applyPods(batchOf(podOf(''), 'frontend-abc-1'));
    expect(state.view.pulledImages('frontend')).toEqual([]);
    state.applyPods(batchOf(podOf(`registry:5000/frontend@${digest}`), 'frontend-abc-1'));
    expect(state.view.pulledImages('frontend')).toEqual([`registry:5000/frontend:v2@${digest}`]);
  });

  it('remembers since when a refresh is not answered, until Argo CD takes the annotation away', () => {
    let clock = '2026-03-01T10:00:00.000Z';
    const state = createClusterState('staging', [], { now: () => new Date(clock) });
    const seen = (refresh: string | null) => {
      const annotations = {
        repoName: 'frontend',
        imageTag: 'v1',
        ...(refresh ? { 'argocd.argoproj.io/refresh': refresh } : {}),
      };
      const application = readApplication({ metadata: { ...meta('frontend'), annotations } });
      if (application) state.applyApplications(batchOf(application, 'frontend'));
      return state.view.applicationDetail('frontend')?.refreshSeenAt;
    };
    expect(seen(null)).toBeNull();
    expect(seen('normal')).toBe(clock);
    const first = clock;
    clock = '2026-03-01T10:00:35.000Z';
    expect(seen('normal')).toBe(first);
    expect(seen(null)).toBeNull();
    expect(seen('hard')).toBe(clock);
  });

  it('lists the app’s own Application before its twin, and forgets one that went', () => {
    const state = createClusterState('staging', []);
    for (const name of ['a-draft-content-store', 'content-store']) {
      const application = readApplication({
        metadata: { ...meta(name), annotations: { repoName: 'content-store', imageTag: 'v1' } },
      });
      if (application) state.applyApplications(batchOf(application, name));
    }
    expect(state.view.applications('content-store').map(({ name }) => name)).toEqual([
      'content-store',
      'a-draft-content-store',
    ]);
    const gone = state.argoApplication('content-store');
    if (gone) state.applyApplications(batchOf(gone, 'content-store', true));
    expect(state.view.application('content-store')).toBeNull();
    expect(state.view.applications('content-store').map(({ name }) => name)).toEqual([
      'a-draft-content-store',
    ]);
  });

  it('gives a workflow’s nodes the pods that carry their ids', () => {
    const state = createClusterState('staging', []);
    const workflow = readWorkflow(
      {
        metadata: { ...meta('post-sync-1'), labels: { repoName: 'frontend', imageTag: 'v2' } },
        status: {
          phase: 'Running',
          nodes: { n: { id: 'n', displayName: 'smoke', type: 'Pod', phase: 'Running' } },
        },
      },
      'staging',
    );
    if (workflow) state.applyWorkflows(batchOf(workflow, 'post-sync-1'));
    const read = () => state.view.workflows({ app: 'frontend', version: 'v2' })[0]?.nodes[0]?.pod;
    expect(read()).toBeNull();
    const pod = trimPod({
      metadata: meta('post-sync-1-smoke-77', {
        labels: { 'workflows.argoproj.io/workflow': 'post-sync-1' },
        annotations: { 'workflows.argoproj.io/node-id': 'n' },
      }),
      spec: { containers: [{ name: 'main' }] },
    });
    const told: ClusterChange[] = [];
    state.view.onChange((changes) => told.push(...changes));
    state.applyPods(batchOf(pod, 'post-sync-1-smoke-77'));
    expect(read()).toBe('post-sync-1-smoke-77');
    // It bears no app's label: what it changes is its workflow's app, not everything.
    expect(told).toEqual([{ topic: 'workflow', app: 'frontend' }]);
    expect(state.view.workflows({ app: 'frontend', version: 'v3' })).toEqual([]);
  });

  const place = {
    environment: 'staging',
    argoNamespace: 'argo',
    workflowsNamespace: 'apps',
    appsNamespace: 'apps',
    parentApplication: 'app-config',
  };
  const { applications: both, deployments, replicaSets, workflows, pods } = watchedKinds(place);
  const [applications] = both as [WatchedKind];
  const all: readonly WatchedKind[] = [applications, deployments, replicaSets, workflows, ...pods];
  const live: Freshness = { state: 'live', asOf: '2' };
  const failing = (code: Failure['code']): Freshness => ({
    state: 'unreachable',
    asOf: null,
    since: '1',
    failure: { code, message: 'No.', meaning: 'Really.', next: [] },
  });

  it('is live only when every watch is', () => {
    const state = createClusterState('staging', [applications, workflows]);
    expect(state.view.freshness().state).toBe('connecting');
    state.applyFreshness(applications, { state: 'live', asOf: '1' });
    expect(state.view.freshness().state).toBe('connecting');
    expect(state.view.freshness('applications').state).toBe('live');
    state.applyFreshness(workflows, live);
    expect(state.view.freshness()).toEqual({ state: 'live', asOf: '1' });
  });

  it('stays reachable where one kind is refused, names it, and takes its topic for unknown', () => {
    const state = createClusterState('staging', all);
    const told: ClusterChange[] = [];
    for (const kind of all) state.applyFreshness(kind, live);
    state.view.onChange((changes) => told.push(...changes));
    state.applyFreshness(workflows, failing('not-found'), true);
    expect(state.view.freshness().state).toBe('live');
    expect(state.view.freshness('applications', 'rollouts').state).toBe('live');
    expect(state.view.freshness('applications', 'workflows').state).toBe('unreachable');
    expect(state.view.gaps()).toMatchObject([
      { kind: 'workflows', namespace: 'apps', topics: ['workflows'], because: { code: 'not-found' } },
    ]);
    expect(told).toEqual([{ topic: 'freshness', app: null }]);
    state.applyFreshness(workflows, live);
    expect(state.view.gaps()).toEqual([]);
  });

  it('is unreachable where a kind gets no answer, where nobody is let in, and where all is refused', () => {
    const state = createClusterState('staging', all);
    for (const kind of all) state.applyFreshness(kind, live);
    state.applyFreshness(workflows, failing('timeout'), false);
    expect(state.view.freshness().state).toBe('unreachable');
    state.applyFreshness(workflows, failing('unauthorised'), true);
    expect(state.view.freshness().state).toBe('unreachable');
    for (const kind of all) state.applyFreshness(kind, failing('forbidden'), true);
    expect(state.view.freshness()).toMatchObject({ state: 'unreachable', failure: { code: 'forbidden' } });
  });

  it('is not live before the kinds that are not refused were seen', () => {
    const state = createClusterState('staging', all);
    state.applyFreshness(workflows, failing('forbidden'), true);
    expect(state.view.freshness().state).toBe('connecting');
  });
});

describe('the apps that changes are about', () => {
  const all = () => ['a', 'b'];
  it('are all where a cluster or something of no app changed, and none for its status or a workflow of no app', () => {
    expect([
      ...appsTouched(
        [
          { topic: 'rollout', app: 'b' },
          { topic: 'workflow', app: null },
        ],
        all,
      ),
    ]).toEqual(['b']);
    expect([...appsTouched([{ topic: 'status', app: null }], all)]).toEqual([]);
    expect([
      ...appsTouched(
        [
          { topic: 'rollout', app: 'b' },
          { topic: 'freshness', app: null },
        ],
        all,
      ),
    ]).toEqual(['a', 'b']);
    expect([...appsTouched([{ topic: 'rollout', app: null }], all)]).toEqual(['a', 'b']);
  });
});
