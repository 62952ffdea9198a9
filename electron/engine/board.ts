import type { Board, Cell } from '../../shared/domain/board';
import { assembleBoard, assembleCell, type BoardInput } from '../../shared/domain/board-assembly';
import { pipelineOf } from '../../shared/domain/chain';
import type { Freshness } from '../../shared/domain/freshness';
import type { Operation } from '../../shared/domain/operation';
import type { Ledger } from '../ledger/ledger';
import { lockView } from './bags/lock-view';
import { recordsNow } from './bags/pipelines';
import type { DeploymentHistory } from './ports';
import type { World } from './world';

/** The board and its cells, built from memory on demand and kept until something of it changed. */
export interface BoardKeeper {
  board(): Board;
  /** The cells of one app, in the order of the environments. */
  cells(app: string): Cell[];
  /** What was built is out of date: the next question builds anew. */
  changed(): void;
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

  return {
    board: () => {
      kept ??= assembleBoard(input());
      return kept;
    },
    cells: (app) => {
      if (kept) return kept.cells.filter((cell) => cell.app === app);
      const now = input();
      return [...now.files.keys()].flatMap((environment) => assembleCell(now, app, environment) ?? []);
    },
    changed: () => {
      kept = null;
    },
  };
}
