import type { Program } from './container-programs';
import type { ControllerContext } from './controller-context';
import type { Pod } from './kubernetes-shapes';
import { complete, finished, serve, stop } from './pod-lives';

export interface Kubelet {
  /** Kills a pod's containers as SIGTERM does: exit code 143, phase Failed. Nothing when it doesn't run. */
  kill(namespace: string, pod: string): void;
  /** Looks at an app's serving pods again: those of a version that crashes by now fall over. */
  reconsider(app: string): void;
}

interface Entry {
  life: AbortController;
  killed: boolean;
  stopping: boolean;
  /** A serving pod that is ready: nothing runs for it until something changes. */
  atRest: boolean;
}

const newEntry = (stopping: boolean): Entry => ({
  life: new AbortController(),
  killed: false,
  stopping,
  atRest: false,
});

/**
 * Brings pods to life: starts them, makes them ready, lets them crash, ends them. Those that run to their end do
 * what `programFor` gives; all others serve until they are deleted.
 * Pods that are there already are resumed: a program begins again, a serving pod goes on.
 */
export function startKubelet(
  context: ControllerContext,
  programFor: (pod: Pod) => Program | undefined,
): Kubelet {
  const lives = new Map<string, Entry>();
  const { store, signal } = context;

  const unsubscribe = store.subscribe<Pod>(
    'Pod',
    ({ type, object }) => {
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      if (type === 'DELETED') {
        lives.get(key)?.life.abort();
        lives.delete(key);
        return;
      }
      const known = lives.get(key);
      if (object.metadata.deletionTimestamp) {
        if (known?.stopping) return;
        known?.life.abort();
        const entry = newEntry(true);
        lives.set(key, entry);
        void stop(context, object, entry.life.signal);
        return;
      }
      if (known || finished(object.status?.phase)) return;
      const entry = newEntry(false);
      lives.set(key, entry);
      live(object, entry);
    },
    { replay: true },
  );
  function live(pod: Pod, entry: Entry): void {
    const program = programFor(pod);
    entry.atRest = false;
    const life = program
      ? complete(context, pod, program, entry)
      : serve(context, pod, entry.life.signal).then(() => {
          entry.atRest = true;
        });
    life.catch((error: unknown) => {
      // An aborted wait is how a life ends; anything else is a fault of this file, and must be seen.
      if (!entry.life.signal.aborted && !signal.aborted) throw error;
    });
  }

  signal.addEventListener(
    'abort',
    () => {
      unsubscribe();
      for (const { life } of lives.values()) life.abort();
      lives.clear();
    },
    { once: true },
  );

  return {
    kill(namespace, pod) {
      const entry = lives.get(`${namespace}/${pod}`);
      if (!entry || entry.stopping) return;
      entry.killed = true;
      entry.life.abort();
    },
    reconsider(app) {
      for (const pod of store.list<Pod>('Pod', { labelSelector: `app.govuk/repository-name=${app}` })) {
        const entry = lives.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
        if (entry?.atRest && !entry.stopping) live(pod, entry);
      }
    },
  };
}
