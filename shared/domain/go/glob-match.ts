/**
 * The matchers of gobwas/glob 0.2.3 (`match/*.go`), without separators, with all that they get wrong: `a*a` matches `a`, `?`
 * matches nothing at all where it stands alone, `[!ab][!ab]` matches `ba`. Argo CD decides by them. Texts are UTF-8 with a
 * character for each byte, as Go counts.
 */
export interface Matcher {
  kind: string;
  /** Characters of what it matches, -1 where that varies. */
  length: number;
  matches: (text: string) => boolean;
  /** Where it first matches, and how long it may be there, ascending. `null`: nowhere. */
  find: (text: string) => { index: number; lengths: number[] } | null;
}

/** The bytes of a character, by its first one. */
const widthOf = (byte: number): number => (byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);

/** Where the characters of a text begin. */
export function startsOf(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length; at += widthOf(text.charCodeAt(at))) starts.push(at);
  return starts;
}

const firstOf = (text: string): string => text.slice(0, text === '' ? 0 : widthOf(text.charCodeAt(0)));
const endsOf = (text: string): number[] => startsOf(text).map((at) => at + firstOf(text.slice(at)).length);

export const nothing: Matcher = {
  kind: 'nothing',
  length: 0,
  matches: (text) => text === '',
  find: () => ({ index: 0, lengths: [0] }),
};

export const anything: Matcher = {
  kind: 'super',
  length: -1,
  matches: () => true,
  find: (text) => ({ index: 0, lengths: [...startsOf(text), text.length] }),
};

/** `Single`, `List` and `Range`. @param fits asked with a character, or with none of an empty text. */
export function oneOf(kind: string, fits: (char: string) => boolean): Matcher {
  return {
    kind,
    length: 1,
    matches: (text) => firstOf(text).length === text.length && fits(text),
    find(text) {
      const index = startsOf(text).find((at) => fits(firstOf(text.slice(at))));
      return index === undefined ? null : { index, lengths: [firstOf(text.slice(index)).length] };
    },
  };
}

export interface TextMatcher extends Matcher {
  kind: 'text';
  text: string;
}
export const exactly = (text: string): TextMatcher => ({
  kind: 'text',
  text,
  length: startsOf(text).length,
  matches: (other) => other === text,
  find(other) {
    const index = other.indexOf(text);
    return index < 0 ? null : { index, lengths: [text.length] };
  },
});

export const contains = (needle: string, not: boolean): Matcher => ({
  kind: 'contains',
  length: -1,
  matches: (text) => text.includes(needle) !== not,
  find(text) {
    const at = text.indexOf(needle);
    if (!not && at < 0) return null;
    const offset = not ? 0 : at + needle.length;
    const rest = not ? text.slice(0, at < 0 ? undefined : at) : text.slice(offset);
    return { index: 0, lengths: [...startsOf(rest).map((one) => offset + one), offset + rest.length] };
  },
});

export const atLeast = (limit: number): Matcher => ({
  kind: 'min',
  length: -1,
  matches: (text) => startsOf(text).length >= Math.max(limit, 1),
  find(text) {
    const lengths = endsOf(text).slice(Math.max(limit - 1, 0));
    return text.length - limit + 1 <= 0 || lengths.length === 0 ? null : { index: 0, lengths };
  },
});

export const atMost = (limit: number): Matcher => ({
  kind: 'max',
  length: -1,
  matches: (text) => startsOf(text).length <= limit,
  find: (text) => ({ index: 0, lengths: [0, ...endsOf(text).slice(0, limit)] }),
});

export interface PrefixMatcher extends Matcher {
  kind: 'prefix';
  prefix: string;
}
export const startingWith = (prefix: string): PrefixMatcher => ({
  kind: 'prefix',
  prefix,
  length: -1,
  matches: (text) => text.startsWith(prefix),
  find(text) {
    const index = text.indexOf(prefix);
    if (index < 0) return null;
    const ends = endsOf(text.slice(index + prefix.length));
    return { index, lengths: [prefix.length, ...ends.map((end) => prefix.length + end)] };
  },
});

