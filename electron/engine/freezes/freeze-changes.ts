import { type Actor, refuse } from '../../../shared/domain/bags/decisions';
import type { Failure } from '../../../shared/domain/failure/failure';
import { type Freeze, freezePhase, scopeText } from '../../../shared/domain/freeze/freeze';
import { covering, thawPlan, uncovered } from '../../../shared/domain/freeze/freeze-flags';
import { untilText } from '../../../shared/domain/freeze/freeze-words';
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

/** What became of a freeze, for the step and those who are told. */
export interface FreezeTold {
  freeze: Freeze | null;
  /** Image-tag files that could not be changed, and why: the freeze covers what it can. */
  left: string[];
  /** Nothing was to be done any more, and why. */
  moot: string | null;
}

type Decided = FullDecision<FreezeTold>;
type World_ = Pick<World, 'estate' | 'reader'>;

/** A freeze of a snapshot by its operation; `null`: there is none. */
export function freezeAt(world: World_, snapshot: Snapshot, operation: string): Found<Freeze> | null {
  return (
    world.reader
      .freezes(snapshot)
      .find((one) =>
        one.ok ? one.value.operation === operation : one.failure.place?.path.endsWith(`/${operation}.yaml`),
      ) ?? null
  );
}

const others = (world: World_, snapshot: Snapshot, operation: string) => (app: string) =>
  world.reader.claims(snapshot, app).filter((one) => one.freeze?.operation !== operation);

/** Switches off what a freeze in force has yet to switch off; where it is only planned, nothing. */
function carryOut(
  world: World_,
  snapshot: Snapshot,
  freeze: Freeze,
  now: Date,
): {
  freeze: Freeze;
  files: Map<string, string>;
  changes: ReturnType<typeof corrections>;
  left: string[];
} {
  const files = new Map<string, string>();
  const left: string[] = [];
  if (freezePhase(freeze, now) !== 'active') return { freeze, files, changes: [], left };
  const all = uncovered(freeze, world.estate, world.reader.view(snapshot).files, (app) =>
    world.reader.claims(snapshot, app),
  );
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
    files,
    changes: corrections(snapshot, done, others(world, snapshot, freeze.operation)),
    left,
  };
}

const refused = (failure: Failure): Decided => ({ kind: 'refusal', failure });
const moot = (because: string, freeze: Freeze | null = null): Decided => ({
  kind: 'nothing',
  value: { freeze, left: [], moot: because },
});

type Of<K extends FreezeIntent['kind']> = Extract<FreezeIntent, { kind: K }>;

/** The commit that sets a freeze; one that is in force at once switches automatic deploys off by the same commit. */
export function setFreeze(world: World_, snapshot: Snapshot, intent: Of<'freeze'>, actor: Actor): Decided {
  const there = freezeAt(world, snapshot, actor.operation);
  if (there)
    return { kind: 'nothing', value: { freeze: there.ok ? there.value : null, left: [], moot: null } };
  const { scope, until, automatic, manual, reason } = intent;
  if (until !== null && Date.parse(until) <= Date.parse(actor.at))
    return refuse('refused', `Its end, ${utcText(until)}, is over already.`, 'Choose a later end.');
  const planned: Freeze = {
    operation: actor.operation,
    ...scope,
    by: actor.by,
    email: actor.email,
    at: actor.at,
    reason,
    from: intent.from ?? actor.at,
    until,
    automatic,
    manual,
    begun: null,
    changed: {},
  };
  const { freeze, files, changes, left } = carryOut(world, snapshot, planned, new Date(actor.at));
  return {
    kind: 'change',
    changes: [put('freeze', freeze), ...changes],
    files,
    subject: `${titleOf(intent)} ${untilText(until)}`,
    value: { freeze, left, moot: null },
  };
}

/** The commit that begins a planned freeze, or freezes what is new in the scope of one in force. */
export function beginFreeze(
  world: World_,
  snapshot: Snapshot,
  intent: Of<'begin-freeze'>,
  actor: Actor,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return moot('It was lifted.');
  if (!found.ok) return refused(found.failure);
  const now = new Date(actor.at);
  const phase = freezePhase(found.value, now);
  if (phase !== 'active') return moot(phase === 'ended' ? 'It has ended.' : 'It has not begun.');
  const { freeze, files, changes, left } = carryOut(world, snapshot, found.value, now);
  if (
    found.value.begun !== null &&
    Object.keys(freeze.changed).length === Object.keys(found.value.changed).length
  )
    return {
      kind: 'nothing',
      value: {
        freeze: found.value,
        left,
        moot: left[0] ? `Left as it is: ${left[0]}` : 'Another console was first.',
      },
    };
  const apps = new Set(
    Object.keys(freeze.changed)
      .filter((key) => !Object.hasOwn(found.value.changed, key))
      .map((key) => key.split('/')[1]),
  );
  return {
    kind: 'change',
    changes: [put('freeze', freeze), ...changes],
    files,
    subject:
      found.value.begun === null
        ? `Freeze of ${scopeText(freeze)} begins, set by ${freeze.by}`
        : `Freeze of ${scopeText(freeze)} takes in ${[...apps].slice(0, 3).join(', ')}${apps.size > 3 ? ` and ${apps.size - 3} more` : ''}`,
    value: { freeze, left, moot: null },
  };
}

/** The commit that moves the end of a freeze, or changes what deployments by hand meet. */
export function changeFreeze(
  world: World_,
  snapshot: Snapshot,
  intent: Of<'change-freeze'>,
  actor: Actor,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return refuse('not-found', 'This freeze was lifted after you opened it.');
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
  const freeze = { ...found.value, until, manual };
  return {
    kind: 'change',
    changes: [put('freeze', freeze)],
    subject: `${titleOf(intent)}: ${untilText(until)}`,
    value: { freeze, left: [], moot: null },
  };
}

/** The commit that lifts a freeze, and gives back what it switched off. Versions stay: it deploys nothing. */
export function thawFreeze(world: World_, snapshot: Snapshot, intent: Of<'thaw'>, actor: Actor): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return moot('It was lifted already.');
  // Nobody can tell what an unreadable one switched off.
  if (!found.ok) return refused(found.failure);
  const freeze = found.value;
  if (intent.ended && freezePhase(freeze, new Date(actor.at)) !== 'ended')
    return moot(`Its end was moved: it lasts ${untilText(freeze.until)}.`, freeze);
  const files = new Map<string, string>();
  const left: string[] = [];
  const flags = world.reader.view(snapshot).files;
  for (const [app, { restore }] of thawPlan(freeze, flags, others(world, snapshot, freeze.operation)))
    for (const { environment, to } of restore) {
      const path = world.reader.layout.path({ environment, app });
      if (to === null) {
        const text = withoutFlag(snapshot.file(path)?.text ?? '');
        if (text !== null) files.set(path, text);
        else left.push(`${path} cannot be changed: its flag is not as it was added.`);
        continue;
      }
      const edited = changeImageTag(
        snapshot,
        world.reader.layout,
        { app, environment },
        { automaticDeploys: to },
      );
      if (edited.ok) files.set(path, edited.value.text);
      else left.push(edited.failure.message);
    }
  return {
    kind: 'change',
    changes: [remove('freeze', { operation: freeze.operation })],
    files,
    subject: intent.ended
      ? `Freeze of ${scopeText(freeze)} ended, set by ${freeze.by} ${untilText(freeze.until)}`
      : titleOf(intent),
    value: { freeze, left, moot: null },
  };
}
