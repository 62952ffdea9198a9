import { imageParts } from '../ledger/image';
import { count } from '../text/count';
import type { Rollout, RolloutPod } from './rollout';

/** What the rules need of a Deployment (apps/v1). */
export interface DeploymentFacts {
  name: string;
  namespace: string;
  uid: string;
  /** `metadata.generation`, and `status.observedGeneration` (0 before the controller saw it). */
  generation: number;
  observedGeneration: number;
  /** Annotation `deployment.kubernetes.io/revision`. */
  revision: number | null;
  /** `spec.replicas`. */
  desired: number;
  /** `status.replicas`, `.updatedReplicas`, `.readyReplicas`, `.availableReplicas`. */
  total: number;
  updated: number;
  ready: number;
  available: number;
  paused: boolean;
  conditions: readonly {
    type: string;
    status: string;
    reason: string | null;
    message: string | null;
    /** When it last changed; ISO 8601 UTC. */
    lastUpdateTime?: string | null;
  }[];
}

/** What the rules need of a ReplicaSet (apps/v1). */
export interface ReplicaSetFacts {
  name: string;
  uid: string;
  /** Uid of the Deployment that owns it. */
  owner: string | null;
  revision: number | null;
  desired: number;
  ready: number;
  images: readonly string[];
  /** `metadata.creationTimestamp`; ISO 8601 UTC. */
  createdAt?: string | null;
}

/** A pod as the rules need it: what is shown, and the uid of the ReplicaSet that owns it. */
export interface PodFacts extends Omit<RolloutPod, 'replicaSet'> {
  owner: string | null;
  createdAt: string | null;
  deleting: boolean;
}

/**
 * Whether a Deployment's rollout is done, by the rules of `kubectl rollout status`
 * (kubectl `pkg/polymorphichelpers/rollout_status.go`), in their order.
 */
export function rolloutState(
  deployment: DeploymentFacts,
): Pick<Rollout, 'state' | 'message' | 'failedAt' | 'finishedAt'> {
  const { desired, total, updated, available } = deployment;
  if (deployment.generation > deployment.observedGeneration) {
    return { state: 'waiting', message: 'Waiting for Kubernetes to process the change' };
  }
  const progressing = deployment.conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return {
      state: 'failed',
      message: progressing.message ?? 'It did not progress before its deadline',
      failedAt: progressing.lastUpdateTime ?? null,
    };
  }
  if (updated < desired) {
    const paused = deployment.paused ? ' (the Deployment is paused)' : '';
    return { state: 'progressing', message: `${updated} of ${desired} new pods have been created${paused}` };
  }
  if (total > updated) {
    const old = total - updated;
    return {
      state: 'terminating-old',
      message: `${count(old, 'old pod')} still terminating`,
    };
  }
  if (available < updated)
    return { state: 'progressing', message: `${available} of ${updated} new pods are available` };
  return {
    state: 'done',
    message: updated === 0 ? 'Scaled to zero pods' : `${updated} of ${desired} pods run the newest revision`,
    finishedAt:
      progressing?.reason === 'NewReplicaSetAvailable' ? (progressing.lastUpdateTime ?? null) : null,
  };
}

/**
 * A Deployment's rollout with its ReplicaSets (the current one first, then by revision) and their pods. The current
 * ReplicaSet is the one with the Deployment's own revision.
 * @param replicaSets of any Deployment; those of others are left out.
 * @param pods of any ReplicaSet; those of others, and those being deleted of old ones, are left out of the failing pod.
 */
export function rolloutOf(
  deployment: DeploymentFacts,
  replicaSets: Iterable<ReplicaSetFacts>,
  podsOf: (replicaSetUid: string) => Iterable<PodFacts>,
): Rollout {
  const own = [...replicaSets].filter(({ owner }) => owner === deployment.uid);
  const isCurrent = (set: ReplicaSetFacts): boolean =>
    deployment.revision !== null && set.revision === deployment.revision;
  const withPods = own
    .map((set) => ({ set, pods: [...podsOf(set.uid)].sort(byAge) }))
    // An old ReplicaSet that is scaled to nothing is history, not rollout.
    .filter(({ set, pods }) => isCurrent(set) || set.desired > 0 || pods.length > 0)
    .sort(
      (a, b) =>
        Number(isCurrent(b.set)) - Number(isCurrent(a.set)) || (b.set.revision ?? 0) - (a.set.revision ?? 0),
    );
  const failing = withPods
    .filter(({ set }) => isCurrent(set))
    .flatMap(({ pods }) => pods)
    .find((pod) => pod.reason !== null && !pod.deleting);
  return {
    deployment: deployment.name,
    namespace: deployment.namespace,
    ...rolloutState(deployment),
    startedAt: beganAt(own, isCurrent, withPods.find(({ set }) => isCurrent(set))?.pods ?? []),
    desired: deployment.desired,
    updated: deployment.updated,
    ready: deployment.ready,
    available: deployment.available,
    total: deployment.total,
    replicaSets: withPods.map(({ set }) => ({
      name: set.name,
      current: isCurrent(set),
      revision: set.revision,
      images: [...set.images],
      desired: set.desired,
      ready: set.ready,
    })),
    pods: withPods.flatMap(({ set, pods }) => pods.map((pod) => shownPod(pod, set.name))),
    failingPod: failing?.name ?? null,
  };
}

