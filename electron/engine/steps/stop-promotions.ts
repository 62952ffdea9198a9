import { environmentBefore } from '../../../shared/domain/chain';
import { bringsAutomaticDeploy, mayPromote } from '../../../shared/domain/hold-state';
import type { StepContext, StepEnd } from '../operation-context';
import { refreshParent } from './nudge';
import { sweep } from './sweep';
import { clusterMoves, isTimedOut, notLive, waitUntil } from './wait';

/** Why nothing can be held in the first environment of a chain. */
export const noGate = (environment: string): string =>
  `Nothing in the pipeline gates ${environment}: a new release deploys there in any case. Disable the app's Deploy workflow on GitHub, or watch and put back.`;

/**
 * Stops promotions of the app into the environment that are already on their way, and has the environment before
 * take notice of the flag. Repeats until a look straight into the cluster finds none running.
 */
export async function stopPromotions(context: StepContext): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment } = intent;
  const name = environmentBefore(world.estate, environment);
  if (name === null) return { state: 'skipped', because: noGate(environment) };
  const before = world.clusters.get(name);
  const here = world.clusters.get(environment);
  if (!before)
    return {
      state: 'unknown',
      because: `${name} has no cluster here: promotions on their way cannot be seen.`,
    };
  context.waiting(`A look for promotions on their way, in ${name} and ${environment}.`);
  // First what is running, since every second counts; then the flag, so that nothing new begins.
  const first = await sweep(context, before, here);
  if ('couldNot' in first) return couldNotLook(name, first.couldNot);
  await refreshParent(context, name);
  let left = first.left;
  while (left.length > 0) {
    const names = new Set(left.map((one) => one.name));
    const ended = await waitUntil<true>(context, {
      limit: world.limits.hold,
      sources: [clusterMoves(before, app), ...(here ? [clusterMoves(here, app)] : [])],
      look: () => {
        const away = notLive(before);
        if (away !== null) return { waitingFor: away };
        const open = [
          ...before.view.workflows({ app }).filter(mayPromote),
          ...(here?.view.workflows({ app }).filter(bringsAutomaticDeploy) ?? []),
        ].filter((one) => names.has(one.name));
        return open.length === 0
          ? { done: true }
          : { waitingFor: `${open.map((one) => one.name).join(', ')} to end after the stop.` };
      },
    });
    if (isTimedOut(ended))
      return { state: 'unknown', because: `Stopped, but not seen to end: ${ended.waitingFor}` };
    const again = await sweep(context, before, here);
    if ('couldNot' in again) return couldNotLook(name, again.couldNot);
    left = again.left;
  }
  return { state: 'succeeded', text: `No promotion into ${environment} is on its way.` };
}

export function couldNotLook(name: string, why: { message: string } | 'no-answer'): StepEnd {
  const text = why === 'no-answer' ? 'it did not answer in time.' : why.message;
  return { state: 'unknown', because: `Promotions on their way in ${name} could not be looked for: ${text}` };
}
