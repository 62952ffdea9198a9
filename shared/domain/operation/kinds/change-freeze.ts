import { z } from 'zod';
import { manualRules, scopeText } from '../../freeze/freeze';
import { freezeId, freezeScope, reason } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aScope } from '../subject';

/** Changes when a freeze ends, and what deployments by hand meet. */
export const changeFreeze = declare({
  intent: z.object({
    kind: z.literal('change-freeze'),
    freeze: freezeId,
    ...freezeScope,
    /** The end that the person saw. */
    seen: z.iso.datetime().nullable(),
    until: z.iso.datetime().nullable(),
    manual: z.enum(manualRules),
    reason: reason.optional(),
  }),
  subject: aScope,
  title: (intent) => `Change the freeze of ${scopeText(intent.scope)}`,
  short: { noun: 'Freeze change', doing: 'Changing the freeze' },
  steps: [{ routine: 'check-freeze' }, { routine: 'commit-freeze-change' }],
  pointOfNoReturn: { ...untilCommit, done: 'Already committed, so it can’t be cancelled.' },
  commit: 'commit',
  begunBy: ['commit'],
});
