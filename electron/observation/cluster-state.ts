import type { Application } from '../../shared/domain/board/board';
import type { WorkloadFacts } from '../../shared/domain/board/cell-running';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { ClusterAccess, ClusterAction } from '../../shared/domain/estate/cluster-access';
import type { Failure } from '../../shared/domain/failure/failure';
import type { ClusterGap, ClusterWatch } from '../../shared/domain/rollout/cluster-status';
import type { Rollout } from '../../shared/domain/rollout/rollout';
import { mostShut, type SyncWindowsView } from '../../shared/domain/rollout/sync-window-view';
import type { Workflow, WorkflowNode } from '../../shared/domain/workflows/workflow';
import type { ArgoProject } from '../systems/argo/app-project';
import { type ArgoApplication, settleOlderSpec } from '../systems/argo/application';
import { withPods } from '../systems/argo/read-workflow';
import type { WatchBatch, WatchMeter } from '../systems/kubernetes/types';
import { createArgoState } from './argo-state';
import type { ClusterPlace } from './place';
import { type PodOwners, podOwners } from './pod-owners';
import type { Failing } from './pod-reads';
import { createTable } from './table';
import type { AppDeployment, AppPod, AppReplicaSet } from './trim';
import type { AppJob } from './trim-job';
import type { AppResource, OtherKind } from './trim-resources';
import type { AppSet } from './trim-sets';
import type { ClusterChange, ClusterView } from './types';
import { createWatchBoard } from './watch-board';
import type { WatchedKind } from './watched-kinds';
import { createWorkloads, podsOfWorkflow } from './workloads';

/** What the watches of a cluster fill. */
export interface ClusterState {
  readonly view: ClusterView;
  /** An Application as it is kept, with what only actions and waits look at. */
  argoApplication(name: string): ArgoApplication | null;
  /** When the refresh that an Application waits for was first seen; ISO 8601 UTC, `null`: none is asked for. */
  refreshSeenAt(name: string): string | null;
  readonly owners: PodOwners;
  /** Pods of hooks that fail or failed, with the hook's name. */
  failingHooks(app: string): Failing[];
  applyApplications(batch: WatchBatch<ArgoApplication>): void;
  applyDeployments(batch: WatchBatch<AppDeployment>): void;
  applyReplicaSets(batch: WatchBatch<AppReplicaSet>): void;
  applySets(kind: AppSet['kind'], batch: WatchBatch<AppSet>): void;
  applyPods(batch: WatchBatch<AppPod>): void;
  applyOther(kind: OtherKind, batch: WatchBatch<AppResource>): void;
  applyWorkflows(batch: WatchBatch<Workflow>): void;
  applyProjects(batch: WatchBatch<ArgoProject>): void;
  applyJobs(batch: WatchBatch<AppJob>): void;
  /** Tells of Applications whose sync windows opened or closed since the last look. */
  lookAtWindows(): void;
  /** The state of one watch, as {@link createWatchBoard} takes it. */
  applyFreshness(kind: WatchedKind, freshness: Freshness, answered?: boolean, apart?: boolean): void;
  /** Whether a way to a kind may show it within moments, as {@link createWatchBoard} takes it. */
  applyPending(kind: WatchedKind, pending: boolean): void;
  /** The cluster answered a question of ours: with `rights`, what one may do there differs from before. */
  applyStatus(rights: boolean): void;
  /** Since when the whole is in its state, and each watch on its own. */
  since(): string;
  watches(): ClusterWatch[];
  gaps(): ClusterGap[];
}

const byNewest = (a: Workflow, b: Workflow): number =>
  (b.startedAt ?? '').localeCompare(a.startedAt ?? '') || b.name.localeCompare(a.name);

/**
 * One cluster's objects in memory, and the view of them. Reads are synchronous and cheap: rollouts are worked out once
 * per app and kept until something of that app changes.
 * @param kinds all that is watched: until each has spoken, the whole is not live.
 */
