import { z } from 'zod';
import { scopeText } from '../../freeze/freeze';
import { freezeId, freezeScope, reason } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aScope } from '../subject';

/** Carries out what a freeze in force has yet to switch off: all of it when a planned one begins, apps that are new later on. */
export const beginFreeze = declare({
  intent: z.object({
    kind: z.literal('begin-freeze'),
    freeze: freezeId,
    ...freezeScope,
    reason: reason.optional(),
  }),
  subject: aScope,
  title: (intent) => `Apply the freeze of ${scopeText(intent.scope)}`,
  short: { noun: 'Freeze', doing: 'Freezing' },
  steps: [
    { routine: 'check-freeze' },
    { routine: 'commit-begin' },
    { routine: 'stop-frozen' },
    { routine: 'freeze-effective' },
  ],
  pointOfNoReturn: {
    ...untilCommit,
    done: 'Already committed, so it can’t be cancelled. Lift the freeze to undo.',
  },
  commit: 'commit',
  begunBy: ['commit'],
});
