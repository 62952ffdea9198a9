import type { Board, Cell, EnvironmentView } from '../board/board';
import { isLagging } from '../board/lagging';
import { whyOf } from '../board/why';

/** An app that could be part of a batch. */
export interface BatchCandidate {
  app: string;
  environment: string;
  /** Where the version comes from; `null`: it ran here before. */
  from: string | null;
  /** What Git wants now; `null`: its file names none. */
  current: string | null;
  version: string;
  /** What speaks for it, or why it had better not go, in a sentence; `null`: nothing is known. */
  why: string | null;
  /** Nothing that is known keeps it back; what is not ready is not chosen by itself. */
  ready: boolean;
}

function cellsIn(board: Board, environment: string): Map<string, Cell> {
  const found = new Map<string, Cell>();
  for (const cell of board.cells) if (cell.environment === environment) found.set(cell.app, cell);
  return found;
}

/**
 * What could be promoted to an environment: each app that has another version in the environment before, and not an older
 * one as far as that is known. By app.
 * @param now ms since the epoch.
 */
export function promotable(
  board: Board,
  environment: Pick<EnvironmentView, 'name' | 'before' | 'lock'>,
  now: number,
): BatchCandidate[] {
  const { name, before: from } = environment;
  if (from === null) return [];
  const sources = cellsIn(board, from);
  return [...cellsIn(board, name).values()].flatMap((cell): BatchCandidate[] => {
    const before = sources.get(cell.app) ?? null;
    const version = before?.ledger?.version ?? null;
    if (!before || !cell.ledger || version === null || !isLagging(cell, before)) return [];
    const why = whyOf(cell, environment, before, now);
    return [
      {
        app: cell.app,
        environment: name,
        from,
        current: cell.ledger.version,
        version,
        why: why?.text ?? null,
        // The one thing that is left to do for it is its promotion.
        ready: why?.place?.at === 'promotion' && before?.health === 'Healthy',
      },
    ];
  });
}

/** What an environment had at a moment of the past, held against now. */
export interface AsOf {
  /** Apps that have another version now, by app. */
  candidates: BatchCandidate[];
  /** Apps that have the same version as then. */
  same: number;
  /** Apps that are there now and were not then, or had no version: nothing to go back to. */
  newer: string[];
  /** Apps that were there then and have no file now: they can’t be brought back from here. */
  gone: string[];
}

/** @param then versions of the environment at that moment, as the history has them. */
export function asOf(
  board: Board,
  environment: string,
  then: readonly { app: string; version: string | null }[],
): AsOf {
  const present = cellsIn(board, environment);
  const past = new Map(then.map(({ app, version }) => [app, version]));
  const found: AsOf = { candidates: [], same: 0, newer: [], gone: [] };
  for (const [app, { ledger, operation }] of present) {
    const version = past.get(app) ?? null;
    if (!ledger) continue;
    if (version === null) found.newer.push(app);
    else if (version === ledger.version) found.same += 1;
    else {
      const isBusy = operation?.state === 'running';
      const why = isBusy ? 'An operation is running here.' : null;
      found.candidates.push({
        app,
        environment,
        from: null,
        current: ledger.version,
        version,
        why,
        ready: !isBusy && ledger.problem === null,
      });
    }
  }
  for (const [app, version] of past) if (version !== null && !present.get(app)?.ledger) found.gone.push(app);
  found.candidates.sort((a, b) => a.app.localeCompare(b.app));
  return found;
}
