import { covers, type Freeze, freezePhase, scopeText } from '../../../shared/domain/freeze/freeze';
import { frozenEnvironments, gatesOf, uncovered } from '../../../shared/domain/freeze/freeze-flags';
import type { FreezesView, FreezeView } from '../../../shared/domain/freeze/freeze-view';
import { lateSince, passesText } from '../../../shared/domain/freeze/freeze-words';
import { flagKey } from '../../../shared/domain/hold/flag-claims';
import { gateShut, gates } from '../../../shared/domain/hold/hold-state';
import { newerIn } from '../../../shared/domain/records/record-entry';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import type { World } from '../world';
import { openText } from './freeze-findings';

type Seen = Pick<World, 'estate' | 'ledger' | 'reader' | 'clusters' | 'now'>;
type Effect = FreezeView['effect'];

/** How far a freeze in force works, by what the release repo says and the clusters before what is frozen show. */
function effectOf({ estate, ledger, reader, clusters }: Seen, freeze: Freeze): Effect {
  if (!freeze.automatic) return { state: 'none', text: 'It does not stop automatic deploys.' };
  const snapshot = ledger.snapshot();
  const { files } = reader.view(snapshot);
  const { open } = frozenEnvironments(freeze, estate);
  const openNote = open.length > 0 ? ` ${openText(open)}` : '';
  const all = gatesOf(freeze, estate, files);
  if (all.length === 0)
    return open.length > 0
      ? { state: 'unknown', text: openText(open) }
      : { state: 'none', text: 'Autopilots of bags leave it alone.' };
  const left = uncovered(freeze, estate, files, (app) => reader.claims(snapshot, app));
  if (left.length > 0 || freeze.begun === null)
    return {
      state: 'pending',
      text: `Automatic deploys of ${count(new Set(left.map(({ app }) => app)).size, 'app')} are still to be switched off.`,
    };
  const byHand = all.filter(({ app, before }) => files.get(before)?.get(app)?.automaticDeploys !== false);
  const handNote =
    byHand.length > 0
      ? ` Switched on again by somebody: ${listText([...new Set(byHand.map(({ app }) => app))], 3)}.`
      : '';
  const shut = all.filter(
    (one) => !byHand.includes(one) && Object.hasOwn(freeze.changed, flagKey(one.before, one.app)),
  );
  const befores = [...new Set(shut.map(({ before }) => before))];
  const unseen = befores.filter(
    (name) => clusters.get(name)?.view.freshness('applications').state !== 'live',
  );
  if (unseen.length > 0)
    return {
      state: 'unknown',
      text: `Committed, but ${listText(unseen)} can’t be seen now, so it can’t be confirmed.${handNote}${openNote}`,
    };
  const waiting = shut.filter(({ app, before }) => {
    const deciding = gates(clusters.get(before)?.view.applications(app) ?? []);
    return deciding.length > 0 && !gateShut(deciding);
  });
  if (waiting.length > 0)
    return {
      state: 'pending',
      text: `Waiting for Argo CD in ${listText([...new Set(waiting.map(({ before }) => before))])} to take it in: ${listText([...new Set(waiting.map(({ app }) => app))], 3)}.${handNote}${openNote}`,
    };
  return {
    state: byHand.length > 0 || open.length > 0 ? 'unknown' : 'effective',
    text: `Automatic deploys are off for ${count(new Set(shut.map(({ app }) => app)).size, 'app')}.${handNote}${openNote}`,
  };
}

function viewOf(world: Seen, freeze: Freeze, newer: string | null): FreezeView {
  const { changed: _, ...said } = freeze;
  const now = world.now();
  const phase = freezePhase(freeze, now);
  const { estate } = world;
  const environments = estate.environments
    .map(({ name }) => name)
    .filter((environment) =>
      covers(freeze, {
        environment,
        pipelines: estate.pipelines
          .filter((one) => one.environments.includes(environment))
          .map(({ name }) => name),
        apps: freeze.app === null ? [] : [freeze.app],
      }),
    );
  return {
    ...said,
    what: scopeText(freeze),
    phase,
    lateSince:
      phase === 'ended'
        ? lateSince(freeze.until, now)
        : phase === 'active' && freeze.begun === null
          ? lateSince(freeze.from, now)
          : null,
    effect: phase === 'active' ? effectOf(world, freeze) : { state: 'none', text: 'Not in force.' },
    passes: passesText(freeze),
    environments,
    apps: freeze.app === null ? null : [freeze.app],
    newer,
  };
}

/** All freezes of the estate: those in force first, then the planned ones, each by when it begins. */
export function freezesView(world: Seen): FreezesView {
  const order = { active: 0, ended: 1, planned: 2 } as const;
  const found = world.reader.freezes(world.ledger.snapshot());
  return {
    timeZone: world.estate.timeZone,
    freezes: found
      .flatMap((one) => (one.ok ? [viewOf(world, one.value, newerIn(one))] : []))
      .sort((a, b) => order[a.phase] - order[b.phase] || a.from.localeCompare(b.from)),
    unread: found.flatMap((one) =>
      one.ok ? [] : [{ path: one.failure.place?.path ?? '', message: one.failure.message }],
    ),
  };
}
