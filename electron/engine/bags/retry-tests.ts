import { retryTests as takeOver } from '../../../shared/domain/bags/deploying';
import type { Intent } from '../../../shared/domain/operation/operation';
import type { OperationDefinition, StepContext, StepEnd } from '../operation-context';
import { bagPreflight } from './bag-preflight';
import { actorOf, writeRecords } from './ledger-step';
import { passAndUnlock, testSuites } from './test-step';

type Retry = Extract<Intent, { kind: 'retry-tests' }>;

/** Takes the lock over from the operation whose tests failed: that one can neither tag nor release any more. */
async function takeLockOver(context: StepContext<Retry>): Promise<StepEnd> {
  const { intent, world } = context;
  const { environment, token, reason = '' } = intent;
  const written = await writeRecords(
    context,
    'lock',
    (records) => takeOver(records, environment, actorOf(context), { token, reason }),
    { patience: context.resumed ? world.limits.ledger : 0, kind: 'bag-retry-tests', reason },
  );
  return written.ok ? { state: 'succeeded' } : { state: 'failed', failure: written.failure };
}

/** Runs tests that failed again, alone: no new deployment. */
export const retryTests: OperationDefinition<'retry-tests'> = {
  kind: 'retry-tests',
  first: [
    { name: 'preflight', run: bagPreflight },
    { name: 'lock', run: takeLockOver },
    {
      name: 'test',
      run: testSuites(({ intent }) => (intent.kind === 'retry-tests' ? intent.suites : 'all')),
    },
    { name: 'pass', run: passAndUnlock },
  ],
  lanes: [],
};
