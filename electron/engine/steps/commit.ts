import type { Failure } from '../../../shared/domain/failure/failure';
import type { ImageTagChange } from '../../../shared/domain/ledger/image-tag-edit';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import { type AppIntent, titleOf } from '../../../shared/domain/operation/intent';
import type { Finding } from '../../../shared/domain/preflight/finding';
import type { RecordChange } from '../../../shared/domain/records/record-change';
import type { Mutation, Snapshot, TransactionFailure } from '../../ledger/ledger';
import { changeImageTag } from '../../ledger/ledger-board';
import { outsideFacts } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { leavingSyncs } from './end-sync';
import { judge, lookAround } from './preflight-step';
import { knownTests } from './tests';

/** Image-tag files by path and records, or why the change cannot be made. Pure. */
export type Change = { files: Map<string, string>; records: RecordChange[] } | { failure: Failure };
export type MakeChange<I extends AppIntent> = (snapshot: Snapshot, context: StepContext<I>) => Change;

/** One image-tag file changed in place, or the failure that names it. */
export function editFile(
  context: StepContext,
  snapshot: Snapshot,
  environment: string,
  change: ImageTagChange,
): { path: string; text: string } | { failure: Failure } {
  const place = { environment, app: context.intent.app };
  const changed = changeImageTag(snapshot, context.world.reader.layout, place, change);
  return changed.ok ? { path: changed.value.path, text: changed.value.text } : { failure: changed.failure };
}

function message(context: StepContext): string {
  const { intent, id } = context;
  const override = 'override' in intent && intent.override?.length ? { override: intent.override } : {};
  const reason = intent.reason ? { reason: intent.reason } : {};
  return commitMessage(titleOf(intent), { operation: id, kind: intent.kind, ...reason, ...override });
}

/** Whether the commit landed, when only the remote can tell. */
async function askLedger(context: StepContext): Promise<StepEnd | 'not-there' | 'no-answer'> {
  context.waiting('The ledger to say whether the commit is there.');
  // The branch stood there when the commit was made, so it lies after that.
  const base = context.record().effects.get('commit')?.data.base;
  const found = await context.world.ledger.findOperation(context.id, {
    signal: context.signal,
    ...(typeof base === 'string' ? { base } : {}),
  });
  context.signal.throwIfAborted();
  if (!found.ok) return 'no-answer';
  if (found.value === null) return 'not-there';
  const { commit } = found.value;
  context.result('commit', { outcome: 'done', text: `Found on the ledger: ${commit.slice(0, 10)}.`, commit });
  return { state: 'succeeded' };
}

const notKnown = (context: StepContext, text: string): StepEnd => {
  context.result('commit', { outcome: 'unknown', text });
  return { state: 'unknown', because: text };
};

/**
 * What became of a commit that was intended before a crash. Found on the ledger: done. Not there: with the landing
 * `push` it may be tried again, since the compare-and-swap lets at most one of the two land and `expected` guards the
 * rest; anything else stays unknown and is never repeated.
 * @returns `null` when it may be tried again.
 */
async function afterCrash(context: StepContext): Promise<StepEnd | null> {
  const { world } = context;
  const answer = await askLedger(context);
  if (answer === 'no-answer')
    return notKnown(
      context,
      'Signalbox ended while it committed, and the ledger cannot be asked what became of it.',
    );
  if (answer !== 'not-there') return answer;
  const at = world.ledger.snapshot().commit?.slice(0, 10) ?? 'no commit';
  const age = world.now().getTime() - Date.parse(context.record().operation.requestedAt);
  if (world.estate.ledger.landing === 'push' && age <= world.limits.resume) {
    context.saw(`The ledger at ${at} does not hold the commit: trying again.`);
    return null;
  }
  return notKnown(
    context,
    `Signalbox ended while it committed. The ledger at ${at} does not hold the commit; it was not repeated.`,
  );
}

/**
 * The one write: a transaction on the ledger. Findings are computed again on the very snapshot that lands; when they
 * got worse the operation stops and shows them. The intent is in the journal before every push, the result after it.
 */
export const commit =
  <I extends AppIntent>(change: MakeChange<I>) =>
  async (context: StepContext<I>): Promise<StepEnd> => {
    const { world, intent, id } = context;
    const pending = context.record().effects.get('commit');
    let retried = false;
    if (pending?.outcome === 'pending' || pending?.outcome === 'unknown') {
      const end = await afterCrash(context);
      if (end) return end;
      retried = true;
    }
    if (pending?.outcome === 'done') return { state: 'succeeded' };

    if (context.resumed) await lookAround(context, false);
    const outside = outsideFacts(world, intent, id);
    const seen = [...context.record().seen, ...context.record().operation.findings];
    let latest: Finding[] = [];
    const mutate = (snapshot: Snapshot): Mutation<null> => {
      const { findings, failure } = judge(world, intent, snapshot, outside, seen);
      latest = findings;
      if (failure) return { kind: 'refusal', failure };
      const made = change(snapshot, context);
      if ('failure' in made) return { kind: 'refusal', failure: made.failure };
      return { kind: 'change', ...made, message: message(context), value: null };
    };
    const tests = knownTests(context);
    context.waiting('The commit to land on the ledger.');
    const landed = await world.ledger.transact(
      { operationId: id, what: titleOf(intent), identity: world.identity() },
      mutate,
      {
        signal: context.signal,
        onPrepared: ({ commit: prepared, base, attempt, branch }) => {
          context.signal.throwIfAborted();
          if (context.record().cancelRequested) throw new Error('cancelled');
          context.intend('commit', `Push ${prepared.slice(0, 10)} onto ${base.slice(0, 10)}.`, {
            commit: prepared,
            base,
            attempt,
            ...(branch ? { branch } : {}),
            tests,
            leaving: leavingSyncs(world, intent),
          });
        },
      },
    );
    if (landed.ok) {
      const { commit: there, attempts, drift } = landed.value;
      const tries = attempts > 1 ? ` at try ${attempts}` : '';
      context.result('commit', {
        outcome: 'done',
        text: `On the ledger${tries}: ${there.slice(0, 10)}.`,
        commit: there,
      });
      context.findings(latest);
      if (drift)
        context.saw(
          `The branch moved while it was merged${drift.failure ? `: ${drift.failure.message}` : '.'}`,
        );
      return { state: 'succeeded' };
    }
    if (context.signal.aborted && context.record().effects.get('commit')?.outcome !== 'pending')
      throw context.signal.reason;
    if (latest.length > 0) context.findings(latest);
    return notLanded(context, landed.failure, retried);
  };

async function notLanded(
  context: StepContext,
  failure: TransactionFailure,
  retried: boolean,
): Promise<StepEnd> {
  const intended = context.record().effects.get('commit');
  if (failure.code === 'unknown-outcome' || retried) {
    // A commit from before the crash may be what stands in the way now.
    const answer = await askLedger(context);
    if (answer === 'no-answer' || (answer === 'not-there' && failure.code === 'unknown-outcome'))
      return notKnown(context, `${failure.message} ${failure.meaning}`);
    if (answer !== 'not-there') return answer;
  }
  if (intended) context.result('commit', { outcome: 'not-done', text: 'Nothing was committed.' });
  return { state: 'failed', failure };
}
