import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readApplication } from '../systems/argo/application';
import type { WatchBatch } from '../systems/kubernetes/types';
import { type ClusterState, createClusterState } from './cluster-state';
import { podNews } from './pod-news';
import { type AppPod, trimDeployment, trimPod, trimReplicaSet } from './trim';
import { trimJob } from './trim-job';
import { trimStatefulSet } from './trim-sets';
import type { ClusterChange } from './types';

const app = 'frontend';
const hookPod = 'pod-4';
const labels = { 'app.govuk/repository-name': app };
const revision = { 'deployment.kubernetes.io/revision': '2' };
const meta = (name: string, more: object = {}) => ({ name, namespace: 'apps', uid: `uid-${name}`, ...more });
const ownedBy = (kind: string, name: string) => [{ kind, name, uid: `uid-${name}`, controller: true }];
const batchOf = <T>(...items: [string, T][]): WatchBatch<T> => ({
  source: 'watch',
  upserts: items.map(([name, value]) => ({
    namespace: 'apps',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    value,
  })),
  removed: [],
});
const gone = (name: string) => ({ namespace: 'apps', name, uid: `uid-${name}` });

/** A cluster with a Deployment of two ReplicaSets, a StatefulSet, and a sync whose hooks are a Job and a bare pod. */
function cluster(): ClusterState {
  const state = createClusterState('staging', [], { now: () => new Date('2026-01-01T00:00:00Z') });
  const template = { spec: { containers: [{ image: 'frontend:v2' }] } };
  const hook = (kind: string, name: string) => ({
    kind,
    name,
    namespace: 'apps',
    hookType: 'PreSync',
    hookPhase: 'Running',
  });
  const application = readApplication({
    metadata: { ...meta(app), annotations: { repoName: app, imageTag: 'v2' } },
    status: {
      operationState: {
        phase: 'Running',
        startedAt: '2026-01-01T00:00:00Z',
        syncResult: { resources: [hook('Job', 'migrate'), hook('Pod', hookPod)] },
      },
    },
  });
  if (application) state.applyApplications(batchOf([app, application]));
  state.applyDeployments(
    batchOf([
      app,
      trimDeployment({
        metadata: meta(app, { labels, annotations: revision, generation: 1 }),
        spec: { replicas: 2, template },
        status: { observedGeneration: 1, replicas: 2, updatedReplicas: 1 },
      }),
    ]),
  );
  const set = (name: string, annotations: object) =>
    trimReplicaSet({
      metadata: meta(name, { labels, annotations, ownerReferences: ownedBy('Deployment', app) }),
      spec: { replicas: 1, template },
    });
  state.applyReplicaSets(batchOf(['rs-2', set('rs-2', revision)], ['rs-1', set('rs-1', {})]));
  const statefulSet = trimStatefulSet({
    metadata: meta('db', { labels }),
    spec: { replicas: 2, template },
    status: { currentRevision: 'db-a', updateRevision: 'db-b' },
  });
  state.applySets('StatefulSet', batchOf(['db', statefulSet]));
  const job = trimJob({
    metadata: meta('migrate', { annotations: { 'argocd.argoproj.io/tracking-id': `${app}:batch/Job:x` } }),
    spec: {},
    status: { active: 1 },
  });
  state.applyJobs(batchOf(['migrate', job]));
  return state;
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const time = fc.constantFrom('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z');
const ended = fc.record({
  exitCode: fc.constantFrom(0, 1),
  reason: fc.constantFrom('Error', 'Completed'),
  finishedAt: time,
});
const owners = fc.constantFrom<[kind: string, name: string] | null>(
  ['ReplicaSet', 'rs-2'],
  ['ReplicaSet', 'rs-2'],
  ['ReplicaSet', 'rs-1'],
  ['StatefulSet', 'db'],
  ['Job', 'migrate'],
  null,
);
const fields = {
  owner: owners,
  labels: fc.constantFrom(labels, { ...labels, 'controller-revision-hash': 'db-b' }, {}),
  hook: fc.boolean(),
  createdAt: time,
  deletedAt: fc.constantFrom(undefined, undefined, undefined, '2026-01-01T00:00:03Z'),
  phase: fc.constantFrom('Running', 'Running', 'Pending', 'Failed'),
  ready: fc.boolean(),
  image: fc.constantFrom('frontend:v1', 'frontend:v2'),
  imageID: maybe(fc.constant(`registry/frontend@sha256:${'a'.repeat(64)}`)),
  reason: fc.constantFrom(undefined, 'CrashLoopBackOff', 'ErrImagePull'),
  message: time,
  lastEnd: maybe(ended),
  restarts: fc.nat(2),
  startedAt: time,
  unread: time,
};
const podFields = fc.record(fields);
type PodFields = typeof podFields extends fc.Arbitrary<infer T> ? T : never;
const podObject = (name: string, one: PodFields) => ({
  metadata: {
    ...meta(name),
    labels: one.labels,
    annotations: {
      // Argo CD takes for a hook what bears the annotation.
      ...(one.hook || name === hookPod ? { 'argocd.argoproj.io/hook': 'PreSync' } : {}),
      unread: one.unread,
    },
    creationTimestamp: one.createdAt,
    deletionTimestamp: one.deletedAt,
    ownerReferences: one.owner === null ? [] : ownedBy(...one.owner),
  },
  spec: { containers: [{ name: 'app', image: one.image }] },
  status: {
    phase: one.phase,
    startTime: one.startedAt,
    conditions: [{ type: 'Ready', status: one.ready ? 'True' : 'False', lastTransitionTime: one.unread }],
    containerStatuses: [
      {
        name: 'app',
        imageID: one.imageID,
        restartCount: one.restarts,
        state: one.reason === undefined ? {} : { waiting: { reason: one.reason, message: one.message } },
        lastState: { terminated: one.lastEnd },
      },
    ],
  },
});
/** Pods that are there, and what becomes of one at a time: mostly one of its fields changes. */
const pods = fc.constantFrom('pod-1', 'pod-2', 'pod-3', hookPod);
const act = fc.record({
  name: pods,
  to: podFields,
  field: fc.constantFrom(...(Object.keys(fields) as (keyof PodFields)[])),
  how: fc.constantFrom('change', 'change', 'change', 'change', 'write', 'remove', 'anew'),
});

/** All that is shown of the app. Of pods that say the same any may be named, and they are in no order. */
const shown = ({ view }: ClusterState) => ({
  rollouts: view.rollouts(app),
  workloads: inOrder(view.workloads(app).pods.map(({ name: _name, ...pod }) => pod)),
  hooks: view.hooks(app),
  hookJobs: view.hookJobs(app),
  pulled: [...view.pulledImages(app)].sort(),
});
const inOrder = (some: readonly object[]): string[] => some.map((one) => JSON.stringify(one)).sort();
/** What a cell rests on: a rollout without what its pods show of themselves, but the one that fails. */
const restedOn = (state: ClusterState) => {
  const { rollouts, hookJobs: _jobs, ...rest } = shown(state);
  const without = rollouts.map(({ pods, ...rollout }) => {
    const failing = pods.find(({ name }) => name === rollout.failingPod);
    return { ...rollout, failing: failing?.reason };
  });
  return { ...rest, rollouts: without };
};

describe('what a pod says anew', () => {
  it('leaves everything as it is when it is put together from nothing, and is told by its topic', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 20 }), (acts) => {
        const state = cluster();
        const told: ClusterChange[] = [];
        state.view.onChange((changes) => told.push(...changes));
        const present = new Map<string, { fields: PodFields; value: AppPod }>();
        for (const { name, to, field, how } of acts) {
          const known = present.get(name)?.fields;
          const now: PodFields = known && how !== 'write' ? { ...known, [field]: to[field] } : to;
          const value = trimPod(podObject(name, now));
          const before = { shown: shown(state), restedOn: restedOn(state) };
          told.length = 0;
          state.applyPods({
            source: 'watch',
            upserts: how === 'remove' ? [] : batchOf([name, value]).upserts,
            removed: how === 'remove' || how === 'anew' ? [gone(name)] : [],
          });
          if (how === 'remove') present.delete(name);
          else present.set(name, { fields: now, value });
          const fresh = cluster();
          fresh.applyPods(batchOf(...[...present].map(([key, one]) => [key, one.value] as [string, AppPod])));
          expect(shown(state)).toEqual(shown(fresh));
          if (told.length === 0) expect(shown(state)).toEqual(before.shown);
          if (told.every(({ topic }) => topic === 'pod')) expect(restedOn(state)).toEqual(before.restedOn);
        }
      }),
      { numRuns: 200 },
    );
  });

  const pod = (status: object, metadata: object = {}) =>
    trimPod({
      metadata: { ...meta('pod-1'), labels, ownerReferences: ownedBy('ReplicaSet', 'rs-2'), ...metadata },
      spec: { containers: [{ name: 'app', image: 'frontend:v2' }] },
      status: { phase: 'Running', ...status },
    });
  const waiting = (message: string, restartCount = 1) => ({
    containerStatuses: [
      { name: 'app', restartCount, state: { waiting: { reason: 'CrashLoopBackOff', message } } },
    ],
  });

  it.each<[ReturnType<typeof podNews>, string, ReturnType<typeof pod>]>([
    ['nothing', 'an address', pod({ ...waiting('back-off 10s'), podIP: '10.0.0.1' })],
    ['nothing', 'an annotation', pod(waiting('back-off 10s'), { annotations: { a: 'b' } })],
    ['details', 'its message', pod(waiting('back-off 20s'))],
    ['details', 'a restart', pod(waiting('back-off 10s', 2))],
    ['all', 'its phase', pod({ ...waiting('back-off 10s'), phase: 'Pending' })],
    ['all', 'that it goes', pod(waiting('back-off 10s'), { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['all', 'that it runs', pod({})],
    ['all', 'whose it is', pod(waiting('back-off 10s'), { labels: { 'app.govuk/repository-name': 'x' } })],
  ])('is %s: %s', (news, _what, after) => {
    expect(podNews(pod(waiting('back-off 10s')), after)).toBe(news);
  });

  it('is told once, and what rests on it stays the same object', () => {
    const state = cluster();
    state.applyPods(batchOf(['pod-1', pod(waiting('back-off 10s'))]));
    const told: ClusterChange[] = [];
    state.view.onChange((changes) => told.push(...changes));
    const [rollouts, workloads] = [state.view.rollouts(app), state.view.workloads(app)];
    state.applyPods(batchOf(['pod-1', pod({ ...waiting('back-off 10s'), podIP: '10.0.0.1' })]));
    expect(told).toEqual([]);
    expect(state.view.rollouts(app)).toBe(rollouts);
    state.applyPods(batchOf(['pod-1', pod(waiting('back-off 20s'))]));
    expect(told).toEqual([{ topic: 'pod', app }]);
    const [shownPod] = state.view.rollouts(app).flatMap(({ pods }) => pods);
    expect(shownPod?.message).toBe('back-off 20s');
    expect(state.view.workloads(app)).toBe(workloads);
  });
});
