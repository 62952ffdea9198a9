import { type ControllerContext, nowOf, recordEvent } from './controller-context';
import { deploymentStatus, isComplete, replicaSetCreated } from './deployment-status';
import { fittedName, shortHash } from './generated-names';
import type { Condition, Deployment, PodTemplate, ReplicaSet } from './kubernetes-shapes';
import { planRollout } from './rollout-plan';
import { untilAborted } from './subscriptions';
import { WorkQueue } from './work-queue';

const revisionKey = 'deployment.kubernetes.io/revision';
const hashKey = 'pod-template-hash';

/** The `pod-template-hash` of a template. Labels that the hash itself adds don't count. */
function templateHash(template: PodTemplate): string {
  return shortHash(template);
}

/** The ReplicaSet of a Deployment's present template, as the controller creates it. */
export function replicaSetOf(deployment: Deployment, replicas: number, revision: number) {
  const hash = templateHash(deployment.spec.template);
  const { metadata, spec } = deployment;
  const labels = { ...spec.template.metadata.labels, [hashKey]: hash };
  return {
    metadata: {
      name: fittedName(metadata.name, `-${hash}`),
      namespace: metadata.namespace,
      labels,
      annotations: {
        [revisionKey]: String(revision),
        'deployment.kubernetes.io/desired-replicas': String(spec.replicas ?? 1),
      },
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...spec.selector.matchLabels, [hashKey]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

/** The owner reference that a controller sets on what it creates for an object. */
export function ownerOf(owner: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; uid: string };
}) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

const revisionOf = (set: ReplicaSet) => Number(set.metadata.annotations?.[revisionKey] ?? 0);

/**
 * The Deployment controller: one ReplicaSet per template, rolling update within surge and unavailability, status
 * and conditions as kube-controller-manager writes them (kubernetes `pkg/controller/deployment`).
 */
export function startDeploymentController(
  context: ControllerContext,
  onError: (key: string, error: unknown) => void,
): void {
  const { store, clock, signal } = context;
  /** Rollouts whose progress deadline is running; a value that is `true` has passed it. */
  const deadlines = new Map<string, { timer: AbortController; passed: boolean }>();

  const queue = new WorkQueue({ clock, signal, onError, reconcile: (key) => reconcile(key) });
  const keyOf = (namespace: string | undefined, name: string) => `${namespace}/${name}`;
  const unsubscribes = [
    store.subscribe<Deployment>(
      'Deployment',
      ({ type, object }) => {
        if (type === 'DELETED') clearDeadline(object.metadata.uid);
        else queue.add(keyOf(object.metadata.namespace, object.metadata.name));
      },
      { replay: true },
    ),
    store.subscribe<ReplicaSet>('ReplicaSet', ({ object }) => {
      const owner = object.metadata.ownerReferences?.find((reference) => reference.kind === 'Deployment');
      if (owner) queue.add(keyOf(object.metadata.namespace, owner.name));
    }),
  ];
  untilAborted(signal, [
    ...unsubscribes,
    () => {
      for (const uid of [...deadlines.keys()]) clearDeadline(uid);
    },
  ]);

  function clearDeadline(uid: string): void {
    deadlines.get(uid)?.timer.abort();
    deadlines.delete(uid);
  }

  /** Lets the progress deadline begin (again). In practice time, so it can't be read off the object's timestamps. */
  function armDeadline(deployment: Deployment): void {
    const { uid, namespace, name } = deployment.metadata;
    clearDeadline(uid);
    const entry = { timer: new AbortController(), passed: false };
    deadlines.set(uid, entry);
    clock.wait(deployment.spec.progressDeadlineSeconds ?? 600, entry.timer.signal).then(
      () => {
        entry.passed = true;
        queue.add(keyOf(namespace, name));
      },
      () => {},
    );
  }

  function reconcile(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const deployment = store.get<Deployment>('Deployment', namespace, name);
    if (!deployment || deployment.metadata.deletionTimestamp) return;
    const owned = ownedSets(deployment);
    const hash = templateHash(deployment.spec.template);
    const found = owned.find((set) => set.metadata.labels?.[hashKey] === hash);
    const old = owned.filter((set) => set !== found);

    if (deployment.spec.paused) {
      writeStatus(deployment, found, owned, undefined);
      return;
    }
    const newest = Math.max(0, ...old.map(revisionOf));
    let current = found;
    let condition: Condition | undefined;
    if (!current) {
      current = store.create<ReplicaSet>('ReplicaSet', replicaSetOf(deployment, 0, newest + 1));
      condition = replicaSetCreated(current, nowOf(context));
      armDeadline(deployment);
    } else if (revisionOf(current) <= newest && old.length > 0) {
      // Back to an older template: its ReplicaSet becomes the newest revision.
      current = store.modify<ReplicaSet>('ReplicaSet', namespace, current.metadata.name, (draft) => {
        draft.metadata.annotations = { ...draft.metadata.annotations, [revisionKey]: String(newest + 1) };
      });
      armDeadline(deployment);
    }
    const revision = current.metadata.annotations?.[revisionKey] ?? '1';
    if (deployment.metadata.annotations?.[revisionKey] !== revision) {
      store.modify<Deployment>('Deployment', namespace, name, (draft) => {
        draft.metadata.annotations = { ...draft.metadata.annotations, [revisionKey]: revision };
      });
    }

    const replicas = planRollout({
      desired: deployment.spec.replicas ?? 1,
      maxSurge: deployment.spec.strategy?.rollingUpdate?.maxSurge ?? '25%',
      maxUnavailable: deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%',
      current: sizeOf(current),
      old: old.map(sizeOf),
    });
    scale(deployment, current, replicas.current);
    for (const [i, set] of old.entries()) scale(deployment, set, replicas.old[i] ?? set.spec.replicas);

    writeStatus(
      store.get<Deployment>('Deployment', namespace, name) ?? deployment,
      store.get<ReplicaSet>('ReplicaSet', namespace, current.metadata.name),
      ownedSets(deployment),
      condition,
    );
    cleanUp(deployment, old);
  }

  function ownedSets(deployment: Deployment): ReplicaSet[] {
    const { namespace, uid } = deployment.metadata;
    return store
      .list<ReplicaSet>('ReplicaSet', { namespace })
      .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === uid))
      .sort((a, b) => revisionOf(a) - revisionOf(b));
  }

  function scale(deployment: Deployment, set: ReplicaSet, to: number): void {
    const from = set.spec.replicas;
    if (from === to) return;
    const { namespace, name } = set.metadata;
    store.modify<ReplicaSet>('ReplicaSet', namespace, name, (draft) => {
      draft.spec.replicas = to;
    });
    recordEvent(
      context,
      'deployment-controller',
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`,
    );
  }

  function cleanUp(deployment: Deployment, old: ReplicaSet[]): void {
    const live = store.get<Deployment>('Deployment', deployment.metadata.namespace, deployment.metadata.name);
    if (!live || !isComplete(live, live.status ?? {})) return;
    const empty = old.filter((set) => set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0);
    const surplus = empty.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const set of empty.slice(0, Math.max(0, surplus))) {
      store.delete('ReplicaSet', set.metadata.namespace, set.metadata.name);
    }
  }

  function writeStatus(
    deployment: Deployment,
    current: ReplicaSet | undefined,
    all: readonly ReplicaSet[],
    created: Condition | undefined,
  ): void {
    const { uid, namespace, name } = deployment.metadata;
    const deadline = deadlines.get(uid);
    const next = deploymentStatus({
      deployment,
      current,
      all,
      created,
      deadline: deadline === undefined ? 'none' : deadline.passed ? 'passed' : 'running',
      now: nowOf(context),
    });
    if (next.deadline === 'begin') armDeadline(deployment);
    if (next.deadline === 'end') clearDeadline(uid);
    store.modify<Deployment>('Deployment', namespace, name, (draft) => {
      draft.status = next.status;
    });
  }
}

const sizeOf = (set: ReplicaSet) => ({
  replicas: set.spec.replicas,
  available: set.status?.availableReplicas ?? 0,
});
