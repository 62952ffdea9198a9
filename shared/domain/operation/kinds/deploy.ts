import { z } from 'zod';
import { version } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/** Deploys a version of an app to an environment. */
export const deploy = declare({
  intent: z.object({ kind: z.literal('deploy'), ...version }),
  subject: anApp,
  title: (intent) => `Deploy ${intent.app} ${intent.version} to ${intent.environment}`,
  short: { noun: 'Deploy', doing: 'Deploying' },
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
  deployment: 'deploy',
  access: { here: ['refresh', 'sync'] },
});
