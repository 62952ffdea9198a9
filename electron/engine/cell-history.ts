import type { RollbackTarget } from '../../shared/domain/board';
import type { Deployment } from '../../shared/domain/deployment';
import { type Evidence, evidenceFor, rollbackTarget, runsOf } from '../../shared/domain/rollback-target';
import type { DeploymentHistory, Observations } from './ports';

/** Deployments asked for per app: with four environments some fifty per cell. */
const limit = 200;

/** The last deployments of every cell, held in memory, and what follows from them. Reads are synchronous. */
export interface CellHistory {
  /** Newest first; empty while nothing is known. */
  deployments(app: string, environment: string): readonly Deployment[];
  /** Where a rollback of the cell goes, worked out before anyone asks. */
  target(app: string, environment: string, present: string | null): RollbackTarget | null;
  /** How a version did in the cell; `null` when it never ran there as far as is known. */
  evidence(app: string, environment: string, version: string): Evidence | null;
  /** Asks for the apps anew; calls back per app that changed. Apps that cannot be asked keep what was known. */
  load(apps: Iterable<string>): Promise<void>;
}

interface Known {
  deployments: readonly Deployment[];
  observed: ReturnType<Observations['of']>;
  present: string | null;
  target: RollbackTarget | null;
}

const key = (app: string, environment: string): string => `${environment}\u0000${app}`;

/** @param onLoaded called with every app whose deployments are other ones than before. */
export function cellHistory(
  history: DeploymentHistory,
  observations: Observations,
  onLoaded: (app: string) => void,
): CellHistory {
  const cells = new Map<string, readonly Deployment[]>();
  const newest = new Map<string, string>();
  const targets = new Map<string, Known>();
  const none: readonly Deployment[] = [];

  const deployments = (app: string, environment: string): readonly Deployment[] =>
    cells.get(key(app, environment)) ?? none;

  async function loadOne(app: string): Promise<void> {
    const found = await history.deployments({ app, limit });
    const mark = `${found.length} ${found[0]?.commit ?? ''} ${found.at(-1)?.commit ?? ''}`;
    if (newest.get(app) === mark) return;
    newest.set(app, mark);
    const byEnvironment = new Map<string, Deployment[]>();
    for (const one of found) {
      const list = byEnvironment.get(one.environment);
      if (list) list.push(one);
      else byEnvironment.set(one.environment, [one]);
    }
    for (const [environment, list] of byEnvironment) cells.set(key(app, environment), list);
    onLoaded(app);
  }

  return {
    deployments,
    target: (app, environment, present) => {
      const list = deployments(app, environment);
      const observed = observations.of(app, environment);
      const known = targets.get(key(app, environment));
      if (known && known.deployments === list && known.observed === observed && known.present === present)
        return known.target;
      const target = rollbackTarget(present, list, observed);
      targets.set(key(app, environment), { deployments: list, observed, present, target });
      return target;
    },
    evidence: (app, environment, version) => {
      const list = deployments(app, environment);
      const runs = runsOf(list);
      const ran = runs.some((run) => run.version === version) || list.at(-1)?.from === version;
      return ran ? evidenceFor(version, runs, list, observations.of(app, environment)) : null;
    },
    load: async (apps) => {
      // One after the other: the worker answers one question at a time anyway.
      for (const app of apps) await loadOne(app).catch(() => undefined);
    },
  };
}
