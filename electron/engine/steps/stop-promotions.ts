import { environmentBefore } from '../../../shared/domain/estate/chain';
import type { StepContext, StepEnd } from '../operation-context';
import { refreshParent } from './refresh-parent';
import { promotionsSeen, sweep } from './sweep';
import { clusterMoves, isHiddenThere, isTimedOut, notLive, waitUntil } from './wait';

/** Why nothing can be held in the first environment of a chain. */
export const noGate = (environment: string): string =>
  `Nothing in the pipeline can hold ${environment}: new releases still deploy there. Disable the app's Deploy workflow on GitHub, or watch it and roll back.`;

/**
 * Stops promotions of the app into the environment that are already on their way, and has the environment before
 * take notice of the flag. Repeats until a look straight into the cluster finds none running.
 */
export async function stopPromotions(context: StepContext): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment } = intent;
  const name = environmentBefore(world.estate, environment);
  const before = name === null ? undefined : world.clusters.get(name);
  const here = world.clusters.get(environment);
  const watched = [before, here].filter((one) => one !== undefined);
  if (name !== null && !before)
    return {
      state: 'unknown',
      because: `The estate file has no cluster for ${name}, so Signalbox can’t see promotions in progress.`,
    };
  if (watched.length === 0) return { state: 'skipped', because: noGate(environment) };
  const where = watched.map((one) => one.view.environment).join(' and ');
  context.waiting(`Waiting to check for promotions in progress in ${where}.`);
  // First what is running, since every second counts; then the flag, so that nothing new begins.
  let swept = await sweep(context);
  if (name !== null) await refreshParent(context, name);
  for (;;) {
    if ('couldNot' in swept) return couldNotLook(where, swept.couldNot);
    if (swept.left.length === 0) break;
    const names = new Set(swept.left.map((one) => one.name));
    const ended = await waitUntil<true>(context, {
      limit: world.limits.hold,
      sources: watched.map((cluster) => clusterMoves(cluster, app)),
      look: () => {
        const away = watched
          .filter((one) => !isHiddenThere(one, 'workflows'))
          .map((one) => notLive(one, 'workflows'))
          .find((one) => one !== null);
        if (away) return { waitingFor: away };
        const open = promotionsSeen(context).filter((one) => names.has(one.name));
        return open.length === 0
          ? { done: true }
          : { waitingFor: `Waiting for ${open.map((one) => one.name).join(', ')} to end after the stop.` };
      },
    });
    if (isTimedOut(ended))
      return { state: 'unknown', because: `Stopped, but not confirmed. ${ended.waitingFor}` };
    swept = await sweep(context);
  }
  if (swept.hidden.length > 0)
    return {
      state: 'skipped',
      because: `Workflows in ${swept.hidden.join(' and ')} are not visible to you: Signalbox can’t stop a promotion that is on its way there.`,
    };
  if (name === null) return { state: 'succeeded', text: noGate(environment) };
  return { state: 'succeeded', text: `No promotion to ${environment} is in progress.` };
}

export function couldNotLook(name: string, why: { message: string } | 'no-answer'): StepEnd {
  const text = why === 'no-answer' ? 'it did not answer in time.' : why.message;
  return { state: 'unknown', because: `Could not check for promotions in progress in ${name}: ${text}` };
}
