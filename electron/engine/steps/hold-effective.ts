import { setTimeout as pause } from 'node:timers/promises';
import { environmentBefore } from '../../../shared/domain/estate/chain';
import { gateShut, gates, promotesNothing } from '../../../shared/domain/hold/hold-state';
import type { StepContext, StepEnd } from '../operation-context';
import { askPatiently } from './outside';
import { holdRequest } from './request-hold';
import { couldNotLook, noGate } from './stop-promotions';
import { promotionsSeen, sweep } from './sweep';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  notLive,
  ranOut,
  timePasses,
  waitUntil,
} from './wait';

/** Milliseconds between looks at a hold that waits for its review: only then does time alone change anything. */
const requestLooks = 5_000;

/**
 * Waits until the hold works where the pipeline really looks: the app's Applications in the environment before carry
 * `automaticDeploysEnabled: "false"`, and no promotion is on its way. What begins meanwhile is stopped too. It counts
 * only after a last look straight into the cluster, a moment later, since an event may still have lain in a queue.
 */
export async function holdEffective(context: StepContext): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment } = intent;
  const name = environmentBefore(world.estate, environment);
  if (name === null) return { state: 'skipped', because: noGate(environment) };
  const before = world.clusters.get(name);
  const here = world.clusters.get(environment);
  if (!before)
    return {
      state: 'unknown',
      because: `The estate file has no cluster for ${name}, so the hold can’t be confirmed.`,
    };
  let until = world.now().getTime() + world.limits.hold;
  for (let settled = false; ; ) {
    // A review takes days: the time for the hold to work begins once it was merged.
    if (holdRequest(context) === 'pending') until = world.now().getTime() + world.limits.hold;
    const limit = Math.max(1, until - world.now().getTime());
    const found = await waitUntil<StepEnd | 'shut' | 'sweep'>(context, {
      limit,
      sources: [
        clusterMoves(before, app, before.actions.parentApplication),
        ledgerMoves(world),
        ...(holdRequest(context) === 'pending' ? [timePasses(requestLooks)] : []),
        ...(here ? [clusterMoves(here, app)] : []),
      ],
      look: () => {
        const snapshot = world.ledger.snapshot();
        const hold = world.reader.hold(snapshot, app, environment);
        const request = hold === null ? holdRequest(context) : null;
        if (hold === null && request === null) return { done: released(context) };
        if (request === 'withdrawn')
          return {
            done: {
              state: 'skipped',
              because: 'The hold request was withdrawn: a new promotion can replace this version.',
            },
          };
        if (request === 'failed')
          return { done: { state: 'unknown', because: 'The hold was not taken: see its request.' } };
        const hidden = (['workflows', 'applications'] as const).find((topic) => isHiddenThere(before, topic));
        if (hidden && hold !== null)
          return {
            done: {
              state: 'skipped',
              because: `The hold is in the release repo. Whether it works yet is not visible to you: you may not read ${hidden} in ${name}. Until Argo CD there has taken it, within some minutes, a promotion may still come through.`,
            },
          };
        if (hidden === 'workflows')
          return {
            waitingFor: `The hold is not merged yet. Promotions are not visible to you in ${name}, so Signalbox can’t stop them.`,
          };
        const away =
          notLive(
            before,
            ...(hidden ? (['workflows'] as const) : (['applications', 'workflows'] as const)),
          ) ?? (here && !isHiddenThere(here, 'workflows') ? notLive(here, 'workflows') : null);
        if (away !== null) return { waitingFor: away };
        const unstopped = promotionsSeen(context);
        if (unstopped.some((one) => one.shutdown === null)) return { done: 'sweep' };
        if (unstopped.length > 0)
          return {
            waitingFor: `Waiting for ${unstopped.map((one) => one.name).join(', ')} to end after the stop.`,
          };
        if (request === 'pending')
          return {
            waitingFor:
              'The hold is not merged yet. Signalbox stops new promotions of this app while it runs.',
          };
        const deciding = gates(before.view.applications(app));
        if (promotesNothing(deciding)) return { done: 'shut' };
        // Its flag is where no file of it is: nothing that was committed shuts it.
        if (!world.reader.view(snapshot).files.get(name)?.has(app))
          return {
            done: {
              state: 'unknown',
              because: `${app} has no file in ${name}, so the hold can’t switch its promotions off there.`,
            },
          };
        if (gateShut(deciding)) return { done: 'shut' };
        const open = deciding.filter((one) => one.automaticDeploysEnabled !== false).map((one) => one.name);
        return {
          waitingFor: `Waiting for ${open.join(', ') || `an Application of ${app}`} in ${name} to show automaticDeploysEnabled: "false".`,
        };
      },
    });
    if (isTimedOut(found)) {
      if (holdRequest(context) === 'pending') continue;
      return ranOut(found, world.limits.hold);
    }
    if (typeof found !== 'string') return found;
    // A stop that is refused would be asked for again and again: once a moment is enough.
    if (found === 'sweep' && settled) await pause(200, undefined, { signal: context.signal });
    if (found === 'shut') {
      context.waiting(`Waiting for a final check of ${name}.`);
      await pause(world.limits.settle, undefined, { signal: context.signal });
    }
    settled = true;
    const swept = await sweep(context);
    if ('couldNot' in swept) return couldNotLook(name, swept.couldNot);
    if (found !== 'shut' || swept.left.length > 0) continue;
    const applications = await askPatiently(
      context,
      before,
      world.limits.hold,
      (signal) => before.actions.readApplications(app, signal),
      'applications',
    );
    if (isTimedOut(applications)) return ranOut(applications, world.limits.hold);
    if (!applications.ok) return couldNotLook(name, applications.failure);
    const isNotThere = promotesNothing(applications.value);
    if (isNotThere || gateShut(applications.value)) {
      const how = isNotThere
        ? `${app} has no Application in ${name}, so no promotion comes from there`
        : `${name} no longer promotes ${app}`;
      const unseen = swept.hidden.includes(environment)
        ? ` Automatic deploys that had already begun in ${environment} are not visible to you.`
        : '';
      return { state: 'succeeded', text: `${how}: the hold is effective.${unseen}` };
    }
  }
}

/** The end of the step where the hold is gone: for a hold that is the end of all that it was for. */
function released({ world, intent, id }: StepContext): StepEnd {
  const text = 'The hold has been released.';
  if ('version' in intent) return { state: 'skipped', because: text };
  const operationId = world.holder(intent.app, intent.environment, id)?.id ?? null;
  return { state: 'superseded', by: { operationId, version: null, text } };
}
