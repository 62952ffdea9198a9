import { covers, type Freeze, freezePhase, scopeText } from '../../../shared/domain/freeze/freeze';
import {
  frozenEnvironments,
  gatesOf,
  type Uncovered,
  uncovered,
} from '../../../shared/domain/freeze/freeze-flags';
import type { FreezesView, FreezeView } from '../../../shared/domain/freeze/freeze-view';
import { lateSince, passesText } from '../../../shared/domain/freeze/freeze-words';
import { flagKey } from '../../../shared/domain/hold/flag-claims';
import { gateShut, gates, promotesNothing } from '../../../shared/domain/hold/hold-state';
import { isFreezeIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { newerIn } from '../../../shared/domain/records/record-entry';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import type { Snapshot } from '../../ledger/ledger';
import { changeImageTag } from '../../ledger/ledger-board';
import type { World } from '../world';
import { freezeAsked } from './freeze-changes';
import { openText } from './freeze-findings';
import type { FreezeRequests } from './freeze-way';

type Seen = Pick<World, 'estate' | 'ledger' | 'reader' | 'clusters' | 'now' | 'open'>;
type Request = NonNullable<FreezeView['request']>;
/** `needsHand`: a person has to put something right. */
type Effect = FreezeView['effect'] & { needsHand?: true };

/** How far a freeze in force works, by what the release repo says and the clusters before what is frozen show. */
function effectOf(world: Seen, freeze: Freeze, request: Request | null): Effect {
  const { estate, ledger, reader, clusters } = world;
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
  const stuck = stuckText(world, snapshot, left);
  if (stuck !== null) return { state: 'unknown', text: `${stuck}${openNote}`, needsHand: true };
  const on = new Set(left.filter(({ now }) => now !== false).map(({ app }) => app));
  if (request?.what === 'freeze' && on.size > 0)
    return request.state === 'closed'
      ? {
          state: 'unknown',
          text: `${request.text} Automatic deploys of ${count(on.size, 'app')} go on. Lift the freeze, or have the pull request reopened.`,
          needsHand: true,
        }
      : {
          state: 'requested',
          text: `${request.text} Until it is merged, automatic deploys of ${count(on.size, 'app')} go on.`,
        };
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
  const unseen = [...new Set(shut.flatMap(({ before, environment }) => [before, environment]))].filter(
    (name) =>
      (befores.includes(name) ? (['applications', 'workflows'] as const) : (['workflows'] as const)).some(
        (topic) => clusters.get(name)?.view.freshness(topic).state !== 'live',
      ),
  );
  if (unseen.length > 0)
    return {
      state: 'unknown',
      text: `Committed, but ${listText(unseen)} can’t be seen now, so it can’t be confirmed.${handNote}${openNote}`,
    };
  const waiting = shut.filter(({ app, before }) => {
    const deciding = gates(clusters.get(before)?.view.applications(app) ?? []);
    return !promotesNothing(deciding) && !gateShut(deciding);
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

function viewOf(world: Seen, freeze: Freeze, newer: string | null, requests: FreezeRequests): FreezeView {
  const { changed: _, asked: __, ...said } = freeze;
  const request = requestOf(world, freeze, requests);
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
  const { needsHand, ...effect } =
    phase === 'active' ? effectOf(world, freeze, request) : endedEffect(world, freeze, phase, request);
  const isAwaited = request?.what === 'freeze' && effect.state !== 'effective' && effect.state !== 'pending';
  return {
    ...said,
    what: scopeText(freeze),
    phase,
    lateSince:
      request !== null
        ? null
        : phase === 'ended'
          ? lateSince(freeze.until, now)
          : phase === 'active' && freeze.begun === null
            ? lateSince(freeze.from, now)
            : null,
    effect,
    request,
    needs: needsHand ? effect.text : null,
    passes: passesText({ ...freeze, automatic: freeze.automatic && !isAwaited }),
    environments,
    apps: freeze.app === null ? null : [freeze.app],
    newer,
  };
}

/** Files that can't be changed, and what to do; `null`: there is none. */
function stuckText({ reader }: Seen, snapshot: Snapshot, left: readonly Uncovered[]): string | null {
  const failed = left.flatMap(({ app, environment }) => {
    const edited = changeImageTag(snapshot, reader.layout, { app, environment }, { automaticDeploys: false });
    return edited.ok ? [] : [{ app, message: edited.failure.message }];
  });
  const [first] = failed;
  if (!first) return null;
  return `Automatic deploys of ${listText([...new Set(failed.map(({ app }) => app))], 3)} can’t be switched off: ${first.message} Correct the file in the release repo; Signalbox then goes on.`;
}

/** How far a freeze that is over gave its flags back. */
function endedEffect(
  { ledger, reader }: Seen,
  freeze: Freeze,
  phase: FreezeView['phase'],
  request: Request | null,
): Effect {
  const none = { state: 'none', text: 'Not in force.' } as const;
  if (phase !== 'ended') return none;
  if (request?.what === 'thaw')
    return request.state === 'closed'
      ? {
          state: 'unknown',
          text: `${request.text} Automatic deploys stay off. Have it reopened, or switch them on in the release repo.`,
          needsHand: true,
        }
      : { state: 'requested', text: `${request.text} Until it is merged, automatic deploys stay off.` };
  const { files } = reader.view(ledger.snapshot());
  const broken = Object.entries(freeze.changed).flatMap(([key, was]) => {
    const [environment = '', app = ''] = key.split('/');
    const problem = was === false ? null : files.get(environment)?.get(app)?.problem;
    return problem ? [{ app, message: problem.message }] : [];
  });
  const [first] = broken;
  if (!first) return none;
  return {
    state: 'unknown',
    text: `Automatic deploys of ${listText([...new Set(broken.map(({ app }) => app))], 3)} can’t be switched on again: ${first.message} Correct the file in the release repo; Signalbox then goes on.`,
    needsHand: true,
  };
}

/** The pull request that a freeze waits for: of this console's own operation, or as it was seen last. */
function requestOf(world: Seen, freeze: Freeze, requests: FreezeRequests): Request | null {
  const own = world
    .open()
    .find(
      ({ id, intent, jobs }) =>
        isFreezeIntent(intent) &&
        (intent.kind === 'freeze' ? id === freeze.operation : intent.freeze === freeze.operation) &&
        jobs.some(({ kind }) => kind === 'pull-request'),
    );
  if (own) return ownRequest(own);
  const seen = requests.get(freeze.operation);
  if (seen) {
    const { what, number, url } = seen;
    return seen.state === 'closed'
      ? {
          ...{ what, number, url, operationId: null },
          state: 'closed',
          text: `Pull request #${number} was closed without being merged: nobody asks again by itself.`,
        }
      : {
          ...{ what, number, url, operationId: null },
          state: 'waiting',
          text: `Pull request #${number} waits for a review.`,
        };
  }
  if (freeze.asked === undefined) return null;
  return {
    what: 'freeze',
    state: 'waiting',
    number: null,
    url: null,
    operationId: null,
    text: `${freeze.asked.by} asked for it by a pull request, which waits for its review.`,
  };
}

/** The pull request of an operation of this console. */
function ownRequest({ id, intent, jobs }: Operation): Request {
  const job = jobs.find(({ kind }) => kind === 'pull-request');
  const number = Number(/#(\d+)/.exec(job?.text ?? '')?.[1] ?? Number.NaN);
  return {
    what: intent.kind === 'thaw' ? 'thaw' : 'freeze',
    state: 'waiting',
    number: Number.isInteger(number) ? number : null,
    url: job?.url ?? null,
    operationId: id,
    text: job?.text ?? 'It waits for a review.',
  };
}

/** Freezes that this console asked for, and that no record tells of until they are merged. */
function askedHere(world: Seen, found: readonly Freeze[], requests: FreezeRequests): FreezeView[] {
  return world.open().flatMap(({ id, intent, jobs, actor, requestedAt }) => {
    if (intent.kind !== 'freeze' || found.some(({ operation }) => operation === id)) return [];
    if (!jobs.some(({ kind }) => kind === 'pull-request')) return [];
    const freeze = freezeAsked(intent, { by: actor, email: '', operation: id, at: requestedAt });
    const view = viewOf(world, freeze, null, requests);
    const text = `${view.request?.text ?? ''} Nothing is frozen until it is merged.`.trim();
    return [
      {
        ...view,
        phase: 'requested' as const,
        lateSince: null,
        effect: { state: 'requested' as const, text },
      },
    ];
  });
}

/** All freezes of the estate: those in force first, then the planned ones, each by when it begins. */
export function freezesView(world: Seen, requests: FreezeRequests): FreezesView {
  const order = { active: 0, requested: 1, ended: 2, planned: 3 } as const;
  const found = world.reader.freezes(world.ledger.snapshot());
  return {
    timeZone: world.estate.timeZone,
    freezes: [
      ...found.flatMap((one) => (one.ok ? [viewOf(world, one.value, newerIn(one), requests)] : [])),
      ...askedHere(
        world,
        found.flatMap((one) => (one.ok ? [one.value] : [])),
        requests,
      ),
    ].sort((a, b) => order[a.phase] - order[b.phase] || a.from.localeCompare(b.from)),
    unread: found.flatMap((one) =>
      one.ok ? [] : [{ path: one.failure.place?.path ?? '', message: one.failure.message }],
    ),
  };
}
