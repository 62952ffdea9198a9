import { setTimeout as pause } from 'node:timers/promises';
import type { Actor, Decision } from '../../../shared/domain/bags/decisions';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { bagRecords } from '../../ledger/bag-records';
import type { Mutation, Snapshot } from '../../ledger/ledger';
import type { StepContext } from '../operation-context';

/** What was written, or was there already. */
export interface Written<T> {
  value: T;
  /** The commit that made it true, where this call wrote it. */
  commit: string | null;
}

/** What a rule decides, and files besides the records that the same commit changes. */
export type FullDecision<T> = Decision<T> & { files?: ReadonlyMap<string, string> };

/** Failures that pass by themselves: what is asked of the ledger is asked again, since every decision is idempotent. */
const passing: ReadonlySet<Failure['code']> = new Set([
  'unreachable',
  'offline',
  'timeout',
  'unknown-outcome',
  'conflict',
]);

/** Who this operation acts for, now. */
export function actorOf(context: StepContext<BagIntent>): Actor {
  const { world, id } = context;
  const { name, email } = world.identity();
  return { by: name, email, operation: id, at: world.now().toISOString() };
}

/**
 * One commit of an operation on a pipeline's records, decided on the very snapshot that it lands on. A decision finds
 * out by itself whether it was carried out already, so that what became of a push before a crash, or of one whose
 * answer was lost, is simply asked by deciding again.
 * @param patience milliseconds to go on for while the ledger does not answer; 0: fails at once.
 */
export async function writeRecords<T>(
  context: StepContext<BagIntent>,
  effect: string,
  decide: (records: PipelineRecords, snapshot: Snapshot) => FullDecision<T>,
  options: {
    patience: number;
    kind?: string;
    reason?: string;
    override?: readonly string[];
    /** What is needed to find it again after a crash. */
    data?: Record<string, unknown>;
  },
): Promise<Result<Written<T>>> {
  const { world, intent, id } = context;
  const { pipeline } = intent;
  const kind = options.kind ?? `bag-${effect}`;
  let refused = false;
  const mutate = (snapshot: Snapshot): Mutation<T> => {
    const decision = decide(bagRecords(snapshot, pipeline), snapshot);
    refused = decision.kind === 'refusal';
    if (decision.kind !== 'change') return decision;
    const message = commitMessage(decision.subject, {
      operation: id,
      kind,
      ...(options.reason ? { reason: options.reason } : {}),
      ...(options.override?.length ? { override: options.override } : {}),
    });
    const { changes: records, files, value } = decision;
    return { kind: 'change', records, ...(files ? { files } : {}), message, value };
  };
  const until = world.now().getTime() + options.patience;
  for (let attempt = 1; ; attempt++) {
    const landed = await world.ledger.transact(
      // The landing by merge names its branch after this: an operation makes several commits.
      { operationId: `${id}-${effect}-${attempt}`, what: kind, identity: world.identity() },
      mutate,
      {
        signal: context.signal,
        onPrepared: ({ commit, base }) => {
          context.signal.throwIfAborted();
          if (context.record().cancelRequested) throw new Error('cancelled');
          context.intend(effect, `Push ${commit.slice(0, 10)} onto ${base.slice(0, 10)}.`, {
            commit,
            base,
            ...options.data,
          });
        },
      },
    );
    if (landed.ok) {
      const { changed, commit, value } = landed.value;
      if (changed || context.record().effects.get(effect)?.outcome === 'pending')
        context.result(effect, {
          outcome: 'done',
          text: changed ? `On the ledger: ${commit.slice(0, 10)}.` : 'The ledger says it already.',
          commit,
        });
      return ok({ value, commit: changed ? commit : null });
    }
    context.signal.throwIfAborted();
    const { failure } = landed;
    if (!refused && passing.has(failure.code) && world.now().getTime() < until) {
      context.waiting(`The ledger: ${failure.message}`);
      await pause(Math.min(500 * attempt, 5_000), undefined, { signal: context.signal });
      continue;
    }
    if (context.record().effects.has(effect))
      context.result(effect, {
        outcome: failure.code === 'unknown-outcome' ? 'unknown' : 'not-done',
        text: failure.message,
      });
    return fail(failure);
  }
}
