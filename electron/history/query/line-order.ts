import { Interleaving } from './interleaving';
import type { LineView } from './line-view';

/** Above every id of a table. */
export const none = Number.MAX_SAFE_INTEGER;

/** What lies between the ids of two lines, so that no two events have the same; there are fewer than eight lines. */
const lineStep = 2 ** 50;

/** Which line an event's id is of. */
export const lineOf = (id: number): number => Math.round(id / lineStep);
/** The id in its table of an event, and the other way round. */
export const rowOf = (id: number): number => lineOf(id) * lineStep - id;
export const idOf = (line: number, row: number): number => line * lineStep - row;

/**
 * How several lines run side by side: each two of them by their {@link Interleaving}. All of them order by the same times,
 * and of the same second a line that comes later in the list is older, so that the whole is one order.
 */
export class LineOrder {
  readonly #lines: readonly LineView[];

  constructor(lines: readonly LineView[]) {
    this.#lines = lines;
  }

  /** @throws {RangeError} for a line that there is not: an id of an index that was another one. */
  #pair(front: number, back: number): Interleaving {
    const [tags, records] = [this.#lines[front], this.#lines[back]];
    if (!tags || !records) throw new RangeError('There is no such event.');
    return Interleaving.of({ tags, records });
  }

  /** The newest row of a line that is older than a row of another one, or the next of its own; {@link none}: none is. */
  behind(line: number, row: number, of: number): number {
    if (of === line) return row + 1;
    return of < line ? this.#pair(of, line).tagsBehind(row) : this.#pair(line, of).recordsBehind(row);
  }

  /** Whether a row of one line is newer than one of another. */
  isNewer(line: number, row: number, other: number, otherRow: number): boolean {
    return line < other
      ? this.#pair(line, other).isNewer(row, otherRow)
      : !this.#pair(other, line).isNewer(otherRow, row);
  }
}
