import { z } from 'zod';
import { bag, overriddenIfAny, reason, stage, token } from '../asked';
import { declare, untilLock } from '../declaration';
import { aStage } from '../subject';

/** Runs tests that failed again, alone: no new deployment. */
export const retryTests = declare({
  intent: z.object({
    kind: z.literal('retry-tests'),
    ...stage,
    bag,
    token,
    suites: z.enum(['failed', 'all']).default('failed'),
    reason: reason.optional(),
    override: overriddenIfAny,
  }),
  subject: aStage,
  title: (intent) => `Retry the tests of bag ${intent.bag} of ${intent.pipeline} in ${intent.environment}`,
  meaning: 'The test suites run again on the current deployment. Nothing is deployed.',
  opensScreen: true,
  steps: [
    { routine: 'check-pipeline' },
    { routine: 'take-lock-over' },
    { routine: 'test-suites' },
    { routine: 'pass-and-unlock' },
  ],
  pointOfNoReturn: untilLock,
  commit: null,
  begunBy: ['lock'],
});
