import { changePolicy, type PolicyChange } from '../../../shared/domain/bags/policy';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf } from '../steps/write-ledger';
import { chainOf, pipelineOf } from './pipelines';
import { actorOf, writeRecords } from './write-records';

type Rollback = Extract<Intent, { kind: 'roll-back-bag' }>;

/** The policy that keeps the broken bag out. */
export const keepingOut = ({ how, environment, bag, bad }: Rollback): PolicyChange =>
  how === 'pin' ? { action: 'pin', environment, bag } : { action: 'mark-bad', environment, bag: bad };

/**
 * Keeps the broken bag out before anything waits for a lock: from that commit on no autopilot takes it and it gets no
 * pass.
 */
export async function keepBagOut(context: StepContext<Rollback>): Promise<StepEnd> {
  const { intent, world } = context;
  const { environment, reason } = intent;
  const change = keepingOut(intent);
  const written = await writeRecords(
    context,
    'policy',
    (records) => {
      const { pin, bad } = records.environment(environment);
      const isThere =
        intent.how === 'pin'
          ? pin?.ok && pin.value.operation === context.id
          : bad.get(intent.bad)?.ok === true;
      return isThere
        ? { kind: 'nothing', value: null }
        : changePolicy(
            records,
            chainOf(pipelineOf(world.estate, intent.pipeline)),
            actorOf(context),
            change,
            reason,
          );
    },
    {
      settled: { value: null },
      patience: context.resumed ? world.limits.ledger : 0,
      kind: `bag-${change.action}`,
      reason,
    },
  );
  return endOf(written);
}