export interface SuffixMatcher extends Matcher {
  kind: 'suffix';
  suffix: string;
}
export const endingWith = (suffix: string): SuffixMatcher => ({
  kind: 'suffix',
  suffix,
  length: -1,
  matches: (text) => text.endsWith(suffix),
  find(text) {
    const index = text.indexOf(suffix);
    return index < 0 ? null : { index: 0, lengths: [index + suffix.length] };
  },
});

export const between = (prefix: string, suffix: string): Matcher => ({
  kind: 'prefix-suffix',
  length: -1,
  matches: (text) => text.startsWith(prefix) && text.endsWith(suffix),
  find(text) {
    const index = text.indexOf(prefix);
    if (index < 0 || text.length === index) return null;
    const lengths: number[] = [];
    let rest = text.slice(index);
    for (let at = rest.lastIndexOf(suffix); at >= 0; at = rest.lastIndexOf(suffix)) {
      lengths.unshift(at + suffix.length);
      rest = rest.slice(0, at);
      if (suffix === '') break;
    }
    return lengths.length === 0 ? null : { index, lengths };
  },
});

export function anyOf(matchers: readonly Matcher[]): Matcher {
  const lengths = new Set(matchers.map(({ length }) => length));
  return {
    kind: 'any-of',
    length: lengthOfAny(matchers),
    matches: (text) => matchers.some((one) => one.matches(text)),
    find(text) {
      const found = matchers.flatMap((one) => one.find(text) ?? []);
      if (found.length === 0) return null;
      const index = Math.min(...found.map((one) => one.index));
      const all = found.filter((one) => one.index === index).flatMap((one) => one.lengths);
      return { index, lengths: lengths.size === 0 ? [] : [...new Set(all)].sort((a, b) => a - b) };
    },
  };
}

/** `AnyOf.Len`: one that varies is forgotten when it stands first. */
function lengthOfAny(matchers: readonly Matcher[]): number {
  let length = -1;
  for (const one of matchers) {
    if (length === -1) length = one.length;
    else if (one.length === -1 || one.length !== length) return -1;
  }
  return length;
}

export const everyOf = (matchers: readonly Matcher[]): Matcher => ({
  kind: 'every-of',
  length: -1,
  matches: (text) => matchers.every((one) => one.matches(text)),
  find(text) {
    let index = 0;
    let offset = 0;
    let current: number[] = [];
    let rest = text;
    for (const [i, one] of matchers.entries()) {
      const found = one.find(rest);
      if (found === null) return null;
      if (i === 0) current = found.lengths;
      else {
        const delta = index - (found.index + offset);
        current = current
          .filter((length) => found.lengths.includes(length + delta))
          .map((length) => length + delta);
        if (current.length === 0) return null;
      }
      index = found.index + offset;
      rest = text.slice(index);
      offset += found.index;
    }
    return { index, lengths: current };
  },
});

/** `Row`: matchers of fixed lengths, one behind the other; it takes the last character of each for one byte. */
export function inRow(length: number, matchers: readonly Matcher[]): Matcher {
  const all = (text: string): boolean => {
    let at = 0;
    for (const one of matchers) {
      const starts = startsOf(text.slice(at));
      const taken = one.length === 0 ? starts.length : Math.min(one.length, starts.length);
      const end = at + (starts[taken - 1] ?? 0) + 1;
      // Beyond the end Go panics, and nothing is synced either.
      if (taken < one.length || end > text.length || !one.matches(text.slice(at, end))) return false;
      at = end;
    }
    return true;
  };
  return {
    kind: 'row',
    length,
    matches: (text) => startsOf(text).length === length && all(text),
    find(text) {
      for (const index of startsOf(text)) {
        if (text.length - index < length) break;
        if (all(text.slice(index))) return { index, lengths: [length] };
      }
      return null;
    },
  };
}