/** Pods as they are shown, kept with what they were made from: of all an app's pods one changes at a time. */
const shownPods = new WeakMap<PodFacts, RolloutPod>();
/** @param replicaSet the name of the ReplicaSet or revision that it stands under. */
export function shownPod(facts: PodFacts, replicaSet: string): RolloutPod {
  const before = shownPods.get(facts);
  if (before?.replicaSet === replicaSet) return before;
  const { name, namespace, phase, ready, restarts, startedAt, containers, reason, message } = facts;
  const { lastTermination } = facts;
  const shown = {
    name,
    namespace,
    replicaSet,
    phase,
    ready,
    restarts,
    startedAt,
    containers,
    reason,
    message,
    lastTermination,
  };
  shownPods.set(facts, shown);
  return shown;
}

/**
 * A rollout in which one of its pods says something else of itself; the same one where it has no such pod. Right only
 * where nothing else of the rollout rests on what changed: its owner, age, phase, readiness, reason, whether it is going.
 */
export function withPodDetails(rollout: Rollout, facts: PodFacts): Rollout {
  const { name, namespace } = facts;
  const place = rollout.pods.findIndex((one) => one.name === name && one.namespace === namespace);
  const before = rollout.pods[place];
  if (!before) return rollout;
  const pods = [...rollout.pods];
  pods[place] = shownPod(facts, before.replicaSet);
  return { ...rollout, pods };
}

/** When the present revision's pods began to be made: see {@link Rollout}. */
function beganAt(
  sets: readonly ReplicaSetFacts[],
  isCurrent: (set: ReplicaSetFacts) => boolean,
  pods: readonly PodFacts[],
): string | null {
  const created = sets.find(isCurrent)?.createdAt ?? null;
  if (created === null) return null;
  const isUsedAgain = sets.some((set) => !isCurrent(set) && (set.createdAt ?? '') > created);
  return isUsedAgain ? (pods[0]?.createdAt ?? null) : created;
}

/**
 * Tags of the images that ready pods of an app run right now, each once, in order. Where several workloads run the same
 * image (a worker, a `draft-` twin), only a tag that all of them serve counts: what came up in the twin alone may be the
 * version whose migration keeps it from the app itself.
 */
export function servingTags(rollouts: readonly Pick<Rollout, 'replicaSets'>[]): string[] {
  const workloads = rollouts.map(({ replicaSets }) =>
    replicaSets.filter(({ ready }) => ready > 0).flatMap((set) => set.images.map(imageParts)),
  );
  const serves = workloads.flat().filter(({ repository, tag }) =>
    workloads.every((images) => {
      const same = images.filter((image) => image.repository === repository);
      return same.length === 0 || same.some((image) => image.tag === tag);
    }),
  );
  return [...new Set(serves.flatMap(({ tag }) => tag ?? []))].sort();
}

/**
 * Whether rollouts are of a version at all, by the images of their current ReplicaSets: at least one has it, and none
 * has another tag of the same image. A Deployment that was not given its new version yet looks done, with the old one.
 */
export function areOfVersion(rollouts: readonly Pick<Rollout, 'replicaSets'>[], version: string): boolean {
  const images = rollouts.flatMap(({ replicaSets }) =>
    replicaSets.filter(({ current }) => current).flatMap((set) => set.images.map(imageParts)),
  );
  const own = new Set(images.filter(({ tag }) => tag === version).map(({ repository }) => repository));
  return own.size > 0 && images.every(({ repository, tag }) => !own.has(repository) || tag === version);
}

/** Oldest first, by creation and then by name, so that rows do not jump. Neither is in any language. */
function byAge(a: PodFacts, b: PodFacts): number {
  return inOrder(a.createdAt ?? '', b.createdAt ?? '') || inOrder(a.name, b.name);
}
const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
