/** Lines that are selected, by their places: from where the selection began to where it was drawn to. */
export interface Selection {
  anchor: number;
  head: number;
}

export const selected = (selection: Selection | null, place: number): boolean =>
  selection !== null &&
  place >= Math.min(selection.anchor, selection.head) &&
  place <= Math.max(selection.anchor, selection.head);

/** What keys do to the selection. `null`: the key is none of its. */
export function moveSelection(
  selection: Selection | null,
  key: { name: string; shift: boolean },
  range: { first: number; end: number; top: number; page: number },
): Selection | null {
  const { first, end, top, page } = range;
  if (end <= first) return null;
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -page,
    PageDown: page,
  };
  const step = steps[key.name];
  const within = (place: number): number => Math.min(end - 1, Math.max(first, place));
  // The first key selects a line in sight, so that nothing jumps.
  const from = selection?.head ?? null;
  const head =
    key.name === 'Home'
      ? first
      : step === undefined
        ? null
        : from === null
          ? within(step < 0 ? top + page - 1 : top)
          : within(from + step);
  if (head === null) return null;
  return { anchor: key.shift && selection ? selection.anchor : head, head };
}
