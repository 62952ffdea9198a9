import { z } from 'zod';
import { manualRules, scopeText } from '../../freeze/freeze';
import { freezeScope, reasonNeeded } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aScope } from '../subject';

/** Freezes an app, an environment, a pipeline or everything, now or later. */
export const freeze = declare({
  intent: z.object({
    kind: z.literal('freeze'),
    ...freezeScope,
    /** When it begins (ISO 8601 UTC); `null`: now. */
    from: z.iso.datetime().nullable(),
    /** When it ends by itself; `null`: when somebody lifts it. */
    until: z.iso.datetime().nullable(),
    /** Whether it stops automatic deploys. */
    automatic: z.boolean(),
    manual: z.enum(manualRules),
    /** Whether everyone in the channels that are told is called (`@channel`). */
    callEveryone: z.boolean().optional(),
    reason: reasonNeeded,
  }),
  subject: aScope,
  title: (intent) => `Freeze ${scopeText(intent.scope)}`,
  short: { noun: 'Freeze', doing: 'Freezing' },
  meaning:
    'Nothing is deployed by this, and nothing is rolled back. Rollbacks stay one click. What other tools deploy by hand is not stopped.',
  needsReason: () => true,
  steps: [
    { routine: 'check-freeze' },
    { routine: 'commit-freeze' },
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
