import type { StepEnd } from '../operation-context';
import { endOf, writeLedger } from '../steps/write-ledger';
import { type Begun, begunOf, type Task } from './proposal';

const settled = { settled: { value: null } };

/** Where records lie apart, and there is nothing to change beside them: that needs nobody's review. */
export function isRecordsAlone(task: Task): boolean {
  const { context, proposal } = task;
  if (begunOf(task)) return false;
  const snapshot = context.world.ledger.snapshot();
  if (snapshot.recordsCommit === undefined) return false;
  const begun = context.record().effects.get(proposal.effect);
  // What was begun otherwise and refused is no write of records.
  if (begun && begun.outcome !== 'not-done') return begun.data.route !== 'pull-request';
  const decision = proposal.decide(snapshot);
  return decision.kind === 'change' && (decision.files?.size ?? 0) === 0;
}

/** Where records lie apart, they follow once the change that they tell of is on the main branch. */
export async function writeRecords(
  { context, proposal }: Task,
  begun: Begun | null,
  commit: string,
): Promise<void> {
  const { effect, kind, what, reason, override } = proposal;
  if (!begun || (begun.records.length === 0 && !proposal.settle)) return;
  const settle = await proposal.settle?.(commit);
  const written = await writeLedger(context, {
    effect: `${effect}:records`,
    kind: `${kind}-records`,
    what,
    decide: settle ?? (() => ({ kind: 'change', changes: [...begun.records], subject: what, value: null })),
    ...settled,
    reason,
    override,
    patience: context.world.limits.ledger,
  });
  if (!written.ok)
    context.saw(`Its records could not be written: ${written.failure.message} ${written.failure.meaning}`);
}

/** Pushes them right away. */
export async function writeRecordsAlone({ context, proposal }: Task): Promise<StepEnd> {
  const { limits } = context.world;
  return endOf(await writeLedger(context, { ...proposal, ...settled, patience: limits.ledger }));
}
