import { z } from 'zod';
import { cell, reason, route } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/** Ends a hold; deploys nothing. */
export const releaseHold = declare({
  intent: z.object({ kind: z.literal('release-hold'), ...cell, reason: reason.optional(), route }),
  subject: anApp,
  title: (intent) => `Release the hold on ${intent.app} in ${intent.environment}`,
  short: { noun: 'Hold release', doing: 'Releasing the hold' },
  steps: [{ routine: 'check-app' }, { routine: 'commit-release' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
  access: { before: ['refresh'] },
});
