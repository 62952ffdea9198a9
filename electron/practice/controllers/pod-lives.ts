import { bootLines, crashLines, type Program } from './container-programs';
import { type ControllerContext, nowOf, recordEvent } from './controller-context';
import { canBePulled, pullInVain } from './image-pull';
import type { ContainerState, Pod, PodPhase } from './kubernetes-shapes';
import { containerStatus, podConditions, terminated } from './pod-status';
import { imageVersion } from './render';
import { shellProgram } from './shell';

/** Seconds that a pod takes to be scheduled, pull its image and start. */
const createSeconds = 1;
/** Seconds that a container which crashes lives. */
const crashSeconds = 2;
/** Seconds from the deletion of a pod until it is gone. */
const stopSeconds = 3;

/** The kubelet's back-off before restart `n` (1-based): the first is at once, then 10 s doubling to five minutes. */
function restartDelay(restart: number): number {
  return restart <= 1 ? 0 : Math.min(10 * 2 ** (restart - 2), 300);
}

/** Whether a pod has run to its end. */
export const finished = (phase: PodPhase | undefined) => phase === 'Succeeded' || phase === 'Failed';

function podIp(pod: Pod): string {
  const digits = Number.parseInt(pod.metadata.uid.slice(0, 4), 16);
  return `10.1.${digits >> 8}.${digits & 255}`;
}

/** Writes what the containers are doing, each by its name. */
function report(
  context: ControllerContext,
  pod: Pod,
  phase: PodPhase,
  states: Record<
    string,
    { state: ContainerState; ready?: boolean; restarts?: number; last?: ContainerState }
  >,
): void {
  const now = nowOf(context);
  const { namespace, name } = pod.metadata;
  if (!context.store.get('Pod', namespace, name)) return;
  context.store.modify<Pod>('Pod', namespace, name, (draft) => {
    const statusOf = (container: { name: string; image: string }) => {
      const own = states[container.name] ?? { state: { waiting: { reason: 'PodInitializing' } } };
      return containerStatus(container.name, container.image, own.state, {
        ready: own.ready,
        restartCount: own.restarts,
        lastState: own.last,
      });
    };
    const statuses = draft.spec.containers.map(statusOf);
    const fresh = podConditions(statuses, finished(phase), now);
    const before = draft.status?.conditions ?? [];
    draft.status = {
      phase,
      startTime: draft.status?.startTime ?? now,
      podIP: podIp(pod),
      conditions: fresh.map((condition) => {
        const old = before.find((other) => other.type === condition.type);
        return old?.status === condition.status
          ? { ...condition, lastTransitionTime: old.lastTransitionTime ?? now }
          : condition;
      }),
      containerStatuses: statuses,
      ...(draft.spec.initContainers
        ? { initContainerStatuses: draft.spec.initContainers.map(statusOf) }
        : {}),
    };
  });
}

const running = (startedAt: string): ContainerState => ({ running: { startedAt } });

/**
 * A pod that serves: creation, start, readiness, or crash after crash. Resolves once it is ready and stays so; a
 * ready pod whose version is made to crash later falls over when it is handed in again.
 */
export async function serve(context: ControllerContext, pod: Pod, life: AbortSignal): Promise<void> {
  const { clock, logs, faults, environment } = context;
  const [container] = pod.spec.containers;
  if (!container) return;
  const { namespace = 'default', name, labels = {} } = pod.metadata;
  const app = labels['app.govuk/repository-name'] ?? '';
  const component = labels['app.kubernetes.io/component'] ?? 'app';
  const version = imageVersion(container.image);
  const readySeconds = () => Math.max(0, faults.readySeconds(app, environment));
  const crashes = () => faults.crashLoops(app, version, environment);
  const script = shellProgram(pod);
  const known = pod.status?.containerStatuses?.[0];
  let upSince = known?.ready && !script ? known.state.running?.startedAt : undefined;
  if (upSince !== undefined && !crashes()) return;

  // A back-off that a restart of this process cut short is over.
  let restarts = (known?.restartCount ?? 0) + (known?.state.waiting?.reason === 'CrashLoopBackOff' ? 1 : 0);
  let last: ContainerState | undefined = known?.lastState;
  const write = (state: ContainerState, ready = false) =>
    report(context, pod, state.waiting && restarts === 0 && !last ? 'Pending' : 'Running', {
      [container.name]: { state, ready, restarts, ...(last ? { last } : {}) },
    });

  if (!known) {
    recordEvent(
      context,
      'default-scheduler',
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespace}/${name} to ${pod.spec.nodeName ?? 'node-1'}`,
    );
    write({ waiting: { reason: 'ContainerCreating' } });
    await clock.wait(Math.min(createSeconds, readySeconds() / 2), life);
  }
  if (!canBePulled(context, pod, container.image))
    await pullInVain(context, pod, container.image, write, life);
  while (!life.aborted) {
    const startedAt = upSince ?? nowOf(context);
    let exitCode = 1;
    if (upSince === undefined) {
      if (restarts > 0 || known) logs.restart(namespace, name, container.name);
      recordEvent(context, 'kubelet', pod, 'Normal', 'Started', `Started container ${container.name}`);
      write(running(startedAt));
      if (script) {
        write(running(startedAt), true);
        exitCode = await script({
          log: (line) => {
            if (!life.aborted) logs.append(namespace, name, container.name, line);
          },
          wait: (seconds) => clock.wait(seconds, life),
          signal: life,
        });
      } else if (!crashes()) {
        for (const line of bootLines(component, version)) logs.append(namespace, name, container.name, line);
        // In slices, so that a rollout that is slow on purpose ends when the purpose does.
        for (let waited = createSeconds; waited < readySeconds(); ) {
          const slice = Math.min(5, readySeconds() - waited);
          await clock.wait(slice, life);
          waited += slice;
        }
        write(running(startedAt), true);
        if (!crashes()) return;
      }
    }
    upSince = undefined;
    if (!script) {
      for (const line of crashLines(component, version)) {
        logs.append(namespace, name, container.name, line);
      }
      await clock.wait(crashSeconds, life);
    }
    logs.end(namespace, name, container.name);
    last = { terminated: terminated(exitCode, startedAt, nowOf(context)) };
    const delay = restartDelay(restarts + 1);
    if (delay === 0) {
      write(last);
      await clock.wait(1, life);
    } else {
      const pods = `${name}_${namespace}(${pod.metadata.uid})`;
      recordEvent(
        context,
        'kubelet',
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${pods}`,
      );
      const message = `back-off ${delay < 60 ? `${delay}s` : `${Math.floor(delay / 60)}m${delay % 60}s`} restarting failed container=${container.name} pod=${pods}`;
      write({ waiting: { reason: 'CrashLoopBackOff', message } });
      await clock.wait(delay, life);
    }
    restarts += 1;
  }
}

