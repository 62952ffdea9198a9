import { type Failure, ok, type Result } from '../../../../shared/domain/failure/failure';
import type { ClusterTopic } from '../../../../shared/domain/rollout/cluster-status';
import { createClusterState } from '../../../observation/cluster-state';
import { trimDeployment, trimPod, trimReplicaSet } from '../../../observation/trim';
import { trimJob } from '../../../observation/trim-job';
import type { Cluster } from '../../../observation/types';
import { type WatchedKind, watchedKinds } from '../../../observation/watched-kinds';
import { readApplication } from '../../../systems/argo/application';
import { readWorkflow } from '../../../systems/argo/read-workflow';
import type { KubeObject, WatchBatch } from '../../../systems/kubernetes/types';

const labels = { 'app.govuk/repository-name': 'frontend', 'app.kubernetes.io/instance': 'frontend' };
const at = '2026-03-01T10:00:00Z';

const owned = (kind: string, name: string) => [
  { apiVersion: 'apps/v1', kind, name, uid: name, controller: true },
];

/** What a Deployment of one replica looks like at a version; the rest of its state as given. */
export interface Shown {
  image: string;
  generation?: number;
  observed?: number;
  replicas?: number;
  updated?: number;
  total?: number;
  available?: number;
  paused?: boolean;
  /** Ready pods of the current ReplicaSet; left out: all. */
  ready?: number;
  condition?: { reason: string; lastUpdateTime: string };
  podReason?: string;
  /** Left out: `frontend`. */
  name?: string;
}

/** An environment's cluster as a person with certain rights sees it: the real state in memory, fed with objects. */
export interface SeenCluster {
  readonly cluster: Cluster;
  /** What was asked of it. */
  readonly asked: string[];
  deployment(shown: Shown): void;
  application(version: string, more?: Record<string, unknown>): void;
  workflow(name: string, version: string, phase: string, template?: string): void;
  job(name: string, failed: boolean, startedAt: string): void;
  jobPod(name: string, reason: string): void;
  /** Takes the right to see a topic away, or says that it was never there. */
  hide(...topics: ClusterTopic[]): void;
  hideKind(plural: string): void;
  /** Argo is seen by its own server, and nobody is signed in there. @param asOf when it was seen last. */
  signOut(asOf: string | null, topic?: ClusterTopic): void;
  /** As {@link signOut}, where the session has ended by itself. */
  endSession(asOf: string | null, topic?: ClusterTopic): void;
  signIn(): void;
  /** What Argo CD answers to a refresh. */
  onRefresh(answer: () => Result<void>): void;
}

/** What Argo's server says once a session has ended. */
export const sessionOver: Failure = {
  code: 'unauthorised',
  message: 'Your session has ended.',
  meaning: '',
  next: [{ do: 'open-settings', label: 'Sign in again' }],
};

