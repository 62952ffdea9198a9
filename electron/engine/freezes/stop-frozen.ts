import { setTimeout as pause } from 'node:timers/promises';
import type { Application } from '../../../shared/domain/board/board';
import { type Freeze, freezePhase } from '../../../shared/domain/freeze/freeze';
import { frozenEnvironments, type Gate, gatesOf } from '../../../shared/domain/freeze/freeze-flags';
import { flagKey } from '../../../shared/domain/hold/flag-claims';
import {
  bringsAutomaticDeploy,
  carrierTemplates,
  gateShut,
  gates,
  mayPromote,
  promotesNothing,
} from '../../../shared/domain/hold/hold-state';
import type { BagIntent, FreezeIntent } from '../../../shared/domain/operation/intent';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import { utcText } from '../../../shared/domain/text/utc-text';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd } from '../operation-context';
import { askPatiently } from '../steps/outside';
import { refreshParent } from '../steps/refresh-parent';
import { couldNotLook } from '../steps/stop-promotions';
import { type PromotionTemplate, type Swept, sweepPlaces } from '../steps/sweep';
import { postSyncTemplate } from '../steps/tests';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  notLive,
  ranOut,
  waitUntil,
} from '../steps/wait';
import { freezeAt } from './freeze-changes';
import { openText } from './freeze-findings';
import { freezeOf } from './freeze-steps';

type Context = StepContext<FreezeIntent | Extract<BagIntent, { kind: 'lock' }>>;

/** What a freeze shuts, as the release repo says now. */
interface Shutting {
  freeze: Freeze;
  /** Gates whose flag it switched off and nobody switched on again. */
  shut: Gate[];
  open: string[];
}

/** Why there is nothing to stop or to confirm, or what there is. */
function shuttingOf(context: Context): { end: StepEnd } | Shutting {
  const { world } = context;
  const snapshot = world.ledger.snapshot();
  const found = freezeAt(world, snapshot, freezeOf(context));
  const skipped = (because: string): { end: StepEnd } => ({ end: { state: 'skipped', because } });
  if (found === null)
    return skipped(
      context.intent.kind === 'lock' && !context.intent.stopAutomatic
        ? 'Automatic deploys go on: a lock does not stop them.'
        : 'The freeze has been lifted.',
    );
  if (!found.ok) return { end: { state: 'failed', failure: found.failure } };
  const freeze = found.value;
  const phase = freezePhase(freeze, world.now());
  if (phase === 'planned') return skipped(`It begins at ${utcText(freeze.from)}.`);
  // Resumed late, it must not stop what may go out again.
  if (phase === 'ended') return skipped('The freeze has ended.');
  if (!freeze.automatic) return skipped('It does not stop automatic deploys.');
  if (freeze.begun === null)
    return skipped('Its flags are not off yet: a freeze in force is carried out by its own operation.');
  const { files } = world.reader.view(snapshot);
  const { open } = frozenEnvironments(freeze, world.estate);
  const shut = gatesOf(freeze, world.estate, files).filter(
    ({ app, before }) =>
      Object.hasOwn(freeze.changed, flagKey(before, app)) &&
      files.get(before)?.get(app)?.automaticDeploys === false,
  );
  if (shut.length === 0)
    return skipped(open.length > 0 ? openText(open) : 'No automatic deploys go into what is frozen.');
  return { freeze, shut, open };
}

