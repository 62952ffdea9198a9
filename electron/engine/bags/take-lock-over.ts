import { retryTests as takeOver } from '../../../shared/domain/bags/deploying';
import type { Intent } from '../../../shared/domain/operation/intent';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf } from '../steps/write-ledger';
import { actorOf, writeRecords } from './write-records';

type Retry = Extract<Intent, { kind: 'retry-tests' }>;

/** Takes the lock over from the operation whose tests failed: that one can neither tag nor release any more. */
export async function takeLockOver(context: StepContext<Retry>): Promise<StepEnd> {
  const { intent, world } = context;
  const { environment, token, reason = '' } = intent;
  const written = await writeRecords(
    context,
    'lock',
    (records) => takeOver(records, environment, actorOf(context), { token, reason }),
    { patience: context.resumed ? world.limits.ledger : 0, kind: 'bag-retry-tests', reason },
  );
  return endOf(written);
}
