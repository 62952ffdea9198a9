import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { commitMessage, parseTrailers } from '../../shared/domain/ledger/trailers';
import type { Pending } from '../../shared/domain/records/apart-records';
import { put } from '../../shared/domain/records/record-change';
import { GitError } from '../systems/git/errors';
import { type Change, type Shares, sameChanges, sharesOf } from './change-shares';
import { ledgerFailure, tooBusy } from './failures';
import { elsewhere, nameOf, unchanged } from './joined-outcomes';
import { joinSnapshots } from './joined-snapshot';
import type {
  Identity,
  Intent,
  Landed,
  Mutation,
  Prepared,
  Snapshot,
  TransactionFailure,
  TransactOptions,
} from './ledger';
import { type BothPlaces, dropPending, finishPending, pendingOn, settlePending } from './pending-changes';
import { recordsGuard } from './records-guard';

/** Rounds until a transaction gives up. */
const maxRounds = 120;
/** Milliseconds that somebody else's change of the same records is waited for when its image tags have not changed. */
const waitForOthers = 10_000;
/** Milliseconds for which records are tried to be written once the image tags have changed. */
const finishFor = 10_000;

type Ended<T> = Result<Landed<T>, TransactionFailure> | 'again';

export interface JoinedWriteParts extends BothPlaces {
  identity: Identity;
  /** Milliseconds after its beginning within which the image tags of a change of both are pushed, or not at all. */
  lease: number;
}

/**
 * One transaction over image tags and records that lie apart. `mutate` decides on both as one snapshot, as ever.
 *
 * What changes records alone is one push there, by compare-and-swap, and what changes files alone one landing on the
 * branch of the image tags, with the records looked at right before. What changes both is a pair that the branch of
 * records keeps the journal of: (1) the intent, a record of the kind `pending` that says which records are to change;
 * (2) the change of the files, which is made upon the ground that the intent was decided on, or decided again; (3) the
 * records, in the commit that takes the intent away. Whoever finds an intent asks the branch of the image tags for the
 * operation's commit: it is there, and the records are written; or it is not, and the intent goes. So a kill between any
 * two of them leaves nothing half done that is not seen, and every console can end what another began.
 */
export async function transactJoined<T>(
  parts: JoinedWriteParts,
  intent: Intent,
  mutate: (snapshot: Snapshot) => Mutation<T>,
  options: TransactOptions,
): Promise<Result<Landed<T>, TransactionFailure>> {
  const run = new JoinedWrite(parts, intent, mutate, options);
  const end = await run.run();
  if (!end.ok && end.failure.code === 'unknown-outcome') return end;
  await run.takeBack();
  return end;
}

class JoinedWrite<T> {
  readonly #parts: JoinedWriteParts;
  readonly #intent: Intent;
  readonly #mutate: (snapshot: Snapshot) => Mutation<T>;
  readonly #options: TransactOptions;
  /** The intent that is on the branch of records and whose image tags did not change. */
  #open: Pending | null = null;
  #isFresh = false;
  /** When changes of others that are in the way were first met here, by operation and kind. */
  readonly #met = new Map<string, number>();
  readonly #passed = new Set<string>();

  constructor(
    parts: JoinedWriteParts,
    intent: Intent,
    mutate: (snapshot: Snapshot) => Mutation<T>,
    options: TransactOptions,
  ) {
    this.#parts = parts;
    this.#intent = intent;
    this.#mutate = mutate;
    this.#options = options;
  }

