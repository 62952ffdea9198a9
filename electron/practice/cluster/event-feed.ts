import type { Kind } from './kinds';
import { type KubeObject, refusals } from './stored-objects';

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

/** Tells changes to subscribers in order, and remembers so many of them for watches that begin in the past. */
export class EventFeed {
  readonly #listeners = new Set<{ kinds: ReadonlySet<Kind>; tell: (event: StoreEvent) => void }>();
  readonly #limit: number;
  readonly #onListenerError: (error: unknown) => void;
  #history: StoreEvent[] = [];
  #oldest: number;
  #queue: StoreEvent[] = [];
  #draining = false;

  constructor(limit: number, oldest: number, onListenerError: (error: unknown) => void) {
    this.#limit = limit;
    this.#oldest = oldest;
    this.#onListenerError = onListenerError;
  }

  /** Watches may begin at this resourceVersion or later. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Tells all subscribers; what they write meanwhile is told after this event has reached everybody. */
  tell(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > this.#limit) {
      const dropped = this.#history.splice(0, Math.ceil(this.#limit / 10));
      this.#oldest = dropped.at(-1)?.resourceVersion ?? this.#oldest;
    }
    this.#queue.push(event);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#deliver(next);
    } finally {
      this.#draining = false;
    }
  }

  /** Calls back for every change of the kinds from now on. Returns the unsubscribe. */
  subscribe(kinds: ReadonlySet<Kind>, tell: (event: StoreEvent) => void): () => void {
    const entry = { kinds, tell };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** As `subscribe`, with what happened since a resourceVersion first. @throws ApiError 410 Expired. */
  watch(kind: Kind, since: number, listener: (event: StoreEvent) => void): () => void {
    if (since < this.#oldest) throw refusals.expired(String(since), String(this.#oldest));
    // Events that are still queued have not reached anybody: they will come by the subscription.
    const queued = new Set(this.#queue);
    for (const event of this.#history)
      if (event.kind === kind && event.resourceVersion > since && !queued.has(event)) listener(event);
    return this.subscribe(new Set([kind]), (event) => {
      if (event.resourceVersion > since) listener(event);
    });
  }

  /** Forgets the history up to a resourceVersion, the newest. */
  compact(resourceVersion: number): void {
    this.#history = [];
    this.#oldest = resourceVersion;
  }

  #deliver(event: StoreEvent): void {
    for (const listener of [...this.#listeners])
      if (listener.kinds.has(event.kind) && this.#listeners.has(listener)) {
        try {
          listener.tell(event);
        } catch (error) {
          this.#onListenerError(error);
        }
      }
  }
}
