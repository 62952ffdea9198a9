import type { boardProcedures } from '../../shared/contract/board';
import type { Cell } from '../../shared/domain/board/board';
import { unwrap } from '../../shared/domain/failure/failure';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Session } from './open-session';

/** The environments in which a version is wanted. */
const environmentsWith = (cells: readonly Cell[], version: string): string[] =>
  cells.filter(({ ledger }) => ledger?.version === version).map(({ environment }) => environment);

/** Handlers of the board and of the apps on it. */
export function boardHandlers(session: Session): HandlersOf<typeof boardProcedures> {
  const { engine } = session;
  return {
    'board.get': () => engine.board(),
    'board.cells': ({ after }) => engine.changedCells(after),
    'app.get': ({ app }) => unwrap(engine.app(app)),
    'app.deployments': async ({ app, environment, limit }) => {
      const found = await session.history.deployments({
        app,
        limit: limit + 1,
        ...(environment ? { environment } : {}),
      });
      return {
        deployments: found.slice(0, limit),
        more: found.length > limit,
        complete: session.history.status().phase === 'ready',
      };
    },
    'change.get': async ({ app, from, to }) =>
      session.sources
        ? session.sources.change(app, from, to)
        : { state: 'unknown', because: 'The estate file has no source repos.' },
    'candidates.list': async ({ app, query, limit }) => {
      if (!session.sources) return { candidates: [], partial: null, freshness: { state: 'absent' } };
      const cells = engine.cells([app]);
      const found = await session.sources.candidates(app, query, limit);
      return {
        candidates: found.listed.map((candidate) => ({
          ...candidate,
          runningIn: environmentsWith(cells, candidate.version),
        })),
        partial: found.partial,
        freshness: session.sources.freshness(),
      };
    },
  };
}
