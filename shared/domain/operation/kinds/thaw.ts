import { z } from 'zod';
import { scopeText } from '../../freeze/freeze';
import { freezeId, freezeScope, reason } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aScope } from '../subject';

/** Ends a freeze; deploys nothing. */
export const thaw = declare({
  intent: z.object({
    kind: z.literal('thaw'),
    freeze: freezeId,
    ...freezeScope,
    /** A console does it, since its time is over: not if its end was moved meanwhile. */
    ended: z.boolean(),
    reason: reason.optional(),
  }),
  subject: aScope,
  title: (intent) => `Lift the freeze of ${scopeText(intent.scope)}`,
  short: { noun: 'Freeze lifted', doing: 'Lifting the freeze' },
  meaning:
    'Automatic deploys are switched on again where this freeze switched them off and no other freeze or hold needs them off. Nothing is deployed by this: the next release deploys as usual.',
  steps: [{ routine: 'check-freeze' }, { routine: 'commit-thaw' }],
  pointOfNoReturn: { ...untilCommit, done: 'Already committed, so it can’t be cancelled.' },
  commit: 'commit',
  begunBy: ['commit'],
});
