import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Board, Cell } from '../../../shared/domain/board/board';
import { type BoardFilter, type Chip, defaultSort, type Sort } from '../../../shared/domain/board/board-view';
import { ownHold } from '../../../shared/domain/board/own-hold';

/** One app of the board with its cells in the order of the environments; `null` where it has no file. */
export interface Row {
  app: string;
  cells: (Cell | null)[];
}

/**
 * All rows, by app, as the main process ordered them.
 * @param before those of the board before: a row in which nothing changed stays the same object, so that it is not drawn
 * again.
 */
export function rowsOf(board: Board, before: readonly Row[] = []): Row[] {
  const column = new Map(board.environments.map((environment, index) => [environment.name, index]));
  const rows = new Map<string, Row>(
    board.apps.map((app) => [app, { app, cells: board.environments.map(() => null) }]),
  );
  for (const cell of board.cells) {
    const row = rows.get(cell.app);
    const index = column.get(cell.environment);
    if (row && index !== undefined) row.cells[index] = cell;
  }
  const known = new Map(before.map((row) => [row.app, row]));
  return [...rows.values()].map((row) => {
    const same = known.get(row.app);
    const isSame =
      same?.cells.length === row.cells.length && same.cells.every((cell, at) => cell === row.cells[at]);
    return same && isSame ? same : row;
  });
}

const onTheWay: ReadonlySet<string> = new Set(['committed', 'waiting', 'syncing', 'hooks', 'rolling-out']);

/** Names a cell among those that need attention for what no cell shows of itself, such as a promotion that is stuck. */
export const cellKey = ({ app, environment }: Pick<Cell, 'app' | 'environment'>): string =>
  `${environment} ${app}`;

const none: ReadonlySet<string> = new Set();

const chipTest: Record<Chip, (cell: Cell, needing: ReadonlySet<string>) => boolean> = {
  attention: (cell, needing) => needsAttention(cell) || needing.has(cellKey(cell)),
  drifted: (cell) =>
    cell.drift.state === 'behind' || cell.drift.state === 'differs' || cell.drift.state === 'ahead',
  held: (cell) => ownHold(cell) !== null,
  rolling: (cell) =>
    cell.rollout?.state === 'progressing' ||
    cell.operation?.state === 'running' ||
    (cell.stage !== null && !cell.stage.failing && onTheWay.has(cell.stage.state)),
};

const some = (row: Row, test: (cell: Cell) => boolean): boolean =>
  row.cells.some((cell) => cell !== null && test(cell));

/**
 * How many apps each chip would leave.
 * @param needing keys of cells that need attention beside those that show it themselves.
 */
export function chipCounts(rows: readonly Row[], needing: ReadonlySet<string> = none): Record<Chip, number> {
  const counts: Record<Chip, number> = { attention: 0, drifted: 0, held: 0, rolling: 0 };
  for (const row of rows) {
    for (const chip of Object.keys(counts) as Chip[])
      if (some(row, (cell) => chipTest[chip](cell, needing))) counts[chip] += 1;
  }
  return counts;
}

const drift = (cell: Cell): number => {
  if (cell.drift.state === 'behind') return cell.drift.by;
  if (cell.drift.state === 'ahead') return cell.drift.by;
  return cell.drift.state === 'differs' ? 0.5 : 0;
};

/** What a row is ordered by: greater comes first. `null`: nothing is known of it there. */
function weight(row: Row, sort: Exclude<Sort, 'app'>, column: number | null): number | null {
  // The further along the chain, the closer to users.
  if (sort === 'trouble') return row.cells.findLastIndex((cell) => cell !== null && needsAttention(cell));
  const values = (column === null ? row.cells : [row.cells[column]]).flatMap((cell) => {
    if (!cell) return [];
    if (sort === 'age') return cell.deployed ? [Date.parse(cell.deployed.at)] : [];
    return [drift(cell)];
  });
  return values.length === 0 ? null : Math.max(...values);
}

/**
 * The rows that the filter leaves, in the order asked for: trouble first, by app, newest first, furthest behind first;
 * in one environment, or in any. Rows of which nothing is known come last either way round.
 * @param environments names of the columns. @param needing as {@link chipCounts} has it.
 */
export function viewOf(
  rows: readonly Row[],
  filter: Omit<BoardFilter, 'pipeline'>,
  environments: readonly string[] = [],
  needing: ReadonlySet<string> = none,
): Row[] {
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const only = filter.only;
  const left = rows.filter(
    (row) =>
      words.every((word) => matches(row, word)) &&
      (only === undefined || some(row, (cell) => chipTest[only](cell, needing))),
  );
  const sort = filter.sort ?? defaultSort;
  if (sort === 'app') return filter.reversed ? left.reverse() : left;
  const found = filter.by === undefined ? -1 : environments.indexOf(filter.by);
  const column = found < 0 ? null : found;
  const way = filter.reversed && sort !== 'trouble' ? -1 : 1;
  const weights = new Map(left.map((row) => [row, weight(row, sort, column)]));
  return left.sort((a, b) => {
    const [left, right] = [weights.get(a) ?? null, weights.get(b) ?? null];
    if (left === null || right === null)
      return Number(left === null) - Number(right === null) || a.app.localeCompare(b.app);
    return way * (right - left) || a.app.localeCompare(b.app);
  });
}

/** A word is looked for in the app's name and in its versions, what runs and what is wanted. */
function matches(row: Row, word: string): boolean {
  return (
    row.app.toLowerCase().includes(word) ||
    some(row, (cell) =>
      [cell.ledger?.version, cell.running?.version].some((version) => version?.startsWith(word)),
    )
  );
}

/**
 * Keeps rows in their places while a person is at the grid: those that were there stay in their old order, new ones
 * come last. A row must not run away from under the pointer because its health changed.
 */
export function settled(before: readonly string[], next: readonly Row[]): Row[] {
  const place = new Map(before.map((app, index) => [app, index]));
  const at = (row: Row): number => place.get(row.app) ?? Number.MAX_SAFE_INTEGER;
  return [...next].sort((a, b) => at(a) - at(b));
}
