import { randomUUID } from 'node:crypto';
import { EventFeed, type StoreEvent } from './event-feed';
import { type Kind, resourceKinds, resourceOf } from './kinds';
import { nameFor } from './naming';
import { patchedObject, replacement, type WritePart } from './object-writes';
import { type Location, Ownership } from './ownership';
import type { PatchType } from './patches';
import { matcher } from './selectors';
import type { DeleteOptions, ListOptions, StoreDump, StoreOptions } from './store-options';
import { type KubeObject, type NewObject, type ObjectMeta, refusals } from './stored-objects';

/** More changes than any cluster makes between two dumps. */
const versionLeap = 1_000_000;

export type { StoreEvent } from './event-feed';

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
};

/**
 * All objects of one practice cluster, with the semantics of an API server: one resourceVersion counter,
 * optimistic concurrency, generations, garbage collection by owner references, and a bounded history of events.
 * Calls are synchronous. Objects that come out are frozen: change them through {@link ClusterStore.modify}, or
 * clone. A write that changes nothing makes no event and keeps the resourceVersion, as in the real one.
 * Finalizers are stored but do not delay a deletion. All refusals are `ApiError`s.
 */
export class ClusterStore {
  readonly #objects = new Map<Kind, Map<string, KubeObject>>(resourceKinds.map((r) => [r.kind, new Map()]));
  readonly #sorted = new Map<Kind, string[]>();
  readonly #feed: EventFeed;
  readonly #ownership = new Ownership((location) => this.#collectLater(location));
  readonly #now: () => Date;
  readonly #graceful: ReadonlySet<Kind>;
  #version = 1000;
  #collectable: Location[] = [];

  constructor(options: StoreOptions = {}) {
    this.#now = options.now ?? (() => new Date());
    this.#graceful = new Set(options.gracefulKinds ?? []);
    const throwLater = (error: unknown) =>
      queueMicrotask(() => {
        throw error;
      });
    this.#feed = new EventFeed(options.history ?? 2000, this.#version, options.onListenerError ?? throwLater);
  }

  /** The counter's value: what a list's `metadata.resourceVersion` says. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Watches may begin at this resourceVersion or later. */
  get oldestResourceVersion(): string {
    return String(this.#feed.oldest);
  }

  /** The object, frozen; undefined when there is none. Cluster-scoped kinds take `undefined` as namespace. */
  get<T extends KubeObject = KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#map(kind).get(keyOf(namespace, name)) as T | undefined;
  }

  /** Objects in order of namespace and name, frozen. @throws ApiError 400 for a selector that does not parse. */
  list<T extends KubeObject = KubeObject>(kind: Kind, options: ListOptions = {}): T[] {
    const map = this.#map(kind);
    let keys = this.#sorted.get(kind);
    if (!keys) {
      keys = [...map.keys()].sort();
      this.#sorted.set(kind, keys);
    }
    const matches = matcher(kind, options);
    const found: T[] = [];
    for (const key of keys) {
      const object = map.get(key);
      if (object && matches(object)) found.push(object as T);
    }
    return found;
  }

  /**
   * Creates an object: `metadata.name` or `generateName` is needed; uid, creationTimestamp, resourceVersion and
   * generation are filled in, apiVersion and kind too when left out.
   * @throws ApiError 409 AlreadyExists, 422 Invalid (name).
   */
  create<T extends KubeObject = KubeObject>(kind: Kind, input: NewObject<T>): T {
    const resource = resourceOf(kind);
    const map = this.#map(kind);
    const { metadata: given, ...rest } = structuredClone(input) as NewObject;
    const namespace = resource.namespaced ? (given.namespace ?? 'default') : undefined;
    const name = nameFor(resource, given, (candidate) => map.has(keyOf(namespace, candidate)));
    if (map.has(keyOf(namespace, name))) throw refusals.alreadyExists(resource, name);
    const metadata: ObjectMeta = {
      ...given,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      resourceVersion: '',
      creationTimestamp: this.#timestamp(),
      ...('spec' in rest ? { generation: 1 } : {}),
    };
    delete metadata.deletionTimestamp;
    const object = { ...rest, apiVersion: resource.apiVersion, kind, metadata } as unknown as T;
    this.#put(kind, object, undefined);
    return object;
  }

