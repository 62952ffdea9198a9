import { type ClusterAction, clusterActions } from '../../shared/domain/estate/cluster-access';
import { cutText } from '../../shared/domain/log/log-text';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { Log } from '../log/log';
import { type ArgoProject, readProject } from '../systems/argo/app-project';
import { type ArgoApplication, readApplication } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/read-workflow';
import { listProjects } from '../systems/argo/server/argo-cd-requests';
import { applicationsSource } from '../systems/argo/server/argo-cd-source';
import type {
  Connection,
  KubeObject,
  WatchBatch,
  WatchKey,
  WatchMeter,
  WatchTiming,
} from '../systems/kubernetes/types';
import { watchResource } from '../systems/kubernetes/watch';
import { lifeController } from '../systems/life';
import type { OnOdd } from '../systems/read-object';
import { pollObjects } from '../systems/watch/poll-objects';
import { type WatchReading, watchObjects } from '../systems/watch/watch-objects';
import { type ArgoCdDoor, argoCdDoor } from './argo-cd-door';
import { feedOfTree, treeKinds } from './argo-cd-tree';
import { type Attendant, createAttendant } from './attendant';
import { awaitedWays } from './awaited-ways';
import { createClusterActions } from './cluster-actions';
import { createClusterState } from './cluster-state';
import { logFollower } from './follow-log';
import { workflowHydrator } from './hydrate-workflows';
import { noKubernetes, withoutKubernetes } from './no-kubernetes';
import type { ClusterPlace } from './place';
import { failingOf, failingPodOf } from './pod-reads';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import { trimJob } from './trim-job';
import { otherKinds } from './trim-resources';
import { trimDaemonSet, trimStatefulSet } from './trim-sets';
import type { Cluster } from './types';
import { type Door, type DoorName, watchThroughDoors } from './watch-doors';
import { type WatchedKind, watchedKinds, watchName } from './watched-kinds';
import { type WorkflowServer, workflowDoors } from './workflow-doors';

const insecureWarning =
  'The kubeconfig skips the certificate check for this cluster (insecure-skip-tls-verify): anyone on the network path can read your credentials and change what you see.';

/** Milliseconds between two looks at the clock for sync windows; schedules are to the minute. */
const windowsEvery = 15_000;

/** Milliseconds between two lists of Argo CD's projects at its server, which has no stream of them. */
const projectsEvery = 30_000;

/** Of how many odd places the log is told at most, in one session. */
const mostOddPlaces = 200;

/** @throws when there is nothing to keep: the watch then leaves the object out and tells `onSkipped`. */
function orThrow<T>(value: T | null): T {
  if (value === null) throw new Error('The object cannot be read.');
  return value;
}

/** Argo's own servers of an environment. `prefer`: which door is tried first; left out: the Kubernetes API. */
export interface ArgoServerDoors {
  cd?: { connection: Connection; prefer?: DoorName | undefined } | undefined;
  workflows?: WorkflowServer | undefined;
}

/** Who follows by which door a kind is seen. */
type DoorNotes = Pick<ArgoCdDoor, 'met' | 'seen'>;

/** No attendant where there is nobody to ask. */
const nobodyToAsk = (environment: string): Pick<Attendant, 'access' | 'found' | 'awake' | 'asleep'> => ({
  access: (action) => ({ action, state: 'denied', why: noKubernetes(environment).message, asked: true }),
  found: () => ({
    version: null,
    identity: null,
    latency: { last: null, median: null, samples: 0, at: null },
  }),
  awake: () => undefined,
  asleep: () => undefined,
});

/**
 * Watches one environment's cluster until closed: Applications and their projects, workloads with their pods, Jobs,
 * Workflows, and the other kinds whose health is shown, each in the namespace and by the labels that the estate names.
 * @param options `connection`: `null` where the estate names no Kubernetes API; then nothing is asked of one. `argo`:
 * Argo's own, by which its objects are seen where the Kubernetes API does not show them (see `watch-doors.ts`). `log` is
 * told of objects that could not be read, and of watches that ended by a fault.
 */
