import { type Actor, refuse } from '../../../shared/domain/bags/decisions';
import type { Failure } from '../../../shared/domain/failure/failure';
import { type Freeze, freezePhase, scopeText } from '../../../shared/domain/freeze/freeze';
import {
  askedAtMerge,
  askingNothing,
  covering,
  thawPlan,
  type Uncovered,
  uncovered,
} from '../../../shared/domain/freeze/freeze-flags';
import { untilText } from '../../../shared/domain/freeze/freeze-words';
import { type FlagClaim, flagKey } from '../../../shared/domain/hold/flag-claims';
import { withoutFlag } from '../../../shared/domain/hold/hold-plan';
import { type FreezeIntent, titleOf } from '../../../shared/domain/operation/intent';
import { put, remove } from '../../../shared/domain/records/record-change';
import type { Found } from '../../../shared/domain/records/record-entry';
import { utcText } from '../../../shared/domain/text/utc-text';
import type { Snapshot } from '../../ledger/ledger';
import { changeImageTag } from '../../ledger/ledger-board';
import { corrections } from '../commit-hold';
import type { FullDecision } from '../steps/write-ledger';
import type { World } from '../world';
import type { MergedRequest } from './before-merge';

/** What became of a freeze, for the step and those who are told. */
export interface FreezeTold {
  freeze: Freeze | null;
  /** Image-tag files that could not be changed, and why: the freeze covers what it can. */
  left: string[];
  /** Nothing was to be done any more, and why. */
  moot: string | null;
}

export type Decided = FullDecision<FreezeTold>;
export type FreezeWorld = Pick<World, 'estate' | 'reader'>;

/** A freeze of a snapshot by its operation; `null`: there is none. */
export function freezeAt(world: FreezeWorld, snapshot: Snapshot, operation: string): Found<Freeze> | null {
  return (
    world.reader
      .freezes(snapshot)
      .find((one) =>
        one.ok ? one.value.operation === operation : one.failure.place?.path.endsWith(`/${operation}.yaml`),
      ) ?? null
  );
}

/** Claims on an app's files besides those of one freeze. */
export const others = (world: FreezeWorld, snapshot: Snapshot, operation: string) => (app: string) =>
  world.reader.claims(snapshot, app).filter((one) => one.freeze?.operation !== operation);

/** A freeze as its pull request was merged: see {@link askedAtMerge}. */
export const atMerge = (
  world: FreezeWorld,
  snapshot: Snapshot,
  freeze: Freeze,
  merged: MergedRequest | null,
): Freeze =>
  merged ? askedAtMerge(freeze, merged.before, others(world, snapshot, freeze.operation)) : freeze;

/** A freeze carried out as far as its files can be changed. */
interface CarriedOut {
  freeze: Freeze;
  /** What was to be switched off, where its file can be changed. */
  done: readonly Uncovered[];
  files: Map<string, string>;
  changes: ReturnType<typeof corrections>;
  left: string[];
}

/**
 * Switches off what a freeze in force has yet to switch off; where it is only planned, nothing.
 * @param merged the pull request that was asked for was merged.
 */
export function carryOut(
  world: FreezeWorld,
  snapshot: Snapshot,
  freeze: Freeze,
  now: Date,
  merged = false,
): CarriedOut {
  const files = new Map<string, string>();
  const left: string[] = [];
  if (freezePhase(freeze, now) !== 'active') return { freeze, done: [], files, changes: [], left };
  const claims = (app: string): readonly FlagClaim[] => world.reader.claims(snapshot, app);
  const all = uncovered(freeze, world.estate, world.reader.view(snapshot).files, claims, merged);
  const done = all.filter(({ app, environment }) => {
    const edited = changeImageTag(
      snapshot,
      world.reader.layout,
      { app, environment },
      { automaticDeploys: false },
    );
    if (!edited.ok) {
      left.push(edited.failure.message);
      return false;
    }
    if (edited.value.changed) files.set(edited.value.path, edited.value.text);
    return true;
  });
  return {
    freeze: { ...covering(freeze, done), begun: freeze.begun ?? now.toISOString() },
    done,
    files,
    changes: corrections(snapshot, done, others(world, snapshot, freeze.operation)),
    left,
  };
}

export const refused = (failure: Failure): Decided => ({ kind: 'refusal', failure });
export const moot = (because: string, freeze: Freeze | null = null): Decided => ({
  kind: 'nothing',
  value: { freeze, left: [], moot: because },
});

