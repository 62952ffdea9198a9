import { z } from 'zod';
import { overridden, reasonNeeded, stage, token } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aStage } from '../subject';

/** Takes a lock away, with a typed reason, once nothing of its deployment runs any more. */
export const forceUnlock = declare({
  intent: z.object({
    kind: z.literal('force-unlock'),
    ...stage,
    token,
    reason: reasonNeeded,
    override: overridden,
  }),
  subject: aStage,
  title: (intent) => `Unlock ${intent.environment} of ${intent.pipeline} by force`,
  meaning:
    'The operation that holds the lock can no longer deploy, tag or release. This does not stop anything that is running: first make sure that nothing is running.',
  needsReason: () => true,
  steps: [{ routine: 'check-pipeline' }, { routine: 'commit-forced-unlock' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