export function createClusterState(
  environment: string,
  kinds: readonly WatchedKind[],
  options: {
    place?: Pick<ClusterPlace, 'argoNamespace' | 'appsNamespace' | 'labels'>;
    now?: () => Date;
    access?: (action: ClusterAction) => ClusterAccess;
    meterOf?: (kind: WatchedKind) => WatchMeter;
    /** Why a kind is not watched at all; `null` where it is. */
    unasked?: (kind: WatchedKind) => Failure | null;
    /** Argo Workflows' own server is there to be asked for logs of steps; `alone`: no pods of steps are watched. */
    stepLogs?: 'beside' | 'alone' | undefined;
  } = {},
): ClusterState {
  const applications = createTable<ArgoApplication>(({ repoName }) => repoName);
  const applicationsByName = new Map<string, ArgoApplication>();
  const syncOffNotes = new Map<string, string>();
  const workflows = createTable<Workflow>(({ labels }) => labels.repoName ?? '');
  const board = createWatchBoard(
    kinds,
    options.meterOf ?? (() => ({ objects: 0, lastEventAt: null, restarts: 0 })),
    undefined,
    options.unasked,
  );
  const workloads = createWorkloads(options.place, (topic) => board.freshness(topic));
  const listeners = new Set<(changes: readonly ClusterChange[]) => void>();

  const tell = (topic: ClusterChange['topic'], apps: Iterable<string>): void => {
    const changes = [...new Set(apps)].map((app): ClusterChange => ({ topic, app: app === '' ? null : app }));
    if (changes.length === 0) return;
    for (const listener of [...listeners]) listener(changes);
  };
  const now = options.now ?? (() => new Date());
  const argo = createArgoState({
    argoNamespace: options.place?.argoNamespace ?? '',
    jobs: workloads.jobs,
    live: workloads.live,
    podsOf: (owner) => workloads.pods.of(owner),
    podAt: (namespace, name) => workloads.pods.get(namespace, name),
    freshness: (topic) => board.freshness(topic),
  });
  const olderSpecs: Parameters<typeof settleOlderSpec>[1] = new Map();
  /** Refreshes that Argo CD's controller has not answered, by Application. It takes the annotation away when it has. */
  const refreshes = new Map<string, string>();
  const refreshSeenAt = (name: string): string | null => refreshes.get(name) ?? null;
  const windowStates = new Map<string, string>();
  const signOf = (windows: SyncWindowsView): string =>
    windows.state === 'unknown' ? windows.because : `${windows.state} ${windows.text} ${windows.opensAt}`;
  const windowsMoved = (): void => {
    const at = now();
    const moved = [...applicationsByName.values()].filter((application) => {
      const sign = signOf(argo.windowsOf(application, at));
      const before = windowStates.get(application.name);
      windowStates.set(application.name, sign);
      return before !== undefined && before !== sign;
    });
    tell(
      'application',
      moved.map(({ repoName }) => repoName),
    );
  };
  /** Of an app: the one of its own name first, twins after it. */
  const ofApp = (app: string): ArgoApplication[] =>
    [...applications.of(app)].sort(
      (a, b) => Number(b.name === app) - Number(a.name === app) || a.name.localeCompare(b.name),
    );
  /** Under which labels an app's workloads lie: its own name, and those of its Applications where no repo is named. */
  const namesOf = (app: string): string[] => [
    ...new Set([app, ...[...applications.of(app)].map(({ name }) => name)]),
  ];
  const rolloutsOf = (app: string): readonly Rollout[] => {
    const lists = namesOf(app)
      .map(workloads.rollouts)
      .filter(({ length }) => length > 0);
    return lists.length > 1 ? lists.flat() : (lists[0] ?? []);
  };
  const merged = new Map<string, { parts: readonly WorkloadFacts[]; whole: WorkloadFacts }>();
  const workloadsOf = (app: string): WorkloadFacts => {
    const parts = namesOf(app).map(workloads.facts);
    const [first] = parts;
    if (parts.length === 1 && first) return first;
    const before = merged.get(app);
    if (before?.parts.length === parts.length && before.parts.every((one, place) => one === parts[place]))
      return before.whole;
    const whole: WorkloadFacts = {
      pods: parts.flatMap((part) => part.pods),
      templates: parts.flatMap((part) => part.templates),
      pastImages: [...new Set(parts.flatMap((part) => part.pastImages))],
    };
    merged.set(app, { parts, whole });
    return whole;
  };
  /** The app that a label stands for, where it is the name of an Application, too. */
  const appsOfLabel = (label: string): string[] => {
    const repoName = applicationsByName.get(label)?.repoName;
    return repoName === undefined || repoName === label ? [label] : [label, repoName];
  };
  /** By app, newest first, with their pods: asked for several times with every change of the app. */
  const workflowsOf = new Map<string, readonly Workflow[]>();
  const allWorkflows = (app: string): readonly Workflow[] => {
    const before = workflowsOf.get(app);
    if (before) return before;
    const all = [...workflows.of(app)].sort(byNewest).map((one) => withPods(one, podOf(one.name)));
    workflowsOf.set(app, all);
    return all;
  };
  /** The app of a workflow's pod: the workflow's, as its pods bear no app's label. */
  const appOfStep = ({ namespace, workflow, app }: AppPod): string =>
    workflows.get(namespace, workflow ?? '')?.labels.repoName ?? app;
  const reportWorkflows = (apps: readonly string[]): void => {
    for (const app of apps) workflowsOf.delete(app);
    tell('workflow', apps);
  };
  const podOf = (workflow: string): ((node: WorkflowNode) => string | null) => {
    const byNode = new Map<string, string>();
    for (const pod of workloads.pods.of(podsOfWorkflow(workflow)))
      if (pod.workflowNode) byNode.set(pod.workflowNode, pod.name);
    const { stepLogs } = options;
    const isUnseen = stepLogs === 'alone' || (stepLogs && board.freshness('pods').state !== 'live');
    /** The server reads the log of one that can't be seen here, or is gone and was stored. */
    const isReadable = ({ storedLog }: WorkflowNode): boolean =>
      isUnseen || (stepLogs !== undefined && storedLog === true);
    return (node) => byNode.get(node.id) ?? (isReadable(node) ? (node.ownPod ?? null) : null);
  };

  const view: ClusterView = {
    environment,
    freshness: board.freshness,
    gaps: board.gaps,
    access:
      options.access ??
      ((action) => ({
        action,
        state: 'unknown',
        why: 'The cluster has not been checked yet.',
        asked: false,
      })),
    applications: (app): Application[] => ofApp(app).map(({ shown }) => shown),
    application: (name) => applicationsByName.get(name)?.shown ?? null,
    applicationDetails: (app) => ofApp(app).map((one) => argo.detailOf(one, refreshSeenAt(one.name), now())),
    applicationDetail: (name) => {
      const application = applicationsByName.get(name);
      return application ? argo.detailOf(application, refreshSeenAt(name), now()) : null;
    },
    hookJobs: (app) => argo.hookJobs(namesOf(app)),
    jobPods: (app) => namesOf(app).flatMap(workloads.jobPods),
    syncWindows: (app) => mostShut(ofApp(app).map((one) => argo.windowsOf(one, now()))),
    hooks: (app) => argo.hooks(applications.of(app)),
    rollouts: rolloutsOf,
    workloads: workloadsOf,
    pulledImages: (app) =>
      rolloutsOf(app)
        .flatMap(({ pods }) => pods)
        .flatMap(({ namespace, name }) => workloads.pods.get(namespace, name)?.pulled ?? []),
    workflows({ app, version, template }) {
      const all = allWorkflows(app);
      if (version === undefined && template === undefined) return [...all];
      return all.filter(
        (one) =>
          (template === undefined || one.template === template) &&
          (version === undefined || one.labels.imageTag === version),
      );
    },
    workflow(namespace, name) {
      const workflow = workflows.get(namespace, name);
      return workflow && withPods(workflow, podOf(name));
    },
    syncOffNotes: () => syncOffNotes,
    slackChannels: (app) => [
      ...new Set([...applications.of(app)].flatMap(({ slackChannel }) => slackChannel ?? [])),
    ],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  return {
    view,
    argoApplication: (name) => applicationsByName.get(name) ?? null,
    refreshSeenAt,
    owners: podOwners({
      pods: workloads.pods,
      jobs: workloads.jobs,
      workflows,
      applications: applicationsByName,
    }),
    failingHooks: (app) =>
      view.hooks(app).flatMap(({ state: how, namespace, name, pod }) => {
        const found = how === 'running' || pod === null ? null : workloads.pods.get(namespace ?? '', pod);
        return found ? [{ owner: name, pod: { ...found, replicaSet: name } }] : [];
      }),
    applyApplications(batch) {
      const upserts = batch.upserts.map((item) => ({
        ...item,
        value: settleOlderSpec(item.value, olderSpecs),
      }));
      const touched = applications.apply({ ...batch, upserts });
      for (const { name } of batch.removed) {
        applicationsByName.delete(name);
        syncOffNotes.delete(name);
        refreshes.delete(name);
        windowStates.delete(name);
      }
      for (const { value } of upserts) {
        applicationsByName.set(value.name, value);
        if (value.syncOffNote === null) syncOffNotes.delete(value.name);
        else syncOffNotes.set(value.name, value.syncOffNote);
        if (!value.refreshPending) refreshes.delete(value.name);
        else if (!refreshes.has(value.name)) refreshes.set(value.name, now().toISOString());
      }
      tell(
        'application',
        touched.map(({ repoName }) => repoName),
      );
    },
    applyDeployments: (batch) => tell('rollout', workloads.applyDeployments(batch).flatMap(appsOfLabel)),
    applyReplicaSets: (batch) => tell('rollout', workloads.applyReplicaSets(batch).flatMap(appsOfLabel)),
    applySets: (kind, batch) => tell('rollout', workloads.applySets(kind, batch).flatMap(appsOfLabel)),
    applyPods(batch) {
      const touched = workloads.applyPods(batch);
      const rollouts = new Set(touched.rollouts.flatMap(appsOfLabel));
      tell('rollout', rollouts);
      tell(
        'pod',
        // What bears no app's name is shown nowhere.
        touched.details.flatMap(appsOfLabel).filter((app) => app !== '' && !rollouts.has(app)),
      );
      reportWorkflows(touched.steps.map(appOfStep));
    },
    applyOther: (kind, batch) => tell('application', workloads.applyOther(kind, batch)),
    applyWorkflows: (batch) =>
      reportWorkflows(workflows.apply(batch).map(({ labels }) => labels.repoName ?? '')),
    applyProjects(batch) {
      argo.applyProjects(batch);
      windowsMoved();
    },
    applyJobs: (batch) =>
      tell(
        'rollout',
        workloads.applyJobs(batch).map((name) => applicationsByName.get(name)?.repoName ?? name),
      ),
    lookAtWindows: windowsMoved,
    applyFreshness(kind, freshness, answered = false, apart = false) {
      if (!board.apply(kind, freshness, answered, apart).changed) return;
      // Whether pods are seen tells which logs are offered.
      if (options.stepLogs) workflowsOf.clear();
      tell('freshness', ['']);
    },
    applyPending(kind, pending) {
      if (board.applyPending(kind, pending).changed) tell('freshness', ['']);
    },
    applyStatus: (rights) => tell(rights ? 'freshness' : 'status', ['']),
    since: board.since,
    watches: board.watches,
    gaps: board.gaps,
  };
}
