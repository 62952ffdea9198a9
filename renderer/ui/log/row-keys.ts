/** Which places were drawn, and how their rows were called. */
export interface DrawnRows {
  from: number;
  to: number;
  /** A row's key is its place less this. */
  base: number;
}

/**
 * Names the rows of the next drawing. A place that stays on screen keeps its row, so that what a person selected in it
 * stays selected. Where none stays, the new places take over the rows of the old: making rows again costs a window that
 * follows a fast log more than all the rest of a frame.
 */
export function nextRows(before: DrawnRows, from: number, to: number): DrawnRows {
  const stays = from < before.to && to > before.from;
  return { from, to, base: stays ? before.base : from - (before.from - before.base) };
}
