import { setTimeout as pause } from 'node:timers/promises';
import type { Decision } from '../../../shared/domain/bags/decisions';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { passingCodes } from '../../../shared/domain/failure/passing';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { Landed, Mutation, Snapshot } from '../../ledger/ledger';
import type { StepContext, StepEnd } from '../operation-context';

/** What a rule wants of the ledger on one snapshot: records, and files besides them that the same commit changes. */
export type FullDecision<T> = Decision<T> & { files?: ReadonlyMap<string, string> };

/** One commit of an operation. */
export interface LedgerWrite<T> {
  /** The side effect as the journal names it. */
  effect: string;
  /** `Signalbox-Kind` of the commit: with the operation's id it tells this write from the operation's others. */
  kind: string;
  /** For a person, while it is under way: "Deploy frontend v12 to production". */
  what: string;
  /** What the step waits for meanwhile; left out: what it waited for before. */
  waitingFor?: string;
  /** Pure; asked on the very snapshot that the commit lands on, perhaps many times. */
  decide: (snapshot: Snapshot) => FullDecision<T>;
  /**
   * What the write comes to, where that is known without looking: then finding the commit is enough. Left out: the
   * ledger's records say it, so the rule is asked again and finds that it was carried out.
   */
  settled?: { value: T };
  reason?: string | undefined;
  override?: readonly string[] | undefined;
  /** Milliseconds to go on for while the ledger does not answer; 0: the first failure counts. */
  patience: number;
  /** Why it must not be sent again although the ledger does not hold it; `null`: it may. Left out: it always may. */
  notAgain?: () => string | null;
  /** What is written down besides the commit, to find it again after a crash. Asked before every push. */
  data?: () => Record<string, unknown>;
}

/** What was written, or was there already. */
export interface Written<T> {
  value: T;
  /** The commit that made it true, where this call wrote it. */
  commit: string | null;
}

/** Failures that pass by themselves. */
const passing: ReadonlySet<Failure['code']> = new Set([...passingCodes, 'unknown-outcome', 'conflict']);

/** Whether it was sent, and nobody knows what became of it. */
function isOpen(context: StepContext<Intent>, effect: string): boolean {
  const outcome = context.record().effects.get(effect)?.outcome;
  return outcome === 'pending' || outcome === 'unknown';
}

/** Asks the remote whether the commit is there, and writes the answer down where it is. */
async function findCommit<T>(
  context: StepContext<Intent>,
  { effect, kind }: LedgerWrite<T>,
): Promise<Result<boolean>> {
  context.waiting('Waiting for the release repo to confirm the commit.');
  // The branch stood there when the commit was made, so it lies after that.
  const { base, recordsBase } = context.record().effects.get(effect)?.data ?? {};
  const found = await context.world.ledger.findOperation(context.id, {
    kind,
    signal: context.signal,
    ...(typeof base === 'string' ? { base } : {}),
    ...(typeof recordsBase === 'string' ? { recordsBase } : {}),
  });
  context.signal.throwIfAborted();
  if (!found.ok) return found;
  if (found.value === null) return ok(false);
  const { commit } = found.value;
  context.result(effect, {
    outcome: 'done',
    text: `Found in the release repo: ${commit.slice(0, 10)}.`,
    commit,
  });
  return ok(true);
}

function tell<T>(
  context: StepContext<Intent>,
  effect: string,
  { changed, commit, attempts, drift, unfinished }: Landed<T>,
): void {
  const tries = attempts > 1 ? `, attempt ${attempts}` : '';
  if (changed || isOpen(context, effect))
    context.result(effect, {
      outcome: 'done',
      text: changed ? `Committed${tries}: ${commit.slice(0, 10)}.` : 'Already in the release repo.',
      commit,
    });
  if (unfinished) context.saw(`The records are not written yet: ${unfinished.message} ${unfinished.meaning}`);
  if (drift)
    context.saw(`The branch changed during the merge${drift.failure ? `: ${drift.failure.message}` : '.'}`);
}

/**
 * The one way in which operations write to the ledger, and what happens when a console dies on the way.
 *
 * The journal has the side effect, with the commit and what it is built upon, before each push, and its result after
 * it. Where a push has no result (a crash, a lost answer), the branch is asked first for a commit of this operation and
 * kind. What is there was done and is never refused afterwards. What is not there is decided again on the snapshot that
 * the new commit lands on: by a compare-and-swap, so that at most one of the two lands. Where the landing can't promise
 * that, `notAgain` says so, and the outcome is unknown.
 *
 * Fails with what the rule refuses, or with why the ledger could not be written; `unknown-outcome`: it may be there.
 */
