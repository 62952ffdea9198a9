/** The row of a {@link GridPosition} that holds the columns' heads. */
export const headRow = -1;

/** A place in the grid: row, and column with 0 for the app's name. */
export interface GridPosition {
  row: number;
  column: number;
}

interface Grid {
  rows: number;
  columns: number;
  /** Rows that fit on screen. */
  page: number;
}

interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const clamp = (value: number, last: number): number => Math.max(0, Math.min(last, value));

/**
 * Where a key leads in an ARIA grid (WAI-ARIA Authoring Practices, "Grid", keyboard interaction for data grids);
 * `null` when the key is none of the grid's.
 */
export function moved(from: GridPosition, event: Key, grid: Grid): GridPosition | null {
  if (event.altKey || grid.rows === 0) return null;
  const far = event.ctrlKey || event.metaKey;
  // Up from the first row, and along the heads; farther ways end at the first row.
  const isAtHead = from.row === headRow || (event.key === 'ArrowUp' && from.row === 0);
  const lastRow = grid.rows - 1;
  const lastColumn = grid.columns - 1;
  const to = (row: number, column: number): GridPosition => ({
    row: row < 0 && isAtHead ? headRow : clamp(row, lastRow),
    column: clamp(column, lastColumn),
  });
  switch (event.key) {
    case 'ArrowUp':
      return far ? null : to(from.row - 1, from.column);
    case 'ArrowDown':
      return far ? null : to(from.row + 1, from.column);
    case 'ArrowLeft':
      return far ? null : to(from.row, from.column - 1);
    case 'ArrowRight':
      return far ? null : to(from.row, from.column + 1);
    case 'Home':
      return far ? to(0, 0) : to(from.row, 0);
    case 'End':
      return far ? to(lastRow, lastColumn) : to(from.row, lastColumn);
    case 'PageUp':
      return to(from.row - grid.page, from.column);
    case 'PageDown':
      return to(from.row + grid.page, from.column);
    default:
      return null;
  }
}

/** Letters typed after one another within this many ms belong together. */
export const typeAheadMs = 700;

/**
 * Where typed letters lead: the next app that begins so, at or after the present one; a single letter typed again
 * goes on to the next. `null` when no app does.
 */
export function typedTo(names: readonly string[], from: number, typed: string): number | null {
  const first = typed[0];
  if (first === undefined || names.length === 0) return null;
  const repeated = [...typed].every((letter) => letter === first);
  const wanted = (repeated ? first : typed).toLowerCase();
  const start = Math.max(0, repeated ? from + 1 : from);
  for (let step = 0; step < names.length; step += 1) {
    const index = (start + step) % names.length;
    if (names[index]?.toLowerCase().startsWith(wanted)) return index;
  }
  return null;
}

/** Whether a key is a character to type ahead with. Capitals are shortcuts, `/` and `?` belong to the window. */
export function isTyped(event: Key): boolean {
  return /^[a-z0-9_.-]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
}
