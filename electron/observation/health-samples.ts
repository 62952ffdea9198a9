/** Objects in the odd corners of Argo CD's health rules, made up from a seed: for comparing with Argo CD's own answers. */

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A field that is left out. */
const no = Symbol('none');

class Maker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  pick(...values: readonly unknown[]): unknown {
    return values[Math.floor(this.#random() * values.length)];
  }

  /** An object of the fields that are there. */
  of(fields: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== no));
  }

  list(most: number, make: () => unknown): unknown {
    return Array.from({ length: Math.floor(this.#random() * (most + 1)) }, make);
  }

  count(): unknown {
    return this.pick(0, 1, 2, 2, 2, 3, no, null);
  }

  conditions(types: readonly string[], reasons: readonly string[]): unknown {
    const one = () =>
      this.of({
        type: this.pick(...types),
        status: this.pick('True', 'True', 'False', 'Unknown', no),
        reason: this.pick(...reasons, no, null),
        message: this.pick('why', '', no),
      });
    return this.pick(no, null, this.list(3, one), this.list(3, one), this.list(1, one));
  }

  metadata(annotations: unknown): Record<string, unknown> {
    const deleted = this.pick(...Array<unknown>(12).fill(no), '2026-01-01T00:00:00Z', null);
    return this.of({
      name: 'x',
      namespace: 'apps',
      uid: 'u',
      generation: this.pick(1, 2, 2, 2, no),
      deletionTimestamp: deleted,
      finalizers: this.pick(no, no, ['argocd.argoproj.io/hook-finalizer'], ['other/finalizer'], null),
      annotations,
    });
  }

  status(fields: Record<string, unknown>): unknown {
    const whole = this.of({ observedGeneration: this.pick(0, 1, 2, 2, 2, 2, no), ...fields });
    return this.pick(...Array<unknown>(12).fill(whole), no, null);
  }

  container(): unknown {
    const state = () =>
      this.pick(
        no,
        null,
        {},
        { running: {} },
        ...[
          'ErrImagePull',
          'ImagePullBackOff',
          'CrashLoopBackOff',
          'Error',
          'ErrorX',
          'Errors',
          'PodInitializing',
        ].map((reason) => ({ waiting: this.of({ reason, message: this.pick('m', no) }) })),
        { waiting: null },
        { terminated: { exitCode: 1 } },
        { terminated: { exitCode: 0, reason: 'OOMKilled' } },
      );
    return this.of({ name: 'app', ready: false, state: state(), lastState: state() });
  }
}

const hookAnnotations = [
  undefined,
  undefined,
  null,
  {},
  { 'argocd.argoproj.io/hook': 'PreSync' },
  { 'argocd.argoproj.io/hook': 'Skip' },
  { 'argocd.argoproj.io/hook': ' Skip , PostSync' },
  { 'argocd.argoproj.io/hook': 'Unheard' },
  { 'argocd.argoproj.io/hook': '' },
  { 'helm.sh/hook': 'pre-install' },
  { 'helm.sh/hook': 'crd-install' },
  { 'helm.sh/hook': 'test' },
  { 'argocd.argoproj.io/hook': 'Skip', 'helm.sh/hook': 'pre-install' },
];

const scaling = [
  ...['FailedGetScale', 'FailedUpdateScale', 'FailedGetResourceMetric', 'FailedGetObjectMetric'],
  ...['FailedGetPodsMetric', 'FailedGetExternalMetric', 'FailedComputeMetricsReplicas', 'InvalidSelector'],
  ...['SucceededGetScale', 'TooFewReplicas', 'ReadyForNewScale'],
];

const kinds: Record<string, { apiVersion: string; make: (by: Maker) => Record<string, unknown> }> = {
  Deployment: {
    apiVersion: 'apps/v1',
    make: (by) => ({
      spec: by.of({ replicas: by.pick(0, 1, 2, 2), paused: by.pick(no, no, no, false, true) }),
      status: by.status({
        replicas: by.count(),
        updatedReplicas: by.count(),
        availableReplicas: by.count(),
        conditions: by.conditions(
          ['Progressing', 'Available', 'ReplicaFailure'],
          ['ProgressDeadlineExceeded', 'NewReplicaSetAvailable'],
        ),
      }),
    }),
  },
  ReplicaSet: {
    apiVersion: 'apps/v1',
    make: (by) => ({
      spec: by.of({ replicas: by.pick(0, 1, 2, 2) }),
      status: by.status({
        replicas: 2,
        availableReplicas: by.count(),
        conditions: by.conditions(['ReplicaFailure', 'Other'], ['FailedCreate']),
      }),
    }),
  },
  StatefulSet: {
    apiVersion: 'apps/v1',
    make: (by) => ({
      spec: by.of({
        replicas: by.pick(0, 1, 2, 2),
        updateStrategy: by.pick(
          no,
          null,
          {},
          { type: 'OnDelete' },
          { type: 'RollingUpdate' },
          { type: 'RollingUpdate', rollingUpdate: null },
          { type: 'RollingUpdate', rollingUpdate: {} },
          ...[0, 1, 2, 5].map((partition) => ({ type: 'RollingUpdate', rollingUpdate: { partition } })),
          { type: 'Other', rollingUpdate: { partition: 0 } },
          { rollingUpdate: { partition: 0 } },
        ),
      }),
      status: by.status({
        replicas: 2,
        readyReplicas: by.count(),
        updatedReplicas: by.count(),
        currentRevision: by.pick(no, 'a', 'a', ''),
        updateRevision: by.pick(no, 'a', 'a', 'b', ''),
      }),
    }),
  },
  DaemonSet: {
    apiVersion: 'apps/v1',
    make: (by) => ({
      spec: by.of({ updateStrategy: by.pick(no, null, {}, { type: 'OnDelete' }, { type: 'RollingUpdate' }) }),
      status: by.status({
        desiredNumberScheduled: by.count(),
        updatedNumberScheduled: by.count(),
        numberAvailable: by.count(),
      }),
    }),
  },
  Pod: {
    apiVersion: 'v1',
    make: (by) => {
      const hook = by.pick(...hookAnnotations) as object | null | undefined;
      const ignore = { 'argocd.argoproj.io/ignore-restart-policy': by.pick('true', 'true', 'false', 'True') };
      return {
        metadata: by.metadata(by.pick(no, hook ?? no, { ...hook, ...ignore }, ignore)),
        spec: by.of({
          restartPolicy: by.pick('Always', 'Always', 'Never', 'OnFailure'),
          containers: [{ name: 'app' }],
        }),
        status: by.status({
          phase: by.pick(
            'Running',
            'Running',
            'Running',
            'Pending',
            'Succeeded',
            'Failed',
            'Unknown',
            '',
            no,
          ),
          message: by.pick(no, 'm'),
          conditions: by.conditions(['Ready', 'Ready', 'PodScheduled'], ['x']),
          containerStatuses: by.pick(
            no,
            null,
            by.list(2, () => by.container()),
          ),
          initContainerStatuses: by.pick(
            no,
            by.list(1, () => by.container()),
          ),
        }),
      };
    },
  },
  Job: {
    apiVersion: 'batch/v1',
    make: (by) => ({
      spec: by.of({ suspend: by.pick(no, true, false) }),
      status: by.status({
        active: by.count(),
        failed: by.count(),
        succeeded: by.count(),
        conditions: by.conditions(
          ['Failed', 'Complete', 'Suspended', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'],
          ['BackoffLimitExceeded', 'JobResumed', 'JobSuspended'],
        ),
      }),
    }),
  },
  Service: {
    apiVersion: 'v1',
    make: (by) => ({
      spec: by.of({ type: by.pick('LoadBalancer', 'LoadBalancer', 'ClusterIP', 'ExternalName', no) }),
      status: by.status({
        loadBalancer: by.pick(
          no,
          null,
          {},
          { ingress: [] },
          { ingress: [{ ip: '1.2.3.4' }] },
          { ingress: [{}] },
        ),
      }),
    }),
  },
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    make: (by) => ({
      spec: {},
      status: by.status({
        loadBalancer: by.pick(
          no,
          null,
          {},
          { ingress: [] },
          { ingress: [{ ip: '1.2.3.4' }] },
          { ingress: [{}] },
          { ingress: 'x' },
        ),
      }),
    }),
  },
  PersistentVolumeClaim: {
    apiVersion: 'v1',
    make: (by) => ({
      spec: {},
      status: by.status({ phase: by.pick('Bound', 'Pending', 'Lost', 'Released', '', no) }),
    }),
  },
  HorizontalPodAutoscaler: {
    apiVersion: 'autoscaling/v2',
    make: (by) => ({
      spec: {},
      status: by.status({
        conditions: by.conditions(['AbleToScale', 'ScalingActive', 'ScalingLimited'], scaling),
      }),
    }),
  },
};

/** The kinds that Argo CD has built-in rules for and that are watched. */
export const sampledKinds = Object.keys(kinds);

/** Fields that are not read: what is odd in them is not noticed. */
const unread = new Set(['observedGeneration', 'replicas', 'restartPolicy']);

/** An object that has something odd in one field of its status or spec, one time in ten. */
function oddly(by: Maker, object: Record<string, unknown>): Record<string, unknown> {
  if (by.pick(...Array<unknown>(9).fill(false), true) === false) return object;
  const part = by.pick('spec', 'status') as string;
  const inside = object[part];
  if (typeof inside !== 'object' || inside === null) return object;
  const fields = Object.keys(inside).filter((one) => !unread.has(one));
  if (fields.length === 0) return object;
  return {
    ...object,
    [part]: { ...inside, [by.pick(...fields) as string]: by.pick('odd', { odd: 1 }, null) },
  };
}

/** The object of a kind that a seed makes, with what the API server fills in (replicas, restart policies). */
export function healthSample(kind: string, seed: number): Record<string, unknown> {
  const { apiVersion, make } = kinds[kind] ?? { apiVersion: 'v1', make: () => ({}) };
  const by = new Maker(seed);
  // Neighbouring seeds begin alike.
  for (let i = 0; i < 4; i += 1) by.pick(0);
  const metadata = by.metadata(by.pick(no, { note: 'x' }, null));
  const made = oddly(by, make(by));
  return JSON.parse(JSON.stringify(by.of({ apiVersion, kind, metadata, ...made })));
}
