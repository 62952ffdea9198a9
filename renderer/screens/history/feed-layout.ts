import type { FeedOutline } from '../../../shared/domain/history/history-event';

/** The list's id in the page: the details give the focus back to it. */
export const listId = 'event-list';
/** Heights in px of a row and of a day's heading. */
export const rowHeight = 34;
export const dayHeight = 30;

export type Item = { type: 'row'; row: number } | { type: 'day'; day: number };

/**
 * Places of rows and day headings in the list: an item per heading and per row, in order. Everything is known from the
 * outline alone, so the list has its whole length before any row was fetched.
 */
export class FeedLayout {
  readonly #days: FeedOutline['days'];
  readonly #pages: FeedOutline['pages'];
  readonly #headings: ReadonlySet<number>;
  readonly rows: number;

  constructor({ total, days, pages }: Pick<FeedOutline, 'total' | 'days' | 'pages'>) {
    this.rows = total;
    this.#days = days;
    this.#pages = pages;
    this.#headings = new Set(days.map(({ row }, day) => row + day));
  }

  get items(): number {
    return this.rows + this.#days.length;
  }

  /** The height of what stands at a place: asked for every item of a list, so it looks up and searches nothing. */
  heightOf(index: number): number {
    return this.#headings.has(index) ? dayHeight : rowHeight;
  }

  /** What stands at a place. */
  item(index: number): Item {
    const day = lastIndex(this.#days.length, (at) => (this.#days[at]?.row ?? 0) + at <= index);
    const first = (this.#days[day]?.row ?? 0) + day;
    return first === index && day >= 0 ? { type: 'day', day } : { type: 'row', row: index - day - 1 };
  }

  /** The place of a row. */
  indexOf(row: number): number {
    return row + lastIndex(this.#days.length, (at) => (this.#days[at]?.row ?? 0) <= row) + 1;
  }

  /** The place of the heading that rows at a place stand under; -1 for none. */
  headingOf(index: number): number {
    const day = lastIndex(this.#days.length, (at) => (this.#days[at]?.row ?? 0) + at <= index);
    return day < 0 ? -1 : (this.#days[day]?.row ?? 0) + day;
  }

  day(day: number): FeedOutline['days'][number] | undefined {
    return this.#days[day];
  }

  /** The page that a row is on, and its place there. */
  pageOf(row: number): { page: number; at: number } {
    const page = Math.max(
      0,
      lastIndex(this.#pages.length, (at) => (this.#pages[at]?.row ?? 0) <= row),
    );
    return { page, at: row - (this.#pages[page]?.row ?? 0) };
  }
}

/** The last index of a sorted list that a test holds for; -1 when it holds for none. */
function lastIndex(length: number, test: (index: number) => boolean): number {
  let [low, high] = [-1, length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (test(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a key leads in the list; `null` when the key is none of the list's. */
export function movedRow(
  from: number,
  event: { key: string; altKey: boolean; ctrlKey: boolean; metaKey: boolean },
  list: { rows: number; page: number },
): number | null {
  if (event.altKey || event.ctrlKey || event.metaKey || list.rows === 0) return null;
  const clamp = (row: number): number => Math.max(0, Math.min(list.rows - 1, row));
  switch (event.key) {
    case 'ArrowUp':
      return clamp(from - 1);
    case 'ArrowDown':
      return clamp(from + 1);
    case 'PageUp':
      return clamp(from - list.page);
    case 'PageDown':
      return clamp(from + list.page);
    case 'Home':
      return 0;
    case 'End':
      return list.rows - 1;
    default:
      return null;
  }
}
