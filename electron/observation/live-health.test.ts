import { describe, expect, it } from 'vitest';
import { type Health, withLiveHealth } from '../../shared/domain/rollout/resource-health';
import { readApplication } from '../systems/argo/application';
import type { WatchBatch } from '../systems/kubernetes/types';
import { createClusterState } from './cluster-state';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import { trimJob } from './trim-job';
import { otherKinds } from './trim-resources';
import { trimDaemonSet, trimStatefulSet } from './trim-sets';
import type { ClusterChange } from './types';
import { watchedKinds } from './watched-kinds';
import { createWorkloads } from './workloads';

const place = {
  environment: 'staging',
  argoNamespace: 'argo',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};

/** An object as the API server gives it in a list: without its kind. */
type Raw = { metadata?: object; spec?: object; status?: object };
const object = ({ metadata, spec, status }: Raw) => ({
  metadata: { name: 'x', namespace: 'apps', uid: 'u', generation: 2, ...metadata },
  spec: { containers: [], ...spec },
  ...(status === undefined ? {} : { status }),
});

const trims: Record<string, (raw: unknown) => { health: Health }> = {
  Deployment: trimDeployment,
  ReplicaSet: trimReplicaSet,
  StatefulSet: trimStatefulSet,
  DaemonSet: trimDaemonSet,
  Pod: trimPod,
  Job: trimJob,
  ...Object.fromEntries(Object.values(otherKinds).map(({ kind, trim }) => [kind, trim])),
};
const healthOf = (kind: string, raw: Raw) => trims[kind]?.(object(raw)).health.status;

const seen = { observedGeneration: 2 };
const condition = (type: string, status: string, reason = '', message = '') => ({
  conditions: [{ type, status, reason, message }],
});

const container = (state: object, lastState: object = {}) => ({
  containerStatuses: [{ name: 'app', ready: false, state, lastState }],
});

/**
 * By argo-cd `gitops-engine/pkg/health/health_<kind>.go` and the objects of its `testdata`, for a CronJob by
 * `resource_customizations/batch/CronJob/health.lua` and its `testdata`.
 */
