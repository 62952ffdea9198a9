import type { ServerResponse } from 'node:http';
import { type Exchange, flag, integer } from './exchange';
import type { ResourceKind } from './kinds';
import { selectionOf } from './lists';
import { matcher } from './selectors';
import type { ClusterStore, StoreEvent } from './store';
import { ApiError, type KubeObject, refusals } from './stored-objects';

/** A client that reads too slowly is cut off, as a watch cache does. */
const backlogLimit = 32 * 1024 * 1024;

/** All open watches of one server. */
export class Watches {
  readonly #store: ClusterStore;
  readonly #bookmarkEvery: () => number;
  readonly #open = new Set<{ response: ServerResponse; refuse: (error: ApiError) => void }>();
  /** While set, watches fall silent, and stay so: what a half-open connection lost does not come later. */
  silent = false;

  constructor(store: ClusterStore, bookmarkEvery: () => number) {
    this.#store = store;
    this.#bookmarkEvery = bookmarkEvery;
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size;
  }

  /** Breaks every watch without a word. */
  cut(): void {
    for (const { response } of this.#open) response.destroy();
  }

  /** Ends every watch with an ERROR event 410, as a server does whose cache was compacted. */
  expire(): void {
    for (const { refuse } of [...this.#open]) refuse(refusals.expired('0', this.#store.resourceVersion));
  }

  /**
   * Serves a watch. Without resourceVersion (or with 0) it begins with ADDED for all that is there; a resourceVersion
   * that history does not reach gets an ERROR event 410, and so does one of the future (the practice estate was reset:
   * a real server would let the client wait for ever).
   * @throws ApiError 400 before anything is written.
   */
  serve(exchange: Exchange, resource: ResourceKind, namespace: string | undefined): void {
    const { query, response } = exchange;
    const since = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(since)) throw refusals.badRequest(`invalid resource version: ${since}`);
    const selection = selectionOf(query, namespace);
    const matches = matcher(resource.kind, selection);
    const seconds = integer(query, 'timeoutSeconds', 1) ?? 1800 + Math.floor(Math.random() * 1800);
    const bookmarks = flag(query, 'allowWatchBookmarks');

    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    let stop = () => {};
    let muted = false;
    const write = (type: string, object: unknown) => {
      muted ||= this.silent;
      if (muted || response.writableEnded || response.destroyed) return;
      response.write(`${JSON.stringify({ type, object })}\n`);
      if (response.writableLength > backlogLimit) response.destroy();
    };
    const refuse = (error: ApiError) => {
      write('ERROR', error.toStatus());
      if (!muted) response.end();
    };
    const entry = { response, refuse };
    this.#open.add(entry);
    const bookmark = () =>
      write('BOOKMARK', {
        kind: resource.kind,
        apiVersion: resource.apiVersion,
        metadata: { resourceVersion: this.#store.resourceVersion, creationTimestamp: null },
      });
    const ticking = bookmarks ? setInterval(bookmark, this.#bookmarkEvery()) : undefined;
    const ending = setTimeout(() => {
      if (bookmarks) bookmark();
      muted ||= this.silent;
      if (!muted) response.end();
    }, seconds * 1000);
    response.once('close', () => {
      clearInterval(ticking);
      clearTimeout(ending);
      this.#open.delete(entry);
      stop();
    });

    let from = since;
    if (since === '' || since === '0') {
      for (const object of this.#store.list(resource.kind, selection)) write('ADDED', object);
      from = this.#store.resourceVersion;
    }
    try {
      if (Number(from) > Number(this.#store.resourceVersion))
        throw refusals.expired(from, this.#store.resourceVersion);
      stop = this.#store.watch(resource.kind, from, (event) => {
        const seen = asSeen(event, matches);
        if (seen) write(seen.type, seen.object);
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(error);
    }
  }
}

/** An event as it looks to a selection: an object that leaves it is DELETED, one that enters it is ADDED. */
function asSeen(
  event: StoreEvent,
  matches: (object: KubeObject) => boolean,
): { type: StoreEvent['type']; object: KubeObject } | undefined {
  const { type, object, previous } = event;
  const before = previous !== undefined && matches(previous);
  if (type === 'DELETED') return before ? { type, object } : undefined;
  const now = matches(object);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  const { metadata, ...rest } = previous as KubeObject;
  const resourceVersion = object.metadata.resourceVersion;
  return { type: 'DELETED', object: { ...rest, metadata: { ...metadata, resourceVersion } } };
}
