import {
  anyOf,
  anything,
  atLeast,
  atMost,
  between,
  contains,
  endingWith,
  everyOf,
  exactly,
  inRow,
  type Matcher,
  nothing,
  oneOf,
  type PrefixMatcher,
  type SuffixMatcher,
  startingWith,
  startsOf,
  type TextMatcher,
} from './glob-match';

/** A node of a glob that was read (gobwas/glob `syntax/ast`); texts are UTF-8, a character for each byte. */
export type GlobNode =
  | { kind: 'text'; text: string }
  | { kind: 'any' | 'super' | 'single' | 'nothing' }
  | { kind: 'list'; chars: readonly string[]; not: boolean }
  | { kind: 'range'; low: string; high: string; not: boolean }
  | { kind: 'pattern' | 'either'; inner: GlobNode[] };

interface ListMatcher extends Matcher {
  kind: 'not-list';
  chars: string;
}
interface TreeMatcher extends Matcher {
  kind: 'tree';
  value: Matcher;
  left: Matcher | null;
  right: Matcher | null;
}

/** Steps that one match may take before it is given up: the tree's matching has no bound of its own. */
const mostSteps = 20_000;
let steps = 0;

/** Thrown when a match takes too long. */
export class TooLong extends Error {}

/** Runs a match with a fresh count of steps. @throws TooLong */
export function bounded(match: () => boolean): boolean {
  steps = 0;
  return match();
}

function tree(value: Matcher, left: Matcher | null, right: Matcher | null): TreeMatcher {
  const [leftLength, rightLength] = [left?.length ?? 0, right?.length ?? 0];
  const isFixed = value.length !== -1 && leftLength !== -1 && rightLength !== -1;
  const length = isFixed ? leftLength + value.length + rightLength : -1;
  const fits = (part: Matcher | null, text: string): boolean => (part ? part.matches(text) : text === '');
  return {
    kind: 'tree',
    value,
    left,
    right,
    length,
    find: () => null,
    matches(text) {
      if (length !== -1 && length > text.length) return false;
      let offset = Math.max(leftLength, 0);
      const limit = rightLength >= 0 ? text.length - rightLength : text.length;
      while (offset < limit) {
        steps += 1;
        if (steps > mostSteps) throw new TooLong();
        const found = value.find(text.slice(offset, limit));
        if (found === null) return false;
        const at = offset + found.index;
        if (fits(left, text.slice(0, at)))
          for (const one of found.lengths.toReversed()) if (fits(right, text.slice(at + one))) return true;
        offset = at + (startsOf(text.slice(at))[1] ?? (text.length - at || 1));
      }
      return false;
    },
  };
}

/** `optimizeMatcher` of a tree around a text. */
function optimized(matcher: Matcher | null): Matcher | null {
  if (matcher?.kind !== 'tree') return matcher;
  const { value, ...sides } = matcher as TreeMatcher;
  const left = optimized(sides.left);
  const right = optimized(sides.right);
  const same = treeOf(value, left, right, sides);
  if (value.kind !== 'text') return same;
  const { text } = value as TextMatcher;
  if (left === null && right === null) return exactly(text);
  if (left?.kind === 'super' && right?.kind === 'super') return contains(text, false);
  if (left?.kind === 'super' && right === null) return endingWith(text);
  if (right?.kind === 'super' && left === null) return startingWith(text);
  if (left === null && right?.kind === 'suffix') return between(text, (right as SuffixMatcher).suffix);
  if (right === null && left?.kind === 'prefix') return between((left as PrefixMatcher).prefix, text);
  return same;
}

/** The same tree with better sides: its lengths stay those of the sides that it was made with. */
function treeOf(
  value: Matcher,
  left: Matcher | null,
  right: Matcher | null,
  made: { left: Matcher | null; right: Matcher | null },
): TreeMatcher {
  const lengthOf = (side: Matcher | null, was: Matcher | null): Matcher | null =>
    side && { ...side, length: was?.length ?? side.length };
  return tree(value, lengthOf(left, made.left), lengthOf(right, made.right));
}

/** `glueMatchersAsEvery` and `glueMatchersAsRow`. */
function glued(matchers: readonly Matcher[]): Matcher | null {
  if (matchers.length <= 1) return null;
  return gluedAsEvery(matchers) ?? gluedAsRow(matchers);
}

function gluedAsEvery(matchers: readonly Matcher[]): Matcher | null {
  const chars = matchers.map((one) => (one.kind === 'not-list' ? (one as ListMatcher).chars : ''));
  const [first = ''] = chars;
  const isAll = matchers.every(({ kind }) => kind === 'super' || kind === 'single' || kind === 'not-list');
  if (!isAll || chars.some((one) => one !== first)) return null;
  const hasSuper = matchers.some(({ kind }) => kind === 'super');
  const singles = matchers.filter(({ kind }) => kind !== 'super').length;
  if (singles === 0) return anything;
  if (hasSuper && first === '') return atLeast(singles);
  return everyOf([
    atLeast(singles),
    ...(hasSuper ? [] : [atMost(singles)]),
    ...(first === '' ? [] : [contains(first, true)]),
  ]);
}

function gluedAsRow(matchers: readonly Matcher[]): Matcher | null {
  if (matchers.some(({ length }) => length === -1)) return null;
  return inRow(
    matchers.reduce((sum, { length }) => sum + length, 0),
    matchers,
  );
}

