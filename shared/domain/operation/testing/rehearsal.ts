import { z } from 'zod';
import { version } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/** A new kind of operation for tests, made of steps that there are: this file, and a line in the registry. */
export const rehearsal = declare({
  intent: z.object({ kind: z.literal('rehearsal'), ...version }),
  subject: anApp,
  title: (intent) => `Rehearse ${intent.app} ${intent.version} in ${intent.environment}`,
  short: { noun: 'Rehearsal', doing: 'Rehearsing' },
  steps: [
    { routine: 'check-app' },
    { routine: 'commit-version' },
    { routine: 'stop-promotions', lane: 'promotions' },
    { routine: 'nudge', lane: 'version' },
    { routine: 'rollout', lane: 'version' },
  ],
  pointOfNoReturn: { ...untilCommit, done: 'The rehearsal has begun: it is played to its end.' },
  commit: 'commit',
  begunBy: ['commit'],
  deployment: 'deploy',
  access: { here: ['refresh'] },
});
