import type { Actor } from '../../../shared/domain/bags/decisions';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { Result } from '../../../shared/domain/failure/failure';
import { type BagIntent, titleOf } from '../../../shared/domain/operation/intent';
import { bagRecords } from '../../ledger/bag-records';
import type { Snapshot } from '../../ledger/ledger';
import type { StepContext } from '../operation-context';
import { type FullDecision, type LedgerWrite, type Written, writeLedger } from '../steps/write-ledger';

/** Who this operation acts for, now. */
export function actorOf(context: StepContext<BagIntent>): Actor {
  const { world, id } = context;
  const { name, email } = world.identity();
  return { by: name, email, operation: id, at: world.now().toISOString() };
}

/**
 * One commit of an operation on a pipeline's records. Rules find out by the operation's id in the records whether they
 * were carried out already.
 * @param options.kind `Signalbox-Kind`; left out: `bag-` and the effect.
 */
export const writeRecords = <T>(
  context: StepContext<BagIntent>,
  effect: string,
  decide: (records: PipelineRecords, snapshot: Snapshot) => FullDecision<T>,
  options: Pick<LedgerWrite<T>, 'patience' | 'settled' | 'reason' | 'override' | 'data' | 'waitingFor'> & {
    kind?: string;
  },
): Promise<Result<Written<T>>> =>
  writeLedger(context, {
    kind: `bag-${effect}`,
    ...options,
    effect,
    what: titleOf(context.intent),
    decide: (snapshot) => decide(bagRecords(snapshot, context.intent.pipeline), snapshot),
  });
