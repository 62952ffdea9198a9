import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import { type Failure, FailureError, fail, ok, type Result } from '../../shared/domain/failure';
import { imageTagLayout } from '../../shared/domain/layout';
import { type ObjectReader, openObjects } from '../systems/git/cat-file';
import { GitError } from '../systems/git/errors';
import { gitLog } from '../systems/git/log';
import { type MadeCommit, makeCommit } from '../systems/git/make-commit';
import { encodePack, writeLoose } from '../systems/git/write-objects';
import { ledgerFailure, readOnly } from './failures';
import { broughtInBy, findOperationCommit, landedAmong } from './find-operation';
import { openInPlace } from './in-place';
import { landByMerge } from './landing-merge';
import { landByPush } from './landing-push';
import type {
  FoundOperation,
  Freshness,
  Intent,
  Landed,
  Ledger,
  LedgerConfig,
  LogEntry,
  Mutation,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';
import { mergeWorld } from './merge-world';
import { type Mirror, openMirror } from './mirror';
import { type MirrorHealth, watchHealth } from './mirror-health';
import { emptySnapshot, SnapshotReader } from './snapshot';
import { type Landing, transact } from './transaction';

type Listener = Parameters<Ledger['onChange']>[0];

/**
 * Opens the ledger of an estate. Asks nothing of the remote: the first snapshot is what the mirror saw last, so that a
 * start works offline; {@link Ledger.refresh} or {@link Ledger.start} asks.
 * Fails with `busy` (another process has the folder), `bad-data` (no readable repo), `disk-full`, `internal` (no Git).
 */
export async function openLedger(config: LedgerConfig): Promise<Result<Ledger>> {
  let mirror: Mirror | null = null;
  try {
    mirror = config.inPlace ? await openInPlace(config) : await openMirror(config);
    const ledger = new MirroredLedger(config, mirror);
    await ledger.open();
    return ok(ledger);
  } catch (error) {
    mirror?.close();
    return fail(ledgerFailure(error));
  }
}

const now = (): string => new Date().toISOString();

/** How many fetches may pass before the mirror is packed again. */
const fetchesBetweenRepacks = 200;

class MirroredLedger implements Ledger {
  readonly #config: LedgerConfig;
  readonly #mirror: Mirror;
  readonly #objects: ObjectReader;
  readonly #health: MirrorHealth;
  readonly #reader: SnapshotReader;
  readonly #listeners = new Set<Listener>();
  readonly #refListeners = new Set<() => void>();
  readonly #transactions = new PQueue({ concurrency: 1 });
  readonly #closing = new AbortController();
  #snapshot: Snapshot = emptySnapshot;
  #freshness: Freshness = { state: 'stale', asOf: null };
  #look: Promise<Snapshot> | null = null;
  #nextLook: Promise<Snapshot> | null = null;
  /** Counts what this process landed: a look that began before a landing must not undo it. */
  #landings = 0;
  #fetches = 0;
  #moving: Promise<void> = Promise.resolve();
  #polling: Promise<void> | null = null;
  #maintaining: Promise<void> | null = null;

  constructor(config: LedgerConfig, mirror: Mirror) {
    this.#config = config;
    this.#mirror = mirror;
    this.#objects = openObjects(mirror.gitDir);
    this.#reader = this.#newReader();
    this.#health = watchHealth(
      mirror,
      () => this.#objects.restart(),
      () => this.#tell(false),
    );
  }

  #newReader(): SnapshotReader {
    const layout = imageTagLayout(this.#config.estate.ledger.imageTagPath);
    return new SnapshotReader(this.#objects, layout, this.#mirror.repair !== null);
  }

  get gitDir(): string {
    return this.#mirror.gitDir;
  }
  get ref(): string {
    return this.#mirror.ref;
  }
  get readOnly(): boolean {
    return this.#config.inPlace === true;
  }

  async open(): Promise<void> {
    try {
      const commit = await this.#mirror.here();
      if (commit) this.#snapshot = await this.#reader.read(commit);
      const asOf = (await this.#mirror.lastAnswer())?.toISOString() ?? null;
      this.#freshness = { state: 'stale', asOf };
    } catch (error) {
      // What cannot be read of our own copy comes again from the remote.
      if (this.#health.hears(error)) return;
      this.#objects.close();
      throw error;
    }
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  freshness(): Freshness {
    return this.#freshness;
  }

  async snapshotAt(commit: string, signal?: AbortSignal): Promise<Result<Snapshot>> {
    if (commit === this.#snapshot.commit) return ok(this.#snapshot);
    try {
      if (!(await this.#objects.info(commit)))
        return fail({
          code: 'not-found',
          message: `The local copy of the release repo has no commit ${commit.slice(0, 10)}.`,
          meaning: 'It may not have been fetched yet, or it is of another branch.',
          next: [{ do: 'retry', label: 'Try again' }],
        });
      // A reader of its own: the one for the newest snapshot keeps the newest trees.
      return ok(await this.#newReader().read(commit, this.#snapshot, signal));
    } catch (error) {
      this.#health.hears(error);
      return fail(ledgerFailure(error));
    }
  }

  async refresh(signal?: AbortSignal): Promise<Result<Snapshot>> {
    try {
      return ok(await this.#within(this.#lookFromNow(), signal));
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  notices(): readonly string[] {
    return this.#health.notices();
  }

  async checkCopy(): Promise<void> {
    await this.#health.check(this.#closing.signal);
    if (this.#health.isDoubted) await this.#lookFromNow().catch(() => {});
  }

  start(): void {
    this.#polling ??= this.#poll();
  }

  async close(): Promise<void> {
    await this.#transactions.onIdle();
    this.#closing.abort();
    await Promise.allSettled([this.#polling, this.#look, this.#maintaining]);
    await this.#moving;
    this.#listeners.clear();
    this.#refListeners.clear();
    this.#objects.close();
    this.#mirror.close();
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onRefMoved(listener: () => void): () => void {
    this.#refListeners.add(listener);
    return () => void this.#refListeners.delete(listener);
  }

  async transact<T>(
    intent: Intent,
    mutate: (snapshot: Snapshot) => Mutation<T>,
    options: TransactOptions = {},
  ): Promise<Result<Landed<T>, TransactionFailure>> {
    if (this.readOnly) return fail(readOnly());
    if (this.#closing.signal.aborted) return fail(ledgerFailure(closed()));
    const { gitDir } = this.#mirror;
    const merges = this.#config.estate.ledger.landing === 'merge-branch';
    let made: MadeCommit | null = null;
    const run = () =>
      transact(
        {
          identity: this.#config.identity,
          snapshot: () => this.#snapshot,
          fetch: (signal) => this.#within(this.#fetchNow(), signal),
          commit: (base, files, message, author) =>
            this.#mended(async () => {
              const at = Math.floor(Date.now() / 1000);
              made = await makeCommit(this.#objects, { base, files, message, author, at });
              await writeLoose(gitDir, made.objects);
              return made.id;
            }),
          placeProblem: async (snapshot, path) =>
            snapshot.commit
              ? this.#mended(() => this.#reader.placeProblem(snapshot.commit ?? '', path))
              : null,
          branchFor: ({ operationId }, attempt) =>
            merges
              ? `signalbox/${operationId.replace(/[^A-Za-z0-9-]/g, '-')}${attempt > 1 ? `-${attempt}` : ''}`
              : undefined,
          land: ({ commit, base, branch, again }): Promise<Landing> =>
            branch === undefined
              ? this.#landByPush(commit, base, made)
              : landByMerge(this.#mergeWorld(intent, branch, made), commit, base, branch, again),
          landedAmong: (commits, base, tip) => landedAmong(commits, base, { gitDir, ref: tip }),
          landed: (commit, base) => this.#landed(commit, base),
        },
        intent,
        mutate,
        options,
      );
    return this.#transactions.add(run);
  }

  async findOperation(
    operationId: string,
    { base, signal }: { base?: string; signal?: AbortSignal } = {},
  ): Promise<Result<FoundOperation | null>> {
    try {
      await this.#within(this.#lookFromNow(), signal);
      await this.#moving;
      const { gitDir, ref } = this.#mirror;
      return ok(
        await findOperationCommit(operationId, {
          gitDir,
          ref,
          ...(base ? { base } : {}),
          ...(signal ? { signal } : {}),
        }),
      );
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  async tag(name: string, commit: string): Promise<Result<{ made: boolean }>> {
    if (this.readOnly) return fail(readOnly());
    const ref = `refs/tags/${name}`;
    try {
      await this.#mirror.push({ ref, old: null, commit });
      return ok({ made: true });
    } catch (error) {
      // Made before a crash, or by a push whose answer was lost.
      if (error instanceof GitError && error.kind === 'moved') return ok({ made: false });
      return fail(ledgerFailure(error));
    }
  }

  async tags(prefix: string, signal?: AbortSignal): Promise<Result<ReadonlySet<string>>> {
    try {
      return ok(await this.#mirror.remoteTags(prefix, signal));
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  async log(paths: readonly string[], limit: number, signal?: AbortSignal): Promise<Result<LogEntry[]>> {
    if (this.#snapshot.commit === null) return ok([]);
    await this.#moving;
    try {
      return ok(
        await gitLog(
          { ref: this.#mirror.ref, paths, limit, firstParent: true },
          { gitDir: this.#mirror.gitDir, ...(signal ? { signal } : {}) },
        ),
      );
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  async #landByPush(commit: string, base: Snapshot, made: MadeCommit | null): Promise<Landing> {
    const { ref } = this.#mirror;
    const pack = made && (await encodePack(made.objects));
    return landByPush(
      {
        push: (id, from) => this.#mirror.push({ ref, old: from, commit: id }, pack ?? undefined),
        isThere: async (id) => {
          await this.#fetchNow();
          return (await this.#broughtIn(id)) !== null;
        },
      },
      commit,
      base.commit ?? '',
    );
  }

  async #broughtIn(commit: string) {
    const { gitDir, ref } = this.#mirror;
    await this.#moving;
    return broughtInBy(commit, { gitDir, ref });
  }

  #mergeWorld(intent: Intent, branch: string, made: MadeCommit | null) {
    return mergeWorld({
      config: this.#config,
      mirror: this.#mirror,
      objects: made?.objects ?? null,
      message: `Merge ${branch}: ${intent.what}`,
      fetch: () => this.#fetchNow(),
      settled: () => this.#moving,
      snapshotAt: async (commit) => {
        const read = await this.snapshotAt(commit);
        if (!read.ok) throw new FailureError(read.failure);
        return read.value;
      },
    });
  }

  /** After a landing: the new snapshot is read from the mirror's own objects where that is possible. */
  async #landed(commit: string, base: string): Promise<void> {
    this.#landings++;
    try {
      // A look that was under way may have brought in more than our own commit.
      if (this.#snapshot.commit === base && (await this.#objects.info(commit))) await this.#adopt(commit);
      else await this.#fetchNow();
      this.#setFreshness({ state: 'live', asOf: now() });
    } catch {
      // It has landed, whatever becomes of our view of it; the next look sees it.
    }
  }

  /** Looks at the remote; callers at the same time share one look. */
  #lookOnce(): Promise<Snapshot> {
    this.#look ??= this.#lookNow(false).finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  /**
   * Looks at the remote, surely after this call: a look that is under way may have had its answer before. Those who call
   * meanwhile share the look after it.
   */
  #lookFromNow(): Promise<Snapshot> {
    if (!this.#look) return this.#lookOnce();
    this.#nextLook ??= this.#look
      .catch(() => {})
      .then(() => {
        this.#nextLook = null;
        return this.#lookOnce();
      });
    return this.#nextLook;
  }

  /** Fetches, surely after this call: a look that is under way may have asked before. */
  async #fetchNow(): Promise<Snapshot> {
    while (this.#look) await this.#look.catch(() => {});
    this.#look = this.#lookNow(true).finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async #lookNow(straight: boolean): Promise<Snapshot> {
    const { signal } = this.#closing;
    try {
      for (;;) {
        const { commit: known } = this.#snapshot;
        const landings = this.#landings;
        let commit = straight && !this.#health.isDoubted ? null : await this.#mirror.there(signal);
        if (this.#health.isDoubted) await this.#mend();
        try {
          if (commit === null || commit !== known) {
            commit = await this.#mirror.fetch(signal, commit ?? undefined);
            this.#fetches++;
          }
          if (landings !== this.#landings) continue;
          await this.#adopt(commit);
        } catch (error) {
          // The remote answered, so it may be the copy here that is at fault.
          if (!this.#health.hears(error) || !(await this.#mend())) throw error;
          continue;
        }
        void this.#mirror.answered();
        this.#setFreshness({ state: 'live', asOf: now() });
        this.#maintainSometimes();
        return this.#snapshot;
      }
    } catch (error) {
      if (!signal.aborted) this.#lost(ledgerFailure(error));
      throw error;
    }
  }

  /** @returns whether something was mended. */
  async #mend(): Promise<boolean> {
    const mended = await this.#health.mend(this.#closing.signal);
    if (mended === 'replaced') for (const listener of this.#refListeners) listener();
    return mended !== 'no';
  }

  /** Does something with the repo here; where that shows damage, once more after it was mended. */
  async #mended<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!this.#health.hears(error)) throw error;
      await this.#lookFromNow().catch(() => {});
      if (this.#health.isDoubted) throw error;
      return act();
    }
  }

  async #adopt(commit: string): Promise<void> {
    if (commit === this.#snapshot.commit) return;
    this.#snapshot = await this.#reader.read(commit, this.#snapshot);
    // The ref serves the history and the next start; nobody who waits for a deploy waits for it.
    this.#moving = this.#moving
      .then(() => this.#mirror.moveTo(commit))
      .then(() => {
        for (const listener of this.#refListeners) listener();
      })
      .catch((error: unknown) => void this.#health.hears(error));
    this.#tell(true);
  }

  #lost(failure: Failure): void {
    const before = this.#freshness;
    this.#setFreshness({
      state: 'unreachable',
      asOf: before.asOf,
      since: before.state === 'unreachable' ? before.since : now(),
      failure,
    });
  }

  #setFreshness(freshness: Freshness): void {
    const before = this.#freshness;
    this.#freshness = freshness;
    const code = (state: Freshness) => (state.state === 'unreachable' ? state.failure.code : '');
    if (before.state !== freshness.state || code(before) !== code(freshness)) this.#tell(false);
  }

  #tell(moved: boolean): void {
    for (const listener of this.#listeners)
      listener({ snapshot: this.#snapshot, freshness: this.#freshness, moved });
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    const pollMs = this.#config.pollMs ?? 3000;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#lookOnce();
        failures = 0;
      } catch {
        failures++;
      }
      // A remote that is away is asked less often, but soon enough to notice its return.
      const wait = Math.min(pollMs * 2 ** Math.min(failures, 3), Math.max(pollMs, 15_000));
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  }

  #maintainSometimes(): void {
    if (this.#maintaining || this.#fetches % fetchesBetweenRepacks !== 1) return;
    this.#fetches++;
    this.#maintaining = this.#mirror.maintain(this.#closing.signal).finally(() => {
      this.#maintaining = null;
    });
  }

  /** A caller's own wait on something shared: its signal ends the wait, not the thing. */
  async #within<T>(shared: Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closing.signal.aborted) throw closed();
    if (!signal) return shared;
    if (signal.aborted) throw new GitError('aborted', 'wait', '');
    let stop = (): void => {};
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(new GitError('aborted', 'wait', ''));
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([shared, aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
      shared.catch(() => {});
    }
  }
}

const closed = (): GitError => new GitError('aborted', 'wait', 'The ledger is closed.');
