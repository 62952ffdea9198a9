import type { Intent } from '../../shared/domain/operation/operation';
import type { OperationDefinition, StepContext, StepEnd } from './operation-context';
import { rollout } from './steps/follow-rollout';
import { nudge as nudgeStep } from './steps/refresh-parent';
import { sync } from './steps/sync';

type Nudge = Extract<Intent, { kind: 'nudge' }>;

const wanted =
  (step: (version: string) => (context: StepContext) => Promise<StepEnd>) => (context: StepContext<Nudge>) =>
    step(context.intent.version)(context as StepContext);

/**
 * Brings what the ledger says already to Argo CD's notice: refreshes the parent, waits until the Applications carry the
 * version, has them synced and watches the rollout. Nothing is committed, so it may be given up at any time.
 */
export const nudge: OperationDefinition<'nudge'> = {
  kind: 'nudge',
  first: [],
  lanes: [
    [
      { name: 'nudge', run: wanted(nudgeStep) },
      { name: 'sync', run: wanted(sync) },
      { name: 'rollout', run: wanted(rollout) },
    ],
  ],
};
