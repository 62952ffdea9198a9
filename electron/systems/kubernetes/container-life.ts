import type { V1Pod } from '@kubernetes/client-node';
import type { KubeObject } from './types';

/** Where a container is in its life, as far as its log is concerned. */
export interface ContainerLife {
  /**
   * `waiting`: it has not started, or ended and will start again. `ended`: for good. `unknown`: its pod says nothing
   * of it (any more).
   */
  life: 'running' | 'waiting' | 'ended' | 'unknown';
  restarts: number;
  /** Why it waits: `CrashLoopBackOff`, `ContainerCreating`…; `null` when it does not say. */
  reason: string | null;
}

/**
 * Reads a container's life from its pod (core/v1 Pod: restartPolicy, phase, containerStatuses). A container that ended
 * starts again under `Always`, under `OnFailure` when it failed; init containers run to success once, except sidecars
 * (init containers with `restartPolicy: Always`).
 */
export function containerLife(object: KubeObject, container: string): ContainerLife {
  const { spec, status } = object as Pick<Partial<V1Pod>, 'spec' | 'status'>;
  const found = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
  if (!found) return { life: 'unknown', restarts: 0, reason: null };
  const restarts = found.restartCount ?? 0;
  const { state = {} } = found;
  const podEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (state.running) return { life: 'running', restarts, reason: null };
  if (state.terminated) {
    const init = spec?.initContainers?.find(({ name }) => name === container);
    const policy = init?.restartPolicy ?? spec?.restartPolicy ?? 'Always';
    const succeeded = state.terminated.exitCode === 0;
    const oneRun = init !== undefined && init.restartPolicy !== 'Always';
    const goesOn = policy === 'Always' && !oneRun ? true : policy !== 'Never' && !succeeded;
    const comesBack = goesOn && !podEnded && object.metadata.deletionTimestamp === undefined;
    return { life: comesBack ? 'waiting' : 'ended', restarts, reason: state.terminated.reason ?? null };
  }
  return { life: podEnded ? 'ended' : 'waiting', restarts, reason: state.waiting?.reason ?? null };
}
