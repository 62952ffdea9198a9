import { isDeepStrictEqual } from 'node:util';
import type { LivePod, WorkloadFacts } from '../../shared/domain/board/cell-running';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { ClusterLabels } from '../../shared/domain/estate/estate';
import type { ClusterTopic } from '../../shared/domain/rollout/cluster-status';
import type { Health, LiveHealth } from '../../shared/domain/rollout/resource-health';
import type { Rollout } from '../../shared/domain/rollout/rollout';
import { rolloutOf, withPodDetails } from '../../shared/domain/rollout/rollout-rules';
import { setRolloutOf } from '../../shared/domain/rollout/set-rollout';
import type { WatchBatch } from '../systems/kubernetes/types';
import type { ClusterPlace } from './place';
import { podNews } from './pod-news';
import { createTable, type Table } from './table';
import type { AppDeployment, AppPod, AppReplicaSet } from './trim';
import type { AppJob } from './trim-job';
import { type AppResource, type OtherKind, otherKinds } from './trim-resources';
import type { AppSet } from './trim-sets';

/** What runs in a cluster: the objects of apps, their rollouts, and the health of each. */
export interface Workloads {
  /** Each returns the apps whose rollouts changed. */
  applyDeployments(batch: WatchBatch<AppDeployment>): string[];
  applyReplicaSets(batch: WatchBatch<AppReplicaSet>): string[];
  applySets(kind: AppSet['kind'], batch: WatchBatch<AppSet>): string[];
  /**
   * `details`: the apps of whose pods something is shown anew that nothing else rests on ({@link podNews}). `steps`: the
   * pods of workflows that changed.
   */
  applyPods(batch: WatchBatch<AppPod>): { rollouts: string[]; details: string[]; steps: AppPod[] };
  /** Returns the Applications whose Jobs changed. */
  applyJobs(batch: WatchBatch<AppJob>): string[];
  /** Returns the apps that have an object whose health changed: an autoscaler's status moves all the time. */
  applyOther(kind: OtherKind, batch: WatchBatch<AppResource>): string[];
  /** By the app that its label names; by its Deployment's name, then its kind. Worked out once per change. */
  rollouts(app: string): Rollout[];
  /** What tells which version runs, by the same app. Worked out once per change. */
  facts(app: string): WorkloadFacts;
  /** Pods that run to an end and bear its label; none of a workflow. */
  jobPods(app: string): AppPod[];
  readonly pods: Pick<Table<AppPod>, 'of' | 'get'>;
  /** By Application. */
  readonly jobs: Pick<Table<AppJob>, 'of' | 'all'>;
  readonly live: LiveHealth;
}

/** Under which key the pods of a workflow lie. */
export const podsOfWorkflow = (workflow: string): string => `workflow/${workflow}`;

/** What tells which version a pod runs and how, as a text; kept with the pod, of which one in many changes. */
const saying = new WeakMap<AppPod, string>();
function saidBy(pod: AppPod): string {
  const before = saying.get(pod);
  if (before !== undefined) return before;
  const said = JSON.stringify([pod.phase, pod.ready, pod.reason, pod.images]);
  saying.set(pod, said);
  return said;
}

const idOf = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;

/** Where an object of a kind is looked up. */
interface Shelf {
  table: Pick<Table<{ health: Health }>, 'get'>;
  topic: ClusterTopic;
  /** Under which the estate may name labels. */
  labels?: keyof ClusterLabels;
}