  /**
   * Replaces an object. A `metadata.resourceVersion` that is given must be the stored one; without, the write is
   * unconditional. uid, creationTimestamp and generation are the store's.
   * @throws ApiError 404, 409 Conflict (stale resourceVersion or another uid).
   */
  update<T extends KubeObject>(kind: Kind, input: T, part: WritePart = 'all'): T {
    const resource = resourceOf(kind);
    const { name, namespace } = input.metadata;
    const stored = this.#map(kind).get(keyOf(resource.namespaced ? namespace : undefined, name));
    if (!stored) throw refusals.notFound(resource, name);
    const next = replacement(resource, stored, input, part);
    if (next === null) return stored as T;
    this.#put(kind, next, stored);
    return next as T;
  }

  /**
   * Changes an object in place, unconditionally: `change` gets a clone to write to.
   * The way for controllers: `store.modify<Pod>('Pod', 'apps', 'a-1', (pod) => { pod.status.phase = 'Running' })`.
   * @throws ApiError 404.
   */
  modify<T extends KubeObject = KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    change: (draft: T) => void,
  ): T {
    const stored = this.get<T>(kind, namespace, name);
    if (!stored) throw refusals.notFound(resourceOf(kind), name);
    const draft = structuredClone(stored);
    change(draft);
    return this.update<T>(kind, draft);
  }

  /**
   * Patches an object. A resourceVersion inside a merge patch must be the stored one.
   * @throws ApiError 404, 409, 422 (JSON patch whose path is missing or test fails), 400 (malformed).
   */
  patch<T extends KubeObject = KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    type: PatchType,
    patch: unknown,
    part: WritePart = 'all',
  ): T {
    const resource = resourceOf(kind);
    const stored = this.get(kind, namespace, name);
    if (!stored) throw refusals.notFound(resource, name);
    return this.update<T>(kind, patchedObject(resource, stored, type, patch) as T, part);
  }

  /**
   * Deletes an object; what it owned is collected in the background (a later microtask).
   * @returns the object as it was last, or, deleted gracefully, with its deletionTimestamp.
   * @throws ApiError 404, 409 (preconditions).
   */
  delete<T extends KubeObject = KubeObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): T {
    const resource = resourceOf(kind);
    const stored = this.get<T>(kind, namespace, name);
    if (!stored) throw refusals.notFound(resource, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (
      (uid && uid !== stored.metadata.uid) ||
      (resourceVersion && resourceVersion !== stored.metadata.resourceVersion)
    )
      throw refusals.conflict(resource, name, 'the precondition of the deletion does not hold');
    if (options.propagationPolicy === 'Orphan') this.#orphan(stored.metadata.uid);
    if (this.#graceful.has(kind) && options.gracePeriodSeconds !== 0) {
      if (stored.metadata.deletionTimestamp) return stored;
      const marked = structuredClone(stored);
      marked.metadata.deletionTimestamp = this.#timestamp();
      marked.metadata.deletionGracePeriodSeconds = options.gracePeriodSeconds ?? 30;
      this.#put(kind, marked, stored);
      return marked;
    }
    this.#remove(kind, stored);
    return stored;
  }

  /**
   * Calls back for every change of the kinds, in order, right after the write that made it (a write made inside a
   * callback is told after the event at hand has reached everybody). With `replay`, first ADDED for what exists.
   * @returns the unsubscribe.
   */
  subscribe<T extends KubeObject = KubeObject>(
    kindOrKinds: Kind | readonly Kind[],
    listener: (event: StoreEvent<T>) => void,
    options: { replay?: boolean } = {},
  ): () => void {
    const kinds = new Set(typeof kindOrKinds === 'string' ? [kindOrKinds] : kindOrKinds);
    if (options.replay)
      for (const kind of kinds)
        for (const object of this.list<T>(kind))
          listener({ type: 'ADDED', kind, object, resourceVersion: Number(object.metadata.resourceVersion) });
    return this.#feed.subscribe(kinds, listener as (event: StoreEvent) => void);
  }

  /**
   * As `subscribe`, beginning after a resourceVersion: what happened since is told first, out of the history.
   * @throws ApiError 410 Expired when the history no longer reaches back that far.
   */
  watch(kind: Kind, sinceResourceVersion: string, listener: (event: StoreEvent) => void): () => void {
    return this.#feed.watch(kind, Number(sinceResourceVersion), listener);
  }

  /** Forgets the history, as etcd's compaction does: a watch that begins before now gets 410. */
  compact(): void {
    this.#feed.compact(this.#version);
  }

  /** Everything, as plain JSON. */
  dump(): StoreDump {
    return {
      resourceVersion: this.#version,
      objects: resourceKinds.flatMap((r) => [...this.#map(r.kind).values()]),
    };
  }

  /**
   * Takes the place of everything, telling nobody: call it before anyone subscribes. The counter leaps, since what
   * happened after the dump (before a crash, say) had versions too: every watch from before gets 410.
   */
  load(dump: StoreDump): void {
    for (const map of this.#objects.values()) map.clear();
    this.#sorted.clear();
    this.#ownership.clear();
    this.#version = dump.resourceVersion + versionLeap;
    this.compact();
    for (const object of dump.objects) {
      const kind = object.kind as Kind;
      this.#map(kind).set(
        keyOf(object.metadata.namespace, object.metadata.name),
        freeze(structuredClone(object)),
      );
      this.#ownership.changed(kind, undefined, object);
    }
  }

  #map(kind: Kind): Map<string, KubeObject> {
    const map = this.#objects.get(kind);
    if (!map) throw new Error(`no such kind: ${kind}`);
    return map;
  }

  /** RFC 3339 to the second, as metav1.Time is written. */
  #timestamp(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  #put(kind: Kind, object: KubeObject, previous: KubeObject | undefined): void {
    object.metadata.resourceVersion = String(++this.#version);
    freeze(object);
    this.#map(kind).set(keyOf(object.metadata.namespace, object.metadata.name), object);
    if (!previous) this.#sorted.delete(kind);
    this.#ownership.changed(kind, previous, object);
    this.#feed.tell({
      type: previous ? 'MODIFIED' : 'ADDED',
      kind,
      object,
      ...(previous ? { previous } : {}),
      resourceVersion: this.#version,
    });
  }

  #remove(kind: Kind, stored: KubeObject): void {
    const last = structuredClone(stored);
    last.metadata.resourceVersion = String(++this.#version);
    freeze(last);
    this.#map(kind).delete(keyOf(stored.metadata.namespace, stored.metadata.name));
    this.#sorted.delete(kind);
    this.#ownership.changed(kind, stored, undefined);
    this.#feed.tell({
      type: 'DELETED',
      kind,
      object: last,
      previous: stored,
      resourceVersion: this.#version,
    });
  }

  #collectLater(location: Location): void {
    if (this.#collectable.length === 0) queueMicrotask(() => this.#collect());
    this.#collectable.push(location);
  }

  #collect(): void {
    const suspects = this.#collectable;
    this.#collectable = [];
    for (const { kind, namespace, name } of suspects) {
      const object = this.get(kind, namespace, name);
      if (object && this.#ownership.isOrphaned(object)) this.delete(kind, namespace, name);
    }
  }

  #orphan(uid: string): void {
    for (const { kind, namespace, name } of this.#ownership.dependents(uid))
      this.modify(kind, namespace, name, ({ metadata }) => {
        metadata.ownerReferences = metadata.ownerReferences?.filter((owner) => owner.uid !== uid);
      });
  }
}
