import { changePolicy, type PolicyChange } from '../../../shared/domain/bags/policy';
import type { Intent } from '../../../shared/domain/operation/operation';
import type { OperationDefinition, StepContext, StepEnd } from '../operation-context';
import { bagPreflight } from './bag-preflight';
import { deployJobs } from './deploy-step';
import { actorOf, writeRecords } from './ledger-step';
import { lockAndStart } from './lock-step';
import { chainOf, pipelineOf } from './pipelines';
import { passAndUnlock, testSuites } from './test-step';

type Rollback = Extract<Intent, { kind: 'roll-back-bag' }>;

const all = testSuites(() => 'all');

/** Deploys a bag: lock → deploy → test → pass and unlock. After a failure the lock is kept. */
export const deployBag: OperationDefinition<'deploy-bag'> = {
  kind: 'deploy-bag',
  first: [
    { name: 'preflight', run: bagPreflight },
    { name: 'lock', run: lockAndStart },
    { name: 'deploy', run: deployJobs },
    { name: 'test', run: all },
    { name: 'pass', run: passAndUnlock },
  ],
  lanes: [],
};

/**
 * Keeps the broken bag out before anything waits for a lock: from that commit on no autopilot takes it and it gets no
 * pass.
 */
async function keepOut(context: StepContext<Rollback>): Promise<StepEnd> {
  const { intent, world } = context;
  const { environment, reason } = intent;
  const change: PolicyChange =
    intent.how === 'pin'
      ? { act: 'pin', environment, bag: intent.bag }
      : { act: 'mark-bad', environment, bag: intent.bad };
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
    { patience: context.resumed ? world.limits.ledger : 0, kind: `bag-${change.act}`, reason },
  );
  return written.ok ? { state: 'succeeded' } : { state: 'failed', failure: written.failure };
}

/** Rolls back: keeps the broken bag out and deploys another one, in one confirmed step. Migrations are not undone. */
export const rollBackBag: OperationDefinition<'roll-back-bag'> = {
  kind: 'roll-back-bag',
  first: [
    { name: 'preflight', run: bagPreflight },
    { name: 'policy', run: keepOut },
    { name: 'lock', run: lockAndStart },
    { name: 'deploy', run: deployJobs },
    { name: 'test', run: all },
    { name: 'pass', run: passAndUnlock },
  ],
  lanes: [],
};
