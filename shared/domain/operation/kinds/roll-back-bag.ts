import { z } from 'zod';
import { bag, bagDeployment, reasonNeeded } from '../asked';
import { declare, untilLock } from '../declaration';
import { aStage } from '../subject';

/**
 * Rolls back: keeps the broken bag out, by a bad mark or by a pin of the other, and deploys the other, in one confirmed
 * step. Migrations are not undone.
 */
export const rollBackBag = declare({
  intent: z.object({
    kind: z.literal('roll-back-bag'),
    ...bagDeployment,
    /** The bag that is given up. */
    bad: bag,
    how: z.enum(['mark-bad', 'pin']),
    reason: reasonNeeded,
  }),
  subject: aStage,
  title: (intent) => `Roll back ${intent.pipeline} to bag ${intent.bag} in ${intent.environment}`,
  meaning:
    'Deploys the other bag and stops the broken one from being deployed here again, in one step. Database migrations are not rolled back.',
  needsReason: () => true,
  opensScreen: true,
  steps: [
    { routine: 'check-pipeline' },
    { routine: 'keep-bag-out' },
    { routine: 'lock-and-start' },
    { routine: 'deploy-jobs' },
    { routine: 'test-suites' },
    { routine: 'pass-and-unlock' },
  ],
  pointOfNoReturn: untilLock,
  commit: 'tags',
  begunBy: ['policy', 'lock'],
});