  get #identity(): Identity {
    return this.#intent.identity ?? this.#parts.identity;
  }

  async run(): Promise<Result<Landed<T>, TransactionFailure>> {
    const { tags, records } = this.#parts;
    const { signal } = this.#options;
    try {
      for (let round = 1; round <= maxRounds; round++) {
        signal?.throwIfAborted();
        const base = joinSnapshots(tags.snapshot(), records.snapshot());
        const wanted = this.#mutate(base);
        const shares =
          wanted.kind === 'change' ? sharesOf(wanted, tags.snapshot(), records.snapshot()) : null;
        if (wanted.kind !== 'change' || !shares?.ok) {
          // No refusal is believed that was not decided on what both say now.
          if (!this.#isFresh) {
            const seen = await this.#freshen();
            if (!seen.ok) return seen;
            continue;
          }
          if (wanted.kind === 'nothing') return ok(unchanged(wanted.value, base, round));
          return fail(
            wanted.kind === 'refusal' ? wanted.failure : shares?.ok === false ? shares.failure : elsewhere,
          );
        }
        const { shape } = shares.value;
        const end =
          shape === 'records'
            ? await this.#inRecords()
            : shape === 'tags'
              ? await this.#inTags()
              : await this.#inBoth();
        if (end !== 'again') return end;
      }
      return fail(tooBusy(maxRounds));
    } catch (error) {
      if (signal?.aborted) return fail(ledgerFailure(new GitError('aborted', 'transaction', '')));
      return fail(ledgerFailure(error));
    }
  }

  /** Takes the intent away of a change that ended without changing the image tags. Where it can't, others do later. */
  async takeBack(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open) await dropPending(this.#parts, open, this.#identity);
  }

  async #freshen(): Promise<Result<unknown>> {
    const { tags, records } = this.#parts;
    const { signal } = this.#options;
    const seen = await Promise.all([tags.refresh(signal), records.refresh(signal)]);
    this.#isFresh = true;
    return seen.find(({ ok: isOk }) => !isOk) ?? ok(null);
  }

  /** What `mutate` wants on two snapshots, by place; `null`: something else than a change. */
  #on(tags: Snapshot, records: Snapshot): { wanted: Mutation<T>; shares: Shares | null } {
    const wanted = this.#mutate(joinSnapshots(tags, records));
    if (wanted.kind !== 'change') return { wanted, shares: null };
    const shares = sharesOf(wanted, tags, records);
    return shares.ok
      ? { wanted, shares: shares.value }
      : { wanted: { kind: 'refusal', failure: shares.failure }, shares: null };
  }

  #tell(of: 'tags' | 'records'): (prepared: Prepared) => Promise<void> {
    const { tags, records } = this.#parts;
    return async (prepared) => {
      await this.#options.onPrepared?.({
        ...prepared,
        base: of === 'tags' ? prepared.base : (tags.snapshot().commit ?? ''),
        recordsBase: of === 'records' ? prepared.base : (records.snapshot().commit ?? ''),
      });
    };
  }

  /** After a place refused: a decision on something stale is made again on what both say. */
  async #settledBy(end: Result<Landed<T>, TransactionFailure>, isDecision: boolean): Promise<Ended<T>> {
    if (!isDecision || this.#isFresh) return end;
    const seen = await this.#freshen();
    return seen.ok ? 'again' : seen;
  }

  async #inRecords(): Promise<Ended<T>> {
    const { tags, records } = this.#parts;
    let isElsewhere = false;
    let isDecision = false;
    const met: { other: Pending | null } = { other: null };
    let base: Snapshot | null = null;
    const landed = await records.transact<T>(
      this.#intent,
      (snapshot) => {
        const { wanted, shares } = this.#on(tags.snapshot(), snapshot);
        base = joinSnapshots(tags.snapshot(), snapshot);
        isElsewhere = false;
        isDecision = wanted.kind !== 'change';
        if (wanted.kind !== 'change') return wanted;
        met.other = this.#inTheWay(snapshot, wanted, shares);
        isElsewhere = shares?.shape !== 'records' || met.other !== null;
        if (isElsewhere) return { kind: 'refusal', failure: elsewhere };
        const { files: _, ...rest } = wanted;
        return rest;
      },
      { ...this.#options, onPrepared: this.#tell('records') },
    );
    if (met.other) return this.#waitFor(met.other);
    if (isElsewhere) return 'again';
    if (landed.ok && landed.value.changed) return ok({ ...landed.value, base: base ?? landed.value.base });
    return this.#settledBy(landed, isDecision);
  }

  async #inTags(): Promise<Ended<T>> {
    const { tags, records } = this.#parts;
    const { signal } = this.#options;
    // What no compare-and-swap guards is at least looked at right before.
    const seen = await records.refresh(signal);
    if (!seen.ok) return seen;
    const guard = recordsGuard(records, this.#options.signal);
    let isElsewhere = false;
    let base: Snapshot | null = null;
    const landed = await tags.transact<T>(
      this.#intent,
      (snapshot) => {
        const { wanted, shares } = this.#on(snapshot, records.snapshot());
        base = joinSnapshots(snapshot, records.snapshot());
        isElsewhere = wanted.kind === 'change' && shares?.shape !== 'tags';
        if (isElsewhere) return { kind: 'refusal', failure: elsewhere };
        if (wanted.kind !== 'change') return wanted;
        const { records: _, copies: __, ...rest } = wanted;
        return rest;
      },
      {
        ...this.#options,
        onPrepared: async (prepared) => {
          await guard.check(prepared);
          await this.#tell('tags')(prepared);
        },
      },
    );
    if (isElsewhere || guard.moved()) return 'again';
    return landed.ok ? ok({ ...landed.value, base: base ?? landed.value.base }) : landed;
  }

  async #inBoth(): Promise<Ended<T>> {
    const { tags, records, lease } = this.#parts;
    // The intent names what it is decided on: what is stale would cost a round on two branches.
    const seen = await tags.refresh(this.#options.signal);
    if (!seen.ok) return seen;
    const began = [performance.now(), Date.now()] as const;
    const begun = await this.#begin();
    if ('end' in begun) return begun.end;
    const { pending, ground } = begun;
    const isSameGround = (t: Snapshot, r: Snapshot): boolean =>
      t.commit === ground.tags && r.commit === ground.records;
    const guard = recordsGuard(records, this.#options.signal);
    let isElsewhere = false;
    let isDecision = false;
    let isLate = false;
    let message = '';
    let base: Snapshot | null = null;
    const landed = await tags.transact<T>(
      this.#intent,
      (snapshot) => {
        const now = records.snapshot();
        const { wanted, shares } = this.#on(snapshot, now);
        base = joinSnapshots(snapshot, now);
        isDecision = wanted.kind !== 'change';
        isElsewhere = false;
        if (wanted.kind !== 'change') return wanted;
        isElsewhere =
          shares?.shape !== 'both' ||
          !(isSameGround(snapshot, now) || sameChanges(shares.records, pending.changes));
        if (isElsewhere) return { kind: 'refusal', failure: elsewhere };
        const { records: _, copies: __, ...rest } = wanted;
        message = wanted.message;
        return rest;
      },
      {
        ...this.#options,
        onPrepared: async (prepared) => {
          await guard.check(prepared);
          // By then others may have taken the intent away.
          isLate = performance.now() - began[0] > lease || Date.now() - began[1] > lease;
          if (isLate) throw new GitError('too-slow', 'push', 'Too long after the change was noted down.');
          await this.#tell('tags')(prepared);
        },
      },
    );
    if (isElsewhere || isLate || guard.moved()) return 'again';
    if (!landed.ok) return isDecision ? this.#settledBy(landed, true) : landed;
    if (!landed.value.changed) return ok({ ...landed.value, base: base ?? landed.value.base });
    this.#open = null;
    const unfinished = await this.#finish(pending, message);
    return ok({
      ...landed.value,
      base: base ?? landed.value.base,
      ...(unfinished ? { unfinished } : {}),
    });
  }

  /** Puts the intent on the branch of records. */
  async #begin(): Promise<
    { pending: Pending; ground: { tags: string | null; records: string | null } } | { end: Ended<T> }
  > {
    const { tags, records } = this.#parts;
    let isElsewhere = false;
    let isDecision = false;
    const met: { other: Pending | null; pending: Pending | null; tags: string | null } = {
      other: null,
      pending: null,
      tags: null,
    };
    const landed = await records.transact<T | null>(
      this.#intent,
      (snapshot) => {
        const { wanted, shares } = this.#on(tags.snapshot(), snapshot);
        isDecision = wanted.kind !== 'change';
        isElsewhere = false;
        if (wanted.kind !== 'change') return wanted;
        met.other = this.#inTheWay(snapshot, wanted, shares);
        isElsewhere = shares?.shape !== 'both' || met.other !== null;
        if (isElsewhere || !shares) return { kind: 'refusal', failure: elsewhere };
        met.tags = tags.snapshot().commit;
        const { operation, kind } = this.#named(wanted);
        const what = wanted.message.split('\n', 1)[0] ?? this.#intent.what;
        const pending = {
          operation,
          kind,
          what,
          by: this.#identity.name,
          at: new Date().toISOString(),
          base: met.tags ?? '',
          changes: shares.records,
        };
        met.pending = pending;
        const message = commitMessage(`Begin: ${what}`, { operation, kind: `${kind}-begun` });
        return { kind: 'change', records: [put('pending', pending)], message, value: null };
      },
      { ...this.#options, onPrepared: this.#tell('records') },
    );
    if (met.other) return { end: await this.#waitFor(met.other) };
    if (isElsewhere) return { end: 'again' };
    const { pending } = met;
    if (!landed.ok && landed.failure.code === 'unknown-outcome') {
      // Whether the intent is there or not: the image tags were not touched.
      this.#open = pending;
      const { commit: _, ...failure } = landed.failure;
      return { end: fail({ ...failure, code: 'unreachable', meaning: 'Nothing was deployed or held.' }) };
    }
    if (isDecision || !landed.ok || !pending)
      return { end: await this.#settledBy(landed as Result<Landed<T>, TransactionFailure>, isDecision) };
    this.#open = pending;
    return { pending, ground: { tags: met.tags, records: landed.value.commit } };
  }

  /** @returns why the records could not be written, or not all of them. */
  async #finish(pending: Pending, message: string): Promise<Failure | null> {
    const until = performance.now() + Math.min(finishFor, this.#parts.lease);
    for (let attempt = 1; ; attempt++) {
      const ended = await finishPending(this.#parts, pending, this.#identity, message);
      if (ended.ok) return ended.value.others;
      if (performance.now() > until) return ended.failure;
      await pause(Math.min(200 * attempt, 2_000));
    }
  }

  /** Whose operation and which write of it this is, by the commit's own trailers. */
  #named({ message }: Change<T>): { operation: string; kind: string } {
    const { operation = this.#intent.operationId, kind = 'change' } = parseTrailers(message) ?? {};
    return { operation, kind };
  }

  #inTheWay(records: Snapshot, wanted: Change<T>, shares: Shares | null): Pending | null {
    const other = pendingOn(records, Object.keys(shares?.records ?? {}), this.#named(wanted).operation);
    return other && !this.#passed.has(nameOf(other)) ? other : null;
  }

  /**
   * Somebody's change of the same records is on its way. Where its image tags have changed, its records are written
   * first, since a decision without them would take what it changed for what was there before. Where they have not, it
   * is waited for, but not for ever: its console may be gone, and what lands first on either branch makes the other
   * decide again.
   */
  async #waitFor(other: Pending): Promise<Ended<T>> {
    const { tags, records } = this.#parts;
    const { operation, kind, base } = other;
    const found = await tags.findOperation(operation, { kind, base });
    if (!found.ok) return found;
    if (found.value) {
      const settled = await settlePending(this.#parts, other, this.#identity);
      return settled.ok ? 'again' : settled;
    }
    const name = nameOf(other);
    const met = this.#met.get(name) ?? performance.now();
    this.#met.set(name, met);
    if (performance.now() - met > waitForOthers) this.#passed.add(name);
    else await pause(300, undefined, { signal: this.#options.signal });
    const seen = await records.refresh(this.#options.signal);
    return seen.ok ? 'again' : seen;
  }
}
