import type { ClusterTopic } from '../rollout/cluster-status';
import type { HookState } from '../rollout/hook-state';
import type { Rollout } from '../rollout/rollout';
import type { Application, Cell } from './board';
import {
  type LivePod,
  syncedVersion,
  type VersionsSeen,
  versionsSeen,
  type WorkloadFacts,
  whatRuns,
} from './cell-running';
import { cellStage } from './cell-stage';
import type { CellStage, Running } from './cell-view';
import type { Freshness } from './freshness';

/** What an app's cell is made of, as a cluster shows it. */
export interface CellFacts {
  app: string;
  /** The version that Git wants; `null`: its file names none. */
  wanted: string | null;
  /** When Git began to want it; ISO 8601 UTC; `null`: not known. */
  committedAt: string | null;
  /** Whether a tag is a version that the app is known by, from its history. */
  known: (tag: string) => boolean;
  applications: readonly Application[];
  hooks: readonly HookState[];
  rollouts: readonly Rollout[];
  workloads: WorkloadFacts;
  syncWindow: Cell['syncWindow'];
  freshness: (...topics: ClusterTopic[]) => Freshness;
}

/** What runs, how healthy that is, and where what is wanted is on its way there. */
export interface CellState {
  running: Running;
  stage: CellStage;
  health: Cell['health'];
}

/**
 * Puts a cell's state together. A kind that the cluster refuses or that stopped is not judged by while the other is
 * live; where all of them are away, what was seen last counts, and the environment is marked as of then.
 */
export function cellState(facts: CellFacts): CellState {
  const { wanted, app, freshness } = facts;
  const kinds = {
    argo: freshness('applications'),
    rollouts: freshness('rollouts'),
    pods: freshness('pods'),
  };
  const isLive = Object.values(kinds).some(({ state }) => state === 'live');
  const counts = (kind: Freshness): boolean =>
    kind.state === 'live' || (!isUnseen(kind) && !(kind.state === 'unreachable' && isLive));
  const applications = counts(kinds.argo) ? facts.applications : [];
  const rollouts = counts(kinds.rollouts) ? facts.rollouts : [];
  const workloads = workloadsOf(facts, counts(kinds.rollouts), counts(kinds.pods));
  const isKnown = (tag: string): boolean =>
    facts.known(tag) || applications.some(({ version }) => version === tag);
  const whole = workloads && versionsSeen(app, wanted, workloads, isKnown);
  const seen =
    whole &&
    withoutOwnVersions(whole, wanted, applications, rollouts, workloads, (some) =>
      versionsSeen(app, wanted, some, isKnown),
    );
  const running = whatRuns(wanted, workloads, seen, syncedVersion(applications));
  const stage = cellStage({
    wanted,
    applications,
    hooks: facts.hooks,
    rollouts,
    workloads,
    seen,
    running,
    committedAt: facts.committedAt,
    syncWindow: facts.syncWindow,
    blind: applications.length === 0 && workloads === null ? blindness(kinds.argo, kinds.pods) : null,
  });
  return { running, stage, health: healthOf(applications, rollouts, workloads) };
}

/** The workloads as far as their kinds can be judged by; pods that can't be seen are counted as ReplicaSets tell. */
function workloadsOf(
  { workloads, rollouts }: CellFacts,
  withRollouts: boolean,
  withPods: boolean,
): WorkloadFacts | null {
  if (withRollouts && withPods) return workloads;
  if (withPods) return { pods: workloads.pods, templates: [], pastImages: [] };
  return withRollouts ? { ...workloads, pods: rollouts.flatMap(podsToldBy) } : null;
}

/** Pods that a rollout's ReplicaSets tell of: those that are ready, and those that are not. */
function podsToldBy({ deployment: workload, kind, replicaSets, ready: ofAll }: Rollout): LivePod[] {
  return replicaSets.flatMap(({ name, images, desired, ready: own }) => {
    // Of a StatefulSet or DaemonSet the count of a revision comes from its pods.
    const ready = kind ? ofAll : own;
    const pod = { name, images, workload, ofSet: kind !== undefined, reason: null };
    return [
      { ...pod, ready: true, phase: 'Running', count: ready },
      { ...pod, ready: false, phase: 'Pending', count: Math.max(0, desired - ready) },
    ].filter(({ count }) => count > 0);
  });
}

const isUnseen = (freshness: Freshness): boolean =>
  freshness.state === 'absent' || (freshness.state !== 'live' && freshness.asOf === null);

function blindness(argo: Freshness, pods: Freshness): string {
  if (argo.state === 'absent' && pods.state === 'absent') return 'No cluster connected.';
  const away = [argo, pods].find((one) => one.state === 'unreachable');
  return away?.state === 'unreachable'
    ? `Can’t see Argo CD or pods. ${away.failure.message}`
    : 'The cluster has not been checked yet.';
}

/**
 * Without workloads that have a version of their own by Git's will: they were set before Argo CD last compared them,
 * and it found them in sync (a worker whose chart pins another tag). At least one is left.
 */
function withoutOwnVersions(
  whole: VersionsSeen,
  wanted: string | null,
  applications: readonly Application[],
  rollouts: readonly Rollout[],
  workloads: WorkloadFacts,
  read: (some: WorkloadFacts) => VersionsSeen,
): VersionsSeen {
  const comparedAt = applications.map((one) => one.comparedAt ?? '').sort()[0] ?? '';
  if (comparedAt === '' || syncedVersion(applications) !== wanted) return whole;
  const own = new Set(
    whole.templates
      .filter(({ version }) => version !== null && version !== wanted)
      .map(({ name }) => rollouts.find(({ deployment }) => deployment === name))
      .filter((one) => one?.state === 'done' && one.startedAt && one.startedAt < comparedAt)
      .flatMap((one) => one?.deployment ?? []),
  );
  if (own.size === 0 || !whole.templates.some(({ name }) => !own.has(name))) return whole;
  return read({
    ...workloads,
    templates: workloads.templates.filter(({ name }) => !own.has(name)),
    pods: workloads.pods.filter(({ workload }) => workload === null || !own.has(workload)),
  });
}

const worstFirst: readonly NonNullable<Cell['health']>[] = [
  'Degraded',
  'Missing',
  'Unknown',
  'Progressing',
  'Suspended',
  'Healthy',
];

/** The worst of several; `null` for none. */
export function worstHealth(some: readonly NonNullable<Cell['health']>[]): Cell['health'] {
  return worstFirst.find((health) => some.includes(health)) ?? null;
}

/**
 * Health of what runs. Argo CD's is of the live objects, whichever version they have, and as old as its last look: its
 * controller may have stopped, so what Deployments and pods say by now counts, too, and alone where Argo CD can't be
 * seen. `null`: nothing is seen.
 */
function healthOf(
  applications: readonly Application[],
  rollouts: readonly Rollout[],
  workloads: WorkloadFacts | null,
): Cell['health'] {
  const told = applications.map(({ health }) => health);
  const own = rollouts.map(({ state }) =>
    state === 'failed'
      ? ('Degraded' as const)
      : state === 'done'
        ? ('Healthy' as const)
        : ('Progressing' as const),
  );
  const loose = (workloads?.pods ?? [])
    .filter(({ workload }) => workload === null)
    .map(({ ready, reason }) =>
      ready ? ('Healthy' as const) : reason === null ? ('Progressing' as const) : ('Degraded' as const),
    );
  return worstHealth([...told, ...own, ...loose]);
}
