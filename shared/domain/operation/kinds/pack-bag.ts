import { z } from 'zod';
import { contentsSchema } from '../../bags/records';
import { overriddenIfAny, reason, stage } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aStage } from '../subject';

/** Packs a bag with the contents that the person saw. `environment` is the first of the chain. */
export const packBag = declare({
  intent: z.object({
    kind: z.literal('pack-bag'),
    ...stage,
    source: z.enum(['running', 'published']),
    contents: contentsSchema,
    /** The last bag when the person looked; 0: none. */
    last: z.number().int().min(0),
    /** Also where nothing differs from the last bag. */
    force: z.boolean().default(false),
    reason: reason.optional(),
    override: overriddenIfAny,
  }),
  subject: aStage,
  title: (intent) => `Pack bag ${intent.last + 1} of ${intent.pipeline}`,
  steps: [{ routine: 'check-pipeline' }, { routine: 'commit-bag' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
