import { refuse } from '../../../shared/domain/bags/decisions';
import { forceUnlock as takeAway, takeLock, unlockByHand } from '../../../shared/domain/bags/locks';
import { packBag as pack } from '../../../shared/domain/bags/packing';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { changePolicy as decidePolicy } from '../../../shared/domain/bags/policy';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Snapshot } from '../../ledger/ledger';
import { markLifted } from '../freezes/freeze-apart';
import { freezeAt, setFreeze, thawFreeze } from '../freezes/freeze-changes';
import { isApart } from '../freezes/freeze-way';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf, type FullDecision } from '../steps/write-ledger';
import type { World } from '../world';
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
export const lockByHand = oneCommit<Of<'lock'>>((records, context, snapshot) => {
  const { pipeline, environment, reason, until, stopAutomatic } = context.intent;
  const actor = actorOf(context);
  const locked = takeLock(records, environment, actor, { kind: 'manual', reason, until });
  if (!stopAutomatic || locked.kind !== 'change') return locked;
  const frozen = setFreeze(
    context.world,
    snapshot,
    {
      kind: 'freeze',
      scope: { app: null, environment, pipeline },
      from: null,
      until: null,
      automatic: true,
      manual: 'warn',
      reason,
    },
    actor,
    flagsFollow(context.world),
  );
  return together(locked, frozen);
});

/** Gives one's own lock back, which was taken by hand, and lifts the freeze that was set with it. */
export const unlock = oneCommit<Of<'unlock'>>((records, context, snapshot) => {
  const { world } = context;
  const { pipeline, environment, token } = context.intent;
  const actor = actorOf(context);
  const { lock } = records.environment(environment);
  const held = lock?.ok ? lock.value.held : null;
  const unlocked = unlockByHand(records, environment, actor, token);
  const freeze = held?.operation;
  if (unlocked.kind !== 'change' || freeze === undefined || !freezeAt(world, snapshot, freeze))
    return unlocked;
  const scope = { app: null, environment, pipeline };
  const thaw = { kind: 'thaw', freeze, scope, ended: false } as const;
  const thawed = thawFreeze(world, snapshot, thaw, actor);
  const hasFlags = thawed.kind === 'change' && (thawed.files?.size ?? 0) > 0;
  return together(
    unlocked,
    hasFlags && flagsFollow(world) ? markLifted(world, snapshot, thaw, actor, null) : thawed,
  );
});

/** Whether only a review changes flags here, so that they follow by a pull request of the freeze's own. */
const flagsFollow = (world: Pick<World, 'estate' | 'routes'>): boolean =>
  isApart(world) && world.routes.ownCommit().state === 'closed';

/** Two decisions as one commit: a refusal of either refuses both. */
function together(
  first: Extract<FullDecision<unknown>, { kind: 'change' }>,
  second: FullDecision<unknown>,
): FullDecision<unknown> {
  if (second.kind === 'nothing') return first;
  if (second.kind === 'refusal') return second;
  const files = new Map([...(first.files ?? []), ...(second.files ?? [])]);
  return { ...first, changes: [...first.changes, ...second.changes], files };
}

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
