import { badDataError, KubeError, tooManyError } from './failures';
import type { Connection, KubeObject } from './types';

/** Objects per page: what client-go asks for. */
const usualPage = 500;
/** Of a kind whose objects are huge, so few at a time. */
const smallPage = 20;
/** Objects of a list, and its pages, since a server may send one object in each. */
const mostObjects = 100_000;
const mostPages = 2_000;
/**
 * Pages without an object, one after the other. One may come where a selector lets nothing through (Kubernetes API
 * concepts, "Retrieving large results sets in chunks": a server may return fewer than asked for).
 */
const mostEmpty = 10;
/** Milliseconds that a list may take as a whole. */
const patience = 300_000;

interface Page {
  items: readonly unknown[];
  resourceVersion: string | null;
  next: string | null;
}

/** What a list's answer must be: `items` (Go writes an empty slice as `null`, too) and the list's own metadata. */
function pageOf(body: unknown): Page | null {
  if (typeof body !== 'object' || body === null) return null;
  const { items, metadata } = body as { items?: unknown; metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return null;
  if (!Array.isArray(items) && items !== null) return null;
  const { resourceVersion, continue: next } = metadata as { resourceVersion?: unknown; continue?: unknown };
  return {
    items: items ?? [],
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : null,
    next: typeof next === 'string' && next !== '' ? next : null,
  };
}

const isExpired = (error: unknown): boolean => error instanceof KubeError && error.failure.status === 410;
const isTooLarge = (error: unknown): boolean =>
  error instanceof KubeError && error.failure.code === 'too-large';

/** Whether an item of a list or an event is an object of the API: nothing else has a name. */
export const isObject = (item: unknown): item is KubeObject => {
  if (typeof item !== 'object' || item === null) return false;
  const { metadata } = item as { metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return false;
  const { name } = metadata as { name?: unknown };
  return typeof name === 'string' && name !== '';
};

/**
 * Reads a list page by page, to a bounded end. One that expired between two pages (410) is read again in one piece, and
 * one whose pages are too large is read in small ones.
 * @param onPage takes the items of each page; what is no object is among them.
 * @param onRestart what was taken does not count: the list begins again.
 * @returns the list's resourceVersion. @throws KubeError `bad-data` for what is no list or never ends, `too-large`.
 */
export async function eachPage(
  connection: Connection,
  request: { path: string; query: Readonly<Record<string, string | undefined>>; signal?: AbortSignal },
  onPage: (items: readonly unknown[]) => void,
  onRestart: () => void,
): Promise<string> {
  const { path, query, signal } = request;
  const until = performance.now() + patience;
  const seen = new Set<string>();
  let limit: number | undefined = usualPage;
  let next: string | null = null;
  let objects = 0;
  let empty = 0;
  for (let pages = 0; ; pages++) {
    if (pages >= mostPages || objects > mostObjects || performance.now() > until)
      throw tooManyError(connection, `${objects} objects in ${pages} pages of ${path}`);
    let body: unknown;
    try {
      body = await connection.json<unknown>({
        path,
        query: { ...query, limit, continue: next ?? undefined },
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (isExpired(error) && next !== null) {
        // The pages took longer than the server remembers.
        limit = undefined;
        next = null;
        objects = 0;
        seen.clear();
        onRestart();
        continue;
      }
      if (!isTooLarge(error) || limit !== usualPage) throw error;
      limit = smallPage;
      continue;
    }
    const page = pageOf(body);
    if (page?.resourceVersion == null)
      throw badDataError(connection, 'a list without items or resourceVersion');
    onPage(page.items);
    objects += page.items.length;
    empty = page.items.length === 0 ? empty + 1 : 0;
    if (page.next === null) return page.resourceVersion;
    if (seen.has(page.next) || empty >= mostEmpty)
      throw badDataError(
        connection,
        `a list that leads ${seen.has(page.next) ? 'back to itself' : 'on and on'}`,
      );
    seen.add(page.next);
    next = page.next;
  }
}
