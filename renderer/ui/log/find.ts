/** Where a text matches: begin and end of each hit, at most 100 per line. */
export type Ranges = readonly (readonly [number, number])[];

export interface Matcher {
  ranges: (text: string) => Ranges;
  hits: (text: string) => boolean;
}

/**
 * A matcher of a find box: plain text regardless of case, or a regular expression.
 * @returns `null` for an empty query, a text saying what is wrong for a regular expression that is none.
 */
export function matcherOf(query: string, regex: boolean): Matcher | string | null {
  if (query === '') return null;
  let pattern: RegExp;
  try {
    pattern = new RegExp(regex ? query : query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  } catch (error) {
    return error instanceof Error ? error.message : 'Not a regular expression';
  }
  return {
    hits: (text) => {
      pattern.lastIndex = 0;
      return pattern.test(text);
    },
    ranges: (text) => {
      const found: [number, number][] = [];
      pattern.lastIndex = 0;
      for (let hit = pattern.exec(text); hit && found.length < 100; hit = pattern.exec(text)) {
        // A hit of no length (as of `x*`) would stand still for ever.
        if (hit[0].length === 0) pattern.lastIndex += 1;
        else found.push([hit.index, hit.index + hit[0].length]);
      }
      return found;
    },
  };
}

/** What lines a find has hit so far, by absolute line number, and how far it has looked. */
export interface Hits {
  lines: readonly number[];
  /** Absolute number of the next line to look at. */
  next: number;
}

export const noHits: Hits = { lines: [], next: 0 };

/**
 * Looks at up to `limit` more lines: so a log of any length is searched in slices that fit between two frames, and
 * lines that come later are looked at when they come.
 * @param from absolute number of the first line that is kept. @param to one past the last.
 */
export function search(
  hits: Hits,
  matcher: Matcher,
  text: (absolute: number) => string,
  from: number,
  to: number,
  limit: number,
): Hits {
  const start = Math.max(hits.next, from);
  const end = Math.min(to, start + limit);
  const kept =
    hits.lines.length > 0 && (hits.lines[0] ?? 0) < from ? hits.lines.filter((n) => n >= from) : hits.lines;
  if (end <= start && kept === hits.lines) return hits;
  const found: number[] = [];
  for (let line = start; line < end; line += 1) if (matcher.hits(text(line))) found.push(line);
  return { lines: found.length > 0 ? [...kept, ...found] : kept, next: Math.max(end, hits.next) };
}

/** The hit after or before a line, going round; `null` without hits. `present` is the line one is at. */
export function step(hits: Hits, present: number | null, direction: 1 | -1): number | null {
  const { lines } = hits;
  const first = lines[0];
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return null;
  if (present === null) return direction === 1 ? first : last;
  if (direction === 1) return lines.find((line) => line > present) ?? first;
  return lines.findLast((line) => line < present) ?? last;
}