export type Of<K extends FreezeIntent['kind']> = Extract<FreezeIntent, { kind: K }>;

/** A freeze as it was asked for, before anything of it is carried out. */
export const freezeAsked = (intent: Of<'freeze'>, actor: Actor): Freeze => ({
  operation: actor.operation,
  ...intent.scope,
  by: actor.by,
  email: actor.email,
  at: actor.at,
  reason: intent.reason,
  from: intent.from ?? actor.at,
  until: intent.until,
  automatic: intent.automatic,
  manual: intent.manual,
  begun: null,
  changed: {},
});

/**
 * The commit that sets a freeze; one that is in force at once switches automatic deploys off by the same commit.
 * @param later its flags follow, by whichever console may change them.
 */
export function setFreeze(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'freeze'>,
  actor: Actor,
  later = false,
): Decided {
  const there = freezeAt(world, snapshot, actor.operation);
  if (there)
    return { kind: 'nothing', value: { freeze: there.ok ? there.value : null, left: [], moot: null } };
  const { until } = intent;
  if (until !== null && Date.parse(until) <= Date.parse(actor.at))
    return refuse('refused', `Its end, ${utcText(until)}, is over already.`, 'Choose a later end.');
  if (until !== null && intent.from !== null && Date.parse(until) <= Date.parse(intent.from))
    return refuse('refused', 'It ends before it begins.', 'Choose a later end.');
  const asked = freezeAsked(intent, actor);
  const value = { freeze: asked, left: [], moot: null };
  const subject = `${titleOf(intent)} ${untilText(until)}`;
  if (later) return { kind: 'change', changes: [put('freeze', asked)], subject, value };
  const { freeze, files, changes, left } = carryOut(world, snapshot, asked, new Date(actor.at));
  return {
    kind: 'change',
    changes: [put('freeze', freeze), ...changes],
    files,
    subject,
    value: { freeze, left, moot: null },
  };
}

/** Why a freeze is not in force by now; `null`: it is. */
export function notInForce(freeze: Freeze, now: Date): string | null {
  const phase = freezePhase(freeze, now);
  if (phase === 'active') return null;
  return phase === 'planned' ? 'It has not begun.' : freeze.lifted ? 'It was lifted.' : 'It has ended.';
}

/** The subject of a commit that begins a freeze, or takes more files into it. */
export function beginText(before: Freeze, keys: readonly string[]): string {
  if (before.begun === null) return `Freeze of ${scopeText(before)} begins, set by ${before.by}`;
  const apps = [...new Set(keys.map((key) => key.split('/')[1] ?? ''))];
  return `Freeze of ${scopeText(before)} takes in ${apps.slice(0, 3).join(', ')}${apps.length > 3 ? ` and ${apps.length - 3} more` : ''}`;
}

/**
 * The commit that begins a planned freeze, or freezes what is new in the scope of one in force.
 * @param merged the pull request by which its flags were asked for, where it was merged.
 */
export function beginFreeze(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'begin-freeze'>,
  actor: Actor,
  merged: MergedRequest | null = null,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return moot('It was lifted.');
  if (!found.ok) return refused(found.failure);
  const now = new Date(actor.at);
  const because = notInForce(found.value, now);
  if (because !== null) return moot(because);
  const { freeze, done, files, changes, left } = carryOut(
    world,
    snapshot,
    atMerge(world, snapshot, found.value, merged),
    now,
    merged !== null,
  );
  if (found.value.begun !== null && done.length === 0)
    return {
      kind: 'nothing',
      value: {
        freeze: found.value,
        left,
        moot: left[0] ? `Left as it is: ${left[0]}` : 'Another console was first.',
      },
    };
  return {
    kind: 'change',
    changes: [put('freeze', freeze), ...changes],
    files,
    subject: beginText(
      found.value,
      done.map(({ environment, app }) => flagKey(environment, app)),
    ),
    value: { freeze, left, moot: null },
  };
}

