import { z } from 'zod';
import { cell, reasonNeeded, route } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/** Switches automatic deploys of an app into an environment off, where the pipeline really looks, until released. */
export const hold = declare({
  intent: z.object({ kind: z.literal('hold'), ...cell, reason: reasonNeeded, route }),
  subject: anApp,
  title: (intent) => `Hold automatic deploys of ${intent.app} in ${intent.environment}`,
  short: { noun: 'Hold', doing: 'Holding' },
  needsReason: () => true,
  steps: [
    { routine: 'check-app' },
    { routine: 'commit-hold' },
    { routine: 'stop-promotions' },
    { routine: 'hold-effective' },
  ],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
  access: { before: ['refresh', 'stop-workflow'], here: ['stop-workflow'] },
});
