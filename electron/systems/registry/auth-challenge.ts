/** One way in which a server wants to be shown who asks. */
export interface AuthChallenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string;
  /** By name in lower case. */
  parameters: ReadonlyMap<string, string>;
}

/** RFC 9110, 5.6.2 `token`, 5.6.4 `quoted-string`, 11.2 `token68`. */
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const token68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;
const space = /[ \t]*/y;
const equals = /[ \t]*=[ \t]*/y;
/** Longer than any that a registry sends; more is not looked at. */
const longest = 8_192;

/**
 * Reads `WWW-Authenticate` (RFC 9110, 11.6.1), which may hold several challenges, or be several headers that were joined
 * by commas. What follows something that can't be read is left out.
 */
export function readChallenges(header: string | null): AuthChallenge[] {
  const text = (header ?? '').slice(0, longest);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < text.length) {
    take(space);
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    const name = take(token)?.[0];
    if (name === undefined) break;
    const current = found.at(-1);
    if (current && take(equals)) {
      const value = take(quoted)?.[1]?.replace(/\\(.)/g, '$1') ?? take(token)?.[0];
      if (value === undefined) break;
      const key = name.toLowerCase();
      // Of a name that is there twice the first counts, as for other headers.
      if (!current.parameters.has(key)) current.parameters.set(key, value);
      continue;
    }
    found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    take(space);
    const start = at;
    // `Negotiate <token68>`: a word that is no `name=value`.
    if (take(token68) && text[start] !== ',') {
      const isParameter = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=[ \t]*[^=\s,]/.test(text.slice(start));
      if (isParameter) at = start;
    }
  }
  return found;
}
