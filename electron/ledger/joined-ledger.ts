import PQueue from 'p-queue';
import { readOnlyFailure } from '../../shared/domain/estate/read-only';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import type { Pending } from '../../shared/domain/records/apart-records';
import { isRecordPath, recordPath } from '../../shared/domain/records/record-paths';
import { count } from '../../shared/domain/text/count';
import { inBackground, type Log, noLog } from '../log/log';
import { joinSnapshots } from './joined-snapshot';
import { transactJoined } from './joined-write';
import type {
  FoundOperation,
  Freshness,
  Intent,
  Landed,
  Ledger,
  LedgerConfig,
  LogEntry,
  Mutation,
  Proposals,
  RecordsApart,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';
import type { MirroredLedger } from './mirrored-ledger';
import { leftBesideTags, moveRecords, setUpRecords } from './move-records';
import { finishBegun, pendingIn, settlePending } from './pending-changes';
import { notSetUp } from './records-failures';

/** Milliseconds that a change of both places may take before others end it; it is known to be over half of that. */
const othersEndAfter = 10 * 60_000;
/** Milliseconds until a change that does not end is told. */
const toldAfter = 60_000;
/** Milliseconds between looks at changes that do not end. */
const lookEvery = 5_000;

/**
 * A ledger whose records lie apart from its image tags: two branches with a mirror each, read as one snapshot. Until
 * the branch of records is set up, the records beside the image tags count, and none is written.
 */
export class JoinedLedger implements Ledger {
  readonly #tags: MirroredLedger;
  readonly #records: MirroredLedger;
  readonly #config: LedgerConfig;
  readonly #log: Log;
  readonly #transactions = new PQueue({ concurrency: 1 });
  readonly #listeners = new Set<Parameters<Ledger['onChange']>[0]>();
  readonly #stops: (() => void)[];
  /** When each change that does not end was first seen, by the clock that runs on whatever the time of day is set to. */
  #seen = new Map<string, number>();
  #left: readonly string[] = [];
  #closed = false;
  readonly recordsApart: RecordsApart;
  readonly proposals: Proposals;

  constructor(config: LedgerConfig, { tags, records }: { tags: MirroredLedger; records: MirroredLedger }) {
    this.#config = config;
    this.#tags = tags;
    this.#records = records;
    this.#log = config.log ?? noLog;
    this.recordsApart = this.#makeApart();
    this.proposals = {
      ...tags.proposals,
      propose: (intent, mutate, options) =>
        tags.proposals.propose(intent, (snapshot) => this.#filesAlone(snapshot, mutate), options),
    };
    const told = ({ moved }: { moved: boolean }): void => {
      if (moved) this.#lookAtLeft();
      this.#tell(moved);
    };
    const timer = setInterval(() => this.#lookAtPending(), Math.min(lookEvery, this.#settleAfter / 2));
    timer.unref();
    this.#stops = [tags.onChange(told), records.onChange(told), () => clearInterval(timer)];
    this.#lookAtLeft();
  }

  /** What a proposal holds of a change: its files. Records are pushed where they lie, by whoever sees it merged. */
  #filesAlone(tags: Snapshot, mutate: (snapshot: Snapshot) => Mutation<null>): Mutation<null> {
    const state = this.recordsApart.state();
    if (state === 'absent' || state === 'not-set-up') return withoutRecords(mutate(tags), state);
    const wanted = mutate(joinSnapshots(tags, this.#records.snapshot()));
    if (wanted.kind !== 'change') return wanted;
    const { records: _, ...files } = wanted;
    return files;
  }

  get #both() {
    return { tags: this.#tags, records: this.#records };
  }
  get #settleAfter(): number {
    return this.#config.settleAfterMs ?? othersEndAfter;
  }
  get gitDir(): string {
    return this.#tags.gitDir;
  }
  get ref(): string {
    return this.#tags.ref;
  }
  get readOnlyBecause(): string | null {
    return this.#tags.readOnlyBecause;
  }

  snapshot(): Snapshot {
    const state = this.recordsApart.state();
    const tags = this.#tags.snapshot();
    return state === 'absent' || state === 'not-set-up'
      ? tags
      : joinSnapshots(tags, this.#records.snapshot());
  }

  async snapshotAt(commit: string, signal?: AbortSignal): Promise<Result<Snapshot>> {
    const found = await this.#tags.snapshotAt(commit, signal);
    return found.ok && this.recordsApart.state() === 'ready'
      ? ok(joinSnapshots(found.value, this.#records.snapshot()))
      : found;
  }

  /** That of the place that is known worse. */
  freshness(): Freshness {
    const [tags, records] = [this.#tags.freshness(), this.#records.freshness()];
    if (tags.state === 'unreachable' || (records.state === 'unreachable' && records.isAbsent)) return tags;
    if (records.state === 'unreachable' || records.state === 'stale') return records;
    if (tags.state === 'stale') return tags;
    return tags.asOf < records.asOf ? tags : records;
  }

  notices(): readonly string[] {
    const { records } = this.#config.estate.ledger;
    const state = this.recordsApart.state();
    const now = performance.now();
    const late = this.recordsApart
      .pending()
      .filter((one) => now - (this.#seen.get(nameOf(one)) ?? now) >= toldAfter);
    const notYet =
      state === 'absent'
        ? `The branch ${records?.branch} for records does not exist yet. Nothing can be locked, held or packed until you create it under Settings → Records.`
        : state === 'not-set-up'
          ? `The branch ${records?.branch} is not set up for records yet. Nothing can be locked, held or packed until you set it up under Settings → Records.`
          : null;
    return [
      ...this.#tags.notices(),
      ...this.#records.notices(),
      ...(notYet ? [notYet] : []),
      ...(state === 'ready' && this.#left.length > 0
        ? [
            `${count(this.#left.length, 'record')} on the branch ${this.#config.estate.ledger.branch} changed after the records were set apart, and do not count. Another console may still use the old estate file. Copy them under Settings → Records.`,
          ]
        : []),
      ...late.map(
        ({ what, by, at }) =>
          `Half done: “${what}”, begun by ${by} at ${at}. Signalbox finishes it, or takes it back, once nobody can be working on it.`,
      ),
    ];
  }

  async checkCopy(): Promise<void> {
    await Promise.all([this.#tags.checkCopy(), this.#records.checkCopy()]);
  }

  async refresh(signal?: AbortSignal): Promise<Result<Snapshot>> {
    const [tags, records] = await Promise.all([this.#tags.refresh(signal), this.#records.refresh(signal)]);
    if (!tags.ok) return tags;
    const freshness = this.#records.freshness();
    const isAbsent = freshness.state === 'unreachable' && freshness.isAbsent === true;
    return records.ok || isAbsent ? ok(this.snapshot()) : records;
  }

  start(): void {
    this.#tags.start();
    this.#records.start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#transactions.onIdle();
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
    await Promise.all([this.#tags.close(), this.#records.close()]);
  }

  onChange(listener: Parameters<Ledger['onChange']>[0]): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onRefMoved(listener: () => void): () => void {
    const stops = [this.#tags.onRefMoved(listener), this.#records.onRefMoved(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  async transact<T>(
    intent: Intent,
    mutate: (snapshot: Snapshot) => Mutation<T>,
    options: TransactOptions = {},
  ): Promise<Result<Landed<T>, TransactionFailure>> {
    if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
    return this.#transactions.add(async () => {
      // Set up since, or never seen: the remote says.
      if (this.recordsApart.state() !== 'ready') await this.refresh(options.signal);
      const state = this.recordsApart.state();
      if (state === 'absent' || state === 'not-set-up')
        return this.#tags.transact(intent, (snapshot) => withoutRecords(mutate(snapshot), state), options);
      const lease = this.#settleAfter / 2;
      const parts = { ...this.#both, identity: this.#config.identity, lease };
      const landed = await transactJoined(parts, intent, mutate, options);
      if (landed.ok && landed.value.unfinished)
        this.#log('warn', 'ledger.records-not-written', { what: intent.what, ...landed.value.unfinished });
      return landed;
    });
  }

  async findOperation(
    operationId: string,
    options: { kind?: string; base?: string; recordsBase?: string; signal?: AbortSignal } = {},
  ): Promise<Result<FoundOperation | null>> {
    const { recordsBase, ...of } = options;
    const [found, seen] = await Promise.all([
      this.#tags.findOperation(operationId, of),
      this.refresh(options.signal),
    ]);
    if (!found.ok) return found;
    if (!seen.ok) return seen;
    const own = this.recordsApart
      .pending()
      .find(
        (one) => one.operation === operationId && (options.kind === undefined || one.kind === options.kind),
      );
    if (found.value) {
      const ended = own ? await finishBegun(this.#both, own, found.value, this.#config.identity) : ok(null);
      return ended.ok ? found : ended;
    }
    // Its intent alone: it has not happened.
    if (own || this.recordsApart.state() !== 'ready') return ok(null);
    const { base: _, ...rest } = of;
    return this.#records.findOperation(operationId, {
      ...rest,
      ...(recordsBase ? { base: recordsBase } : {}),
    });
  }

  /** Tags stand beside passes, which are records. */
  tag(name: string, commit: string): Promise<Result<{ made: boolean }>> {
    return this.#records.tag(name, commit);
  }

  tags(prefix: string, signal?: AbortSignal): Promise<Result<ReadonlySet<string>>> {
    return this.#records.tags(prefix, signal);
  }

  log(paths: readonly string[], limit: number, signal?: AbortSignal): Promise<Result<LogEntry[]>> {
    const place = paths.length > 0 && paths.every(isRecordPath) ? this.#records : this.#tags;
    return place.log(paths, limit, signal);
  }

  #makeApart(): RecordsApart {
    const { records, url } = this.#config.estate.ledger;
    const both = this.#both;
    const state: RecordsApart['state'] = () => {
      const snapshot = both.records.snapshot();
      if (snapshot.commit !== null)
        return snapshot.file(recordPath('origin', {})) === undefined ? 'not-set-up' : 'ready';
      const freshness = both.records.freshness();
      return freshness.state === 'unreachable' && freshness.isAbsent ? 'absent' : 'unknown';
    };
    const parts = { ...both, config: this.#config, state };
    const inTurn = async <T>(work: () => Promise<Result<T>>): Promise<Result<T>> => {
      if (this.readOnlyBecause !== null) return fail(readOnlyFailure(this.readOnlyBecause));
      const done = await this.#transactions.add(work);
      this.#lookAtLeft();
      this.#tell(true);
      return done;
    };
    return {
      url: records?.url ?? url,
      branch: records?.branch ?? '',
      gitDir: both.records.gitDir,
      ref: both.records.ref,
      freshness: () => both.records.freshness(),
      tagsFreshness: () => both.tags.freshness(),
      state,
      beside: () => both.tags.snapshot().list(`${signalboxFolder}/`).length,
      left: () => this.#left,
      setUp: (intent) => inTurn(() => setUpRecords(parts, intent)),
      move: (intent) => inTurn(() => moveRecords(parts, intent)),
      pending: () => pendingIn(both.records.snapshot()),
    };
  }

  #tell(moved: boolean): void {
    if (this.#closed) return;
    const told = { snapshot: this.snapshot(), freshness: this.freshness(), moved };
    for (const listener of [...this.#listeners]) listener(told);
  }

  #lookAtLeft(): void {
    const looking = (async () => {
      const left = this.recordsApart.state() === 'ready' ? await leftBesideTags(this.#both) : [];
      const isSame = left.join('\n') === this.#left.join('\n');
      this.#left = left;
      if (!isSame) this.#tell(false);
    })();
    inBackground(this.#log, 'ledger.left-records-not-read', looking);
  }

  /** Tells changes that do not end, and ends those that nobody can be working on any more. */
  #lookAtPending(): void {
    const now = performance.now();
    const open = this.recordsApart.pending();
    const before = this.#seen;
    this.#seen = new Map(open.map((one) => [nameOf(one), before.get(nameOf(one)) ?? now]));
    const since = (one: Pending): number => now - (this.#seen.get(nameOf(one)) ?? now);
    if (open.some((one) => since(one) >= toldAfter && since(one) < toldAfter + 2 * lookEvery))
      this.#tell(false);
    const over = open.find((one) => since(one) > this.#settleAfter);
    if (!over || this.#closed || this.readOnlyBecause !== null) return;
    // Not before as long has passed again, where it fails.
    this.#seen.set(nameOf(over), now);
    const settling = this.#transactions.add(async () => {
      const ended = await settlePending(this.#both, over, this.#config.identity);
      const { operation, what } = over;
      if (ended.ok) this.#log('info', 'ledger.half-done-ended', { operation, what, as: ended.value });
      else this.#log('warn', 'ledger.half-done-stays', { operation, what, ...ended.failure });
    });
    inBackground(this.#log, 'ledger.half-done-stays', settling);
  }
}

/** One intent: a change that began again counts as another. */
const nameOf = ({ operation, kind, at }: Pending): string => `${operation} ${kind} ${at}`;

/** Before the branch of records is set up, what would change records is refused. */
function withoutRecords<T>(wanted: Mutation<T>, state: 'absent' | 'not-set-up'): Mutation<T> {
  return wanted.kind === 'change' && (wanted.records?.length ?? 0) > 0
    ? { kind: 'refusal', failure: notSetUp(state) }
    : wanted;
}
