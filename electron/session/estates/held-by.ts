import { shortTitleOf } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { steps } from '../../../shared/domain/operation/steps';
import type { Engine } from '../../engine/engine-types';

/** Operations whose running step is never interrupted: deploys of bags that run on this console. */
const uninterruptible = (engine: Pick<Engine, 'list'>): Operation[] =>
  engine
    .list({ open: true, limit: 200 })
    .filter(({ steps: progress }) =>
      progress.some(({ name, state }) => state === 'running' && steps[name].neverInterrupted !== undefined),
    );

/** What would be left in the middle if the estate were closed now, each by its title. */
export const heldBy = (engine: Pick<Engine, 'list'>): string[] =>
  uninterruptible(engine).map(({ intent }) => shortTitleOf(intent));
