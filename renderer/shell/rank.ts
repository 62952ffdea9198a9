/** Something that the palette can find. */
export interface Findable {
  /** What is matched first. */
  title: string;
  /** Other words it goes by. */
  words?: string;
  /** A push for things that are wanted more often; 0 by default, at most 10. */
  weight?: number;
}

/** What a text scores that has the query somewhere inside a word. */
const inside = 55;
const boundary = /[\s\-_./:]/;

/**
 * How well a query fits a text: whole, beginning, beginning of a word, inside, then letters in order (the closer
 * together the better). 0: not at all.
 */
export function closeness(query: string, text: string): number {
  const wanted = query.trim().toLowerCase();
  const target = text.toLowerCase();
  if (wanted === '') return 1;
  if (target === wanted) return 100;
  if (target.startsWith(wanted)) return 90 - Math.min(9, target.length - wanted.length) * 0.5;
  const at = target.indexOf(wanted);
  if (at > 0) return boundary.test(target[at - 1] ?? '') ? 75 : inside;
  return scattered(wanted, target);
}

/**
 * Letters in order with gaps: `pubapi` in `publishing-api`. Beginnings of words count more, gaps count less; both the
 * nearest letters and those that begin a word are tried.
 */
function scattered(wanted: string, target: string): number {
  const letters = wanted.replace(/\s+/g, '');
  return Math.max(walk(letters, target, false), walk(letters, target, true));
}

const begins = (target: string, at: number): boolean => at === 0 || boundary.test(target[at - 1] ?? '');

function walk(letters: string, target: string, preferBeginnings: boolean): number {
  let at = -1;
  let gaps = 0;
  let starts = 0;
  for (const letter of letters) {
    const nearest = target.indexOf(letter, at + 1);
    if (nearest < 0) return 0;
    let next = nearest;
    if (preferBeginnings && nearest !== at + 1) {
      while (next >= 0 && !begins(target, next)) next = target.indexOf(letter, next + 1);
      if (next < 0) next = nearest;
    }
    if (begins(target, next)) starts += 1;
    else if (next > at + 1) gaps += 1;
    at = next;
  }
  const score = 40 + starts * 3 - gaps * 8;
  return score > 12 ? Math.min(50, score) : 0;
}

/** Every word of the query has to fit somewhere; titles count more than other words. */
function score(query: string, item: Findable): number {
  const weight = item.weight ?? 0;
  const whole = closeness(query, item.title);
  if (whole >= inside) return whole + weight;
  const words = query.trim().split(/\s+/);
  if (words.length === 1) {
    const best = Math.max(whole, 0.6 * closeness(query, item.words ?? ''));
    return best === 0 ? 0 : best + weight;
  }
  // Of several words each has to be there as it is: scattered letters of one would fit nearly everything.
  let sum = 0;
  for (const word of words) {
    const best = Math.max(closeness(word, item.title), 0.6 * closeness(word, item.words ?? ''));
    if (best < 0.6 * inside) return 0;
    sum += best;
  }
  return (sum / words.length) * 0.85 + weight;
}

/** The items that fit, the best first; of alike ones the shorter, else as they stand. */
export function rank<T extends Findable>(query: string, items: readonly T[], limit: number): T[] {
  if (query.trim() === '') {
    return items.toSorted((a, b) => (b.weight ?? 0) - (a.weight ?? 0)).slice(0, limit);
  }
  return items
    .map((item, index) => ({ item, index, score: score(query, item) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score || a.item.title.length - b.item.title.length || a.index - b.index)
    .slice(0, limit)
    .map((each) => each.item);
}
