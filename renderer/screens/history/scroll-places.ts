/** Where a visit to the feed was: kept per entry of the browser's history, so that Back finds it again. */
export interface ScrollPosition {
  /** Pixels from the top. */
  scroll: number;
  /** Row that the keyboard is at; `null` before any was chosen. */
  row: number | null;
}

const most = 100;
const places = new Map<string, ScrollPosition>();

export const placeOf = (entry: string): ScrollPosition => places.get(entry) ?? { scroll: 0, row: null };

export function keepPlace(entry: string, change: Partial<ScrollPosition>): void {
  const place = { ...placeOf(entry), ...change };
  places.delete(entry);
  places.set(entry, place);
  const [oldest] = places.keys();
  if (places.size > most && oldest !== undefined) places.delete(oldest);
}
