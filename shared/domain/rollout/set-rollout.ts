import type { Rollout } from './rollout';
import { type PodFacts, shownPod } from './rollout-rules';

/** What the rules need of a StatefulSet or a DaemonSet (apps/v1), by the words of a Deployment. */
interface SetFacts {
  name: string;
  namespace: string;
  uid: string;
  /** `metadata.generation`, and `status.observedGeneration` (0 before the controller saw it). */
  generation: number;
  observedGeneration: number;
  /** `OnDelete`: pods are replaced only when somebody deletes them. */
  strategy: 'RollingUpdate' | 'OnDelete';
  desired: number;
  total: number;
  updated: number;
  ready: number;
  available: number;
  /** Of the pod template. */
  images: readonly string[];
}

export interface StatefulSetFacts extends SetFacts {
  kind: 'StatefulSet';
  /** `spec.updateStrategy.rollingUpdate.partition`: pods below this ordinal keep the old revision; `null`: no rolling update. */
  partition: number | null;
  /** `status.currentRevision` and `.updateRevision`: names of ControllerRevisions, which pods carry as a label. */
  currentRevision: string | null;
  updateRevision: string | null;
}

export interface DaemonSetFacts extends SetFacts {
  kind: 'DaemonSet';
  /** Annotation `deprecated.daemonset.template.generation`, which pods carry as the label `pod-template-generation`. */
  templateGeneration: string | null;
}

/** A pod of a set: by which template it was made, and with which images. */
export interface SetPodFacts extends PodFacts {
  /** Label `controller-revision-hash`, and `pod-template-generation` of a DaemonSet's pod. */
  revision: string | null;
  templateGeneration: string | null;
  images: readonly string[];
}

type State = Pick<Rollout, 'state' | 'message'>;

const unseen: State = { state: 'waiting', message: 'Waiting for Kubernetes to process the change' };
const onDelete = (updated: number, desired: number): State => ({
  state: 'done',
  message: `${updated} of ${desired} pods run the newest revision; the others are replaced only when someone deletes them`,
});
const done = (updated: number, desired: number): State => ({
  state: 'done',
  message: desired === 0 ? 'Scaled to zero pods' : `${updated} of ${desired} pods run the newest revision`,
});

/**
 * `kubectl rollout status` of a StatefulSet (kubectl `pkg/polymorphichelpers/rollout_status.go`), in its order. There is
 * no deadline: it never fails by itself, and a pod that does not come up holds up those after it.
 */
function statefulSetState(set: StatefulSetFacts): State {
  const { desired, ready, updated, partition } = set;
  if (set.strategy === 'OnDelete') return onDelete(updated, desired);
  if (set.observedGeneration === 0 || set.generation > set.observedGeneration) return unseen;
  if (ready < desired) return { state: 'progressing', message: `${ready} of ${desired} pods are ready` };
  if (partition !== null) {
    const wanted = Math.max(0, desired - partition);
    if (updated < wanted)
      return { state: 'progressing', message: `${updated} of ${wanted} new pods have been created` };
    return partition === 0
      ? done(updated, desired)
      : {
          state: 'done',
          message: `${updated} of ${desired} pods run the newest revision, as its partition says`,
        };
  }
  if (set.updateRevision !== set.currentRevision)
    return { state: 'progressing', message: `${updated} of ${desired} new pods have been created` };
  return done(updated, desired);
}

/** `kubectl rollout status` of a DaemonSet, in its order; it has no deadline either. */
function daemonSetState(set: DaemonSetFacts): State {
  const { desired, updated, available } = set;
  if (set.strategy === 'OnDelete') return onDelete(updated, desired);
  if (set.generation > set.observedGeneration) return unseen;
  if (updated < desired)
    return { state: 'progressing', message: `${updated} of ${desired} new pods have been created` };
  if (available < desired)
    return { state: 'progressing', message: `${available} of ${desired} new pods are available` };
  return done(updated, desired);
}

export const setState = (set: StatefulSetFacts | DaemonSetFacts): State =>
  set.kind === 'StatefulSet' ? statefulSetState(set) : daemonSetState(set);

/** Whether a pod was made by the set's present template. */
function isCurrent(set: StatefulSetFacts | DaemonSetFacts, pod: SetPodFacts): boolean {
  return set.kind === 'StatefulSet'
    ? pod.revision !== null && pod.revision === set.updateRevision
    : set.templateGeneration !== null && pod.templateGeneration === set.templateGeneration;
}

/** A StatefulSet's ordinal counts as a number: `db-10` comes after `db-9`. */
const byName = new Intl.Collator('en', { numeric: true });

/**
 * The rollout of a StatefulSet or DaemonSet. Its revisions stand in the place of ReplicaSets: the present one first, and
 * of old ones those that still have pods.
 * @param pods those that the set owns.
 */
export function setRolloutOf(set: StatefulSetFacts | DaemonSetFacts, pods: Iterable<SetPodFacts>): Rollout {
  const own = [...pods].sort((a, b) => byName.compare(a.name, b.name));
  const current = own.filter((pod) => isCurrent(set, pod));
  const before = own.filter((pod) => !isCurrent(set, pod));
  const old = [...new Set(before.map(({ revision }) => revision ?? ''))].map(
    (revision) => [revision, before.filter((pod) => (pod.revision ?? '') === revision)] as const,
  );
  const present = (set.kind === 'StatefulSet' ? set.updateRevision : current[0]?.revision) ?? '';
  const group = (revision: string, some: readonly SetPodFacts[], isNew: boolean) => ({
    name: nameOf(set, revision),
    current: isNew,
    revision: null,
    images: [...(isNew ? set.images : (some[0]?.images ?? []))],
    desired: isNew ? set.desired : some.length,
    ready: some.filter(({ ready }) => ready).length,
  });
  const rows = (revision: string, some: readonly SetPodFacts[]) =>
    some.map((pod) => shownPod(pod, nameOf(set, revision)));
  const failing = current.find((pod) => pod.reason !== null && !pod.deleting);
  const oldest = current.map(({ createdAt }) => createdAt ?? '').sort()[0];
  return {
    kind: set.kind,
    deployment: set.name,
    namespace: set.namespace,
    ...setState(set),
    startedAt: oldest || null,
    desired: set.desired,
    updated: set.updated,
    ready: set.ready,
    available: set.available,
    total: set.total,
    replicaSets: [
      group(present, current, true),
      ...old.map(([revision, some]) => group(revision, some, false)),
    ],
    pods: [...rows(present, current), ...old.flatMap(([revision, some]) => rows(revision, some))],
    failingPod: failing?.name ?? null,
  };
}

/** A StatefulSet's revision bears its name (`db-5d9f7`), a DaemonSet's is the hash alone; `db` where none is known. */
function nameOf({ name }: SetFacts, revision: string): string {
  if (revision === '') return name;
  return revision.startsWith(`${name}-`) ? revision : `${name}-${revision}`;
}
