import { z } from 'zod';
import { bagDeployment, reason } from '../asked';
import { declare, untilLock } from '../declaration';
import { aStage } from '../subject';

/** Deploys a bag: lock → deploy → test → pass and unlock. After a failure the lock is kept. */
export const deployBag = declare({
  intent: z.object({
    kind: z.literal('deploy-bag'),
    ...bagDeployment,
    cause: z.enum(['manual', 'automatic']).default('manual'),
    /** The person confirmed what the rule says is next, and not a bag of their own choice. */
    byRule: z.boolean(),
    reason: reason.optional(),
  }),
  subject: aStage,
  title: (intent) => `Deploy bag ${intent.bag} of ${intent.pipeline} to ${intent.environment}`,
  meaning:
    'Signalbox takes the lock, deploys and tests the bag as one unit, and releases the lock if it passes. If the deploy or a test fails, the environment stays locked. A running deploy can’t be interrupted.',
  opensScreen: true,
  steps: [
    { routine: 'check-pipeline' },
    { routine: 'lock-and-start' },
    { routine: 'deploy-jobs' },
    { routine: 'test-suites' },
    { routine: 'pass-and-unlock' },
  ],
  pointOfNoReturn: untilLock,
  commit: 'tags',
  begunBy: ['lock'],
});
