import type { LockView } from '../bags/view';
import {
  type Chains,
  environmentBefore,
  environmentsInOrder,
  firstOfChain,
  pipelineOf,
} from '../estate/chain';
import type { Failure } from '../failure/failure';
import type { Deployment } from '../history/deployment';
import type { FlagClaim } from '../hold/flag-claims';
import { shutGate } from '../hold/hold-plan';
import type { HoldRecord } from '../hold/hold-record';
import { type HoldFacts, holdState, shutGateState } from '../hold/hold-state';
import type { Operation } from '../operation/operation';
import { stepAt } from '../operation/present-step';
import type { HealthObservation } from '../preflight/rollback-target';
import type { Found } from '../records/record-entry';
import type { ClusterGap, ClusterTopic } from '../rollout/cluster-status';
import type { HookState } from '../rollout/hook-state';
import { deadlineCause, podCause } from '../rollout/pod-cause';
import { newPodsReady, type Rollout } from '../rollout/rollout';
import type { SyncWindowsView } from '../rollout/sync-window-view';
import type { Workflow } from '../workflows/workflow';
import type { Application, Board, Cell, RollbackTarget } from './board';
import type { WorkloadFacts } from './cell-running';
import { cellState } from './cell-state';
import { cellTests } from './cell-tests';
import { driftOf } from './drift';
import type { Freshness } from './freshness';

/** What the ledger says of one cell. */
export type LedgerCell = NonNullable<Cell['ledger']>;

/** A cluster as the board reads it: synchronous, from memory. */
export interface ClusterReading {
  /** Of the whole, or of topics alone. */
  freshness(...topics: ClusterTopic[]): Freshness;
  /** Kinds that cannot be seen although it answers. */
  gaps(): readonly ClusterGap[];
  applications(app: string): readonly Application[];
  rollouts(app: string): readonly Rollout[];
  workloads(app: string): WorkloadFacts;
  hooks(app: string): readonly HookState[];
  workflows(filter: { app: string; template?: string }): readonly Workflow[];
  syncWindows(app: string): SyncWindowsView | null;
}

/** Everything that a board is made of. Lookups answer from memory. */
export interface BoardInput {
  chains: Chains;
  commit: string | null;
  committedAt: string | null;
  ledger: Freshness;
  history: Board['history'];
  /** By environment, then app. */
  files: ReadonlyMap<string, ReadonlyMap<string, LedgerCell>>;
  hold(app: string, environment: string): Found<HoldRecord> | null;
  /** Holds and freezes that want flags of the app's files off. */
  claims(app: string): readonly FlagClaim[];
  /** Of a cell, newest first. */
  deployments(app: string, environment: string): readonly Deployment[];
  /** What was once observed in a cell and kept. */
  observed(app: string, environment: string): readonly HealthObservation[];
  rollbackTarget(app: string, environment: string, present: string | null): RollbackTarget | null;
  /** `null`: the environment has no cluster. */
  cluster(environment: string): ClusterReading | null;
  /** Who holds the environment's lock in its first pipeline. */
  lock(environment: string): LockView | null;
  /** The open operation of a cell. */
  operation(app: string, environment: string): Operation | null;
  problems: readonly Failure[];
  emergency: Board['emergency'];
}

/** Whether the cluster runs what the ledger says: annotation and sync of every Application; `null`: not known. */
export function isInStep(version: string | null, applications: readonly Application[]): boolean | null {
  if (applications.length === 0 || version === null) return null;
  if (applications.some((one) => one.version !== version || one.sync === 'OutOfSync')) return false;
  return applications.every((one) => one.sync === 'Synced') ? true : null;
}

/**
 * The sum of an app's rollouts while one is under way or failed; `null` when all are done. `available` counts pods of
 * the new version alone.
 */
