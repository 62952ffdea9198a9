import { z } from 'zod';
import { name, version } from '../asked';
import { declare, untilCommit } from '../declaration';
import { anApp } from '../subject';

/**
 * Puts back what an emergency rollback left: a version into Git, then automatic sync on again, the app's before the
 * parent's. The app's Application still asks for the version that was left, and must not sync before the parent has given
 * it the one of Git; a sync of the parent that is limited to the app's Applications does both in one write. The parent on
 * its own would come at whatever commit it knows, to all apps at once.
 */
export const reconcile = declare({
  intent: z.object({
    kind: z.literal('reconcile'),
    ...version,
    /** The emergency rollback that is put back. */
    debt: name,
  }),
  subject: anApp,
  title: (intent) => `Reconcile ${intent.app} in ${intent.environment} with Git at ${intent.version}`,
  short: { noun: 'Reconcile', doing: 'Reconciling' },
  meaning:
    'Brings Git and the cluster together after an emergency rollback, then switches automatic sync on.',
  opensScreen: true,
  steps: [
    { routine: 'check-app' },
    { routine: 'commit-reconciled' },
    { routine: 'request-hold', lane: 'request' },
    { routine: 'git-seen', lane: 'version' },
    { routine: 'app-sync-on', lane: 'version' },
    // Before the rollout: an app that stays unhealthy must not keep Git from all others.
    { routine: 'parent-sync-on', lane: 'version' },
    { routine: 'rollout', lane: 'version' },
    { routine: 'live-as-git', lane: 'version' },
  ],
  pointOfNoReturn: untilCommit,
  commit: 'commit',
  begunBy: [],
  lands: ['version', 'files'],
  deployment: 'rollback',
  access: { here: ['refresh', 'sync', 'switch-automatic-sync'] },
});
