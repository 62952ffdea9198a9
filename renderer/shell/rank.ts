/** Something that the palette can find. */
export interface Findable {
  /** What is matched first. */
  title: string;
  /** Other words it goes by. */
  words?: string;
  /** A push for things that are wanted more often; 0 by default, at most 10. */
  weight?: number;
  /** It does something: every word that is typed has to begin a word of it, and no letters in between are guessed. */
  strict?: boolean;
  /** It undoes or breaks something: besides, one of these has to be typed, with three letters at least. */
  verbs?: readonly string[];
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

/** What a strict item scores where it fits: after what is called so itself, before what only holds the letters. */
const strictScore = 72;
/** Letters of a verb that have to be typed before what breaks something is offered. */
const shortestVerb = 3;

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[\s:…,]+/)
    .filter(Boolean);

/** Whether every word of the query begins a word of the item; and one of them its verb, where it asks for that. */
function fitsStrictly(query: string, { title, words = '', verbs }: Findable): boolean {
  const typed = wordsOf(query);
  // `pub` and `api` both begin a part of `publishing-api`.
  const own = wordsOf(`${title} ${words}`).flatMap((word) => [word, ...word.split(/[-_./]/)]);
  if (!typed.every((word) => own.some((one) => one.startsWith(word)))) return false;
  if (!verbs) return true;
  return typed.some((word) => word.length >= shortestVerb && verbs.some((verb) => verb.startsWith(word)));
}

/** Every word of the query has to fit somewhere; titles count more than other words. */
function score(query: string, item: Findable): number {
  if (item.strict || item.verbs) return fitsStrictly(query, item) ? strictScore + (item.weight ?? 0) : 0;
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
