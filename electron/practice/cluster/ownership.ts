import type { Kind } from './kinds';
import type { KubeObject } from './stored-objects';

/** Where an object lies. */
export interface Location {
  kind: Kind;
  namespace: string | undefined;
  name: string;
}

/**
 * Knows who owns whom, and which objects have lost all their owners
 * (https://kubernetes.io/docs/concepts/architecture/garbage-collection/). It deletes nothing by itself.
 */
export class Ownership {
  readonly #uids = new Set<string>();
  readonly #dependents = new Map<string, Map<string, Location>>();
  readonly #onSuspect: (location: Location) => void;

  /** @param onSuspect told of an object whose owner is gone, or never was: look with `isOrphaned`, later. */
  constructor(onSuspect: (location: Location) => void) {
    this.#onSuspect = onSuspect;
  }

  /** An object was created (`before` undefined), changed, or deleted (`after` undefined). */
  changed(kind: Kind, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const object = after ?? before;
    if (!object) return;
    const { uid, namespace, name } = object.metadata;
    for (const owner of before?.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(owner.uid);
      known?.delete(uid);
      if (known?.size === 0) this.#dependents.delete(owner.uid);
    }
    if (!after) {
      this.#uids.delete(uid);
      for (const dependent of this.dependents(uid)) this.#onSuspect(dependent);
      return;
    }
    this.#uids.add(uid);
    const location = { kind, namespace, name };
    const owners = after.metadata.ownerReferences ?? [];
    for (const owner of owners) {
      const known = this.#dependents.get(owner.uid) ?? new Map<string, Location>();
      this.#dependents.set(owner.uid, known.set(uid, location));
    }
    // The owner may have gone just before, or never have been.
    if (!before && owners.length > 0) this.#onSuspect(location);
  }

  /** What an object owns. */
  dependents(uid: string): Location[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /** Whether an object has owners, and none of them exists. */
  isOrphaned(object: KubeObject): boolean {
    const owners = object.metadata.ownerReferences ?? [];
    return owners.length > 0 && !owners.some((owner) => this.#uids.has(owner.uid));
  }

  /** Forgets everything. */
  clear(): void {
    this.#uids.clear();
    this.#dependents.clear();
  }
}