export function observeCluster(options: {
  connection: Connection | null;
  place: ClusterPlace;
  argo?: ArgoServerDoors;
  timing?: Partial<WatchTiming>;
  /** Milliseconds that somebody has to be signed in at Argo's own servers; left out: the usual ones. */
  signInPatience?: number;
  log: Log;
}): Cluster {
  const { place, log } = options;
  const connection = options.connection ?? withoutKubernetes(place.environment);
  const unasked = options.connection === null ? noKubernetes(place.environment) : null;
  const stop = lifeController();
  const kinds = watchedKinds(place);
  const workflowKind: WatchedKind = kinds.workflows;
  const meters = new Map<WatchedKind, WatchMeter>();
  const meterOf = (kind: WatchedKind): WatchMeter => {
    const meter = meters.get(kind) ?? { objects: 0, lastEventAt: null, restarts: 0 };
    meters.set(kind, meter);
    return meter;
  };
  const attendant = unasked
    ? nobodyToAsk(place.environment)
    : createAttendant({
        connection,
        place,
        signal: stop.signal,
        changed: (rights) => state.applyStatus(rights),
        log,
      });
  const { cd } = options.argo ?? {};
  const argoCd = argoCdDoor({
    server: cd,
    kubernetes: options.connection !== null,
    place,
    applications: kinds.applications,
    changed: (rights) => state.applyStatus(rights),
    signal: stop.signal,
    log,
  });
  const { workflows: server } = options.argo ?? {};
  const byKubernetes = (action: ClusterAction) => {
    const own = attendant.access(action);
    return argoCd.access(action, own) ?? own;
  };
  const access = (action: ClusterAction) => workflows?.access(action) ?? byKubernetes(action);
  /** Kinds that Argo CD's server shows where no Kubernetes API is named. */
  const byArgoCd = new Set<WatchedKind>([
    ...kinds.applications,
    kinds.projects,
    ...Object.values(treeKinds(kinds)).flat(),
  ]);
  const state = createClusterState(place.environment, Object.values(kinds).flat(), {
    place,
    access,
    meterOf,
    stepLogs: server && (unasked ? 'alone' : 'beside'),
    unasked: (kind) => ((cd && byArgoCd.has(kind)) || (server && kind === workflowKind) ? null : unasked),
  });
  const clusterActed = createClusterActions(connection, place, state, {
    server: cd?.connection ?? null,
    current: argoCd.through,
    prefer: cd?.prefer,
  });
  const workflows = server
    ? workflowDoors({
        server,
        place,
        kubernetes: unasked ? null : { actions: clusterActed, access: byKubernetes },
        changed: () => state.applyStatus(true),
        signal: stop.signal,
        log,
      })
    : null;
  const tree =
    cd && unasked
      ? feedOfTree({
          connection: cd.connection,
          place,
          kinds,
          state,
          signal: stop.signal,
          log,
        })
      : null;

  const awaited = awaitedWays({
    servers: [cd?.connection, server?.connection].filter((one) => one !== undefined),
    tell: (kind, pending) => {
      state.applyPending(kind, pending);
      if (tree && kind === kinds.applications[0])
        for (const shown of Object.values(treeKinds(kinds)).flat()) state.applyPending(shown, pending);
    },
    signal: stop.signal,
    ...(options.signInPatience === undefined ? {} : { patience: options.signInPatience }),
  });

  const hydrated =
    workflows && server
      ? workflowHydrator({
          whole: workflows.archive.whole,
          apply: state.applyWorkflows,
          woken: () => server.connection.woken?.(),
          signal: stop.signal,
          log,
        })
      : (batch: WatchBatch<Workflow>) => batch;

  /** Told once of each place: an object comes again with every change of it. */
  const oddPlaces = new Set<string>();
  const reportOdd = (name: string, kind: WatchedKind, places: readonly string[]): void => {
    for (const field of places) {
      const what = `${watchName(kind)}: ${cutText(`${name} ${field}`, 300)}`;
      if (oddPlaces.has(what) || oddPlaces.size >= mostOddPlaces) continue;
      oddPlaces.add(what);
      // It is not of the type that the API gives it.
      log('warn', 'cluster.field-left-out', { environment: place.environment, what });
    }
  };

  const watch = <T>(
    kind: WatchedKind,
    trim: (object: KubeObject, onOdd: OnOdd) => T,
    onBatch: (batch: WatchBatch<T>) => void,
    byServer?: (reading: WatchReading<T>) => Promise<void>,
    notes: DoorNotes = argoCd,
    prefer: DoorName | undefined = cd?.prefer,
  ): Promise<void> => {
    const reading = {
      trim: (object: KubeObject) =>
        trim(object, (places) =>
          reportOdd(`${object.metadata.namespace}/${object.metadata.name}`, kind, places),
        ),
      meter: meterOf(kind),
      onSkipped: ({ key, error }: { key: WatchKey; error: unknown }) =>
        log('warn', 'cluster.object-left-out', {
          environment: place.environment,
          watch: watchName(kind),
          object: `${key.namespace}/${key.name}`,
          error,
        }),
      ...(options.timing ? { timing: options.timing } : {}),
    };
    const kubernetes: Door<T> = {
      name: 'kubernetes',
      watch: (more) =>
        watchResource<T>({
          connection,
          apiVersion: kind.apiVersion,
          plural: kind.plural,
          namespace: kind.namespace,
          ...(kind.labelSelector === undefined ? {} : { labelSelector: kind.labelSelector }),
          ...(kind.fieldSelector === undefined ? {} : { fieldSelector: kind.fieldSelector }),
          ...reading,
          ...more,
        }),
    };
    const server: Door<T> | null = byServer
      ? { name: 'server', watch: (more) => byServer({ ...reading, ...more }) }
      : null;
    /** What each door says by itself: why another one is used is told by it. */
    const noted = (door: Door<T>): Door<T> => ({
      name: door.name,
      watch: (more) =>
        door.watch({
          ...more,
          onState: (freshness, answered) => {
            notes.met(kind, freshness, door.name);
            more.onState(freshness, answered);
            // After it: the gap of before, which this ends, must not look settled for a moment.
            awaited.met(kind, freshness, door.name);
          },
        }),
    });
    const ways = inOrder(unasked ? null : kubernetes, server, prefer);
    const [first, second] = ways.map(noted);
    if (!first) return Promise.resolve();
    return watchThroughDoors(second ? [first, second] : [first], {
      onBatch,
      onState: (freshness, answered, through) => {
        notes.seen(kind, freshness, through);
        if (kind === kinds.applications[0]) tree?.follow(freshness);
        state.applyFreshness(kind, freshness, answered, through === 'server');
        if (freshness.state === 'live' && through === 'kubernetes') attendant.awake();
        else if (state.view.freshness().state === 'unreachable') attendant.asleep();
      },
      signal: stop.signal,
    }).catch((error: unknown) => {
      if (!stop.signal.aborted)
        log('error', 'cluster.watch-ended', {
          environment: place.environment,
          watch: watchName(kind),
          error,
        });
    });
  };
  const applicationsByServer = (kind: WatchedKind) =>
    cd &&
    ((reading: WatchReading<ArgoApplication>) =>
      watchObjects(applicationsSource(cd.connection, kind), reading));
  const projectsByServer =
    cd &&
    ((reading: WatchReading<ArgoProject>) =>
      pollObjects(
        {
          connection: cd.connection,
          list: (signal) => listProjects(cd.connection, signal),
          every: projectsEvery,
        },
        reading,
      ));

  const watches = [
    ...kinds.applications.map((kind) =>
      watch(
        kind,
        (object, onOdd) => orThrow(readApplication(object, onOdd)),
        (batch) => {
          state.applyApplications(batch);
          argoCd.show(batch);
          tree?.show(batch);
        },
        applicationsByServer(kind),
      ),
    ),
    watch(kinds.deployments, trimDeployment, state.applyDeployments),
    watch(kinds.replicaSets, trimReplicaSet, state.applyReplicaSets),
    watch(
      kinds.workflows,
      (object, onOdd) => orThrow(readWorkflow(object, place.environment, onOdd)),
      (batch) => state.applyWorkflows(hydrated(batch)),
      workflows?.watch(workflowKind),
      workflows ?? argoCd,
      server?.prefer,
    ),
    watch(kinds.projects, readProject, state.applyProjects, projectsByServer),
    watch(kinds.jobs, trimJob, state.applyJobs),
    ...kinds.pods.map((kind) => watch(kind, trimPod, state.applyPods)),
    watch(kinds.statefulSets, trimStatefulSet, (batch) => state.applySets('StatefulSet', batch)),
    watch(kinds.daemonSets, trimDaemonSet, (batch) => state.applySets('DaemonSet', batch)),
    ...kinds.others.map((kind) =>
      watch(kind, otherKinds[kind.plural].trim, (batch) => state.applyOther(kind.plural, batch)),
    ),
  ];
  // A window opens and closes without anything in the cluster changing.
  const windows = setInterval(state.lookAtWindows, windowsEvery);
  windows.unref();

  const followLog = logFollower({
    connection,
    hasKubernetes: unasked === null,
    cd,
    workflows: server,
    archive: workflows?.archive ?? null,
    place,
    state,
    stop: stop.signal,
  });

  return {
    view: state.view,
    actions: workflows ? { ...clusterActed, ...workflows.actions } : clusterActed,
    archive: workflows?.archive ?? null,
    failingPod: (app, signal) =>
      // Before its hooks are through, nothing is rolled out.
      failingPodOf(
        { connection, followLog },
        [...state.failingHooks(app), ...failingOf(state.view.rollouts(app))],
        signal,
      ),
    status: () => ({
      environment: place.environment,
      context: unasked ? null : connection.context,
      server: connection.server,
      freshness: state.view.freshness(),
      since: state.since(),
      ...attendant.found(),
      insecure: connection.insecure ? insecureWarning : null,
      watches: state.watches(),
      gaps: state.gaps(),
      doors: [...argoCd.told(), ...(workflows?.told() ?? [])],
      access: clusterActions.map(access),
    }),
    followLog,
    async close() {
      stop.abort();
      clearInterval(windows);
      await Promise.all(watches);
      connection.close();
      cd?.connection.close();
      server?.connection.close();
    },
  };
}

/** The doors in the order in which they are tried; at most two. */
function inOrder<T>(
  kubernetes: Door<T> | null,
  server: Door<T> | null,
  prefer: DoorName | undefined,
): Door<T>[] {
  const both = prefer === 'server' ? [server, kubernetes] : [kubernetes, server];
  return both.filter((one) => one !== null);
}
