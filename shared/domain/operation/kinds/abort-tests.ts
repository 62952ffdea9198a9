import { z } from 'zod';
import { bag, overriddenIfAny, reason, stage, token } from '../asked';
import { declare } from '../declaration';
import { aStage } from '../subject';

/** Stops running test suites; a running deploy is never stopped. */
export const abortTests = declare({
  intent: z.object({
    kind: z.literal('abort-tests'),
    ...stage,
    bag,
    token,
    reason: reason.optional(),
    override: overriddenIfAny,
  }),
  subject: aStage,
  title: (intent) => `Abort the tests of bag ${intent.bag} of ${intent.pipeline} in ${intent.environment}`,
  meaning:
    'The running suites are stopped and count as failed. The environment stays locked, and the bag stays deployed.',
  steps: [{ routine: 'check-pipeline' }, { routine: 'stop-suites' }],
  pointOfNoReturn: null,
  commit: null,
  begunBy: [],
});