/** `minimizeMatchers`. */
function minimized(matchers: readonly Matcher[]): readonly Matcher[] {
  let best: { made: Matcher; left: number; right: number } | null = null;
  for (let left = 0; left < matchers.length; left += 1)
    for (let right = matchers.length; right > left; right -= 1) {
      const made = glued(matchers.slice(left, right));
      if (made === null) continue;
      const isBetter =
        best === null ||
        (best.made.length > -1 && made.length > best.made.length) ||
        best.right - best.left < right - left;
      if (isBetter) best = { made, left, right };
    }
  if (best === null) return matchers;
  const next = [...matchers.slice(0, best.left), best.made, ...matchers.slice(best.right)];
  return next.length === matchers.length ? next : minimized(next);
}

/** `compileMatchers`. */
function joined(matchers: readonly Matcher[]): Matcher | null {
  const [first] = matchers;
  if (!first) return null;
  if (matchers.length === 1) return first;
  const made = glued(matchers);
  if (made) return made;
  let longest = -1;
  for (const [i, { length }] of matchers.entries())
    if (length !== -1 && length >= (matchers[longest]?.length ?? -1)) longest = i;
  const value = matchers[longest];
  if (!value) return tree(first, null, joined(matchers.slice(1)));
  return tree(value, joined(matchers.slice(0, longest)), joined(matchers.slice(longest + 1)));
}

const isSame = (a: GlobNode | undefined, b: GlobNode | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** `commonChildren`: what all begin and end with. */
function common(patterns: readonly GlobNode[][]): { left: GlobNode[]; right: GlobNode[] } {
  const left: GlobNode[] = [];
  const right: GlobNode[] = [];
  const [first] = patterns;
  if (patterns.length <= 1 || !first) return { left, right };
  const least = patterns.reduce((best, one) => (one.length < best.length ? one : best), first);
  const others = patterns.filter((one) => one !== least);
  let isLeftOver = false;
  let isRightOver = false;
  for (let i = 0, j = least.length - 1; left.length + right.length < least.length && j >= 0; i += 1, j -= 1) {
    if (isLeftOver && isRightOver) break;
    for (const other of others) {
      if (isLeftOver && isRightOver) break;
      isLeftOver ||= !isSame(least[i], other[i]);
      isRightOver ||= !isLeftOver && j <= i;
      isRightOver ||= !isSame(least[j], other[j + other.length - least.length]);
    }
    if (!isLeftOver) left.push(least[i] as GlobNode);
    if (!isRightOver) right.unshift(least[j] as GlobNode);
  }
  return { left, right };
}

/** `minimizeTreeAnyOf`. */
function minimizedEither(patterns: readonly GlobNode[][]): GlobNode | null {
  const { left, right } = common(patterns);
  if (left.length === 0 && right.length === 0) return null;
  const rests: GlobNode[] = [];
  for (const one of patterns) {
    const rest = one.slice(left.length, one.length - right.length);
    const node: GlobNode = rest.length === 0 ? { kind: 'nothing' } : { kind: 'pattern', inner: rest };
    if (!rests.some((known) => isSame(known, node))) rests.push(node);
  }
  const [only] = rests;
  const middle: GlobNode[] =
    rests.length > 1 ? [{ kind: 'either', inner: rests }] : only && only.kind !== 'nothing' ? [only] : [];
  const wrap = (inner: GlobNode[]): GlobNode[] => (inner.length > 0 ? [{ kind: 'pattern', inner }] : []);
  return { kind: 'pattern', inner: [...wrap(left), ...middle, ...wrap(right)] };
}

/** The matcher of a glob (`compiler/compiler.go`); `null` for one that cannot be compiled. */
export function compileGlob(node: GlobNode): Matcher | null {
  switch (node.kind) {
    case 'text':
      return exactly(node.text);
    case 'any':
    case 'super':
      return anything;
    case 'single':
      return oneOf('single', () => true);
    case 'nothing':
      return nothing;
    case 'list': {
      const { chars, not } = node;
      if (!not && chars.length === 1) return exactly(chars[0] ?? '');
      const list = oneOf(not ? 'not-list' : 'list', (char) => chars.includes(char) !== not);
      return Object.assign(list, { chars: chars.join('') });
    }
    case 'range':
      return oneOf('range', (char) => (char >= node.low && char <= node.high) !== node.not);
    case 'either': {
      const isOfPatterns = node.inner.every(({ kind }) => kind === 'pattern');
      const lists = node.inner.map((one) => ('inner' in one ? one.inner : []));
      const less = isOfPatterns ? minimizedEither(lists) : null;
      if (less) return compileGlob(less);
      const matchers = compiled(node.inner);
      return matchers && (matchers.length === 1 ? (matchers[0] ?? null) : anyOf(matchers));
    }
    case 'pattern': {
      if (node.inner.length === 0) return nothing;
      const matchers = compiled(node.inner);
      return matchers && optimized(joined(minimized(matchers)));
    }
  }
}

function compiled(nodes: readonly GlobNode[]): Matcher[] | null {
  const matchers: Matcher[] = [];
  for (const one of nodes) {
    const matcher = compileGlob(one);
    if (matcher === null) return null;
    matchers.push(matcher);
  }
  return matchers;
}
