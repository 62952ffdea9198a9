import { refuse } from '../../../shared/domain/bags/decisions';
import { forceUnlock as takeAway, takeLock, unlockByHand } from '../../../shared/domain/bags/locks';
import { packBag as pack } from '../../../shared/domain/bags/packing';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { changePolicy as decidePolicy } from '../../../shared/domain/bags/policy';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Snapshot } from '../../ledger/ledger';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf, type FullDecision } from '../steps/write-ledger';
import { bagFindings } from './bag-preflight';
import { chainOf, pipelineOf } from './pipelines';
import { actorOf, writeRecords } from './write-records';

type Of<K extends BagIntent['kind']> = Extract<BagIntent, { kind: K }>;

/** A step that is one commit: its rule, asked on the snapshot that lands. */
const oneCommit =
  <I extends BagIntent>(
    decide: (records: PipelineRecords, context: StepContext<I>, snapshot: Snapshot) => FullDecision<unknown>,
  ) =>
  async (context: StepContext<I>): Promise<StepEnd> => {
    const { world } = context;
    const intent: BagIntent = context.intent;
    const written = await writeRecords<unknown>(
      context,
      'commit',
      (records, snapshot) => decide(records, context, snapshot),
      {
        waitingFor: 'Waiting for the commit to reach the release repo.',
        settled: { value: null },
        patience: context.resumed ? world.limits.ledger : 0,
        kind: intent.kind === 'change-policy' ? `bag-${intent.change.action}` : intent.kind,
        override: 'override' in intent ? intent.override : [],
        reason: intent.reason,
      },
    );
    return endOf(written);
  };

/** Packs a bag with the contents that the person saw. */
export const packBag = oneCommit<Of<'pack-bag'>>((records, context, snapshot) => {
  const { world, intent } = context;
  const { contents, source, last, force, reason = '' } = intent;
  const { services } = pipelineOf(world.estate, intent.pipeline);
  const commit = snapshot.commit ?? '';
  return pack(records, services, actorOf(context), { contents, commit, source, last, force, reason });
});

/** Locks an environment by hand. */
export const lockByHand = oneCommit<Of<'lock'>>((records, context) => {
  const { environment, reason, until } = context.intent;
  return takeLock(records, environment, actorOf(context), { kind: 'manual', reason, until });
});

/** Gives one's own lock back, which was taken by hand. */
export const unlock = oneCommit<Of<'unlock'>>((records, context) => {
  const { environment, token } = context.intent;
  return unlockByHand(records, environment, actorOf(context), token);
});

/** Takes a lock away, with a typed reason, once nothing of its deployment runs any more. */
export const forceUnlock = oneCommit<Of<'force-unlock'>>((records, context) => {
  const { environment, token, reason } = context.intent;
  // What runs outside is asked again right before.
  const running = bagFindings(context.world, context.intent, context.id).find(
    ({ code }) => code === 'still-running',
  );
  if (running) return refuse('busy', running.message, 'Wait until it ends.');
  return takeAway(records, environment, actorOf(context), { token, reason });
});

/** Pins, marks, clears, freezes, or switches autopilots: one file, and nothing is deployed by it. */
export const changePolicy = oneCommit<Of<'change-policy'>>((records, context) =>
  decidePolicy(
    records,
    chainOf(pipelineOf(context.world.estate, context.intent.pipeline)),
    actorOf(context),
    context.intent.change,
    context.intent.reason ?? '',
  ),
);