/** The commit that moves the end of a freeze, or changes what deployments by hand meet. */
export function changeFreeze(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'change-freeze'>,
  actor: Actor,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null || (found.ok && found.value.lifted))
    return refuse('not-found', 'This freeze was lifted after you opened it.');
  if (!found.ok) return refused(found.failure);
  const { until, manual } = intent;
  if (found.value.until !== intent.seen)
    return found.value.until === until && found.value.manual === manual
      ? { kind: 'nothing', value: { freeze: found.value, left: [], moot: null } }
      : refuse(
          'conflict',
          `This freeze was changed after you opened it: it lasts ${untilText(found.value.until)} now.`,
        );
  if (until !== null && Date.parse(until) <= Date.parse(actor.at))
    return refuse('refused', 'That end is over already.', 'Lift the freeze instead.');
  if (until !== null && Date.parse(until) <= Date.parse(found.value.from))
    return refuse('refused', 'It would end before it begins.', 'Choose a later end, or lift the freeze.');
  const freeze = { ...found.value, until, manual };
  return {
    kind: 'change',
    changes: [put('freeze', freeze)],
    subject: `${titleOf(intent)}: ${untilText(until)}`,
    value: { freeze, left: [], moot: null },
  };
}

/** What thawing does to files, and what it can't give back since its file can't be changed, with why. */
function giveBack(
  world: FreezeWorld,
  snapshot: Snapshot,
  freeze: Freeze,
  merged: boolean,
): { files: Map<string, string>; left: Map<string, string> } {
  const files = new Map<string, string>();
  const left = new Map<string, string>();
  const flags = world.reader.view(snapshot).files;
  const { layout } = world.reader;
  const othersOn = others(world, snapshot, freeze.operation);
  for (const [app, { restore }] of thawPlan(freeze, flags, othersOn, merged))
    for (const { environment, to } of restore) {
      const key = flagKey(environment, app);
      const path = layout.path({ environment, app });
      if (to === null) {
        const text = withoutFlag(snapshot.file(path)?.text ?? '');
        if (text !== null) files.set(path, text);
        else left.set(key, `${path} cannot be changed: its flag is not as it was added.`);
        continue;
      }
      const edited = changeImageTag(snapshot, layout, { app, environment }, { automaticDeploys: to });
      if (edited.ok) files.set(path, edited.value.text);
      else left.set(key, edited.failure.message);
    }
  // What a file that can't be read says is not known: the claim on it stays, or it would stay off for good.
  for (const [key, was] of Object.entries(freeze.changed)) {
    const [environment = '', app = ''] = key.split('/');
    const problem = flags.get(environment)?.get(app)?.problem;
    if (
      was !== false &&
      freeze.automatic &&
      problem &&
      !othersOn(app).some((one) => one.environment === environment)
    )
      left.set(key, problem.message);
  }
  return { files, left };
}

/**
 * The commit that lifts a freeze, and gives back what it switched off. Versions stay: it deploys nothing. Where a file
 * can't be changed, the freeze is over all the same, and its record stays with what is left to be given back.
 * @param merged the pull request by which its flags were asked for, where it was merged.
 */
export function thawFreeze(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'thaw'>,
  actor: Actor,
  merged: MergedRequest | null = null,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return moot('It was lifted already.');
  // Nobody can tell what an unreadable one switched off.
  if (!found.ok) return refused(found.failure);
  const freeze = atMerge(world, snapshot, found.value, merged);
  if (intent.ended && freezePhase(freeze, new Date(actor.at)) !== 'ended')
    return moot(`Its end was moved: it lasts ${untilText(freeze.until)}.`, freeze);
  const { files, left } = giveBack(world, snapshot, freeze, merged !== null);
  const rest = Object.fromEntries(Object.entries(freeze.changed).filter(([key]) => left.has(key)));
  const value = { freeze, left: [...left.values()], moot: null };
  const { by, operation, at } = actor;
  const isOver = freeze.lifted !== undefined && freeze.asked === undefined;
  if (
    left.size > 0 &&
    isOver &&
    files.size === 0 &&
    Object.keys(rest).length === Object.keys(freeze.changed).length
  )
    return { kind: 'nothing', value: { ...value, moot: `Left as it is: ${value.left[0]}` } };
  return {
    kind: 'change',
    changes: [
      left.size === 0
        ? remove('freeze', { operation: freeze.operation })
        : put('freeze', {
            ...askingNothing(freeze),
            changed: rest,
            lifted: freeze.lifted ?? { by, operation, at },
          }),
    ],
    files,
    subject: thawText(freeze, intent),
    value,
  };
}

/** The subject of the commit that ends a freeze. */
export const thawText = (freeze: Freeze, intent: Of<'thaw'>): string =>
  intent.ended && !freeze.lifted
    ? `Freeze of ${scopeText(freeze)} ended, set by ${freeze.by} ${untilText(freeze.until)}`
    : titleOf(intent);
