import { z } from 'zod';
import { version } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/**
 * Carries the version that runs and was tested in `from` to `environment`, the next one of the chain. That the version
 * is still there, and how its tests went, is preflight's to find, again on the snapshot that lands. A promotion by a
 * person goes one environment far: `promote_deployment` is false, as for every deploy by hand.
 */
export const promote = declare({
  intent: z.object({ kind: z.literal('promote'), ...version, from: z.string().min(1) }),
  subject: anApp,
  title: (intent) => `Promote ${intent.app} ${intent.version} to ${intent.environment}`,
  short: { noun: 'Promotion', doing: 'Promoting' },
  steps: [
    { routine: 'check-app-and-repo' },
    { routine: 'commit-version' },
    { routine: 'nudge' },
    { routine: 'sync' },
    { routine: 'rollout' },
    { routine: 'tests' },
  ],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: ['commit'],
  lands: ['version'],
  deployment: 'promote',
  access: { here: ['refresh', 'sync'] },
});