export function rolloutSummary(rollouts: readonly Rollout[]): Cell['rollout'] {
  const open = rollouts.filter((one) => one.state !== 'done');
  if (open.length === 0) return null;
  const failed = open.find((one) => one.state === 'failed');
  const sum = { desired: 0, updated: 0, available: 0 };
  for (const one of rollouts) {
    sum.desired += one.desired;
    sum.updated += one.updated;
    sum.available += newPodsReady(one);
  }
  const message = (failed ?? open[0])?.message ?? '';
  const failing = rollouts.flatMap((one) => one.pods.filter(({ name }) => name === one.failingPod)).at(0);
  const cause = failing ? podCause(failing) : failed ? deadlineCause : null;
  return {
    state: failed ? 'failed' : 'progressing',
    failing: failing?.reason ?? null,
    cause,
    ...sum,
    message,
  };
}

function holdOf(input: BoardInput, app: string, environment: string, ledger: LedgerCell): Cell['hold'] {
  const hold = input.hold(app, environment);
  if (hold?.ok === false)
    return { state: 'unknown', by: null, since: null, reason: null, detail: hold.failure.message };
  const before = environmentBefore(input.chains, environment);
  const cluster = before === null ? null : input.cluster(before);
  const fileBefore = before === null ? undefined : input.files.get(before)?.get(app);
  const facts: HoldFacts = {
    before,
    ledger,
    flagBefore: fileBefore?.automaticDeploys,
    clusterBefore: cluster?.freshness('applications', 'workflows') ?? { state: 'absent' },
    clusterHere: input.cluster(environment)?.freshness('workflows') ?? { state: 'absent' },
    applicationsBefore: cluster?.applications(app) ?? [],
    workflowsBefore: cluster?.workflows({ app }) ?? [],
    workflowsHere: input.cluster(environment)?.workflows({ app }) ?? [],
  };
  if (hold) return holdState(hold.value, facts);
  const flagOf = (name: string) => input.files.get(name)?.get(app)?.automaticDeploys;
  const gate = shutGate(before, flagOf, input.claims(app));
  return gate && shutGateState(gate, facts);
}

/** The windows of a cell as far as they keep something waiting. */
function shutWindow(windows: SyncWindowsView | null): Cell['syncWindow'] {
  if (windows === null || windows.state === 'open' || windows.state === 'unknown') return null;
  const { state, project, text, opensAt } = windows;
  return { state, project, text, opensAt };
}

const unseen: Freshness = { state: 'absent' };
const noWorkloads: WorkloadFacts = { pods: [], templates: [], pastImages: [] };

/** Versions of a cell's history, kept with the list that they were taken from. */
const versionsIn = new WeakMap<readonly Deployment[], ReadonlySet<string>>();
function versionsOf(deployments: readonly Deployment[]): ReadonlySet<string> {
  const before = versionsIn.get(deployments);
  if (before) return before;
  const versions = new Set(deployments.flatMap(({ from, to }) => (from === null ? [to] : [from, to])));
  versionsIn.set(deployments, versions);
  return versions;
}

/** What runs in a cell, where what is wanted is, and what its tests say. */
function stateOf(
  input: BoardInput,
  app: string,
  environment: string,
  wanted: string | null,
  syncWindow: Cell['syncWindow'],
): Pick<Cell, 'running' | 'health' | 'stage' | 'tests'> {
  const cluster = input.cluster(environment);
  const deployments = input.deployments(app, environment);
  const versions = versionsOf(deployments);
  const since = deployments[0]?.to === wanted ? deployments[0].at : null;
  const applications = cluster?.applications(app) ?? [];
  const state = cellState({
    app,
    wanted,
    committedAt: since,
    known: (tag) => versions.has(tag) || isWantedSomewhere(input, app, tag),
    applications,
    hooks: cluster?.hooks(app) ?? [],
    rollouts: cluster?.rollouts(app) ?? [],
    workloads: cluster?.workloads(app) ?? noWorkloads,
    syncWindow,
    freshness: (...topics) => cluster?.freshness(...topics) ?? unseen,
  });
  const tests = cellTests({
    version: wanted,
    since,
    applications,
    workflows: cluster?.workflows({ app, template: 'post-sync' }) ?? [],
    observed: input.observed(app, environment),
    visible: cluster?.freshness('workflows').state === 'live',
    runs: state.stage.state === 'running',
  });
  return { ...state, tests };
}

