import { refuse } from '../../../shared/domain/bags/decisions';
import { forceUnlock, takeLock, unlockByHand } from '../../../shared/domain/bags/locks';
import { packBag } from '../../../shared/domain/bags/packing';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import { changePolicy } from '../../../shared/domain/bags/policy';
import type { Intent } from '../../../shared/domain/operation/operation';
import type { Snapshot } from '../../ledger/ledger';
import type { OperationDefinition, StepContext, StepEnd } from '../operation-context';
import { bagFindings, bagPreflight } from './bag-preflight';
import { actorOf, type FullDecision, writeRecords } from './ledger-step';
import { chainOf, pipelineOf } from './pipelines';

type OneCommit = 'pack-bag' | 'lock' | 'unlock' | 'force-unlock' | 'change-policy';
type Of<K extends OneCommit> = Extract<Intent, { kind: K }>;

/** An operation that is one commit: its rule, asked on the snapshot that lands. */
function oneCommit<K extends OneCommit>(
  kind: K,
  decide: (
    records: PipelineRecords,
    context: StepContext<Of<K>>,
    snapshot: Snapshot,
  ) => FullDecision<unknown>,
): OperationDefinition<K> {
  const commit = async (context: StepContext<Of<K>>): Promise<StepEnd> => {
    const { world } = context;
    const intent = context.intent as Of<OneCommit>;
    context.waiting('The commit to land on the ledger.');
    const override = 'override' in intent ? intent.override : [];
    const written = await writeRecords<unknown>(
      context as StepContext<Of<OneCommit>>,
      'commit',
      (records, snapshot) => decide(records, context, snapshot),
      {
        patience: context.resumed ? world.limits.ledger : 0,
        kind: intent.kind === 'change-policy' ? `bag-${intent.change.act}` : kind,
        override,
        ...(intent.reason ? { reason: intent.reason } : {}),
      },
    );
    return written.ok ? { state: 'succeeded' } : { state: 'failed', failure: written.failure };
  };
  const first = [
    { name: 'preflight', run: bagPreflight },
    { name: 'commit', run: commit },
  ];
  return { kind, first, lanes: [] } as unknown as OperationDefinition<K>;
}

/** Packs a bag with the contents that the person saw. */
export const pack = oneCommit('pack-bag', (records, context, snapshot) => {
  const { world, intent } = context;
  const { contents, source, last, force, reason = '' } = intent;
  const { services } = pipelineOf(world.estate, intent.pipeline);
  const commit = snapshot.commit ?? '';
  return packBag(records, services, actorOf(context), { contents, commit, source, last, force, reason });
});

/** Locks an environment by hand. */
export const lockByHand = oneCommit('lock', (records, context) => {
  const { environment, reason, until } = context.intent;
  return takeLock(records, environment, actorOf(context), { kind: 'manual', reason, until });
});

/** Gives one's own lock back, which was taken by hand. */
export const unlock = oneCommit('unlock', (records, context) => {
  const { environment, token } = context.intent;
  return unlockByHand(records, environment, actorOf(context), token);
});

/** Takes a lock away, with a typed reason, once nothing of its deployment runs any more. */
export const unlockByForce = oneCommit('force-unlock', (records, context) => {
  const { environment, token, reason } = context.intent;
  const { lock } = records.environment(environment);
  const done =
    lock?.ok && lock.value.held === null && context.record().effects.get('commit')?.outcome === 'pending';
  // Pushed before a crash: whoever asks again finds it free.
  if (done && lock.value.token === token) return { kind: 'nothing', value: null };
  // What runs outside is asked again right before.
  const running = bagFindings(context.world, context.intent, context.id).find(
    ({ code }) => code === 'still-running',
  );
  if (running) return refuse('busy', running.message, 'Wait until it has ended.');
  return forceUnlock(records, environment, actorOf(context), { token, reason });
});

/** Pins, marks, clears, freezes, or switches autopilots: one file, and nothing is deployed by it. */
export const policy = oneCommit('change-policy', (records, context) =>
  changePolicy(
    records,
    chainOf(pipelineOf(context.world.estate, context.intent.pipeline)),
    actorOf(context),
    context.intent.change,
    context.intent.reason ?? '',
  ),
);
