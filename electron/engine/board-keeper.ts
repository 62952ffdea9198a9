import { isDeepStrictEqual } from 'node:util';
import type { Board, BoardCells, Cell } from '../../shared/domain/board/board';
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
 * kept until something of theirs changed, and one that says the same when it was built again is the same: what a change
 * costs does not grow with the number of apps, and what changed nothing on the board is not sent.
 */
export interface BoardKeeper {
  board(): Board;
  /** The cells of one app, in the order of the environments; empty for an app that has no file. */
  cells(app: string): readonly Cell[];
  /** The cells that say something else than they did at this revision of the board; `null`: all of them. */
  changedCells(after: number | null): BoardCells;
  /**
   * The cells of an app are out of date, or with `null` those of all apps: the next question builds them again.
   * @param environment only what rests on this one's cluster: its cell, and that of the environment that it promotes to,
   * whose hold rests on Applications and workflows before it, but not on pods (`alone`).
   */
  changed(app: string | null, environment?: string, alone?: boolean): void;
  /** What is no cell's is out of date: who holds an environment. */
  environmentsChanged(): void;
}

/** The ledger's freshness as every other one is told: a mirror that was not asked yet is connecting. */
export const ledgerFreshness = (ledger: Pick<Ledger, 'freshness'>): Freshness =>
  asFreshness(ledger.freshness());

/** The freshness of a mirror as every other one is told. */
export function asFreshness(freshness: ReturnType<Ledger['freshness']>): Freshness {
  if (freshness.state === 'stale') return { state: 'connecting', asOf: freshness.asOf };
  if (freshness.state === 'live') return freshness;
  const { isAbsent: _, ...rest } = freshness;
  return rest;
}

const cellIn = ({ cell }: Saved): Cell => cell;

/** A cell as it was last built. `revision`: of the board when it came to say what it says. */
interface Saved {
  cell: Cell;
  revision: number;
  isStale: boolean;
}

export function boardKeeper(options: {
  world: World;
  history: DeploymentHistory;
  operation: (app: string, environment: string) => Operation | null;
}): BoardKeeper {
  const { world, history, operation } = options;
  let kept: Board | null = null;
  let askedBy = '';
  /** By app, then environment. */
  const cells = new Map<string, Map<string, Saved>>();
  /**
   * Cells in the order in which they came to say what they say, the newest last, so that those of late are found without
   * a look at all. Some have been replaced since: they are swept out once they are the half.
   */
  let latest: Saved[] = [];
  let sweepAt = 1000;
  const isCurrent = (one: Saved): boolean => cells.get(one.cell.app)?.get(one.cell.environment) === one;
  function addLatest(one: Saved): void {
    latest.push(one);
    if (latest.length < sweepAt) return;
    latest = latest.filter(isCurrent);
    sweepAt = Math.max(1000, latest.length * 2);
  }
  const staleApps = new Set<string>();
  /** Every app is to be looked at, also those that have no cells yet. */
  let allStale = true;
  // A board of another opening of the estate, which a window may still have, has a lower one.
  let revision = Date.now();

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
      claims: (app) => world.reader.claims(snapshot, app),
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
      emergency: { away: world.emergencies.away(), debts: world.emergencies.debts() },
    };
  }

  function build(now: BoardInput, app: string): readonly Cell[] {
    const before = cells.get(app) ?? new Map<string, Saved>();
    const upToDate = [...before].flatMap(([environment, { cell, isStale }]): [string, Cell][] =>
      isStale ? [] : [[environment, cell]],
    );
    const after = new Map<string, Saved>();
    const fresh: Saved[] = [];
    for (const cell of assembleCells(now, app, new Map(upToDate))) {
      const known = before.get(cell.environment);
      if (known && (known.cell === cell || isDeepStrictEqual(known.cell, cell))) {
        known.isStale = false;
        after.set(cell.environment, known);
        continue;
      }
      const one: Saved = { cell, isStale: false, revision: ++revision };
      after.set(cell.environment, one);
      fresh.push(one);
    }
    staleApps.delete(app);
    if (after.size > 0) cells.set(app, after);
    else cells.delete(app);
    for (const one of fresh) addLatest(one);
    return [...after.values()].map(({ cell }) => cell);
  }
  const cellsOf = (now: BoardInput, app: string): readonly Cell[] => {
    const known = staleApps.has(app) ? undefined : cells.get(app);
    return known ? [...known.values()].map(({ cell }) => cell) : build(now, app);
  };

  function board(): Board {
    const { name, email } = world.identity();
    const asked = `${name}\n${email}`;
    // Whose a lock is depends on who asks.
    if (kept && askedBy === asked) return kept;
    askedBy = asked;
    const now = input();
    const assembled = assembleBoard(now, (app) => cellsOf(now, app));
    const there = new Set(assembled.apps);
    for (const app of cells.keys()) if (!there.has(app)) cells.delete(app);
    staleApps.clear();
    allStale = false;
    kept = { ...assembled, revision };
    return kept;
  }

  const outdate = (app: string, environment: string | undefined, alone: boolean): void => {
    const known = cells.get(app);
    if (!known) return;
    staleApps.add(app);
    for (const [name, one] of known) {
      const isNext = environment !== undefined && environmentBefore(world.estate, name) === environment;
      if (environment === undefined || name === environment || (isNext && !alone)) one.isStale = true;
    }
  };

  return {
    board,
    cells: (app) => cellsOf(input(), app),
    changedCells: (after) => {
      if (allStale) board();
      else if (staleApps.size > 0) {
        const now = input();
        for (const app of [...staleApps]) build(now, app);
      }
      if (after === null || after > revision)
        return { revision, cells: [...cells.values()].flatMap((known) => [...known.values()].map(cellIn)) };
      const changed: Cell[] = [];
      for (let place = latest.length - 1; place >= 0; place -= 1) {
        const one = latest[place];
        if (!one || one.revision <= after) break;
        if (isCurrent(one)) changed.push(one.cell);
      }
      return { revision, cells: changed };
    },
    changed: (app, environment, alone = false) => {
      kept = null;
      if (app !== null) outdate(app, environment, alone);
      else {
        // Where only a cluster changed, no app comes or goes.
        allStale ||= environment === undefined;
        for (const one of cells.keys()) outdate(one, environment, alone);
      }
    },
    environmentsChanged: () => {
      kept = null;
    },
  };
}
