import type { Exchange } from '../argo-servers/gateway';
import { ConcourseRefusal } from './backend';

interface Listed {
  id: number;
  /** The id of the build whose inputs it takes over. */
  original: number;
}

const numberIn = (query: URLSearchParams, name: string): number | null => {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new ConcourseRefusal(400);
  return value;
};

const newerFirst = (a: Listed, b: Listed): number => b.original - a.original || b.id - a.id;

/**
 * A page of a list, as `getBuildsWithPagination` of `atc/db/build_factory.go` cuts it: bounds are inclusive and by id, the
 * order is by the original build; with `from` alone the oldest of them, still newest first.
 */
export function pageOf<T extends Listed>(
  all: readonly T[],
  { query }: Exchange,
  address: string,
): { items: T[]; headers: Record<string, string> } {
  const from = numberIn(query, 'from');
  const to = numberIn(query, 'to');
  const limit = numberIn(query, 'limit') || 100;
  const within = all
    .filter(({ id }) => (from === null || id >= from) && (to === null || id <= to))
    .sort(newerFirst);
  const items =
    from !== null && to === null
      ? within.slice(-limit)
      : from !== null
        ? [...within].reverse().slice(0, limit)
        : within.slice(0, limit);
  const [first] = items;
  const last = items.at(-1);
  const sorted = [...all].sort(newerFirst);
  const older = last && sorted.find(({ id }) => id < last.id);
  const newer = first && [...sorted].reverse().find(({ id }) => id > first.id);
  const links = [
    ...(older ? [`<${address}?to=${older.id}&limit=${limit}>; rel="next"`] : []),
    ...(newer ? [`<${address}?from=${newer.id}&limit=${limit}>; rel="previous"`] : []),
  ];
  return { items, headers: links.length > 0 ? { link: links.join(', ') } : {} };
}
