import { type Fields, isMapping } from './read-record';

/** Whether two plain values say the same; the order of keys says nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isMapping(a) || !isMapping(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
  );
}

/** Which item of the file's list each item of a wanted list was; `undefined`: none. */
export type Origins = Map<unknown, readonly (number | undefined)[]>;

/**
 * What a file is to say: only what differs between what was understood of it and what is to be understood is changed.
 * Keys that are not known stay at every level, and so does a word that was read as `unknown`.
 * @param said what the file says now.
 * @param known what was understood of that; `undefined`: nothing.
 * @param next what is to be understood.
 * @param origins is told of every list in the answer.
 */
export function wanted(said: unknown, known: unknown, next: unknown, origins: Origins): unknown {
  if (known !== undefined && same(known, next)) return said;
  if (Array.isArray(said) && Array.isArray(next))
    return items(said, Array.isArray(known) && known.length === said.length ? known : said, next, origins);
  if (!isMapping(said) || !isMapping(next)) return next;
  const before: Fields = isMapping(known) ? known : {};
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(said)) {
    if (Object.hasOwn(next, key)) set(made, key, wanted(value, own(before, key), next[key], origins));
    // Known, and gone: it goes with what stood under it.
    else if (!Object.hasOwn(before, key)) set(made, key, value);
  }
  for (const [key, value] of Object.entries(next)) {
    // What is understood although nothing says it need not be said.
    const unsaid = Object.hasOwn(before, key) && same(before[key], value);
    if (!Object.hasOwn(said, key) && !unsaid) set(made, key, value);
  }
  return made;
}

/** An item is the same one as before where it says the same, or else names the same by its first key. */
function items(
  said: readonly unknown[],
  known: readonly unknown[],
  next: readonly unknown[],
  origins: Origins,
): unknown[] {
  const left = new Set(known.keys());
  const take = (fits: (one: unknown) => boolean): number | undefined => {
    for (const index of left)
      if (fits(known[index])) {
        left.delete(index);
        return index;
      }
    return undefined;
  };
  const unchanged = next.map((item) => take((one) => same(one, item)));
  const from = next.map(
    (item, index) =>
      unchanged[index] ?? take((one) => named(one) !== undefined && same(named(one), named(item))),
  );
  const made = next.map((item, index) => {
    const before = from[index];
    return before === undefined ? item : wanted(said[before], known[before], item, origins);
  });
  origins.set(made, from);
  return made;
}

const named = (item: unknown): unknown => (isMapping(item) ? Object.values(item)[0] : undefined);

const own = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

/** `__proto__` is a key like any other. */
function set(into: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
}