const isWantedSomewhere = (input: BoardInput, app: string, tag: string): boolean =>
  [...input.files.values()].some((files) => files.get(app)?.version === tag);

/** When something that is not live was heard last; `null`: it is live, or it never was. */
const heardLast = (freshness: Freshness | undefined): string | null =>
  !freshness || freshness.state === 'live' || freshness.state === 'absent' ? null : freshness.asOf;

/** One cell; `null` when the app has no file there. */
function assembleCell(input: BoardInput, app: string, environment: string): Cell | null {
  const ledger = input.files.get(environment)?.get(app);
  if (!ledger) return null;
  const cluster = input.cluster(environment);
  const applications = [...(cluster?.applications(app) ?? [])];
  const first = firstOfChain(input.chains, environment);
  const operation = input.operation(app, environment);
  const syncWindow = shutWindow(cluster?.syncWindows(app) ?? null);
  const drift =
    first === environment && ledger.version !== null
      ? ({ state: 'same' } as const)
      : driftOf(
          ledger.version,
          { environment: first, version: input.files.get(first)?.get(app)?.version },
          () => [...new Set(input.deployments(app, first).map((one) => one.to))],
        );
  return {
    app,
    environment,
    ledger,
    deployed: input.deployments(app, environment)[0] ?? null,
    applications,
    applicationsAsOf: applications.length === 0 ? null : heardLast(cluster?.freshness('applications')),
    ...stateOf(input, app, environment, ledger.version, syncWindow),
    rollout: rolloutSummary(cluster?.rollouts(app) ?? []),
    drift,
    hold: holdOf(input, app, environment, ledger),
    syncWindow,
    operation: operation && {
      id: operation.id,
      state: operation.state,
      step: operation.state === 'running' ? (stepAt(operation)?.name ?? null) : null,
    },
    rollbackTarget: input.rollbackTarget(app, environment, ledger.version),
  };
}

/**
 * The cells of one app in the order of the environments, only where it has a file. They rest on nothing of another app,
 * and on no other cluster than their own and that of the environment before.
 * @param known those that are not out of date, by environment.
 */
export function assembleCells(
  input: BoardInput,
  app: string,
  known: ReadonlyMap<string, Cell> = new Map(),
): Cell[] {
  return environmentsInOrder(input.chains).flatMap(
    (environment) => known.get(environment) ?? assembleCell(input, app, environment) ?? [],
  );
}

/**
 * The whole board: environments in the order of travel, apps by name.
 * @param cellsOf the cells of an app, where they are known already.
 */
export function assembleBoard(
  input: BoardInput,
  cellsOf: (app: string) => readonly Cell[] = (app) => assembleCells(input, app),
): Omit<Board, 'revision'> {
  const order = environmentsInOrder(input.chains);
  const apps = [...new Set(order.flatMap((name) => [...(input.files.get(name)?.keys() ?? [])]))].sort();
  return {
    commit: input.commit,
    committedAt: input.committedAt,
    ledger: input.ledger,
    history: input.history,
    environments: order.map((name) => ({
      name,
      tier: input.chains.environments.find((one) => one.name === name)?.tier ?? 'standard',
      pipeline: pipelineOf(input.chains, name),
      before: environmentBefore(input.chains, name),
      cluster: input.cluster(name)?.freshness() ?? { state: 'absent' },
      gaps: [...(input.cluster(name)?.gaps() ?? [])],
      lock: input.lock(name),
    })),
    apps,
    cells: apps.flatMap(cellsOf),
    problems: [...input.problems],
    emergency: input.emergency,
  };
}
