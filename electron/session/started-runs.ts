import type { Claim } from '../../shared/domain/attribution/claims';
import { runThatStarted, type SeenRun, submittedByHand } from '../../shared/domain/attribution/started-run';
import type { DeploymentEvent } from '../../shared/domain/history/history-event';
import { isPipelineSubject } from '../../shared/domain/history/history-rules';
import type { ArchiveStore } from '../archive/archive-store';
import type { History } from '../history/open-history';
import type { ActionsWorkflow } from '../systems/github/workflow-dispatch';
import { lifeController } from '../systems/life';

/** How far back deployments are asked about (milliseconds), and how many at most. */
const lookBack = 2 * 24 * 3_600_000;
const mostAtOnce = 100;
/** Runs are listed from so long before the commit: images take minutes to be built. */
const before = 24 * 3_600_000;
/** Milliseconds after a commit until its run is surely over, and between two looks at one that is not. */
const settles = 120_000;
const again = 60_000;
/** Times that a deployment is asked about: a run that goes on for longer than that is another matter. */
const mostLooks = 10;
/** Deployments that are remembered as asked about. */
const remembered = 2_000;

/** Finds out who started what bots committed, of GitHub, in the background. */
export interface StartedRuns {
  /** Looks at the newest deployments of which nobody is known. */
  look(): void;
  /** Resolves when nothing is asked any more. */
  idle(): Promise<void>;
  close(): void;
}

/** @param options.runs all runs of a workflow that were created between two times; `null`: nobody can say that these are all. */
export function startedRuns(options: {
  history: Pick<History, 'feed' | 'status'>;
  archive: Pick<ArchiveStore, 'workflows'>;
  /** Where an app's deploys are run; `null`: not known. */
  workflowOf: (app: string, environment: string) => ActionsWorkflow | null;
  runs: (place: ActionsWorkflow, from: string, to: string, signal: AbortSignal) => Promise<SeenRun[] | null>;
  onFound: (claims: readonly Claim[]) => void;
  onFailure: (error: unknown) => void;
  now: () => number;
}): StartedRuns {
  const { history, archive, now } = options;
  const closing = lifeController();
  /** By commit: how often it was asked about, and when it may be again. */
  const asked = new Map<string, { looks: number; from: number }>();
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;

  const isOpen = (event: DeploymentEvent): boolean => {
    // A person's deploy by the pipeline, and nobody else has a claim on it: `promote_deployment` is false.
    if (event.startedBy || event.operationId !== null || !isPipelineSubject(event.subject)) return false;
    return (asked.get(event.commit)?.looks ?? 0) < mostLooks;
  };

  function later(event: DeploymentEvent, looks: number, from: number): void {
    asked.set(event.commit, { looks, from });
    for (const oldest of asked.keys()) {
      if (asked.size <= remembered) break;
      asked.delete(oldest);
    }
  }

  async function claimOf(event: DeploymentEvent): Promise<Claim | null> {
    const { app, environment, to, at, commit } = event;
    const looks = (asked.get(commit)?.looks ?? 0) + 1;
    const place = options.workflowOf(app, environment);
    if (!place) {
      later(event, mostLooks, 0);
      return null;
    }
    const from = new Date(Date.parse(at) - before).toISOString();
    const until = new Date(Date.parse(at) + 1000).toISOString();
    const runs = await options.runs(place, from, until, closing.signal);
    const one = { environment, version: to, at };
    const found = runs ? runThatStarted(one, runs) : null;
    if (found?.is === 'open') {
      later(event, looks, now() + again);
      return null;
    }
    later(event, mostLooks, 0);
    if (found?.is !== 'proved') return null;
    const workflows = archive
      .workflows({ app, environment, version: to, limit: 20 })
      .map(({ workflow }) => workflow)
      .filter(({ template }) => template === 'deploy-image');
    if (submittedByHand(one, workflows)) return null;
    return {
      source: 'run',
      operation: null,
      kind: null,
      app,
      environment,
      version: to,
      by: found.by.slice(0, 200),
      reason: null,
      override: [],
      route: 'actions',
      run: { name: `${place.repo} ${found.run.id}`.slice(0, 200), url: found.run.url },
      base: null,
      commit,
      earliest: found.run.startedAt,
      latest: null,
    };
  }

  async function round(): Promise<void> {
    const since = new Date(now() - lookBack).toISOString();
    const { events } = await history.feed({ kinds: ['manual', 'rollback'], since, limit: mostAtOnce });
    const open = events.filter(
      (event): event is DeploymentEvent => event.type === 'deployment' && isOpen(event),
    );
    const found: Claim[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const event of open) {
      if (closing.signal.aborted) return;
      const due = Math.max(asked.get(event.commit)?.from ?? 0, Date.parse(event.at) + settles);
      if (due > now()) {
        next = Math.min(next, due);
        continue;
      }
      const claim = await claimOf(event);
      if (claim) found.push(claim);
      const { looks = 0, from = 0 } = asked.get(event.commit) ?? {};
      if (looks < mostLooks) next = Math.min(next, from);
    }
    if (found.length > 0) options.onFound(found);
    if (Number.isFinite(next) && !closing.signal.aborted) plan(next - now());
  }

  function plan(wait: number): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(look, Math.max(1_000, wait));
    timer.unref();
  }

  function look(): void {
    if (closing.signal.aborted || looking || history.status().phase !== 'ready') return;
    looking = round()
      .catch((error: unknown) => {
        if (closing.signal.aborted) return;
        options.onFailure(error);
        plan(again * 5);
      })
      .finally(() => {
        looking = null;
      });
  }

  return {
    look,
    idle: async () => {
      await looking;
    },
    close: () => {
      closing.abort();
      if (timer) clearTimeout(timer);
    },
  };
}
