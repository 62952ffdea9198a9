import type { Condition, Deployment, ReplicaSet } from './kubernetes-shapes';
import { fraction } from './rollout-plan';

type Status = NonNullable<Deployment['status']>;

export interface StatusInput {
  /** With its status of before. */
  deployment: Deployment;
  /** The ReplicaSet of the present template. */
  current: ReplicaSet | undefined;
  all: readonly ReplicaSet[];
  /** The condition that says that a ReplicaSet was just created. */
  created: Condition | undefined;
  /** The progress deadline of this rollout, which runs in practice time and so outside of the object. */
  deadline: 'none' | 'running' | 'passed';
  /** RFC 3339. */
  now: string;
}

/**
 * A Deployment's status as kube-controller-manager writes it (`calculateStatus` and `syncRolloutStatus`), and what
 * is to become of its progress deadline.
 */
export function deploymentStatus(input: StatusInput): { status: Status; deadline: 'begin' | 'end' | 'keep' } {
  const { deployment, current, all } = input;
  const sum = (pick: (set: ReplicaSet) => number | undefined) =>
    all.reduce((total, set) => total + (pick(set) ?? 0), 0);
  const available = sum((set) => set.status?.availableReplicas);
  const counts = {
    replicas: sum((set) => set.status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum((set) => set.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum((set) => set.spec.replicas) - available),
  };
  const status: Status = {
    observedGeneration: deployment.metadata.generation,
    // Go leaves zeros out of the JSON, and clients have to live with that.
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
  const { condition, deadline } = progress(input, status);
  status.conditions = [availability(input, available), ...(condition ? [condition] : [])];
  return { status, deadline };
}

/** The Progressing condition of a Deployment whose new ReplicaSet was just created. */
export function replicaSetCreated(set: ReplicaSet, now: string): Condition {
  const message = `Created new replica set "${set.metadata.name}"`;
  return progressing('True', 'NewReplicaSetCreated', message, now);
}

function progressing(status: string, reason: string, message: string, now: string): Condition {
  return { type: 'Progressing', status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
}

function availability({ deployment, now }: StatusInput, available: number): Condition {
  const desired = deployment.spec.replicas ?? 1;
  const unavailable = deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%';
  const enough = available >= desired - fraction(unavailable, desired, Math.floor);
  const status = enough ? 'True' : 'False';
  const old = deployment.status?.conditions?.find((condition) => condition.type === 'Available');
  if (old?.status === status) return old;
  return {
    type: 'Available',
    status,
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
}

function progress(
  { deployment, current, created, deadline, now }: StatusInput,
  after: Status,
): { condition: Condition | undefined; deadline: 'begin' | 'end' | 'keep' } {
  const before = deployment.status ?? {};
  const old = created ?? before.conditions?.find((condition) => condition.type === 'Progressing');
  const name = current?.metadata.name ?? '';
  const settled = (status: string, reason: string, message: string): Condition => {
    if (old?.status === status && old.reason === reason && old.message === message) return old;
    const next = progressing(status, reason, message, now);
    return old?.status === status ? { ...next, lastTransitionTime: old.lastTransitionTime } : next;
  };
  if (isComplete(deployment, after)) {
    const message = `ReplicaSet "${name}" has successfully progressed.`;
    return { condition: settled('True', 'NewReplicaSetAvailable', message), deadline: 'end' };
  }
  if (!deployment.spec.paused && madeProgress(before, after)) {
    const message = `ReplicaSet "${name}" is progressing.`;
    return { condition: settled('True', 'ReplicaSetUpdated', message), deadline: 'begin' };
  }
  if (old?.reason === 'ProgressDeadlineExceeded' || deadline === 'passed') {
    const message = `ReplicaSet "${name}" has timed out progressing.`;
    return { condition: settled('False', 'ProgressDeadlineExceeded', message), deadline: 'keep' };
  }
  // No deadline runs after completion (pods that were lost later don't count); after a restart it begins again.
  const begins = deadline === 'none' && old?.reason !== 'NewReplicaSetAvailable';
  return { condition: old, deadline: begins ? 'begin' : 'keep' };
}

/** Whether a rollout is done, by the status given (`DeploymentComplete`). */
export function isComplete(deployment: Deployment, status: Status): boolean {
  const desired = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function madeProgress(before: Status, after: Status): boolean {
  const n = (value: number | undefined) => value ?? 0;
  return (
    n(after.updatedReplicas) > n(before.updatedReplicas) ||
    n(after.readyReplicas) > n(before.readyReplicas) ||
    n(after.availableReplicas) > n(before.availableReplicas) ||
    n(after.replicas) - n(after.updatedReplicas) < n(before.replicas) - n(before.updatedReplicas)
  );
}