export async function writeLedger<T>(
  context: StepContext<Intent>,
  write: LedgerWrite<T>,
): Promise<Result<Written<T>>> {
  const { world, id } = context;
  const { effect, settled, kind } = write;
  if (settled && context.record().effects.get(effect)?.outcome === 'done')
    return ok({ value: settled.value, commit: null });
  const until = world.now().getTime() + write.patience;
  let refused = false;
  const mutate = (snapshot: Snapshot): Mutation<T> => {
    const decision = write.decide(snapshot);
    refused = decision.kind === 'refusal';
    if (decision.kind !== 'change') return decision;
    const { changes: records, files, value, subject } = decision;
    const message = commitMessage(subject, {
      operation: id,
      kind,
      ...(write.reason ? { reason: write.reason } : {}),
      ...(write.override?.length ? { override: [...write.override] } : {}),
    });
    return { kind: 'change', records, ...(files ? { files } : {}), message, value };
  };
  /** Waits a moment where there is time left. @returns whether to try again. */
  const waitFor = async (failure: Failure, attempt: number): Promise<boolean> => {
    if (world.now().getTime() >= until) return false;
    context.waiting(`Release repo: ${failure.message}`);
    await pause(Math.min(500 * attempt, 5_000), undefined, { signal: context.signal });
    return true;
  };
  const lost = (because: string): Result<Written<T>> => {
    context.result(effect, { outcome: 'unknown', text: because });
    return fail({
      code: 'unknown-outcome',
      message: because,
      meaning: 'It may be in the release repo; it was not sent again.',
      next: [{ do: 'advice', label: 'Check the history of the release repo.' }],
    });
  };

  for (let attempt = 1; ; attempt++) {
    const wasSent = isOpen(context, effect);
    if (wasSent) {
      const found = await findCommit(context, write);
      if (!found.ok) {
        if (await waitFor(found.failure, attempt)) continue;
        return lost(
          'Signalbox closed while committing, and can’t reach the release repo to check the commit.',
        );
      }
      if (found.value && settled) return ok({ value: settled.value, commit: null });
      if (!found.value) {
        const because = write.notAgain?.() ?? null;
        if (because !== null) return lost(because);
        context.saw(
          `The release repo at ${at(world.ledger.snapshot())} does not have the commit: trying again.`,
        );
      }
    }
    if (write.waitingFor) context.waiting(write.waitingFor);
    const landed = await world.ledger.transact(
      // The landing by merge names its branch after this: an operation makes several commits.
      { operationId: `${id}-${effect}-${attempt}`, what: write.what, identity: world.identity() },
      mutate,
      {
        signal: context.signal,
        onPrepared: ({ commit, base, recordsBase, attempt: tried, branch }) => {
          context.signal.throwIfAborted();
          // A step that carries its cancellation out itself knows what still has to be written.
          if (context.record().cancelRequested && !context.cancelled.aborted) throw new Error('cancelled');
          context.intend(
            effect,
            `Push ${commit.slice(0, 10)}${recordsBase === undefined ? ` onto ${base.slice(0, 10)}` : ''}.`,
            {
              commit,
              base,
              attempt: tried,
              ...(recordsBase === undefined ? {} : { recordsBase }),
              ...(branch ? { branch } : {}),
              ...write.data?.(),
            },
          );
        },
      },
    );
    if (landed.ok) {
      tell(context, effect, landed.value);
      const { value, changed, commit } = landed.value;
      return ok({ value, commit: changed ? commit : null });
    }
    context.signal.throwIfAborted();
    const { failure } = landed;
    const isLost = failure.code === 'unknown-outcome';
    if (isLost || wasSent) {
      // A commit from before may be what stands in the way now.
      const found = await findCommit(context, write);
      if (found.ok && found.value) {
        if (settled) return ok({ value: settled.value, commit: null });
        if (!refused) continue;
      } else if (isLost || !found.ok) {
        if (await waitFor(failure, attempt)) continue;
        return lost(`${failure.message} ${failure.meaning}`);
      }
    }
    if (!refused && passing.has(failure.code) && (await waitFor(failure, attempt))) continue;
    if (context.record().effects.has(effect))
      context.result(effect, { outcome: 'not-done', text: failure.message });
    return fail(failure);
  }
}

/** A commit of a snapshot in short. */
export const at = ({ commit }: Snapshot): string => commit?.slice(0, 10) ?? 'no commit';

/** How a step ends that was one write. */
export const endOf = (written: Result<Written<unknown>>): StepEnd =>
  written.ok
    ? { state: 'succeeded' }
    : written.failure.code === 'unknown-outcome'
      ? { state: 'unknown', because: written.failure.message }
      : { state: 'failed', failure: written.failure };
