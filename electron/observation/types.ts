import type { Application } from '../../shared/domain/board/board';
import type { WorkloadFacts } from '../../shared/domain/board/cell-running';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { AutomaticSync } from '../../shared/domain/emergency/automatic-sync';
import type { ImageChange, LiveWorkload, WorkloadRef } from '../../shared/domain/emergency/live-image';
import type { ClusterAccess, ClusterAction } from '../../shared/domain/estate/cluster-access';
import type { Result } from '../../shared/domain/failure/failure';
import type { ApplicationDetail } from '../../shared/domain/rollout/application-detail';
import type { ClusterGap, ClusterStatus, ClusterTopic } from '../../shared/domain/rollout/cluster-status';
import type { HookJob } from '../../shared/domain/rollout/hook-job';
import type { HookState } from '../../shared/domain/rollout/hook-state';
import type { FailingPod } from '../../shared/domain/rollout/pod-trouble';
import type { Rollout } from '../../shared/domain/rollout/rollout';
import type { SyncWindowsView } from '../../shared/domain/rollout/sync-window-view';
import type { Workflow, WorkflowNode } from '../../shared/domain/workflows/workflow';

/**
 * What of a cluster changed, in batches of one frame: for one app, or for all (`null`); a workflow of `null` is one that
 * names no app, as those of bags do, and `status` concerns no app. `pod`: what pods of the app show of themselves, and no
 * cell, version or rollout rests on.
 */
export interface ClusterChange {
  topic: 'freshness' | 'application' | 'rollout' | 'pod' | 'workflow' | 'status';
  app: string | null;
}

const none: ReadonlySet<string> = new Set();

/** The apps that changes are about, each once. @param all asked where what changed concerns every app. */
export function appsTouched(
  changes: readonly ClusterChange[],
  all: () => readonly string[],
): ReadonlySet<string> {
  if (changes.length === 0) return none;
  const concernsAll = changes.some(
    ({ topic, app }) => app === null && topic !== 'workflow' && topic !== 'status',
  );
  return new Set(concernsAll ? all() : changes.flatMap(({ app }) => app ?? []));
}

/**
 * One environment's cluster as it is seen right now, from watches held in memory: every read is synchronous and
 * says nothing about the network. What was seen stays readable when the cluster goes away; `freshness` tells.
 */
export interface ClusterView {
  readonly environment: string;
  /**
   * Of the whole cluster, or of topics. A kind that the cluster refuses or does not serve leaves the whole reachable and
   * makes its topics unreachable: whatever decides on one asks with its topics, so that what cannot be seen is unknown.
   */
  freshness(...topics: ClusterTopic[]): Freshness;
  /** Kinds that cannot be seen although the cluster answers. */
  gaps(): readonly ClusterGap[];
  /** Whether the cluster would permit an action, by what it was asked ahead. */
  access(action: ClusterAction): ClusterAccess;
  /** Applications whose annotation `repoName` is the app: the one of the app's own name first, twins after it. */
  applications(app: string): readonly Application[];
  /** One Application by name (the parent `app-config` too). */
  application(name: string): Application | null;
  /** As {@link ClusterView.applications}, with all that is known of each, by now. */
  applicationDetails(app: string): readonly ApplicationDetail[];
  applicationDetail(name: string): ApplicationDetail | null;
  /** Jobs of the app's Applications (hooks), newest first, with their pods; without Applications, of the one of its name. */
  hookJobs(app: string): readonly HookJob[];
  /** Pods that bear the app's label and run to an end: of its hooks and other Jobs, none of a workflow. */
  jobPods(app: string): readonly { name: string; reason: string | null; message: string | null }[];
  /** Hooks of syncs of the app that run or failed last, judged by their pods; those that succeeded are left out. */
  hooks(app: string): readonly HookState[];
  /** What the sync windows of the app's Applications say right now, of the one that is most shut; `null`: no Application. */
  syncWindows(app: string): SyncWindowsView | null;
  /** Rollouts of the app's Deployments (`<app>`, `<app>-worker`, those of its twins). */
  rollouts(app: string): readonly Rollout[];
  /** Live pods and pod templates of the app, for telling what runs. The same object until something of it changes. */
  workloads(app: string): WorkloadFacts;
  /** Images that the app's pods were started from, each with the digest that was pulled: `registry/app:v1@sha256:…`. */
  pulledImages(app: string): readonly string[];
  /** Workflows whose label `repoName` is the app, newest first. */
  workflows(filter: { app: string; version?: string; template?: string }): readonly Workflow[];
  workflow(namespace: string, name: string): Workflow | null;
  /** What Signalbox left on Applications whose automatic sync it switched off, by Application; as it was written. */
  syncOffNotes(): ReadonlyMap<string, string>;
  /** What the app's Applications name as their teams' Slack channels (annotation `slackChannel`), as it is written. */
  slackChannels(app: string): readonly string[];
  /** Called after each batch of changes. Returns the unsubscribe. */
  onChange(listener: (changes: readonly ClusterChange[]) => void): () => void;
}

