import { z } from 'zod';
import { policyChangeSchema, policyNeedsReason, policyText } from '../../bags/policy';
import { name, reason } from '../asked';
import { declare, untilCommit } from '../declaration';

/** Pins, marks, clears, freezes, or switches autopilots: one file, and nothing is deployed by it. */
export const changePolicy = declare({
  intent: z.object({
    kind: z.literal('change-policy'),
    pipeline: name,
    change: policyChangeSchema,
    reason: reason.optional(),
    /** Codes of findings that the person overrode: where a Concourse deploys, a change may start something by itself. */
    override: z.array(z.string()).optional(),
  }),
  subject: {
    about: 'pipeline',
    of: ({ pipeline, change }) => ({
      about: 'pipeline',
      pipeline,
      environment: 'environment' in change ? change.environment : null,
    }),
  },
  title: (intent) => policyText(intent.pipeline, intent.change),
  meaning: 'Affects the next bag chosen. Nothing is deployed now.',
  needsReason: ({ change }) => policyNeedsReason(change),
  steps: [{ routine: 'check-pipeline' }, { routine: 'commit-policy' }],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
});
