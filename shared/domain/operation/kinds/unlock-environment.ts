import { z } from 'zod';
import { reason, stage, token } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aStage } from '../subject';

/** Gives one's own lock back, which was taken by hand. */
export const unlock = declare({
  intent: z.object({ kind: z.literal('unlock'), ...stage, token, reason: reason.optional() }),
  subject: aStage,
  title: (intent) => `Unlock ${intent.environment} of ${intent.pipeline}`,
  steps: [{ routine: 'check-pipeline' }, { routine: 'commit-unlock' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