/** What a sync may be asked for beyond the usual. */
export interface SyncRequest {
  operationId: string;
  actor: string;
  /** Left out: as the automated policy says. */
  prune?: boolean | undefined;
  /** A commit; left out: what the Application's target revision is by then. */
  revision?: string | undefined;
  dryRun?: boolean;
  /** Only these; hooks are left out then. */
  resources?: readonly { group: string; kind: string; namespace: string | null; name: string }[];
}

/** Parameters that replace those of the same name. */
type Parameters = readonly { name: string; value: string }[];

/**
 * Acts on workflows. What makes a new one is keyed by an id: asked again, it answers with what it made. Each fails with
 * `refused` in words where Argo Workflows would refuse as well.
 */
export interface WorkflowActions {
  /**
   * Runs a WorkflowTemplate of the cluster.
   * @param request `id`: of the operation (and what of it), at most 63 of `A-Za-z0-9._-`, put into the label
   * `signalbox.dev/operation`; `name`: left out, the server names it after the template; `namespace`: left out, the
   * workflows' one.
   */
  submitWorkflow(
    request: {
      id: string;
      template: string;
      parameters: Readonly<Record<string, string>>;
      name?: string;
      namespace?: string;
      labels?: Readonly<Record<string, string>>;
      annotations?: Readonly<Record<string, string>>;
    },
    signal: AbortSignal,
  ): Promise<Result<{ namespace: string; name: string }>>;
  /** A new run with the same spec. */
  resubmitWorkflow(
    namespace: string,
    name: string,
    request: { id: string; parameters?: Parameters },
    signal: AbortSignal,
  ): Promise<Result<{ namespace: string; name: string }>>;
  /**
   * Goes on from the failure: pods of failed steps are deleted, then the workflow is reset.
   * @param request with `id`, one that was done before is not done again (annotation `signalbox.dev/requests`).
   */
  retryWorkflow(
    namespace: string,
    name: string,
    request: { id?: string; parameters?: Parameters },
    signal: AbortSignal,
  ): Promise<Result<void>>;
  /** Merge-patches `spec.shutdown`; `stopped: false` when it had finished already. */
  stopWorkflow(
    namespace: string,
    name: string,
    mode: 'Stop' | 'Terminate',
    signal: AbortSignal,
  ): Promise<Result<{ stopped: boolean }>>;
  /** `changed: false`: it was suspended already. */
  suspendWorkflow(
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>>;
  /**
   * `changed: false`: nothing waited.
   * @param request with `id`, one that was done before is not done again: a later gate stays closed.
   */
  resumeWorkflow(
    namespace: string,
    name: string,
    request: { id?: string; actor: string },
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>>;
}

/**
 * What an emergency rollback does past Git, and what puts it back. Each may be asked twice, answers with what it changed,
 * and refuses (`conflict`) what somebody else changed in between.
 */
export interface EmergencyActions {
  /** Read from the cluster itself, not from the watch. */
  automaticSync(application: string, signal: AbortSignal): Promise<Result<AutomaticSync>>;
  /**
   * Takes the policy away, for {@link EmergencyActions.switchAutomaticSyncOn} to put back. `changed: false`: it was off.
   * @param was `policy`: as it was read; `note`: what is left on the Application for others to read.
   */
  switchAutomaticSyncOff(
    application: string,
    was: { policy: string; note: string },
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>>;
  /**
   * Puts the policy back, every key of it, and takes the note away; where automatic sync is on again, the note alone.
   * Refuses what somebody switched off in a way of their own. `changed: false`: nothing was to be done.
   */
  switchAutomaticSyncOn(
    application: string,
    was: { policy: string },
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>>;
  /** The app's Deployments, StatefulSets and DaemonSets, twins and workers too, read from the cluster itself. */
  liveWorkloads(app: string, signal: AbortSignal): Promise<Result<readonly LiveWorkload[]>>;
  /** Sets images of one workload at once, so that its pods are replaced once. `changed: false`: they were as wanted. */
  setImages(
    workload: WorkloadRef,
    changes: readonly ImageChange[],
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>>;
}

/** What may be asked of a cluster. Every action is idempotent or keyed by the operation's id. */
export interface ClusterActions extends WorkflowActions {
  readonly emergency: EmergencyActions;
  /** Sets `argocd.argoproj.io/refresh`; done when the controller took it away again (see the view). */
  refresh(application: string, mode: 'normal' | 'hard', signal: AbortSignal): Promise<Result<void>>;
  /** Whether the view is of before the last refresh or termination that was asked for here. */
  isBehind(application: string): boolean;
  /** Whether the refresh annotation is still there: the comparison is not stored yet. */
  refreshPending(application: string): boolean;
  /** When a refresh that the controller has not answered was first seen; ISO 8601 UTC, `null`: none is waited for. */
  refreshSeenAt(application: string): string | null;
  /** The parent Application (app of apps) that renders the others. */
  readonly parentApplication: string;
  /**
   * Writes `.operation` by the rules of Argo CD's custom resource (options and retry copied from the spec, operation's
   * id in `info`). Fails with `busy`, naming the other, while an operation runs; fails with `conflict` never (retried).
   */
  sync(application: string, request: SyncRequest, signal: AbortSignal): Promise<Result<void>>;
  /** The operation id that the last or running sync carries in `operationState.operation.info`, `null` without one. */
  syncedBy(application: string): string | null;
  /**
   * Sets `status.operationState.phase = Terminating`, of the sync that began then: another one is left alone (`conflict`).
   * @param startedAt `null`: whichever runs.
   */
  terminate(application: string, startedAt: string | null, signal: AbortSignal): Promise<Result<void>>;
  /**
   * Reads workflows of the app, or of all apps, that have not ended straight from the cluster, past the watches: for
   * decisions that must not rest on a stale view.
   */
  readWorkflows(
    filter: { app?: string; template: string },
    signal: AbortSignal,
  ): Promise<Result<readonly Workflow[]>>;
  readApplications(app: string, signal: AbortSignal): Promise<Result<readonly Application[]>>;
  /** Those of every app at once, by app. */
  readAllApplications(signal: AbortSignal): Promise<Result<ReadonlyMap<string, readonly Application[]>>>;
}

/** What a followed log tells. `restarted`: lines that come are of the container's next run. */
export type LogEvent =
  | { type: 'lines'; lines: { at: string | null; text: string }[] }
  | {
      type: 'state';
      state: 'following' | 'waiting' | 'reconnecting' | 'ended' | 'gone' | 'failed';
      text: string;
    }
  | { type: 'restarted'; restarts: number };

/** What Argo Workflows' server has besides what the cluster shows. */
export interface ArchivedWorkflows {
  /** Of the archive, newest first, without their steps; those of other namespaces and labels are left out. */
  list(limit: number, signal: AbortSignal): Promise<Result<readonly Workflow[]>>;
  /**
   * One with its steps, wherever the server has it: in the cluster, its nodes in the database or not, or in the archive
   * alone (then with `archivedUid`).
   */
  whole(namespace: string, name: string, signal: AbortSignal): Promise<Result<Workflow>>;
  /** As `whole`, if the archive alone has it; asked of the server once in a while. `null`: it has none, or can't be asked. */
  find(namespace: string, name: string, signal: AbortSignal): Promise<Workflow | null>;
  /** The step of one that was found, by its pod. */
  stepOf(namespace: string, pod: string): { workflow: Workflow; node: WorkflowNode } | null;
}

export interface Cluster {
  readonly view: ClusterView;
  readonly actions: ClusterActions;
  /** What Argo Workflows' own server has besides; `null`: the estate names none. */
  readonly archive: ArchivedWorkflows | null;
  /** Why the app's sync or rollout does not get on: the pod of a hook, else of a rollout; `null`: none fails. */
  failingPod(app: string, signal: AbortSignal): Promise<FailingPod | null>;
  /** How it is reached, what is watched and what one may do; from memory. */
  status(): ClusterStatus;
  /**
   * Reads a container's log and, unless it is the previous one or `follow` is false, follows it over breaks and
   * restarts. Lines come with the cluster's timestamps; reconnects neither repeat nor lose any.
   */
  followLog(
    request: {
      namespace: string;
      pod: string;
      container: string;
      previous: boolean;
      tailLines: number;
      follow?: boolean;
    },
    onEvent: (event: LogEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}