/** Where promotions of the frozen apps may be on their way: their tests before, and what already began to bring them. */
function placesOf(
  { world }: Context,
  shut: readonly Gate[],
): { places: PromotionTemplate[]; without: string[] } {
  const places: PromotionTemplate[] = [];
  const without = new Set<string>();
  for (const environment of new Set(shut.map((one) => one.environment))) {
    const here = shut.filter((one) => one.environment === environment);
    const apps = new Set(here.map(({ app }) => app));
    const isFrozen = (workflow: Workflow): boolean => apps.has(workflow.labels.repoName ?? '');
    const before = here[0]?.before ?? '';
    const clusterBefore = world.clusters.get(before);
    const cluster = world.clusters.get(environment);
    if (clusterBefore)
      places.push({
        cluster: clusterBefore,
        app: null,
        template: postSyncTemplate,
        counts: (one) => mayPromote(one) && isFrozen(one),
      });
    else without.add(before);
    if (!cluster) {
      without.add(environment);
      continue;
    }
    for (const template of carrierTemplates)
      places.push({
        cluster,
        app: null,
        template,
        counts: (one) => bringsAutomaticDeploy(one) && isFrozen(one),
      });
  }
  return { places, without: [...without] };
}

const clustersOf = (places: readonly PromotionTemplate[]): Cluster[] => [
  ...new Set(places.map(({ cluster }) => cluster)),
];

/** Milliseconds between two looks at promotions that were stopped and have not ended. */
const lookAgain = 500;

/** Stops promotions until a look straight into the clusters finds none. */
async function sweepUntilNone(
  context: Context,
  places: readonly PromotionTemplate[],
): Promise<Exclude<Swept, { couldNot: unknown }> | StepEnd> {
  const { limits, now } = context.world;
  const until = now().getTime() + limits.hold;
  const where = listText(clustersOf(places).map(({ view }) => view.environment));
  for (;;) {
    const swept = await sweepPlaces(context, places);
    if ('couldNot' in swept) return couldNotLook(where, swept.couldNot);
    if (swept.left.length === 0) return swept;
    const waitingFor = `Waiting for ${swept.left
      .map((one) => one.name)
      .slice(0, 3)
      .join(', ')} to end after the stop.`;
    if (now().getTime() >= until)
      return { state: 'unknown', because: `Stopped, but not confirmed. ${waitingFor}` };
    context.waiting(waitingFor);
    await pause(lookAgain, undefined, { signal: context.signal });
  }
}

/** Stops promotions of every frozen app that are on their way, and has the environments before take notice of the flags. */
export async function stopFrozen(context: Context): Promise<StepEnd> {
  const found = shuttingOf(context);
  if ('end' in found) return found.end;
  const { places, without } = placesOf(context, found.shut);
  if (places.length === 0)
    return {
      state: 'unknown',
      because: `The estate file has no cluster for ${listText(without)}, so Signalbox can’t see promotions in progress.`,
    };
  context.waiting('Waiting to check for promotions in progress.');
  // First what is running, since every second counts; then the flags, so that nothing new begins.
  const first = await sweepPlaces(context, places);
  for (const before of new Set(found.shut.map((one) => one.before))) await refreshParent(context, before);
  if ('couldNot' in first) return couldNotLook('the environments before', first.couldNot);
  const swept = await sweepUntilNone(context, places);
  if ('state' in swept) return swept;
  const unseen = [...new Set([...swept.hidden, ...without])];
  if (unseen.length > 0)
    return {
      state: 'skipped',
      because: `Workflows in ${listText(unseen)} are not visible to you: Signalbox can’t stop a promotion that is on its way there.`,
    };
  return { state: 'succeeded', text: 'No promotion into what is frozen is in progress.' };
}

/** Apps whose Applications before the frozen environment do not carry the flag yet. An app without one promotes nothing. */
const notShut = (
  shut: readonly Gate[],
  { view }: Cluster,
  of: (app: string) => readonly Application[] = view.applications,
): string[] =>
  shut
    .filter(({ before }) => before === view.environment)
    .filter(({ app }) => {
      const deciding = gates(of(app));
      return !promotesNothing(deciding) && !gateShut(deciding);
    })
    .map(({ app }) => app);

