import type { KubeObject, WatchBatch, WatchItem, WatchKey } from '../kubernetes/types';

const idOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const isNumber = (version: string): boolean => /^[1-9]\d{0,38}$/.test(version);
/** Resource versions compare as decimal numbers (KEP-5504; Argo CD's `isApplicationPermitted` compares them so). */
const isGreater = (one: string, other: string): boolean =>
  isNumber(one) && isNumber(other) && BigInt(one) > BigInt(other);

/** The key of an object; throws for what is no object of the API. */
export function keyOf(object: KubeObject): WatchKey & { resourceVersion: string } {
  const { name, namespace = '', uid = '', resourceVersion = '' } = object.metadata;
  if (typeof name !== 'string' || name === '') throw new TypeError('an object without a name');
  return { namespace, name, uid, resourceVersion };
}

/**
 * What a watch knows of every object (uid and resourceVersion alone), and what it has not told yet. No I/O.
 * A full list is reduced to its difference, so that what did not change does not flicker and what vanished is told.
 */
export class WatchState<T> {
  readonly #known = new Map<string, { uid: string; resourceVersion: string; told: boolean }>();
  #upserts = new Map<string, WatchItem<T>>();
  #removed = new Map<string, WatchKey>();

  /** How many objects are known. */
  get size(): number {
    return this.#known.size;
  }

  /** Whether everything has been told. */
  get isTold(): boolean {
    return this.#upserts.size === 0 && this.#removed.size === 0;
  }

  /** An object was added or changed. */
  upsert(item: WatchItem<T>): void {
    const id = idOf(item.namespace, item.name);
    const known = this.#known.get(id);
    if (known && known.uid === item.uid && known.resourceVersion === item.resourceVersion) return;
    this.#known.set(id, {
      uid: item.uid,
      resourceVersion: item.resourceVersion,
      // One that goes and comes between two batches is still the one that was told of.
      told: known?.told ?? this.#removed.has(id),
    });
    this.#removed.delete(id);
    this.#upserts.set(id, item);
  }

  /** Whether the object is known in just this version: then it need not be looked at. */
  has(key: WatchKey & { resourceVersion: string }): boolean {
    const known = this.#known.get(idOf(key.namespace, key.name));
    return known?.uid === key.uid && known.resourceVersion === key.resourceVersion;
  }

  /** Whether the object is known in a newer version, as far as versions are numbers, which those of Kubernetes are. */
  isNewer(key: WatchKey & { resourceVersion: string }): boolean {
    const known = this.#known.get(idOf(key.namespace, key.name));
    return known?.uid === key.uid && isGreater(known.resourceVersion, key.resourceVersion);
  }

  /** An object was deleted. One that nobody was told of is not told now. */
  remove(key: WatchKey): void {
    const id = idOf(key.namespace, key.name);
    const known = this.#known.get(id);
    if (!known) return;
    this.#known.delete(id);
    this.#upserts.delete(id);
    if (known.told) this.#removed.set(id, { namespace: key.namespace, name: key.name, uid: known.uid });
  }

  /** After a full list: all that is known and was not in it is gone. */
  retain(listed: ReadonlySet<string>): void {
    for (const [id, { uid }] of [...this.#known]) {
      if (listed.has(id)) continue;
      const slash = id.indexOf('/');
      this.remove({ namespace: id.slice(0, slash), name: id.slice(slash + 1), uid });
    }
  }

  /** The id of a key, as `retain` wants it. */
  static id(key: WatchKey): string {
    return idOf(key.namespace, key.name);
  }

  /** Takes what has not been told yet; `null` when there is nothing. */
  take(source: WatchBatch<T>['source']): WatchBatch<T> | null {
    if (this.isTold) return null;
    const batch: WatchBatch<T> = {
      source,
      upserts: [...this.#upserts.values()],
      removed: [...this.#removed.values()],
    };
    for (const id of this.#upserts.keys()) {
      const known = this.#known.get(id);
      if (known) known.told = true;
    }
    this.#upserts = new Map();
    this.#removed = new Map();
    return batch;
  }
}
