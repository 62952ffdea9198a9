import { z } from 'zod';
import { reasonNeeded, stage } from '../asked';
import { declare, untilCommit } from '../declaration';
import { aStage } from '../subject';

/** Locks an environment by hand; for pipelines of apps too. */
export const lock = declare({
  intent: z.object({
    kind: z.literal('lock'),
    ...stage,
    reason: reasonNeeded,
    /** When the holder expects to be done (ISO 8601 UTC). */
    until: z.iso.datetime().nullable(),
    /** Sets a freeze of the environment as well, which unlocking lifts: a lock alone stops no automatic deploys. */
    stopAutomatic: z.boolean().optional(),
  }),
  subject: aStage,
  title: (intent) => `Lock ${intent.environment} of ${intent.pipeline}`,
  meaning:
    'Only you can deploy here from Signalbox until you release it. The lock does not stop CI, automatic deploys or other tools. The expected end only informs others: the lock stays until you release it.',
  needsReason: () => true,
  steps: [
    { routine: 'check-pipeline' },
    { routine: 'commit-lock' },
    { routine: 'stop-frozen' },
    { routine: 'freeze-effective' },
  ],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