/** The same by a look straight into the clusters, past the watches; or how the step ends where that can't be had. */
async function stillOpen(
  context: Context,
  shut: readonly Gate[],
  clusters: readonly Cluster[],
): Promise<string[] | StepEnd> {
  const { hold } = context.world.limits;
  const open: string[] = [];
  for (const cluster of clusters) {
    const seen = await askPatiently(
      context,
      cluster,
      hold,
      (signal) => cluster.actions.readAllApplications(signal),
      'applications',
    );
    if (isTimedOut(seen)) return ranOut(seen, hold);
    if (!seen.ok) return couldNotLook(cluster.view.environment, seen.failure);
    open.push(...notShut(shut, cluster, (app) => seen.value.get(app) ?? []));
  }
  return open;
}

/**
 * Waits until the freeze works where the pipeline really looks: Applications of every frozen app in the environment before
 * carry `automaticDeploysEnabled: "false"`, and a last look, a moment later, finds no promotion on its way.
 */
export async function freezeEffective(context: Context): Promise<StepEnd> {
  const { world } = context;
  const first = shuttingOf(context);
  if ('end' in first) return first.end;
  const befores = [...new Set(first.shut.map((one) => one.before))];
  const clusters = befores.flatMap((name) => world.clusters.get(name) ?? []);
  if (clusters.length < befores.length)
    return {
      state: 'unknown',
      because: `The estate file does not name the clusters of ${listText(befores.filter((name) => !world.clusters.has(name)))}, so the freeze can’t be confirmed.`,
    };
  const hidden = clusters.filter(
    (one) => isHiddenThere(one, 'applications') || isHiddenThere(one, 'workflows'),
  );
  if (hidden.length > 0)
    return {
      state: 'skipped',
      because: `The freeze is in the release repo. Whether it works yet is not visible to you in ${listText(hidden.map(({ view }) => view.environment))}. Until Argo CD there has taken it, within some minutes, a promotion may still come through.`,
    };
  const until = world.now().getTime() + world.limits.hold;
  for (;;) {
    const end = await waitUntil<StepEnd | 'shut'>(context, {
      limit: Math.max(1, until - world.now().getTime()),
      sources: [
        ledgerMoves(world),
        ...clusters.map((cluster) =>
          clusterMoves(cluster, cluster.actions.parentApplication, ...first.shut.map(({ app }) => app)),
        ),
      ],
      look: () => {
        const now = shuttingOf(context);
        if ('end' in now) return { done: now.end };
        const away = clusters
          .map((one) => notLive(one, 'applications', 'workflows'))
          .find((one) => one !== null);
        if (away) return { waitingFor: away };
        const open = clusters.flatMap((cluster) =>
          notShut(now.shut, cluster).map((app) => `${app} in ${cluster.view.environment}`),
        );
        if (open.length === 0) return { done: 'shut' };
        const more = open.length > 3 ? ` and ${open.length - 3} more` : '';
        return {
          waitingFor: `Waiting for ${open.slice(0, 3).join(', ')}${more} to show automaticDeploysEnabled: "false".`,
        };
      },
    });
    if (isTimedOut(end)) return ranOut(end, world.limits.hold);
    if (end !== 'shut') return end;
    context.waiting('Waiting for a final check.');
    await pause(world.limits.settle, undefined, { signal: context.signal });
    const now = shuttingOf(context);
    if ('end' in now) return now.end;
    const { places, without } = placesOf(context, now.shut);
    const swept = await sweepUntilNone(context, places);
    if ('state' in swept) return swept;
    const open = await stillOpen(context, now.shut, clusters);
    if (!Array.isArray(open)) return open;
    if (open.length > 0) continue;
    const unseen = [...new Set([...swept.hidden, ...without])];
    if (unseen.length > 0)
      return {
        state: 'skipped',
        because: `The flags are off. Whether the freeze works yet can’t be confirmed: promotions that are on their way in ${listText(unseen)} are not visible to you, and one may still come through.`,
      };
    const into = listText([...new Set(now.shut.map((one) => one.environment))]);
    const apps = count(new Set(now.shut.map(({ app }) => app)).size, 'app');
    return {
      state: 'succeeded',
      text: `${apps} no longer promoted into ${into}: the freeze is effective.${now.open.length > 0 ? ` ${openText(now.open)}` : ''}`,
    };
  }
}
