import type { Board, Cell } from '../../shared/domain/board/board';
import { assembleBoard, assembleCells, type BoardInput } from '../../shared/domain/board/board-assembly';
import type { Freshness } from '../../shared/domain/board/freshness';
import { environmentBefore, pipelineOf } from '../../shared/domain/estate/chain';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Ledger } from '../ledger/ledger';
import { lockView } from './bags/lock-view';
import { recordsNow } from './bags/pipelines';
import type { DeploymentHistory } from './ports';
import type { World } from './world';

/**
 * The board and its cells, built from memory on demand. The cells of an app rest on nothing of another app, so they are
 * kept until something of theirs changed: what a change costs does not grow with the number of apps.
 */
export interface BoardKeeper {
  board(): Board;
  /** The cells of one app, in the order of the environments; empty for an app that has no file. */
  cells(app: string): readonly Cell[];
  /**
   * The cells of an app are out of date, or with `null` everything: the next question builds them anew.
   * @param environment only what rests on this one's cluster: its cell, and that of the environment that it promotes to.
   */
  changed(app: string | null, environment?: string): void;
}

/** The ledger's freshness as every other one is told: a mirror that was not asked yet is connecting. */
export function ledgerFreshness(ledger: Pick<Ledger, 'freshness'>): Freshness {
  const freshness = ledger.freshness();
  return freshness.state === 'stale' ? { state: 'connecting', asOf: freshness.asOf } : freshness;
}

export function boardKeeper(options: {
  world: World;
  history: DeploymentHistory;
  operation: (app: string, environment: string) => Operation | null;
}): BoardKeeper {
  const { world, history, operation } = options;
  let kept: Board | null = null;
  const cells = new Map<string, Map<string, Cell>>();

  function input(): BoardInput {
    const snapshot = world.ledger.snapshot();
    const { files, problems } = world.reader.view(snapshot);
    return {
      chains: world.estate,
      commit: snapshot.commit,
      committedAt: snapshot.committedAt,
      ledger: ledgerFreshness(world.ledger),
      history: history.status(),
      files,
      hold: (app, environment) => world.reader.hold(snapshot, app, environment),
      deployments: world.history.deployments,
      observed: world.observations.of,
      rollbackTarget: world.history.target,
      cluster: (environment) => world.clusters.get(environment)?.view ?? null,
      lock: (environment) => {
        const pipeline = pipelineOf(world.estate, environment);
        return pipeline && lockView(world, recordsNow(world, pipeline.name), environment);
      },
      operation,
      problems,
    };
  }

  function cellsOf(now: BoardInput, app: string): readonly Cell[] {
    const built = assembleCells(now, app, cells.get(app));
    if (built.length > 0) cells.set(app, new Map(built.map((cell) => [cell.environment, cell])));
    return built;
  }

  return {
    board: () => {
      if (!kept) {
        const now = input();
        kept = assembleBoard(now, (app) => cellsOf(now, app));
      }
      return kept;
    },
    cells: (app) => cellsOf(input(), app),
    changed: (app, environment) => {
      kept = null;
      if (app === null) cells.clear();
      else if (environment === undefined) cells.delete(app);
      else
        for (const { name } of world.estate.environments)
          if (name === environment || environmentBefore(world.estate, name) === environment)
            cells.get(app)?.delete(name);
    },
  };
}
