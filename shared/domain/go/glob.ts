import { type GlobToken, globTokens } from './glob-lexer';
import { type Matcher, startsOf } from './glob-match';
import { bounded, compileGlob, type GlobNode, TooLong } from './glob-tree';

const encoder = new TextEncoder();
/** A text as UTF-8, with a character for each byte. */
const bytesOf = (text: string): string => String.fromCharCode(...encoder.encode(text));
const pointOf = (char: string): number => char.codePointAt(0) ?? 0;
const charsOf = (bytes: string): string[] =>
  startsOf(bytes).map((start, i, starts) => bytes.slice(start, starts[i + 1]));

type Class = Extract<GlobNode, { kind: 'list' | 'range' }>;

/** One class, from behind its `[` to its `]` (`parserRange`). @returns `null` for one that cannot be read. */
function readClass(tokens: Iterator<GlobToken>): Class | null {
  let not = false;
  let chars = '';
  let low = '';
  let high = '';
  for (;;) {
    const { value: token, done } = tokens.next();
    if (done) return null;
    if (token.type === 'not') not = true;
    else if (token.type === 'low') low = token.text;
    else if (token.type === 'high') {
      high = token.text;
      if (pointOf(high) < pointOf(low)) return null;
    } else if (token.type === 'text') chars = token.text;
    else if (token.type === 'class-end') {
      const isRange = low !== '' && high !== '';
      if (isRange === (chars !== '')) return null;
      // Compared by their bytes, UTF-8 has the order of its characters.
      if (isRange) return { kind: 'range', low: bytesOf(low), high: bytesOf(high), not };
      return { kind: 'list', chars: Array.from(chars, bytesOf), not };
    }
  }
}

interface Pattern {
  kind: 'pattern';
  inner: GlobNode[];
}
const newPattern = (): Pattern => ({ kind: 'pattern', inner: [] });

/** Braces in braces that are gone into. */
const deepest = 100;

/** gobwas/glob `syntax/ast/parser.go`. @returns `null` for a glob that cannot be read. */
function parse(glob: string): Pattern | null {
  const all = globTokens(glob);
  if (all === null) return null;
  const tokens = all[Symbol.iterator]();
  const root = newPattern();
  const outer: { around: Pattern; either: GlobNode[] }[] = [];
  let pattern = root;
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    switch (token.type) {
      case 'text':
        pattern.inner.push({ kind: 'text', text: bytesOf(token.text) });
        break;
      case 'any':
      case 'super':
      case 'single':
        pattern.inner.push({ kind: token.type });
        break;
      case 'class': {
        const read = readClass(tokens);
        if (read === null) return null;
        pattern.inner.push(read);
        break;
      }
      case 'open': {
        if (outer.length >= deepest) return null;
        const first = newPattern();
        const either: GlobNode[] = [first];
        pattern.inner.push({ kind: 'either', inner: either });
        outer.push({ around: pattern, either });
        pattern = first;
        break;
      }
      case 'comma':
        pattern = newPattern();
        outer.at(-1)?.either.push(pattern);
        break;
      case 'close':
        pattern = outer.pop()?.around ?? root;
        break;
    }
  }
  return root;
}

const fits = (node: Class, char: string): boolean =>
  (node.kind === 'list' ? node.chars.includes(char) : char >= node.low && char <= node.high) !== node.not;

/** Where in a text one can be after a node that began at one of some places: never more than its length. */
function after(node: GlobNode, places: ReadonlySet<number>, text: readonly string[]): ReadonlySet<number> {
  if (node.kind === 'pattern')
    return node.inner.reduce(
      (reached, one) => (reached.size === 0 ? reached : after(one, reached, text)),
      places,
    );
  if (node.kind === 'nothing') return places;
  const next = new Set<number>();
  if (node.kind === 'either') {
    for (const one of node.inner) for (const at of after(one, places, text)) next.add(at);
    return next;
  }
  if (node.kind === 'any' || node.kind === 'super') {
    for (let at = Math.min(...places); at <= text.length; at += 1) next.add(at);
    return next;
  }
  const literal = node.kind === 'text' ? charsOf(node.text) : null;
  for (const at of places) {
    const char = text[at];
    if (literal) {
      if (literal.every((one, i) => text[at + i] === one)) next.add(at + literal.length);
    } else if (char !== undefined && (node.kind === 'single' || fits(node as Class, char))) next.add(at + 1);
  }
  return next;
}

/** What gobwas/glob makes of a glob; `null`: it cannot be read. `matcher` is `null` for one that takes too long. */
interface Compiled {
  pattern: Pattern;
  matcher: Matcher | null;
}

/** Putting a matcher together takes the cube of a glob's length. */
const longestCompiled = 100;

function compile(glob: string): Compiled | null {
  const pattern = parse(glob);
  return pattern && { pattern, matcher: glob.length > longestCompiled ? null : compileGlob(pattern) };
}

/** Globs of projects, compiled: the same few are asked again and again. */
const known = new Map<string, Compiled | null>();
const mostKnown = 1000;

/**
 * Whether a text matches one of Argo CD's globs (argo-cd `util/glob/glob.go`: gobwas/glob 0.2.3 without separators): `*` and
 * `**` any text, `?` one character, `[a-c]` or `[abc]` one of these and `[!…]` none of them (a class is one range or one
 * list: `[a-z0-9]` cannot be read), `{one,other}` also nested and left open, `\` takes the next character as it is. A
 * pattern that cannot be read matches nothing. Where gobwas/glob is mistaken, so is this (`glob-match.ts`), unless it would
 * take too long: then it goes by the grammar alone, in time of pattern times text.
 */
export function globMatches(glob: string, text: string): boolean {
  // `globMatch` in `app_project_types.go`.
  if (glob === '*') return true;
  let compiled = known.get(glob);
  if (compiled === undefined) {
    compiled = compile(glob);
    if (known.size >= mostKnown) known.clear();
    known.set(glob, compiled);
  }
  if (compiled === null) return false;
  const { matcher, pattern } = compiled;
  const bytes = bytesOf(text);
  try {
    if (matcher) return bounded(() => matcher.matches(bytes));
  } catch (error) {
    if (!(error instanceof TooLong)) throw error;
  }
  const chars = charsOf(bytes);
  return after(pattern, new Set([0]), chars).has(chars.length);
}
