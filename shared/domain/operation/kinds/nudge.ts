import { z } from 'zod';
import { cell, reason } from '../asked';
import { declare } from '../declaration';
import { anApp } from '../subject';

/**
 * Brings what the ledger says already to Argo CD's notice: refreshes the parent, waits until the Applications carry the
 * version, has them synced and watches the rollout. Nothing is committed, so it may be given up at any time.
 */
export const nudge = declare({
  intent: z.object({
    kind: z.literal('nudge'),
    ...cell,
    /** What the ledger says there. */
    version: z.string().min(1),
    reason: reason.optional(),
  }),
  subject: anApp,
  title: (intent) => `Refresh and sync ${intent.app} ${intent.version} in ${intent.environment}`,
  short: { noun: 'Refresh and sync', doing: 'Refreshing and syncing' },
  steps: [{ routine: 'nudge' }, { routine: 'sync' }, { routine: 'rollout' }],
  pointOfNoReturn: null,
  commit: null,
  begunBy: [],
  access: { here: ['refresh', 'sync'] },
});
