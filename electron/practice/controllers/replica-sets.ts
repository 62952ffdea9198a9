import { type ControllerContext, recordEvent } from './controller-context';
import { ownerOf } from './deployment-controller';
import type { Pod, ReplicaSet } from './kubernetes-shapes';
import { isActive, isReady } from './pod-status';
import { ownerOfKind, queueWithPods } from './subscriptions';
import { WorkQueue } from './work-queue';

/** Nodes of a practice cluster; pods are spread over them. */
const nodes = ['node-1', 'node-2', 'node-3'];

/** A pod of a ReplicaSet, before the kubelet has seen it. */
export function podOf(set: ReplicaSet, nth: number) {
  const { metadata, spec } = set.spec.template;
  return {
    metadata: {
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace,
      labels: metadata.labels,
      ...(metadata.annotations ? { annotations: metadata.annotations } : {}),
      ownerReferences: [ownerOf(set)],
    },
    spec: { restartPolicy: 'Always', ...spec, nodeName: nodes[nth % nodes.length] },
  };
}

/** Creates and deletes pods until a ReplicaSet has as many as it should, and counts them in its status. */
export function startReplicaSetController(
  context: ControllerContext,
  onError: (key: string, error: unknown) => void,
): void {
  const { store, clock, signal } = context;
  const queue = new WorkQueue({ clock, signal, onError, reconcile });
  queueWithPods(context, queue, 'ReplicaSet', ownerOfKind('ReplicaSet'));

  function activePods(set: ReplicaSet): Pod[] {
    return store
      .list<Pod>('Pod', { namespace: set.metadata.namespace })
      .filter(
        (pod) =>
          isActive(pod) && pod.metadata.ownerReferences?.some((owner) => owner.uid === set.metadata.uid),
      );
  }

  function reconcile(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const set = store.get<ReplicaSet>('ReplicaSet', namespace, name);
    if (!set || set.metadata.deletionTimestamp) return;
    const pods = activePods(set);
    for (let n = pods.length; n < set.spec.replicas; n += 1) {
      const pod = store.create<Pod>('Pod', podOf(set, n));
      recordEvent(
        context,
        'replicaset-controller',
        set,
        'Normal',
        'SuccessfulCreate',
        `Created pod: ${pod.metadata.name}`,
      );
    }
    // Those that are not ready go first, then the youngest.
    const victims = [...pods].sort(
      (a, b) =>
        Number(isReady(a)) - Number(isReady(b)) ||
        b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp),
    );
    for (const pod of victims.slice(0, Math.max(0, pods.length - set.spec.replicas))) {
      store.delete('Pod', namespace, pod.metadata.name);
      recordEvent(
        context,
        'replicaset-controller',
        set,
        'Normal',
        'SuccessfulDelete',
        `Deleted pod: ${pod.metadata.name}`,
      );
    }
    const left = activePods(set);
    const ready = left.filter(isReady).length;
    store.modify<ReplicaSet>('ReplicaSet', namespace, name, (draft) => {
      draft.status = replicaSetStatus(left.length, ready, draft.metadata.generation);
    });
  }
}

/** A ReplicaSet's status; zeros are left out as Go leaves them out, except for `replicas`. */
export function replicaSetStatus(
  replicas: number,
  ready: number,
  generation: number | undefined,
): NonNullable<ReplicaSet['status']> {
  return {
    replicas,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(replicas > 0 ? { fullyLabeledReplicas: replicas } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
  };
}
