import type { RollbackTarget } from '../../shared/domain/board/board';
import type { Deployment } from '../../shared/domain/history/deployment';
import {
  type Evidence,
  evidenceFor,
  rollbackTarget,
  runsOf,
} from '../../shared/domain/preflight/rollback-target';
import { type Log, noLog } from '../log/log';
import type { DeploymentHistory, Observations } from './ports';

/** Deployments asked for per cell. */
const limit = 50;

/** The last deployments of every cell, held in memory, and what follows from them. Reads are synchronous. */
export interface CellHistory {
  /** Newest first; empty while nothing is known. */
  deployments(app: string, environment: string): readonly Deployment[];
  /** Where a rollback of the cell goes, worked out before anyone asks. */
  target(app: string, environment: string, present: string | null): RollbackTarget | null;
  /** How a version did in the cell, or does now; `null` when it never ran there as far as is known. */
  evidence(app: string, environment: string, version: string): Evidence | null;
  /**
   * Asks again for the cells that have another newest deployment than before; calls back per cell that changed. Cells
   * that cannot be asked keep what was known.
   * @param apps only these apps; `null`: all.
   */
  load(apps: ReadonlySet<string> | null): Promise<void>;
}

interface Known {
  deployments: readonly Deployment[];
  observed: ReturnType<Observations['of']>;
  present: string | null;
  serving: string;
  marked: string;
  target: RollbackTarget | null;
}

const key = (app: string, environment: string): string => `${environment}\u0000${app}`;

/**
 * @param servingIn tags of the images that ready pods of an app run in an environment right now.
 * @param markedBad versions of an app that are marked bad for everywhere.
 * @param onLoaded called with the app of every cell whose deployments were asked for.
 */
export function cellHistory(
  history: DeploymentHistory,
  observations: Observations,
  servingIn: (app: string, environment: string) => readonly string[],
  markedBad: (app: string) => readonly string[],
  onLoaded: (app: string) => void,
  log: Log = noLog,
): CellHistory {
  const cells = new Map<string, readonly Deployment[]>();
  const marks = new Map<string, { newest: string; whole: boolean; attributed: number }>();
  const targets = new Map<string, Known>();
  const none: readonly Deployment[] = [];

  const deployments = (app: string, environment: string): readonly Deployment[] =>
    cells.get(key(app, environment)) ?? none;

  async function loadCell(one: Pick<Deployment, 'app' | 'environment' | 'commit'>): Promise<void> {
    const { app, environment, commit } = one;
    const place = key(app, environment);
    const mark = marks.get(place);
    // While the index is still being built, older deployments of a cell may be missing: it is asked again at the end.
    const { ready } = history.status();
    // A record of who did it comes in a later commit than the deployment, perhaps than several.
    const attributed = history.attributed();
    if (mark?.newest === commit && mark.attributed === attributed && (mark.whole || !ready)) return;
    const found = await history.deployments({ app, environment, limit });
    cells.set(place, found);
    marks.set(place, { newest: commit, whole: ready || found.length === limit, attributed });
    onLoaded(app);
  }

  return {
    deployments,
    target: (app, environment, present) => {
      const list = deployments(app, environment);
      const observed = observations.of(app, environment);
      const tags = servingIn(app, environment);
      const serving = tags.join(' ');
      const bad = markedBad(app);
      const marked = bad.join(' ');
      const known = targets.get(key(app, environment));
      if (
        known?.deployments === list &&
        known.observed === observed &&
        known.present === present &&
        known.serving === serving &&
        known.marked === marked
      )
        return known.target;
      const target = rollbackTarget(present, list, observed, tags, bad);
      targets.set(key(app, environment), { deployments: list, observed, present, serving, marked, target });
      return target;
    },
    evidence: (app, environment, version) => {
      const list = deployments(app, environment);
      const runs = runsOf(list);
      const ran = runs.some((run) => run.version === version) || list.at(-1)?.from === version;
      if (!ran) return null;
      const observed = observations.of(app, environment);
      return evidenceFor(version, runs, list, observed, servingIn(app, environment));
    },
    load: async (apps) => {
      const newest = await history.newest().catch((error: unknown) => {
        log('warn', 'engine.history-not-read', { error });
        return [];
      });
      // One after the other: the worker answers one question at a time anyway.
      for (const one of newest)
        if (apps === null || apps.has(one.app))
          await loadCell(one).catch((error: unknown) =>
            log('warn', 'engine.cell-not-read', { app: one.app, environment: one.environment, error }),
          );
    },
  };
}