/** @param freshness what is not there is missing only where its kind is live. */
export function createWorkloads(
  place: Pick<ClusterPlace, 'appsNamespace' | 'labels'> | undefined,
  freshness: (topic: ClusterTopic) => Freshness,
): Workloads {
  const deployments = createTable<AppDeployment>(({ app }) => app);
  const replicaSets = createTable<AppReplicaSet>(({ owner }) => owner ?? '');
  const sets = {
    StatefulSet: createTable<AppSet>(({ app }) => app),
    DaemonSet: createTable<AppSet>(({ app }) => app),
  };
  const pods = createTable<AppPod>(({ workflow, owner }) =>
    workflow ? podsOfWorkflow(workflow) : (owner ?? ''),
  );
  const podsByApp = createTable<AppPod>(({ app }) => app);
  const jobs = createTable<AppJob>(({ application }) => application);
  const others = Object.fromEntries(
    (Object.keys(otherKinds) as OtherKind[]).map((plural) => [plural, createTable<AppResource>(() => '')]),
  ) as Record<OtherKind, Table<AppResource>>;
  const shelves = new Map<string, Shelf>([
    ['apps/Deployment', { table: deployments, topic: 'rollouts', labels: 'deployments' }],
    ['apps/ReplicaSet', { table: replicaSets, topic: 'rollouts', labels: 'replicasets' }],
    ['apps/StatefulSet', { table: sets.StatefulSet, topic: 'resources', labels: 'statefulsets' }],
    ['apps/DaemonSet', { table: sets.DaemonSet, topic: 'resources', labels: 'daemonsets' }],
    ['/Pod', { table: pods, topic: 'pods', labels: 'pods' }],
    ['batch/Job', { table: jobs, topic: 'hooks', labels: 'jobs' }],
    ...(Object.keys(otherKinds) as OtherKind[]).map((plural): [string, Shelf] => {
      const { apiVersion, kind } = otherKinds[plural];
      const group = apiVersion.includes('/') ? apiVersion.split('/', 1)[0] : '';
      return [`${group}/${kind}`, { table: others[plural], topic: 'resources' }];
    }),
  ]);
  const known = new Map<string, Rollout[]>();
  const knownFacts = new Map<string, WorkloadFacts>();
  /** Whose an owner's uid is: pods carry the labels of their template, which need not name the workload's app. */
  const owners = new Map<string, { app: string; owner: string | null }>();
  /** Of those the workloads: what makes pods that run for good. */
  const makers = new Set<string>();
  const appOfOwner = (uid: string | null): string[] => {
    const owner = uid === null ? undefined : owners.get(uid);
    // A pod's owner has one at most: its ReplicaSet a Deployment.
    const above = owner?.owner ? owners.get(owner.owner) : undefined;
    return [owner, above].flatMap((one) => (one ? [one.app] : []));
  };
  const appsOf = (touched: readonly { app: string; owner?: string | null }[]): string[] => [
    ...new Set(
      touched.flatMap(({ app, owner = null }) => {
        const owning = appOfOwner(owner);
        // What bears no app's label is its owner's alone.
        return app === '' && owning.length > 0 ? owning : [app, ...owning];
      }),
    ),
  ];
  const changed = (touched: readonly { app: string; owner?: string | null }[]): string[] => {
    const apps = appsOf(touched);
    for (const app of apps) {
      known.delete(app);
      knownFacts.delete(app);
    }
    return apps;
  };
  /** Takes a batch of owners in, and remembers whose each is. */
  const applyOwners = <T extends { app: string; uid: string; owner?: string | null }>(
    table: Table<T>,
    batch: WatchBatch<T>,
  ): string[] => {
    const touched = table.apply(batch);
    const apps = changed(touched);
    for (const { uid } of batch.removed) {
      owners.delete(uid);
      makers.delete(uid);
    }
    for (const { value } of batch.upserts) {
      owners.set(value.uid, { app: value.app, owner: value.owner ?? null });
      makers.add(value.uid);
    }
    return [...new Set([...apps, ...changed(touched)])];
  };

  /**
   * What a pod says anew. Only of one that a ReplicaSet or set made can it be details: hooks are judged by all that
   * their pods say.
   */
  const newsOf = (before: AppPod | null, after: AppPod): ReturnType<typeof podNews> => {
    const isWorkloads = after.owner !== null && makers.has(after.owner) && !after.ofJob && !after.ofHook;
    return before && isWorkloads && after.workflow === null ? podNews(before, after) : 'all';
  };
  /** What is known of an app's rollouts, with what one of its pods says of itself by now. */
  const showDetails = (app: string, pod: AppPod): void => {
    const before = known.get(app);
    if (before)
      known.set(
        app,
        before.map((rollout) => withPodDetails(rollout, pod)),
      );
  };

  /**
   * Pods of the app's workloads and those that bear its label; none of a Job or workflow, none that is going. Pods that
   * say the same are one with a count: an app has many, and its cell is worked out again with every change of one.
   */
  function factsOf(app: string): WorkloadFacts {
    const seen = new Set<AppPod>();
    const found = new Map<string, LivePod & { count: number }>();
    const add = (pod: AppPod, workload: string | null, ofSet: boolean): void => {
      if (pod.deleting || pod.ofJob || pod.ofHook || pod.workflow !== null || seen.has(pod)) return;
      if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return;
      seen.add(pod);
      const { name, images, phase, ready, reason } = pod;
      const said = `${ofSet} ${workload === null ? '' : `/${workload}`}\n${saidBy(pod)}`;
      const same = found.get(said);
      if (same) same.count++;
      else found.set(said, { name, images, phase, ready, reason, workload, ofSet, count: 1 });
    };
    const templates: WorkloadFacts['templates'][number][] = [];
    const pastImages = new Set<string>();
    for (const { name, desired, images, uid } of deployments.of(app)) {
      templates.push({ name, desired, images });
      for (const set of replicaSets.of(uid)) {
        for (const image of set.images) pastImages.add(image);
        for (const pod of pods.of(set.uid)) add(pod, name, false);
      }
    }
    for (const table of Object.values(sets))
      for (const { name, desired, images, uid } of table.of(app)) {
        templates.push({ name, desired, images });
        for (const pod of pods.of(uid)) add(pod, name, true);
      }
    for (const pod of podsByApp.of(app)) add(pod, null, false);
    return { pods: [...found.values()], templates, pastImages: [...pastImages] };
  }

  return {
    applyDeployments: (batch) => applyOwners(deployments, batch),
    applyReplicaSets: (batch) => applyOwners(replicaSets, batch),
    applySets: (kind, batch) => applyOwners(sets[kind], batch),
    applyPods(batch) {
      const removed = new Set(batch.removed.map(idOf));
      const shown: typeof batch.upserts = [];
      const rest: typeof batch.upserts = [];
      for (const item of batch.upserts) {
        const { namespace, name, value } = item;
        // One that went and came again is another pod, whatever it says.
        const before = removed.size > 0 && removed.has(idOf(item)) ? null : pods.get(namespace, name);
        const news = newsOf(before, value);
        if (news === 'all') rest.push(item);
        else if (news === 'details') shown.push(item);
      }
      if (shown.length > 0)
        for (const table of [pods, podsByApp]) table.apply({ ...batch, upserts: shown, removed: [] });
      const details = new Set<string>();
      for (const { value } of shown)
        for (const app of appsOf([value])) {
          showDetails(app, value);
          details.add(app);
        }
      if (rest.length === 0 && batch.removed.length === 0)
        return { rollouts: [], details: [...details], steps: [] };
      const touched = pods.apply({ ...batch, upserts: rest });
      podsByApp.apply({ ...batch, upserts: rest });
      return {
        rollouts: changed(touched.filter(({ workflow }) => workflow === null)),
        details: [...details],
        steps: touched.filter(({ workflow }) => workflow !== null),
      };
    },
    applyJobs(batch) {
      for (const { uid } of batch.removed) owners.delete(uid);
      for (const { value } of batch.upserts) owners.set(value.uid, { app: value.application, owner: null });
      return [...new Set(jobs.apply(batch).map(({ application }) => application))];
    },
    applyOther(kind, { upserts, ...batch }) {
      const table = others[kind];
      const moved = upserts.filter(
        ({ namespace, name, value }) => !isDeepStrictEqual(table.get(namespace, name), value),
      );
      return [...new Set(table.apply({ ...batch, upserts: moved }).map(({ app }) => app))];
    },
    rollouts(app) {
      const before = known.get(app);
      if (before) return before;
      const ofSets = Object.values(sets).flatMap((table) => [...table.of(app)]);
      const rollouts = [
        ...[...deployments.of(app)].map((one) =>
          rolloutOf(one, replicaSets.of(one.uid), (uid) => pods.of(uid)),
        ),
        ...ofSets.map((set) => setRolloutOf(set, pods.of(set.uid))),
      ].sort(
        (a, b) => a.deployment.localeCompare(b.deployment) || (a.kind ?? '').localeCompare(b.kind ?? ''),
      );
      known.set(app, rollouts);
      return rollouts;
    },
    facts(app) {
      const before = knownFacts.get(app);
      if (before) return before;
      const facts = factsOf(app);
      knownFacts.set(app, facts);
      return facts;
    },
    jobPods: (app) =>
      [...podsByApp.of(app)].filter((pod) => (pod.ofJob || pod.ofHook) && pod.workflow === null),
    pods,
    jobs,
    live({ group, kind, namespace, name }) {
      const shelf = shelves.get(`${group}/${kind}`);
      if (!shelf) return undefined;
      const found = shelf.table.get(namespace ?? '', name);
      if (found) return found.health;
      const isWhole =
        namespace === place?.appsNamespace &&
        (shelf.labels === undefined || place?.labels?.[shelf.labels] === undefined);
      return isWhole && freshness(shelf.topic).state === 'live' ? null : undefined;
    },
  };
}
