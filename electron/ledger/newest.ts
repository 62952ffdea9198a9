import type { Failure } from '../../shared/domain/failure/failure';
import type { Freshness, Ledger, Snapshot } from './ledger';
import type { Mirror } from './mirror';
import { emptySnapshot, type SnapshotReader } from './snapshot';

type Listener = Parameters<Ledger['onChange']>[0];

const now = (): string => new Date().toISOString();

/** The newest snapshot that is known, how fresh it is, and who wants to know when that changes. */
export class Newest {
  readonly #mirror: Mirror;
  readonly #reader: SnapshotReader;
  readonly #hears: (error: unknown) => boolean;
  readonly #listeners = new Set<Listener>();
  readonly #refListeners = new Set<() => void>();
  #snapshot: Snapshot = emptySnapshot;
  #freshness: Freshness = { state: 'stale', asOf: null };
  #moving: Promise<void> = Promise.resolve();

  /** @param hears hears of a fault of the repo here, and says whether damage may be behind it. */
  constructor(mirror: Mirror, reader: SnapshotReader, hears: (error: unknown) => boolean) {
    this.#mirror = mirror;
    this.#reader = reader;
    this.#hears = hears;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }
  get freshness(): Freshness {
    return this.#freshness;
  }
  /** Resolves once the mirror's ref stands where the newest snapshot does. */
  settled(): Promise<void> {
    return this.#moving;
  }

  /** Begins with what the mirror saw last. Throws what cannot be read and cannot be mended. */
  async open(): Promise<void> {
    try {
      const commit = await this.#mirror.here();
      if (commit) this.#snapshot = await this.#reader.read(commit);
      const asOf = (await this.#mirror.lastAnswer())?.toISOString() ?? null;
      this.#freshness = { state: 'stale', asOf };
    } catch (error) {
      // What cannot be read of our own copy comes again from the remote.
      if (!this.#hears(error)) throw error;
    }
  }

  async adopt(commit: string): Promise<void> {
    if (commit === this.#snapshot.commit) return;
    this.#snapshot = await this.#reader.read(commit, this.#snapshot);
    // The ref serves the history and the next start; nobody who waits for a deploy waits for it.
    this.#moving = this.#moving
      .then(() => this.#mirror.moveTo(commit))
      .then(() => this.reportRefMoved())
      .catch((error: unknown) => void this.#hears(error));
    this.tell(true);
  }

  isLive(): void {
    this.#setFreshness({ state: 'live', asOf: now() });
  }

  /** @param isAbsent the remote did answer: it has no such branch. */
  isLost(failure: Failure, isAbsent = false): void {
    const before = this.#freshness;
    this.#setFreshness({
      state: 'unreachable',
      asOf: before.asOf,
      since: before.state === 'unreachable' ? before.since : now(),
      failure,
      ...(isAbsent ? { isAbsent: true as const } : {}),
    });
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onRefMoved(listener: () => void): () => void {
    this.#refListeners.add(listener);
    return () => void this.#refListeners.delete(listener);
  }

  tell(moved: boolean): void {
    for (const listener of this.#listeners)
      listener({ snapshot: this.#snapshot, freshness: this.#freshness, moved });
  }

  reportRefMoved(): void {
    for (const listener of this.#refListeners) listener();
  }

  /** Tells nobody any more. */
  close(): void {
    this.#listeners.clear();
    this.#refListeners.clear();
  }

  #setFreshness(freshness: Freshness): void {
    const before = this.#freshness;
    this.#freshness = freshness;
    const code = (state: Freshness) =>
      state.state === 'unreachable' ? `${state.failure.code} ${state.isAbsent ?? false}` : '';
    if (before.state !== freshness.state || code(before) !== code(freshness)) this.tell(false);
  }
}