/** @param hidden topics that the cluster refuses to show; all others are live. */
export function seenCluster(environment: string, hidden: readonly ClusterTopic[]): SeenCluster {
  const place = {
    environment,
    argoNamespace: 'cluster-services',
    workflowsNamespace: 'apps',
    appsNamespace: 'apps',
    parentApplication: 'app-config',
  };
  const kinds: WatchedKind[] = Object.values(watchedKinds(place)).flat();
  const state = createClusterState(environment, kinds, { place });
  const sees = new Set(kinds);
  const refuse = (kind: WatchedKind): void => {
    sees.delete(kind);
    const message = `${kind.plural} are refused.`;
    const failure = { code: 'forbidden' as const, message, meaning: '', next: [] };
    state.applyFreshness(kind, { state: 'unreachable', asOf: null, since: at, failure }, true);
  };
  const hide = (topics: readonly ClusterTopic[]): void => {
    for (const kind of kinds) if (topics.some((topic) => kind.topics.includes(topic))) refuse(kind);
  };
  for (const kind of kinds) state.applyFreshness(kind, { state: 'live', asOf: at });
  hide(hidden);
  let version = 0;
  /** An object as its watch brings it, where its kind is shown. */
  const show = <T>(
    plural: string,
    apply: (batch: WatchBatch<T>) => void,
    object: KubeObject,
    value: T | null,
  ): void => {
    if (value === null || ![...sees].some((kind) => kind.plural === plural)) return;
    const { namespace = 'apps', name, uid = name } = object.metadata;
    const key = { namespace, name, uid };
    apply({
      source: 'watch',
      upserts: [{ ...key, resourceVersion: String(++version), value }],
      removed: [],
    });
  };
  const meta = (name: string, more: Record<string, unknown> = {}) => ({
    namespace: 'apps',
    name,
    uid: name,
    labels,
    creationTimestamp: at,
    ...more,
  });
  const asked: string[] = [];
  let answerRefresh: (() => Result<void>) | null = null;
  const without = (topic: ClusterTopic, asOf: string | null, failure: Failure): void => {
    for (const kind of kinds)
      if (kind.topics.includes(topic))
        state.applyFreshness(kind, { state: 'unreachable', asOf, since: at, failure }, true, true);
  };
  const doing = (what: string) => async () => {
    asked.push(what);
    return ok(undefined);
  };
  const { view } = state;
  const actions: Partial<Cluster['actions']> = {
    parentApplication: place.parentApplication,
    refresh: async (name) => {
      asked.push(`refresh ${name}`);
      return answerRefresh?.() ?? ok(undefined);
    },
    sync: (name) => doing(`sync ${name}`)(),
    isBehind: () => false,
    refreshPending: () => false,
    refreshSeenAt: () => null,
    syncedBy: () => null,
    readWorkflows: async ({ app, template }) => {
      asked.push(`read ${template} in ${environment}`);
      return ok(
        view.workflows({ app: app ?? 'frontend', template }).filter(({ phase }) => phase === 'Running'),
      );
    },
    readApplications: async (app) => ok(view.applications(app)),
    readAllApplications: async () => ok(new Map([['frontend', view.applications('frontend')]])),
  };
  const revisionOf = (image: string): number => Number(/v(\d+)/.exec(image)?.[1] ?? 99);
  return {
    // What no step calls is left out.
    cluster: { view, actions, failingPod: async () => null } as unknown as Cluster,
    asked,
    deployment(shown) {
      const { image, name = 'frontend', replicas = 1, condition } = shown;
      const revision = {
        'deployment.kubernetes.io/revision': String(revisionOf(image)),
      };
      const generation = shown.generation ?? 1;
      const template = { spec: { containers: [{ name: 'app', image }] } };
      const deployment: KubeObject = {
        metadata: meta(name, { generation, annotations: revision }),
        spec: { replicas, paused: shown.paused ?? false, template },
        status: {
          observedGeneration: shown.observed ?? generation,
          replicas: shown.total ?? replicas,
          updatedReplicas: shown.updated ?? replicas,
          readyReplicas: replicas,
          availableReplicas: shown.available ?? replicas,
          conditions: condition ? [{ type: 'Progressing', status: 'False', ...condition }] : [],
        },
      };
      const set = `${name}-${revisionOf(image)}`;
      const ready = shown.ready ?? replicas;
      const replicaSet: KubeObject = {
        metadata: meta(set, { annotations: revision, ownerReferences: owned('Deployment', name) }),
        spec: { replicas, template },
        status: { readyReplicas: ready },
      };
      const isReady = ready > 0;
      const pod: KubeObject = {
        metadata: meta(`${set}-a`, { ownerReferences: owned('ReplicaSet', set) }),
        spec: template.spec,
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
          containerStatuses: [
            {
              name: 'app',
              ready: isReady,
              restartCount: 0,
              state: shown.podReason ? { waiting: { reason: shown.podReason } } : { running: {} },
            },
          ],
        },
      };
      show('deployments', state.applyDeployments, deployment, trimDeployment(deployment));
      show('replicasets', state.applyReplicaSets, replicaSet, trimReplicaSet(replicaSet));
      if (replicas > 0) show('pods', state.applyPods, pod, trimPod(pod));
      if ((shown.total ?? replicas) > replicas || revisionOf(image) < 2) return;
      const old = `${name}-${revisionOf(image) - 1}-a`;
      state.applyPods({
        source: 'watch',
        upserts: [],
        removed: [{ namespace: 'apps', name: old, uid: old }],
      });
    },
    application(version, more = {}) {
      const application: KubeObject = {
        metadata: {
          namespace: place.argoNamespace,
          name: 'frontend',
          uid: 'frontend',
          annotations: { repoName: 'frontend', imageTag: version },
        },
        spec: { project: 'default', source: { repoURL: 'https://git.example.org/charts' } },
        status: {
          sync: { status: 'Synced' },
          health: { status: 'Healthy' },
          operationState: {
            phase: 'Succeeded',
            startedAt: at,
            finishedAt: at,
            operation: { sync: {} },
          },
          ...more,
        },
      };
      show('applications', state.applyApplications, application, readApplication(application));
    },
    workflow(name, version, phase, template = 'post-sync') {
      const workflow: KubeObject = {
        metadata: meta(name, {
          labels: {
            repoName: 'frontend',
            imageTag: version,
            'workflows.argoproj.io/workflow-template': template,
          },
        }),
        spec: {
          workflowTemplateRef: { name: template },
          arguments: {
            parameters: [
              { name: 'repoName', value: 'frontend' },
              { name: 'imageTag', value: version },
            ],
          },
        },
        status: {
          phase,
          startedAt: at,
          ...(phase === 'Running' ? {} : { finishedAt: at }),
        },
      };
      show('workflows', state.applyWorkflows, workflow, readWorkflow(workflow, environment));
    },
    job(name, failed, startedAt) {
      const job: KubeObject = {
        metadata: meta(name, { annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } }),
        spec: {},
        status: {
          startTime: startedAt,
          active: failed ? 0 : 1,
          failed: failed ? 1 : 0,
          conditions: failed
            ? [{ type: 'Failed', status: 'True', message: 'Job has reached its limit' }]
            : [],
        },
      };
      show('jobs', state.applyJobs, job, trimJob(job));
    },
    jobPod(name, reason) {
      const pod: KubeObject = {
        metadata: meta(name, { labels: { ...labels, 'batch.kubernetes.io/job-name': 'frontend-migrate' } }),
        spec: { containers: [{ name: 'migrate', image: 'registry/frontend:v2' }] },
        status: {
          phase: 'Failed',
          containerStatuses: [
            { name: 'migrate', restartCount: 0, state: { terminated: { exitCode: 1, reason } } },
          ],
        },
      };
      show('pods', state.applyPods, pod, trimPod(pod));
    },
    hide: (...topics) => hide(topics),
    signOut: (asOf, topic = 'applications') =>
      without(topic, asOf, { code: 'signed-out', message: 'Signed out.', meaning: '', next: [] }),
    endSession: (asOf, topic = 'applications') => without(topic, asOf, sessionOver),
    signIn: () => {
      for (const kind of kinds)
        if (kind.topics.includes('applications') || kind.topics.includes('workflows'))
          state.applyFreshness(kind, { state: 'live', asOf: at }, false, true);
    },
    onRefresh: (given) => {
      answerRefresh = given;
    },
    hideKind: (plural) => {
      for (const kind of kinds) if (kind.plural === plural) refuse(kind);
    },
  };
}
