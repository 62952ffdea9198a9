/** How the bags stand along the timeline: one step each, or as far apart as they were packed. */
export type Spacing = 'sequence' | 'time';

/** One bag's column. Offsets and widths in pixels. */
export interface Column {
  bag: number;
  start: number;
  width: number;
  /** The day that begins with this bag (local, `3 Mar`); `null` within a day. */
  day: string | null;
}

export const columnWidth = 72;
/** A gap of an hour between two bags is this wide; what is longer than {@link longestGap} is cut there. */
const pixelsPerHour = 24;
const longestGap = 240;

const dayOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/**
 * The columns, in the order of the sequence numbers, which is the only order that bags have: a clock that went back
 * moves none of them.
 * @param bags ascending by number; `at`: ISO 8601, when it was packed, `null` when its file cannot be read.
 */
export function layOut(bags: readonly { bag: number; at: string | null }[], spacing: Spacing): Column[] {
  let start = 0;
  let before: number | null = null;
  let lastDay = '';
  return bags.map(({ bag, at }) => {
    const time = at === null ? Number.NaN : Date.parse(at);
    if (spacing === 'time' && before !== null && time > before)
      start += Math.min(longestGap, ((time - before) / 3_600_000) * pixelsPerHour);
    if (!Number.isNaN(time)) before = time;
    const day = Number.isNaN(time) ? lastDay : dayOf.format(time);
    const column: Column = { bag, start, width: columnWidth, day: day === lastDay ? null : day };
    lastDay = day;
    start += columnWidth;
    return column;
  });
}

/** The cell that a key leads to, `null` for keys that walk nothing. Rows are environments, columns bags. */
export function walk(
  key: string,
  at: { row: number; column: number },
  size: { rows: number; columns: number },
): { row: number; column: number } | null {
  const clamp = (row: number, column: number) => ({
    row: Math.min(Math.max(row, 0), size.rows - 1),
    column: Math.min(Math.max(column, 0), size.columns - 1),
  });
  const page = 10;
  switch (key) {
    case 'ArrowLeft':
      return clamp(at.row, at.column - 1);
    case 'ArrowRight':
      return clamp(at.row, at.column + 1);
    case 'ArrowUp':
      return clamp(at.row - 1, at.column);
    case 'ArrowDown':
      return clamp(at.row + 1, at.column);
    case 'PageUp':
      return clamp(at.row, at.column - page);
    case 'PageDown':
      return clamp(at.row, at.column + page);
    case 'Home':
      return clamp(at.row, 0);
    case 'End':
      return clamp(at.row, size.columns - 1);
    default:
      return null;
  }
}
