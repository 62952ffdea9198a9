import { type Hold, heldText, holderOf, isOwnByHand, refuse } from '../../../shared/domain/bags/decisions';
import { type DeployWish, startDeployment } from '../../../shared/domain/bags/deploying';
import { releaseLock, takeLock } from '../../../shared/domain/bags/locks';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { bagRecords } from '../../ledger/bag-records';
import type { Snapshot } from '../../ledger/ledger';
import type { StepContext, StepEnd } from '../operation-context';
import { ledgerMoves, waitUntil } from '../steps/wait';
import { endOf } from '../steps/write-ledger';
import { frozenForAutopilot, frozenStage } from './frozen-stage';
import { askForImages, chainOf, knownImages, pipelineOf, recordsNow } from './pipelines';
import { actorOf, writeRecords } from './write-records';

export type DeployIntent = Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>;

/** Milliseconds in a week: a person who waits for a lock waits as long as it takes. */
const week = 7 * 24 * 3_600_000;

const wishOf = (intent: DeployIntent): DeployWish => ({
  bag: intent.bag,
  cause: intent.kind === 'roll-back-bag' ? 'rollback' : intent.cause,
  byRule: intent.kind === 'deploy-bag' && intent.byRule,
  running: intent.running,
  reason: intent.reason ?? '',
  // The rollback's own pin is there by now.
  overridden: intent.override,
  leaveRunning: intent.leaveRunning,
});

/** The lock as this operation took it: the ledger says so, also after a restart. `null`: it has none. */
export function holdOf(context: StepContext<BagIntent>, environment: string): Hold | null {
  const { lock } = recordsNow(context.world, context.intent.pipeline).environment(environment);
  return lock?.ok && lock.value.held?.operation === context.id
    ? { operation: context.id, token: lock.value.token }
    : null;
}

/** Gives back a lock under which nothing was started. */
async function giveBack(context: StepContext<DeployIntent>, hold: Hold, why: Failure): Promise<StepEnd> {
  const { world, intent } = context;
  const given = await writeRecords(
    context,
    'release',
    (records) => releaseLock(records, intent.environment, hold),
    { patience: world.limits.ledger },
  );
  if (!given.ok)
    return { state: 'unknown', because: `The lock could not be released: ${given.failure.message}` };
  const automatic = intent.kind === 'deploy-bag' && intent.cause === 'automatic';
  return automatic ? { state: 'withdrawn', because: why.message } : { state: 'failed', failure: why };
}

const takenAway = (environment: string): Failure => ({
  code: 'conflict',
  message: `This operation lost the lock on ${environment}.`,
  meaning: 'The operation stopped and did not take the lock again.',
  next: [{ do: 'advice', label: 'Check who unlocked it, and why.' }],
});

const tooLate: Failure = {
  code: 'timeout',
  message: 'Signalbox closed after taking the lock, and restarted too late to continue.',
  meaning: 'The lock was released. Nothing was deployed.',
  next: [{ do: 'retry', label: 'Review again' }],
};

/** What keeps an autopilot from a frozen environment, on the very snapshot that its commit lands on; `null`: nothing. */
function frozenOut(
  { world, intent, id }: StepContext<DeployIntent>,
  snapshot: Snapshot,
): { kind: 'refusal'; failure: Failure } | null {
  if (intent.kind !== 'deploy-bag' || intent.cause !== 'automatic') return null;
  const pipeline = pipelineOf(world.estate, intent.pipeline);
  const { deployments } = bagRecords(snapshot, intent.pipeline).environment(intent.environment);
  // What was begun before it was frozen is ended.
  if (deployments.some(({ found }) => found.ok && found.value.operation === id)) return null;
  const frozen = frozenForAutopilot(frozenStage(world, pipeline, intent.environment, snapshot));
  return frozen === null ? null : refuse('refused', frozen, 'It is deployed once the freeze is lifted.');
}

/**
 * Takes the environment's lock, waiting behind whoever holds it, then chooses again and writes down that the deployment
 * is started. An autopilot does not wait: whoever was first does it.
 */
export async function lockAndStart(context: StepContext<DeployIntent>): Promise<StepEnd> {
  const { world, intent, id } = context;
  const { environment } = intent;
  const chain = chainOf(pipelineOf(world.estate, intent.pipeline));
  const automatic = intent.kind === 'deploy-bag' && intent.cause === 'automatic';
  const reason = intent.reason ?? '';
  if (context.record().effects.get('lock')?.outcome === 'done') {
    // Taken before a restart: whoever unlocked by force meanwhile meant this operation, so it does not take it again.
    const seen = await world.ledger.refresh(context.signal);
    if (seen.ok && !holdOf(context, environment)) return { state: 'failed', failure: takenAway(environment) };
  }
  for (;;) {
    const taken = await writeRecords(
      context,
      'lock',
      (records, snapshot) =>
        frozenOut(context, snapshot) ??
        takeLock(records, environment, actorOf(context), {
          kind: 'bag',
          reason,
          until: null,
          overOwn: !automatic,
        }),
      { patience: context.record().effects.has('lock') ? world.limits.ledger : 0, reason },
    );
    if (taken.ok) break;
    if (automatic && taken.failure.code === 'refused')
      return { state: 'withdrawn', because: taken.failure.message };
    if (taken.failure.code !== 'busy') return endOf(taken);
    if (automatic)
      return { state: 'withdrawn', because: `Another console took the lock first. ${taken.failure.message}` };
    await waitUntil(context, {
      limit: week,
      sources: [ledgerMoves(world)],
      look: () => {
        const holder = holderOf(recordsNow(world, intent.pipeline), environment);
        const held = holder.ok ? holder.value : null;
        return held && held.operation !== id && !isOwnByHand(held, actorOf(context))
          ? { waitingFor: heldText(environment, held) }
          : { done: true };
      },
    });
  }
  const hold = holdOf(context, environment);
  if (!hold)
    return {
      state: 'unknown',
      because: `The operation lost the lock on ${environment} before the deployment started.`,
    };
  const begun = bagRecords(world.ledger.snapshot(), intent.pipeline);
  const age = world.now().getTime() - Date.parse(context.record().operation.requestedAt);
  const isStarted = begun
    .environment(environment)
    .deployments.some(({ found }) => found.ok && found.value.operation === id);
  if (context.resumed && !isStarted && age > world.limits.resume + world.limits.look)
    return giveBack(context, hold, tooLate);
  const bag = begun.bags.get(intent.bag);
  if (bag?.ok) await askForImages(world, bag.value, context.signal);
  context.waiting('Waiting for the start of the deployment to be committed.');
  const started = await writeRecords(
    context,
    'start',
    (records, snapshot) =>
      frozenOut(context, snapshot) ??
      startDeployment(
        records,
        chain,
        environment,
        actorOf(context),
        hold,
        wishOf(intent),
        knownImages(world),
      ),
    { patience: world.limits.ledger, reason, override: intent.override },
  );
  if (!started.ok) return giveBack(context, hold, started.failure);
  return { state: 'succeeded', text: `Bag ${started.value.value.bag} is selected; the lock is held.` };
}