describe('the health of a live object', () => {
  const two = { replicas: 2 };
  const allTwo = { ...seen, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
  it.each<[string, Raw, Health['status']]>([
    ['all there', { spec: two, status: allTwo }, 'Healthy'],
    ['paused', { spec: { ...two, paused: true }, status: {} }, 'Suspended'],
    ['not seen yet', { spec: two, status: { ...allTwo, observedGeneration: 1 } }, 'Progressing'],
    [
      'past its deadline',
      { spec: two, status: { ...allTwo, ...condition('Progressing', 'False', 'ProgressDeadlineExceeded') } },
      'Degraded',
    ],
    ['new pods missing', { spec: two, status: { ...allTwo, updatedReplicas: 1 } }, 'Progressing'],
    ['old pods left', { spec: two, status: { ...allTwo, replicas: 3 } }, 'Progressing'],
    ['new pods not available', { spec: two, status: { ...allTwo, availableReplicas: 1 } }, 'Progressing'],
    ['without replicas there is to be one', { status: { ...seen } }, 'Progressing'],
  ])('Deployment, %s: %j', (_name, raw, expected) => expect(healthOf('Deployment', raw)).toBe(expected));

  it.each<[string, Raw, Health['status']]>([
    ['all there', { spec: two, status: { ...seen, availableReplicas: 2 } }, 'Healthy'],
    ['ready and not available', { spec: two, status: { ...seen, readyReplicas: 2 } }, 'Progressing'],
    ['not seen yet', { spec: two, status: { observedGeneration: 1, availableReplicas: 2 } }, 'Progressing'],
    [
      'may make no pods',
      { spec: two, status: { ...seen, ...condition('ReplicaFailure', 'True', 'FailedCreate', 'quota') } },
      'Degraded',
    ],
    [
      'made them after all',
      { spec: two, status: { ...seen, availableReplicas: 2, ...condition('ReplicaFailure', 'False') } },
      'Healthy',
    ],
  ])('ReplicaSet, %s', (_name, raw, expected) => expect(healthOf('ReplicaSet', raw)).toBe(expected));

  const rolling = (partition: number | null = 0) => ({
    ...two,
    updateStrategy: {
      type: 'RollingUpdate',
      ...(partition === null ? {} : { rollingUpdate: { partition } }),
    },
  });
  const revisions = (currentRevision: string, updateRevision: string) => ({
    currentRevision,
    updateRevision,
  });
  it.each<[string, Raw, Health['status']]>([
    ['all there', { spec: rolling(), status: { ...allTwo, ...revisions('a', 'a') } }, 'Healthy'],
    ['never seen', { metadata: { generation: 0 }, spec: rolling(), status: {} }, 'Progressing'],
    ['not seen yet', { spec: rolling(), status: { ...allTwo, observedGeneration: 1 } }, 'Progressing'],
    ['pods not ready', { spec: rolling(), status: { ...allTwo, readyReplicas: 1 } }, 'Progressing'],
    ['new pods missing', { spec: rolling(), status: { ...allTwo, updatedReplicas: 1 } }, 'Progressing'],
    ['as its partition says', { spec: rolling(1), status: { ...allTwo, updatedReplicas: 1 } }, 'Healthy'],
    [
      'less than its partition',
      { spec: rolling(1), status: { ...allTwo, updatedReplicas: 0 } },
      'Progressing',
    ],
    [
      'revisions differ',
      { spec: rolling(null), status: { ...allTwo, ...revisions('a', 'b') } },
      'Progressing',
    ],
    ['revisions agree', { spec: rolling(null), status: { ...allTwo, ...revisions('b', 'b') } }, 'Healthy'],
    [
      'replaced by hand',
      {
        spec: { ...two, updateStrategy: { type: 'OnDelete' } },
        status: { ...allTwo, ...revisions('a', 'b') },
      },
      'Healthy',
    ],
  ])('StatefulSet, %s', (_name, raw, expected) => expect(healthOf('StatefulSet', raw)).toBe(expected));

  const scheduled = {
    ...seen,
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberReady: 2,
    numberAvailable: 2,
  };
  it.each<[string, Raw, Health['status']]>([
    ['all there', { status: scheduled }, 'Healthy'],
    ['no node wants it', { status: seen }, 'Healthy'],
    ['not seen yet', { status: { ...scheduled, observedGeneration: 1 } }, 'Progressing'],
    ['old pods left', { status: { ...scheduled, updatedNumberScheduled: 1 } }, 'Progressing'],
    ['pods not available', { status: { ...scheduled, numberAvailable: 1 } }, 'Progressing'],
    [
      'replaced by hand',
      { spec: { updateStrategy: { type: 'OnDelete' } }, status: { ...scheduled, updatedNumberScheduled: 0 } },
      'Healthy',
    ],
  ])('DaemonSet, %s', (_name, raw, expected) => expect(healthOf('DaemonSet', raw)).toBe(expected));

  const isReady = condition('Ready', 'True');
  const waiting = (reason: string) => container({ waiting: { reason, message: reason } });
  it.each<[string, Raw, Health['status']]>([
    ['runs and is ready', { status: { phase: 'Running', ...isReady } }, 'Healthy'],
    ['is not ready yet', { status: { phase: 'Running', ...container({ running: {} }) } }, 'Progressing'],
    [
      'is not ready and was restarted',
      { status: { phase: 'Running', ...container({ running: {} }, { terminated: { exitCode: 0 } }) } },
      'Degraded',
    ],
    ['pulls no image', { status: { phase: 'Pending', ...waiting('ImagePullBackOff') } }, 'Degraded'],
    ['crashes', { status: { phase: 'Running', ...waiting('CrashLoopBackOff') } }, 'Degraded'],
    [
      'has a bad config',
      { status: { phase: 'Pending', ...waiting('CreateContainerConfigError') } },
      'Degraded',
    ],
    ['begins', { status: { phase: 'Pending', ...waiting('ContainerCreating') } }, 'Progressing'],
    // A hook's pod whose image is not there yet may still come up.
    [
      'of a Job pulls no image',
      { spec: { restartPolicy: 'Never' }, status: { phase: 'Pending', ...waiting('ErrImagePull') } },
      'Progressing',
    ],
    [
      'of a Job runs and is ready',
      { spec: { restartPolicy: 'OnFailure' }, status: { phase: 'Running', ...isReady } },
      'Progressing',
    ],
    [
      'that is restarted by others runs and is ready',
      {
        metadata: { annotations: { 'argocd.argoproj.io/ignore-restart-policy': 'true' } },
        spec: { restartPolicy: 'Never' },
        status: { phase: 'Running', ...isReady },
      },
      'Healthy',
    ],
    ['succeeded', { spec: { restartPolicy: 'Never' }, status: { phase: 'Succeeded' } }, 'Healthy'],
    ['failed', { spec: { restartPolicy: 'Never' }, status: { phase: 'Failed' } }, 'Degraded'],
    ['of a node that is lost', { status: { phase: 'Unknown' } }, 'Unknown'],
    [
      'is being deleted',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running', ...isReady } },
      'Progressing',
    ],
    [
      'of a hook waits to be deleted after it',
      {
        metadata: {
          deletionTimestamp: '2026-01-01T00:00:00Z',
          finalizers: ['argocd.argoproj.io/hook-finalizer'],
        },
        status: { phase: 'Succeeded' },
      },
      'Healthy',
    ],
  ])('Pod that %s', (_name, raw, expected) => expect(healthOf('Pod', raw)).toBe(expected));

  it('says why a pod failed, from its message, its containers or their exit codes', () => {
    const said = (status: object) =>
      trimPod(object({ status: { phase: 'Failed', ...status } })).health.message;
    expect(said({ message: 'The node was low on memory' })).toBe('The node was low on memory');
    expect(said(container({ terminated: { exitCode: 1, message: 'no database' } }))).toBe('no database');
    expect(said(container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))).toBe('OOMKilled');
    expect(said(container({ terminated: { exitCode: 3 } }))).toContain('exit code 3');
  });

  it.each<[string, Raw, Health['status']]>([
    ['runs', { status: { active: 1 } }, 'Progressing'],
    ['succeeded', { status: condition('Complete', 'True') }, 'Healthy'],
    ['failed', { status: condition('Failed', 'True', 'BackoffLimitExceeded') }, 'Degraded'],
    ['is suspended', { status: condition('Suspended', 'True') }, 'Suspended'],
  ])('Job that %s', (_name, raw, expected) => expect(healthOf('Job', raw)).toBe(expected));

  const address = { loadBalancer: { ingress: [{ hostname: 'lb.example.org' }] } };
  const scaling = (type: string, reason: string, status = 'True') => condition(type, status, reason);
  it.each<[string, Raw, Health['status']]>([
    ['Service', { spec: { type: 'ClusterIP' }, status: { loadBalancer: {} } }, 'Healthy'],
    ['Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }, 'Progressing'],
    ['Service', { spec: { type: 'LoadBalancer' }, status: address }, 'Healthy'],
    ['Ingress', { status: { loadBalancer: {} } }, 'Progressing'],
    ['Ingress', { status: address }, 'Healthy'],
    ['PersistentVolumeClaim', { status: { phase: 'Bound' } }, 'Healthy'],
    ['PersistentVolumeClaim', { status: { phase: 'Pending' } }, 'Progressing'],
    ['PersistentVolumeClaim', { status: { phase: 'Lost' } }, 'Degraded'],
    ['PersistentVolumeClaim', {}, 'Unknown'],
    ['HorizontalPodAutoscaler', {}, 'Progressing'],
    ['HorizontalPodAutoscaler', { status: scaling('AbleToScale', 'SucceededRescale') }, 'Healthy'],
    ['HorizontalPodAutoscaler', { status: scaling('AbleToScale', 'ReadyForNewScale') }, 'Healthy'],
    [
      'HorizontalPodAutoscaler',
      { status: scaling('ScalingLimited', 'DesiredWithinRange', 'False') },
      'Progressing',
    ],
    ['HorizontalPodAutoscaler', { status: scaling('AbleToScale', 'FailedGetScale', 'False') }, 'Degraded'],
    [
      'HorizontalPodAutoscaler',
      {
        status: {
          conditions: [
            ...scaling('AbleToScale', 'ReadyForNewScale').conditions,
            ...scaling('ScalingActive', 'FailedGetExternalMetric', 'False').conditions,
          ],
        },
      },
      'Degraded',
    ],
    ['CronJob', { spec: { suspend: true }, status: {} }, 'Healthy'],
    ['CronJob', {}, 'Progressing'],
    ['CronJob', { status: {} }, 'Healthy'],
    ['CronJob', { status: { lastScheduleTime: '2026-01-02T00:00:00Z' } }, 'Healthy'],
    [
      'CronJob',
      { status: { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:09Z' } },
      'Degraded',
    ],
    [
      'CronJob',
      {
        status: {
          active: [{}],
          lastScheduleTime: '2026-01-02T00:00:00Z',
          lastSuccessfulTime: '2026-01-01T00:00:09Z',
        },
      },
      'Healthy',
    ],
    [
      'CronJob',
      { status: { lastScheduleTime: '2026-01-02T00:00:00Z', lastSuccessfulTime: '2026-01-02T00:00:09Z' } },
      'Healthy',
    ],
  ])('%s %j: %s', (kind, raw, expected) => expect(healthOf(kind, raw)).toBe(expected));
});

describe('where the health of a live object is looked up', () => {
  const put = <T>(value: T): WatchBatch<T> => ({
    source: 'watch',
    upserts: [{ namespace: 'apps', name: 'x', uid: 'u', resourceVersion: '1', value }],
    removed: [],
  });
  const resource = (
    group: string,
    kind: string,
    namespace = 'apps',
    from: 'argo' | 'unknown' = 'unknown',
  ) => ({
    group,
    kind,
    namespace,
    name: 'x',
    sync: null,
    hook: false,
    requiresPruning: false,
    health: { status: null, message: null, from },
  });
  const live = () => ({ state: 'live', asOf: '' }) as const;

  it.each([
    ['apps', 'Deployment'],
    ['apps', 'ReplicaSet'],
    ['apps', 'StatefulSet'],
    ['apps', 'DaemonSet'],
    ['', 'Pod'],
    ['batch', 'Job'],
    ['batch', 'CronJob'],
    ['', 'Service'],
    ['', 'PersistentVolumeClaim'],
    ['networking.k8s.io', 'Ingress'],
    ['autoscaling', 'HorizontalPodAutoscaler'],
  ])('%s/%s is missing only where its kind is watched whole and live', (group, kind) => {
    const statusOf = (workloads: ReturnType<typeof createWorkloads>, namespace = 'apps') =>
      withLiveHealth([resource(group, kind, namespace)], workloads.live)[0]?.health.status;
    expect(statusOf(createWorkloads(place, live))).toBe('Missing');
    expect(statusOf(createWorkloads(place, live), 'elsewhere')).toBeNull();
    expect(statusOf(createWorkloads(place, () => ({ state: 'connecting', asOf: null })))).toBeNull();
    const chosen = Object.values(watchedKinds(place))
      .flat()
      .map(({ plural }) => [plural, 'a=b']);
    const withLabels = createWorkloads({ ...place, labels: Object.fromEntries(chosen) }, live);
    const hasSelector = !Object.values(otherKinds).some((other) => other.kind === kind);
    expect(statusOf(withLabels)).toBe(hasSelector ? null : 'Missing');
  });

  it('is the object of the same kind, and Argo CD is believed where it speaks', () => {
    const workloads = createWorkloads(place, live);
    workloads.applySets('StatefulSet', put(trimStatefulSet(object({ status: {} }))));
    workloads.applyOther('services', put(otherKinds.services.trim(object({ status: {} }))));
    const of = (...of: Parameters<typeof resource>) =>
      withLiveHealth([resource(...of)], workloads.live)[0]?.health;
    expect(of('apps', 'StatefulSet')).toMatchObject({ status: 'Progressing', from: 'live' });
    expect(of('apps', 'DaemonSet')).toMatchObject({ status: 'Missing' });
    expect(of('', 'Service')).toMatchObject({ status: 'Healthy', from: 'live' });
    expect(of('serving.knative.dev', 'Service')).toMatchObject({ status: null, from: 'unknown' });
    expect(of('apps', 'StatefulSet', 'apps', 'argo')).toMatchObject({ status: null, from: 'argo' });
  });

  it('is in the details of the Application, which are told again when it changes, and only then', () => {
    const state = createClusterState('staging', Object.values(watchedKinds(place)).flat(), { place });
    const application = readApplication({
      metadata: { name: 'frontend', namespace: 'argo', annotations: { repoName: 'frontend' } },
      status: { resources: [{ kind: 'Service', namespace: 'apps', name: 'x', status: 'Synced' }] },
    });
    if (application) state.applyApplications(put(application));
    const told: ClusterChange[] = [];
    state.view.onChange((changes) => told.push(...changes));
    const labels = { 'app.kubernetes.io/instance': 'frontend' };
    const service = (ingress: object[], selector: object) =>
      put(
        otherKinds.services.trim(
          object({
            metadata: { labels },
            spec: { type: 'LoadBalancer', selector },
            status: { loadBalancer: { ingress } },
          }),
        ),
      );
    const health = () => state.view.applicationDetails('frontend')[0]?.resources[0]?.health;
    expect(health()).toMatchObject({ status: null, from: 'unknown' });
    state.applyOther('services', service([], {}));
    expect(health()).toMatchObject({ status: 'Progressing', from: 'live' });
    state.applyOther('services', service([], { changed: 'yes' }));
    expect(told).toEqual([{ topic: 'application', app: 'frontend' }]);
    state.applyOther('services', service([{ ip: '192.0.2.1' }], {}));
    expect(health()).toMatchObject({ status: 'Healthy', from: 'live' });
    expect(told).toHaveLength(2);
  });

  it('of a StatefulSet comes with its rollout and the pods that it owns', () => {
    const state = createClusterState('staging', [], { place });
    const labels = { 'app.kubernetes.io/instance': 'frontend' };
    const set = (updateRevision: string) =>
      trimStatefulSet(
        object({ metadata: { labels }, status: { observedGeneration: 2, replicas: 1, updateRevision } }),
      );
    state.applySets('StatefulSet', put(set('x-a')));
    const ownerReferences = [{ kind: 'StatefulSet', uid: 'u', controller: true }];
    const pod = object({
      metadata: { labels: { ...labels, 'controller-revision-hash': 'x-a' }, ownerReferences },
      spec: { containers: [{ name: 'app', image: 'app:v1' }] },
      status: { phase: 'Pending', ...container({ waiting: { reason: 'ErrImagePull' } }) },
    });
    state.applyPods(put(trimPod(pod)));
    expect(state.view.rollouts('frontend')).toMatchObject([
      { kind: 'StatefulSet', deployment: 'x', state: 'progressing', failingPod: 'x' },
    ]);
    state.applySets('StatefulSet', put(set('x-b')));
    expect(state.view.rollouts('frontend')).toMatchObject([
      { failingPod: null, replicaSets: [{ name: 'x-b' }, { name: 'x-a', images: ['app:v1'] }] },
    ]);
  });
});
