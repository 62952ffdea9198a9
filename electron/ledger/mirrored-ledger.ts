import PQueue from 'p-queue';
import { openedReadOnly, readOnlyFailure } from '../../shared/domain/estate/read-only';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { imageTagLayout } from '../../shared/domain/ledger/layout';
import { type Log, noLog } from '../log/log';
import { type ObjectReader, openObjects } from '../systems/git/cat-file';
import { GitError } from '../systems/git/errors';
import { gitLog } from '../systems/git/git-log';
import { writeCommit } from '../systems/git/sign-commit';
import { encodePack } from '../systems/git/write-objects';
import { lifeController } from '../systems/life';
import { ledgerFailure } from './failures';
import { findOperationCommit } from './find-operation';
import { openInPlace } from './in-place';
import type {
  FoundOperation,
  Freshness,
  Identity,
  Intent,
  Landed,
  Ledger,
  LedgerConfig,
  LogEntry,
  Mutation,
  Proposals,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';
import { type Mirror, openMirror } from './mirror';
import { type MirrorHealth, watchHealth } from './mirror-health';
import { Newest } from './newest';
import { createProposals } from './proposals';
import { RemoteWatch } from './remote-watch';
import { closed, waitWithin } from './shared-wait';
import { SnapshotReader } from './snapshot';
import { propose, write } from './writes';

/**
 * Opens one branch of one repo with all that is read of it. Asks nothing of the remote: the first snapshot is what the mirror saw last, so that a
 * start works offline; {@link Ledger.refresh} or {@link Ledger.start} asks.
 * Fails with `busy` (another process has the folder), `bad-data` (no readable repo), `disk-full`, `internal` (no Git).
 */
export async function openMirroredLedger(config: LedgerConfig): Promise<Result<MirroredLedger>> {
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

/** One branch, with its mirror. */
export class MirroredLedger implements Ledger {
  readonly recordsApart = null;
  readonly #config: LedgerConfig;
  readonly #mirror: Mirror;
  readonly #objects: ObjectReader;
  readonly #health: MirrorHealth;
  readonly #reader: SnapshotReader;
  readonly #newest: Newest;
  readonly #remoteWatch: RemoteWatch;
  readonly #transactions = new PQueue({ concurrency: 1 });
  readonly #closing = lifeController();
  readonly #log: Log;
  readonly proposals: Proposals;

  constructor(config: LedgerConfig, mirror: Mirror) {
    this.#config = config;
    this.#log = config.log ?? noLog;
    this.#mirror = mirror;
    this.#objects = openObjects(mirror.gitDir);
    this.#reader = this.#newReader();
    this.#newest = new Newest(mirror, this.#reader, (error) => this.#health.hears(error));
    this.#health = watchHealth(
      mirror,
      () => this.#objects.restart(),
      () => this.#newest.tell(false),
    );
    this.#remoteWatch = new RemoteWatch({
      mirror,
      objects: this.#objects,
      health: this.#health,
      newest: this.#newest,
      pollMs: config.pollMs ?? 3000,
      closing: this.#closing.signal,
      log: this.#log,
    });
    this.proposals = createProposals({
      mirror,
      objects: this.#objects,
      newest: this.#newest,
      remoteWatch: this.#remoteWatch,
      closing: this.#closing.signal,
      make: async (intent, mutate, options) => {
        if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
        if (this.#closing.signal.aborted) return fail(ledgerFailure(closed()));
        return this.#transactions.add(() => propose(this.#writeParts(), intent, mutate, options));
      },
    });
    this.#reportChanges();
  }

  #writeParts() {
    return {
      config: this.#config,
      mirror: this.#mirror,
      objects: this.#objects,
      reader: this.#reader,
      newest: this.#newest,
      remoteWatch: this.#remoteWatch,
      closing: this.#closing.signal,
      snapshotAt: (commit: string) => this.snapshotAt(commit),
    };
  }

  /** When the remote goes and comes back, and what had to be done with the copy here, for the log. */
  #reportChanges(): void {
    let before: Freshness['state'] = 'stale';
    let told = this.#health.notices().join(' ');
    this.#newest.onChange(({ freshness, moved, snapshot }) => {
      if (moved) this.#log('debug', 'ledger.moved', { commit: snapshot.commit });
      const notices = this.#health.notices().join(' ');
      if (notices !== told) this.#log('warn', 'ledger.copy', { notices });
      told = notices;
      if (freshness.state === before) return;
      before = freshness.state;
      if (freshness.state === 'live') this.#log('info', 'ledger.reached');
      if (freshness.state === 'unreachable')
        this.#log('warn', 'ledger.unreachable', { ...freshness.failure });
    });
  }

  #newReader(readsAll = false): SnapshotReader {
    const layout = imageTagLayout(this.#config.estate.ledger.imageTagPath);
    return new SnapshotReader(this.#objects, layout, this.#mirror.repair !== null, readsAll);
  }

  get gitDir(): string {
    return this.#mirror.gitDir;
  }
  get ref(): string {
    return this.#mirror.ref;
  }
  get readOnlyBecause(): string | null {
    return this.#config.readOnlyBecause ?? (this.#config.inPlace ? openedReadOnly : null);
  }

  async open(): Promise<void> {
    try {
      await this.#newest.open();
    } catch (error) {
      this.#objects.close();
      throw error;
    }
  }

  snapshot(): Snapshot {
    return this.#newest.snapshot;
  }

  freshness(): Freshness {
    return this.#newest.freshness;
  }

  async snapshotAt(commit: string, signal?: AbortSignal): Promise<Result<Snapshot>> {
    if (commit === this.#newest.snapshot.commit) return ok(this.#newest.snapshot);
    try {
      if (!(await this.#objects.info(commit)))
        return fail({
          code: 'not-found',
          message: `The local copy of the release repo has no commit ${commit.slice(0, 10)}.`,
          meaning: 'It may not be fetched yet, or it is on another branch.',
          next: [{ do: 'retry', label: 'Try again' }],
        });
      // A reader of its own: the one for the newest snapshot keeps the newest trees.
      return ok(await this.#newReader().read(commit, this.#newest.snapshot, signal));
    } catch (error) {
      this.#health.hears(error);
      return fail(ledgerFailure(error));
    }
  }

  /** What the branch says now with the records of all operations, also those that are long over. */
  async wholeSnapshot(): Promise<Result<Snapshot>> {
    const { snapshot } = this.#newest;
    if (snapshot.commit === null) return ok(snapshot);
    try {
      return ok(await this.#newReader(true).read(snapshot.commit, snapshot));
    } catch (error) {
      this.#health.hears(error);
      return fail(ledgerFailure(error));
    }
  }

  async refresh(signal?: AbortSignal): Promise<Result<Snapshot>> {
    try {
      return ok(await waitWithin(this.#remoteWatch.checkFromNow(), this.#closing.signal, signal));
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  notices(): readonly string[] {
    return this.#health.notices();
  }

  async checkCopy(): Promise<void> {
    await this.#health.check(this.#closing.signal);
    // What comes of it is told as the ledger's freshness.
    if (this.#health.isDoubted) await this.#remoteWatch.checkFromNow().catch(() => {});
  }

  start(): void {
    this.#remoteWatch.start();
  }

  async close(): Promise<void> {
    await this.#transactions.onIdle();
    this.#closing.abort();
    await this.#remoteWatch.close();
    await this.#newest.settled();
    this.#newest.close();
    this.#objects.close();
    this.#mirror.close();
  }

  onChange(listener: Parameters<Ledger['onChange']>[0]): () => void {
    return this.#newest.onChange(listener);
  }

  onRefMoved(listener: () => void): () => void {
    return this.#newest.onRefMoved(listener);
  }

  async transact<T>(
    intent: Intent,
    mutate: (snapshot: Snapshot) => Mutation<T>,
    options: TransactOptions = {},
  ): Promise<Result<Landed<T>, TransactionFailure>> {
    if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
    if (this.#closing.signal.aborted) return fail(ledgerFailure(closed()));
    const result = await this.#transactions.add(() => write(this.#writeParts(), intent, mutate, options));
    const told = { operation: intent.operationId, what: intent.what };
    if (!result.ok) {
      const { code, message, detail } = result.failure;
      this.#log('warn', 'ledger.not-written', { ...told, code, message, detail });
    } else if (result.value.changed)
      this.#log('info', 'ledger.written', {
        ...told,
        commit: result.value.commit,
        attempts: result.value.attempts,
      });
    return result;
  }

  /**
   * Makes the branch, which is not at the remote yet: with these files alone, or standing where the copy here stands,
   * when it was there once. @returns `false`: it is there, made by somebody else.
   */
  async makeBranch(first: {
    files: ReadonlyMap<string, string>;
    message: string;
    identity: Identity;
    /** Hex digits of an id. */
    idLength: number;
  }): Promise<Result<boolean>> {
    if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
    const { gitDir, ref } = this.#mirror;
    const added = await this.#transactions.add(async (): Promise<Result<boolean>> => {
      try {
        const { commit: known } = this.#newest.snapshot;
        const { message, identity, idLength } = first;
        const files = new Map(
          [...first.files].map(([path, text]) => [path, { content: Buffer.from(text), executable: false }]),
        );
        const at = Math.floor(Date.now() / 1000);
        const made =
          known === null
            ? await writeCommit(
                this.#objects,
                gitDir,
                { base: null, idLength, files, message, author: identity, at },
                { signs: this.#config.signs?.() ?? false },
              )
            : null;
        const pack = made && (await encodePack(made.objects));
        await this.#mirror.push({ ref, old: null, commit: made?.id ?? known ?? '' }, pack ?? undefined);
        return ok(true);
      } catch (error) {
        if (error instanceof GitError && error.kind === 'moved') return ok(false);
        return fail(ledgerFailure(error));
      }
    });
    const seen = await this.refresh();
    // What was pushed and not heard of is there all the same.
    return added.ok || !seen.ok ? added : ok(false);
  }

  async findOperation(
    operationId: string,
    { kind, base, signal }: { kind?: string; base?: string; signal?: AbortSignal } = {},
  ): Promise<Result<FoundOperation | null>> {
    try {
      await waitWithin(this.#remoteWatch.checkFromNow(), this.#closing.signal, signal);
      await this.#newest.settled();
      const { gitDir, ref } = this.#mirror;
      return ok(
        await findOperationCommit(operationId, {
          gitDir,
          ref,
          ...(kind ? { kind } : {}),
          ...(base ? { base } : {}),
          ...(signal ? { signal } : {}),
        }),
      );
    } catch (error) {
      return fail(ledgerFailure(error));
    }
  }

  async tag(name: string, commit: string): Promise<Result<{ made: boolean }>> {
    if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
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
    if (this.#newest.snapshot.commit === null) return ok([]);
    await this.#newest.settled();
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
}