/** A pod that runs to its end: `init` where it has one, then the program as its first container, then the phase. */
export async function complete(
  context: ControllerContext,
  pod: Pod,
  program: Program,
  entry: { life: AbortController; killed: boolean },
): Promise<void> {
  const { clock, logs } = context;
  const life = entry.life.signal;
  const { namespace = 'default', name } = pod.metadata;
  const [main, ...sidecars] = pod.spec.containers;
  if (!main) return;
  const inits = pod.spec.initContainers ?? [];
  const states = (own: ContainerState, beside: ContainerState, init: ContainerState, ready: boolean) =>
    Object.fromEntries([
      [main.name, { state: own, ready }],
      ...sidecars.map((sidecar) => [sidecar.name, { state: beside, ready }] as const),
      ...inits.map((one) => [one.name, { state: init, ready: init.terminated !== undefined }] as const),
    ]);
  const createdAt = nowOf(context);
  let startedAt = createdAt;
  let exitCode: number;
  const creating: ContainerState = { waiting: { reason: 'PodInitializing' } };
  try {
    report(
      context,
      pod,
      'Pending',
      states(creating, creating, inits.length ? running(createdAt) : creating, false),
    );
    for (const init of inits) {
      if (pod.status) logs.restart(namespace, name, init.name);
      logs.append(
        namespace,
        name,
        init.name,
        'time="init" level=info msg="Executor (version: v4.0.0) initialized"',
      );
    }
    await clock.wait(createSeconds, life);
    if (!canBePulled(context, pod, main.image))
      await pullInVain(
        context,
        pod,
        main.image,
        (state) => report(context, pod, 'Pending', states(state, creating, creating, false)),
        life,
      );
    startedAt = nowOf(context);
    for (const init of inits) logs.end(namespace, name, init.name);
    if (pod.status)
      for (const container of pod.spec.containers) logs.restart(namespace, name, container.name);
    report(
      context,
      pod,
      'Running',
      states(
        running(startedAt),
        running(startedAt),
        { terminated: terminated(0, createdAt, startedAt) },
        true,
      ),
    );
    exitCode = await program({
      log: (line) => {
        if (!life.aborted) logs.append(namespace, name, main.name, line);
      },
      wait: (seconds) => clock.wait(seconds, life),
      signal: life,
    });
    if (life.aborted) throw life.reason;
  } catch (error) {
    if (!life.aborted) throw error;
    if (!entry.killed || context.signal.aborted) return;
    exitCode = 143;
    logs.append(namespace, name, main.name, 'Terminated');
  }
  const finishedAt = nowOf(context);
  for (const sidecar of sidecars) {
    logs.append(
      namespace,
      name,
      sidecar.name,
      `level=info msg="Main container completed" exitCode=${exitCode}`,
    );
  }
  for (const container of [...inits, ...pod.spec.containers]) logs.end(namespace, name, container.name);
  report(
    context,
    pod,
    exitCode === 0 ? 'Succeeded' : 'Failed',
    states(
      { terminated: terminated(exitCode, startedAt, finishedAt) },
      { terminated: terminated(0, startedAt, finishedAt) },
      { terminated: terminated(0, createdAt, startedAt) },
      false,
    ),
  );
}

/** A deleted pod: its containers stop, then it is gone. */
export async function stop(context: ControllerContext, pod: Pod, life: AbortSignal): Promise<void> {
  const { store, clock } = context;
  const { namespace, name } = pod.metadata;
  recordEvent(
    context,
    'kubelet',
    pod,
    'Normal',
    'Killing',
    `Stopping container ${pod.spec.containers[0]?.name ?? ''}`,
  );
  const grace = pod.metadata.deletionGracePeriodSeconds ?? stopSeconds;
  await clock.wait(Math.min(stopSeconds, grace), life).catch(() => {});
  if (life.aborted || context.signal.aborted) return;
  if (store.get('Pod', namespace, name)) store.delete('Pod', namespace, name, { gracePeriodSeconds: 0 });
}
