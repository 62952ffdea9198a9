import { z } from 'zod';
import { reasonNeeded, version } from '../asked';
import { declare } from '../declaration';
import { anApp } from '../subject';

const begun = 'Automatic sync was switched off. Reconcile switches it on again.';

/**
 * Back to an earlier version past Git, for when the release repo is unreachable: automatic sync off, the image set in
 * the live workloads. The parent first: it renders the app's Application, and with `selfHeal` it would put the
 * Application's spec back, automatic sync included. What is left to be put back is a debt (shared/domain/emergency).
 */
export const emergencyRollback = declare({
  intent: z.object({ kind: z.literal('emergency-rollback'), ...version, reason: reasonNeeded }),
  subject: anApp,
  title: (intent) => `Emergency rollback of ${intent.app} to ${intent.version} in ${intent.environment}`,
  short: { noun: 'Emergency rollback', doing: 'Rolling back without Git' },
  meaning:
    'Sets the version in the cluster, bypassing Git, because the release repo is unreachable. Afterwards Git and the cluster differ until you reconcile them.',
  needsReason: () => true,
  opensScreen: true,
  steps: [
    { routine: 'check-app' },
    { routine: 'parent-sync-off' },
    { routine: 'app-sync-off' },
    { routine: 'set-live-image' },
    { routine: 'live-rollout' },
  ],
  pointOfNoReturn: { effect: 'parent-off', onTheWay: begun, done: begun, nothingWritten: begun },
  commit: null,
  // Before an image is set nothing runs otherwise: what somebody decided long ago is not done to it.
  begunBy: ['image:'],
  access: { here: ['switch-automatic-sync', 'terminate-sync', 'set-image'] },
});
