import { randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Kind, resourceKinds, resourceOf } from './kinds';
import { type KubeObject, type NewObject, type ObjectMeta, refusals } from './objects';
import { applyPatch, type PatchType } from './patches';
import { fieldSelector, labelSelector } from './selectors';

/** A change of one object. `previous` is what the object was before (undefined for ADDED). */
export interface StoreEvent<T extends KubeObject = KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  kind: Kind;
  /** The object after the change; for DELETED its last state with the resourceVersion of the deletion. */
  object: T;
  previous?: T;
  /** Number form of `object.metadata.resourceVersion`. */
  resourceVersion: number;
}

export interface ListOptions {
  /** All namespaces when left out. */
  namespace?: string;
  /** As in the API: `a=b,c in (d,e)`. */
  labelSelector?: string;
  /** As in the API: `metadata.name=x`. */
  fieldSelector?: string;
}

export interface DeleteOptions {
  /** `Orphan` leaves dependents and drops their owner references; `Foreground` is treated as `Background`. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** 0 removes at once even a kind that is deleted gracefully. */
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * Which part a write touches. `all` is for controllers in this process; the API server writes `main` (keeps the
 * stored status of kinds with a status subresource) or `status` (keeps all but status).
 */
export type WritePart = 'all' | 'main' | 'status';

/** What `dump` gives and `load` takes: plain JSON. */
export interface StoreDump {
  resourceVersion: number;
  objects: KubeObject[];
}

export interface StoreOptions {
  /** Events kept for watches that begin in the past. Default 2,000. */
  history?: number;
  now?: () => Date;
  /**
   * Kinds whose deletion only sets `deletionTimestamp`; a controller (the kubelet) finishes it with
   * `delete(…, { gracePeriodSeconds: 0 })`. Default none: a deletion removes at once.
   */
  gracefulKinds?: readonly Kind[];
  /** Told when a subscriber throws; the others are served all the same. Default: thrown as an uncaught exception. */
  onListenerError?: (error: unknown) => void;
}

/** More changes than any cluster makes between two dumps. */
const versionLeap = 1_000_000;

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
};

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string =>
  Array.from({ length: 5 }, () => suffixLetters[randomInt(suffixLetters.length)]).join('');

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

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
  readonly #dependents = new Map<string, Set<string>>();
  readonly #uids = new Set<string>();
  readonly #listeners = new Set<{ kinds: ReadonlySet<Kind>; tell: (event: StoreEvent) => void }>();
  readonly #historyLimit: number;
  readonly #now: () => Date;
  readonly #graceful: ReadonlySet<Kind>;
  readonly #onListenerError: (error: unknown) => void;
  #history: StoreEvent[] = [];
  #oldest: number;
  #version = 1000;
  #queue: StoreEvent[] = [];
  #draining = false;
  #collectable = new Set<string>();

  constructor(options: StoreOptions = {}) {
    this.#historyLimit = options.history ?? 2000;
    this.#now = options.now ?? (() => new Date());
    this.#graceful = new Set(options.gracefulKinds ?? []);
    this.#onListenerError =
      options.onListenerError ??
      ((error) =>
        queueMicrotask(() => {
          throw error;
        }));
    this.#oldest = this.#version;
  }

  /** The counter's value: what a list's `metadata.resourceVersion` says. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Watches may begin at this resourceVersion or later. */
  get oldestResourceVersion(): string {
    return String(this.#oldest);
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
    let name = given.name ?? '';
    if (!name && given.generateName) {
      do name = given.generateName.slice(0, 58) + suffix();
      while (map.has(keyOf(namespace, name)));
    }
    if (!name)
      throw refusals.invalid(
        resource,
        '',
        'metadata.name',
        'Required value: name or generateName is required',
      );
    if (name.length > 253 || !dnsSubdomain.test(name))
      throw refusals.invalid(
        resource,
        name,
        'metadata.name',
        `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
      );
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
    const claimed = input.metadata.resourceVersion;
    if (claimed && claimed !== stored.metadata.resourceVersion) throw refusals.conflict(resource, name);
    if (input.metadata.uid && input.metadata.uid !== stored.metadata.uid)
      throw refusals.conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${input.metadata.uid}, UID in object meta: ${stored.metadata.uid}`,
      );
    const before = stored as unknown as Record<string, unknown>;
    const wanted = structuredClone(input) as unknown as Record<string, unknown>;
    let next = wanted;
    if (resource.statusSubresource && part === 'status')
      next = { ...before, status: wanted.status, metadata: { ...stored.metadata } };
    if (resource.statusSubresource && part === 'main') next = { ...wanted, status: before.status };
    for (const field of Object.keys(next)) if (next[field] === undefined) delete next[field];
    const metadata = next.metadata as ObjectMeta;
    const { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp } = stored.metadata;
    Object.assign(metadata, { uid, creationTimestamp, resourceVersion });
    if (generation === undefined) delete metadata.generation;
    else metadata.generation = generation;
    if (deletionTimestamp !== undefined) metadata.deletionTimestamp = deletionTimestamp;
    else delete metadata.deletionTimestamp;
    Object.assign(next, { apiVersion: resource.apiVersion, kind });
    if (isDeepStrictEqual(next, before)) return stored as T;
    if (generation !== undefined && changesGeneration(resource.statusSubresource, before, next))
      metadata.generation = generation + 1;
    this.#put(kind, next as unknown as T, stored);
    return next as unknown as T;
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
    const patched = applyPatch(type, stored, patch) as T;
    const metadata = patched?.metadata as Partial<ObjectMeta> | undefined;
    if (typeof metadata !== 'object' || metadata === null)
      throw refusals.invalid(resource, name, 'metadata', 'Required value');
    if (metadata.name !== stored.metadata.name || metadata.namespace !== stored.metadata.namespace)
      throw refusals.badRequest('the name of the object does not match the name on the URL');
    return this.update<T>(kind, patched, part);
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
    const entry = { kinds, tell: listener as (event: StoreEvent) => void };
    if (options.replay)
      for (const kind of kinds)
        for (const object of this.list<T>(kind))
          listener({ type: 'ADDED', kind, object, resourceVersion: Number(object.metadata.resourceVersion) });
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /**
   * As `subscribe`, beginning after a resourceVersion: what happened since is told first, out of the history.
   * @throws ApiError 410 Expired when the history no longer reaches back that far.
   */
  watch(kind: Kind, sinceResourceVersion: string, listener: (event: StoreEvent) => void): () => void {
    const since = Number(sinceResourceVersion);
    if (since < this.#oldest) throw refusals.expired(sinceResourceVersion, String(this.#oldest));
    // Events that are still queued have not reached anybody: they will come by the subscription.
    const queued = new Set(this.#queue);
    for (const event of this.#history)
      if (event.kind === kind && event.resourceVersion > since && !queued.has(event)) listener(event);
    return this.subscribe(kind, (event) => {
      if (event.resourceVersion > since) listener(event);
    });
  }

  /** Forgets the history, as etcd's compaction does: a watch that begins before now gets 410. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
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
    this.#dependents.clear();
    this.#uids.clear();
    this.#version = dump.resourceVersion + versionLeap;
    this.compact();
    for (const object of dump.objects) {
      const kind = object.kind as Kind;
      this.#map(kind).set(
        keyOf(object.metadata.namespace, object.metadata.name),
        freeze(structuredClone(object)),
      );
      this.#index(kind, undefined, object);
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
    this.#index(kind, previous, object);
    this.#tell({
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
    this.#index(kind, stored, undefined);
    for (const dependent of this.#dependents.get(stored.metadata.uid) ?? []) this.#collectLater(dependent);
    this.#tell({ type: 'DELETED', kind, object: last, previous: stored, resourceVersion: this.#version });
  }

  #index(kind: Kind, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const object = after ?? before;
    if (!object) return;
    const id = `${kind}|${keyOf(object.metadata.namespace, object.metadata.name)}`;
    for (const owner of before?.metadata.ownerReferences ?? []) {
      const ids = this.#dependents.get(owner.uid);
      ids?.delete(id);
      if (ids?.size === 0) this.#dependents.delete(owner.uid);
    }
    if (!after) {
      this.#uids.delete(object.metadata.uid);
      return;
    }
    this.#uids.add(object.metadata.uid);
    for (const owner of after.metadata.ownerReferences ?? []) {
      const ids = this.#dependents.get(owner.uid) ?? new Set();
      this.#dependents.set(owner.uid, ids.add(id));
    }
    // An owner that does not exist: its dependent is collected too, as the garbage collector does.
    if (!before && after.metadata.ownerReferences?.length) this.#collectLater(id);
  }

  #collectLater(id: string): void {
    if (this.#collectable.size === 0) queueMicrotask(() => this.#collect());
    this.#collectable.add(id);
  }

  #collect(): void {
    const ids = this.#collectable;
    this.#collectable = new Set();
    for (const id of ids) {
      const bar = id.indexOf('|');
      const kind = id.slice(0, bar) as Kind;
      const object = this.#map(kind).get(id.slice(bar + 1));
      const owners = object?.metadata.ownerReferences ?? [];
      if (!object || owners.length === 0 || owners.some((owner) => this.#uids.has(owner.uid))) continue;
      this.delete(kind, object.metadata.namespace, object.metadata.name);
    }
  }

  #orphan(uid: string): void {
    for (const id of [...(this.#dependents.get(uid) ?? [])]) {
      const bar = id.indexOf('|');
      const kind = id.slice(0, bar) as Kind;
      const object = this.#map(kind).get(id.slice(bar + 1));
      if (!object) continue;
      this.modify(kind, object.metadata.namespace, object.metadata.name, (draft) => {
        draft.metadata.ownerReferences = draft.metadata.ownerReferences?.filter((owner) => owner.uid !== uid);
      });
    }
  }

  #tell(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > this.#historyLimit) {
      const dropped = this.#history.splice(0, Math.ceil(this.#historyLimit / 10));
      this.#oldest = dropped.at(-1)?.resourceVersion ?? this.#oldest;
    }
    this.#queue.push(event);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift())
        for (const listener of [...this.#listeners])
          if (listener.kinds.has(next.kind) && this.#listeners.has(listener)) {
            try {
              listener.tell(next);
            } catch (error) {
              this.#onListenerError(error);
            }
          }
    } finally {
      this.#draining = false;
    }
  }
}

/** Custom resources without a status subresource get a new generation by any change outside metadata. */
function changesGeneration(
  statusSubresource: boolean,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): boolean {
  if (statusSubresource) return !isDeepStrictEqual(before.spec, after.spec);
  const { metadata: _a, ...bodyBefore } = before;
  const { metadata: _b, ...bodyAfter } = after;
  return !isDeepStrictEqual(bodyBefore, bodyAfter);
}

/** Whether an object of the kind is inside a list's or watch's selection. @throws ApiError 400. */
export function matcher(kind: Kind, options: ListOptions): (object: KubeObject) => boolean {
  const { namespace } = options;
  const labels = options.labelSelector ? labelSelector(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? fieldSelector(kind, options.fieldSelector) : undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (labels?.(object) ?? true) &&
    (fields?.(object) ?? true);
}
