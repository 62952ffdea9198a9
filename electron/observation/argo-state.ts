import type { Freshness } from '../../shared/domain/board/freshness';
import type { ApplicationDetail } from '../../shared/domain/rollout/application-detail';
import type { HookJob } from '../../shared/domain/rollout/hook-job';
import { type HookState, hookState, jobTrouble } from '../../shared/domain/rollout/hook-state';
import { type LiveHealth, withLiveHealth } from '../../shared/domain/rollout/resource-health';
import { type RunningSync, syncWindowsView } from '../../shared/domain/rollout/sync-window';
import type { SyncWindowsView } from '../../shared/domain/rollout/sync-window-view';
import type { ArgoProject } from '../systems/argo/app-project';
import type { ArgoApplication } from '../systems/argo/application';
import type { WatchBatch } from '../systems/kubernetes/types';
import { createTable, type Table } from './table';
import type { AppPod } from './trim';
import type { AppJob } from './trim-job';

/** How long what windows say is good for, in milliseconds. */
const windowsLive = 15_000;

/** Projects of a cluster, and what they, Jobs and the live objects add to its Applications. */
export interface ArgoState {
  applyProjects(batch: WatchBatch<ArgoProject>): void;
  detailOf(application: ArgoApplication, refreshSeenAt: string | null, now: Date): ApplicationDetail;
  /** Of Applications by name, newest first. */
  hookJobs(applications: Iterable<string>): HookJob[];
  /** Hooks of syncs that run or failed last, judged by their pods; those that succeeded are left out. */
  hooks(applications: Iterable<ArgoApplication>): HookState[];
  windowsOf(application: ArgoApplication, now: Date): SyncWindowsView;
}

/** The sync that Argo CD has begun with and that is not over. */
function runningSync({ currentOperation: operation }: ArgoApplication['detail']): RunningSync | null {
  if (!operation || operation.state === 'requested' || operation.state === 'ended') return null;
  return operation.startedAt === null
    ? null
    : { manual: !operation.automated, startedAt: operation.startedAt };
}

const byNewest = (a: AppJob, b: AppJob): number =>
  (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || a.name.localeCompare(b.name);

/**
 * @param options `live` looks for objects of the kinds that are watched.
 */
export function createArgoState(options: {
  argoNamespace: string;
  live: LiveHealth;
  /** By Application. */
  jobs: Pick<Table<AppJob>, 'of'>;
  podsOf: (owner: string) => Iterable<AppPod>;
  podAt: (namespace: string, name: string) => AppPod | null;
  freshness: (topic: 'projects') => Freshness;
}): ArgoState {
  const projects = createTable<ArgoProject>(() => '');
  const { live, jobs } = options;

  const hookJob = ({ uid, createdAt: _createdAt, health: _health, ...job }: AppJob): HookJob => {
    const pods = hookPods(uid);
    return { ...job, pods, trouble: jobTrouble({ ...job, pods })?.text ?? null };
  };
  const hookPods = (uid: string): HookJob['pods'] =>
    [...options.podsOf(uid)]
      .sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || a.name.localeCompare(b.name))
      .map((pod) => ({
        namespace: pod.namespace,
        name: pod.name,
        phase: pod.phase,
        containers: [...pod.containers],
        reason: pod.reason,
        message: pod.message,
        exitCode: pod.lastTermination?.exitCode ?? null,
        startedAt: pod.startedAt,
      }));

  /** The hooks of an Application's sync that runs or failed, those that did not succeed. */
  function hooksOf({
    name: application,
    detail: { currentOperation: operation },
  }: ArgoApplication): HookState[] {
    if (!operation || operation.phase === 'Succeeded') return [];
    const own = [...jobs.of(application)];
    return operation.results.flatMap((result) => {
      const { kind, namespace, name, hookType: type, hookPhase, message } = result;
      const isOver = operation.state === 'ended' && (hookPhase === null || hookPhase === 'Running');
      if (type === null || isOver) return [];
      const job =
        kind === 'Job' ? own.find((one) => one.name === name && one.namespace === namespace) : undefined;
      const pod = kind === 'Pod' ? options.podAt(namespace ?? '', name) : null;
      const hook = { application, kind, namespace, name, type, phase: hookPhase ?? 'Running', message };
      const shown = pod && {
        name: pod.name,
        reason: pod.reason,
        message: pod.message,
        exitCode: pod.lastTermination?.exitCode ?? null,
      };
      return hookState(hook, job ? hookJob(job) : null, shown) ?? [];
    });
  }

  /** What was worked out for an Application, by what it rests on; windows are to the minute. */
  const known = new WeakMap<
    ArgoApplication,
    { of: ArgoProject | null; at: number; windows: SyncWindowsView }
  >();
  function windowsOf(application: ArgoApplication, now: Date): SyncWindowsView {
    const of = projects.get(options.argoNamespace, application.detail.project);
    const at = Math.floor(now.getTime() / windowsLive);
    const before = known.get(application);
    if (before && of !== null && before.of === of && before.at === at) return before.windows;
    const windows = lookAtWindows(application, now);
    known.set(application, { of, at, windows });
    return windows;
  }

  function lookAtWindows({ name, detail }: ArgoApplication, now: Date): SyncWindowsView {
    // Projects lie in Argo CD's own namespace, also those of Applications in other namespaces.
    const project = projects.get(options.argoNamespace, detail.project);
    if (project) {
      const { server, name: cluster, namespace } = detail.destination;
      const clusters = [server, cluster].filter((one) => one !== null);
      return syncWindowsView(
        detail.project,
        project.windows,
        { application: name, namespace: namespace ?? '', clusters },
        now,
        runningSync(detail),
      );
    }
    const freshness = options.freshness('projects');
    const because =
      freshness.state === 'unreachable'
        ? `Signalbox can’t read the AppProject ${detail.project}. ${freshness.failure.message} ${freshness.failure.meaning}`
        : freshness.state === 'live'
          ? `There is no AppProject ${detail.project} in ${options.argoNamespace}.`
          : `The AppProject ${detail.project} has not been loaded yet.`;
    return { state: 'unknown', because };
  }

  return {
    applyProjects: (batch) => {
      projects.apply(batch);
    },
    detailOf: (application, refreshSeenAt, now) => ({
      ...application.shown,
      ...application.detail,
      app: application.repoName,
      comparedWithOlderSpec: application.olderSpec !== null,
      refreshSeenAt,
      resources: withLiveHealth(application.detail.resources, live),
      windows: windowsOf(application, now),
    }),
    hookJobs: (applications) =>
      [...applications]
        .flatMap((name) => [...jobs.of(name)])
        .sort(byNewest)
        .map(hookJob),
    hooks: (applications) => [...applications].flatMap(hooksOf),
    windowsOf,
  };
}
