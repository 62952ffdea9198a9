import { z } from 'zod';
import { version } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/**
 * Back to a version that was healthy there, and held there, so that the broken one is not rolled forward again. The
 * service comes first: bringing the old version up does not wait for the hold to work, the two go side by side.
 */
export const rollback = declare({
  intent: z.object({ kind: z.literal('rollback'), ...version }),
  subject: anApp,
  title: (intent) => `Roll back ${intent.app} to ${intent.version} in ${intent.environment}`,
  short: { noun: 'Rollback', doing: 'Rolling back' },
  steps: [
    { routine: 'check-app' },
    { routine: 'commit-rollback' },
    { routine: 'request-hold', lane: 'request' },
    { routine: 'stop-promotions', lane: 'hold' },
    { routine: 'nudge', lane: 'version' },
    { routine: 'sync', lane: 'version' },
    { routine: 'rollout', lane: 'version' },
    { routine: 'hold-effective', lane: 'hold' },
    { routine: 'tests', lane: 'version' },
  ],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
  lands: ['version', 'files'],
  deployment: 'rollback',
  access: { here: ['refresh', 'sync', 'stop-workflow'], before: ['refresh', 'stop-workflow'] },
});
