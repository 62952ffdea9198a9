import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Board, Cell } from '../../../shared/domain/board/board';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { type BoardSearch, type Chip, defaultSort, type Sort } from './search';

/** One app of the board with its cells in the order of the environments; `null` where it has no file. */
export interface Row {
  app: string;
  cells: (Cell | null)[];
}

/** All rows, by app, as the main process ordered them. */
export function rowsOf(board: Board): Row[] {
  const column = new Map(board.environments.map((environment, index) => [environment.name, index]));
  const rows = new Map<string, Row>(
    board.apps.map((app) => [app, { app, cells: board.environments.map(() => null) }]),
  );
  for (const cell of board.cells) {
    const row = rows.get(cell.app);
    const index = column.get(cell.environment);
    if (row && index !== undefined) row.cells[index] = cell;
  }
  return [...rows.values()];
}

const onTheWay: ReadonlySet<string> = new Set(['committed', 'waiting', 'syncing', 'hooks', 'rolling-out']);

const chipTest: Record<Chip, (cell: Cell) => boolean> = {
  attention: needsAttention,
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

/** How many apps each chip would leave. */
export function chipCounts(rows: readonly Row[]): Record<Chip, number> {
  const counts: Record<Chip, number> = { attention: 0, drifted: 0, held: 0, rolling: 0 };
  for (const row of rows) {
    for (const chip of Object.keys(counts) as Chip[]) if (some(row, chipTest[chip])) counts[chip] += 1;
  }
  return counts;
}

const drift = (cell: Cell): number => {
  if (cell.drift.state === 'behind') return cell.drift.by;
  if (cell.drift.state === 'ahead') return cell.drift.by;
  return cell.drift.state === 'differs' ? 0.5 : 0;
};

/** What a row is ordered by: greater comes first. */
function weight(row: Row, sort: Exclude<Sort, 'app'>): number {
  // The further along the chain, the closer to users.
  if (sort === 'trouble') return row.cells.findLastIndex((cell) => cell !== null && needsAttention(cell));
  const values = row.cells.flatMap((cell) => {
    if (!cell) return [];
    if (sort === 'age') return cell.deployed ? [Date.parse(cell.deployed.at)] : [];
    return [drift(cell)];
  });
  return values.length === 0 ? -1 : Math.max(...values);
}

/** The rows that the filter leaves, in the order asked for: trouble first, by app, newest first, furthest behind first. */
export function viewOf(rows: readonly Row[], search: BoardSearch): Row[] {
  const words = (search.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const only = search.only;
  const left = rows.filter(
    (row) => words.every((word) => matches(row, word)) && (only === undefined || some(row, chipTest[only])),
  );
  const sort = search.sort ?? defaultSort;
  if (sort === 'app') return left;
  const weights = new Map(left.map((row) => [row, weight(row, sort)]));
  return left.sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || a.app.localeCompare(b.app));
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
