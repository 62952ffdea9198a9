import type { Kind } from '../cluster/kinds';
import type { ControllerContext } from './controller-context';
import type { Pod } from './kubernetes-shapes';
import type { WorkQueue } from './work-queue';

/** Ends a controller's subscriptions, and whatever else it holds, with the controller. */
export function untilAborted(signal: AbortSignal, ends: readonly (() => void)[]): void {
  const end = (): void => {
    for (const each of ends) each();
  };
  signal.addEventListener('abort', end, { once: true });
}

/**
 * Has a controller look at an object (`namespace/name`) whenever that or one of its pods changes, and once at the start.
 * @param ownerName the name of the object that a pod belongs to, if it is one of this kind.
 */
export function queueWithPods(
  { store, signal }: ControllerContext,
  queue: WorkQueue,
  kind: Kind,
  ownerName: (pod: Pod) => string | undefined,
): void {
  untilAborted(signal, [
    store.subscribe(
      kind,
      ({ type, object }) => {
        if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      },
      { replay: true },
    ),
    store.subscribe<Pod>('Pod', ({ object }) => {
      const owner = ownerName(object);
      if (owner) queue.add(`${object.metadata.namespace}/${owner}`);
    }),
  ]);
}

/** The name of a pod's owner of a kind (`metadata.ownerReferences`). */
export const ownerOfKind =
  (kind: string) =>
  (pod: Pod): string | undefined =>
    pod.metadata.ownerReferences?.find((reference) => reference.kind === kind)?.name;
