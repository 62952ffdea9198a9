import { createHash } from 'node:crypto';
import type { Condition, ContainerState, ContainerStatus, Pod, Terminated } from './kubernetes-shapes';

const digestOf = (image: string): string => createHash('sha256').update(image).digest('hex');

/** One container as the kubelet reports it. */
export function containerStatus(
  name: string,
  image: string,
  state: ContainerState,
  more: { ready?: boolean; restartCount?: number; lastState?: ContainerState } = {},
): ContainerStatus {
  return {
    name,
    image,
    // The kubelet knows it once the image is there; the API demands the field in any case.
    imageID: state.waiting && !more.lastState ? '' : `${image.split(':')[0]}@sha256:${digestOf(image)}`,
    ready: more.ready ?? false,
    started: state.running !== undefined,
    restartCount: more.restartCount ?? 0,
    state,
    lastState: more.lastState ?? {},
  };
}

/** What a container that ended says of itself. */
export function terminated(exitCode: number, startedAt: string, finishedAt: string): Terminated {
  return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt };
}

/** The kubelet's four conditions, for a pod whose containers are as given. */
export function podConditions(statuses: readonly ContainerStatus[], done: boolean, now: string): Condition[] {
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name);
  const readiness = (type: string): Condition =>
    unready.length === 0
      ? { type, status: 'True', lastTransitionTime: now }
      : {
          type,
          status: 'False',
          reason: done ? 'PodCompleted' : 'ContainersNotReady',
          ...(done ? {} : { message: `containers with unready status: [${unready.join(' ')}]` }),
          lastTransitionTime: now,
        };
  return [
    { type: 'Initialized', status: 'True', lastTransitionTime: now },
    readiness('Ready'),
    readiness('ContainersReady'),
    { type: 'PodScheduled', status: 'True', lastTransitionTime: now },
  ];
}

/** Whether a pod counts as ready (and, with `minReadySeconds` 0, as available). */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** Whether a pod counts for its ReplicaSet: not finished, not being deleted (client-go's `IsPodActive`). */
export function isActive(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}

/** The status of a pod whose only container serves; what a pod has that started long ago. */
export function servingStatus(pod: Pick<Pod, 'spec'>, now: string, ip: string): NonNullable<Pod['status']> {
  const statuses = pod.spec.containers.map((container) =>
    containerStatus(container.name, container.image, { running: { startedAt: now } }, { ready: true }),
  );
  return {
    phase: 'Running',
    startTime: now,
    podIP: ip,
    conditions: podConditions(statuses, false, now),
    containerStatuses: statuses,
  };
}
