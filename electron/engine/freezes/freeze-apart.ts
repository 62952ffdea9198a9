import type { Actor } from '../../../shared/domain/bags/decisions';
import { type Freeze, freezePhase } from '../../../shared/domain/freeze/freeze';
import { asking, askingNothing } from '../../../shared/domain/freeze/freeze-flags';
import { untilText } from '../../../shared/domain/freeze/freeze-words';
import { type FreezeIntent, titleOf } from '../../../shared/domain/operation/intent';
import { put, remove } from '../../../shared/domain/records/record-change';
import type { Snapshot } from '../../ledger/ledger';
import type { FullDecision } from '../steps/write-ledger';
import type { MergedRequest } from './before-merge';
import {
  atMerge,
  beginText,
  carryOut,
  type Decided,
  type FreezeWorld,
  freezeAsked,
  freezeAt,
  moot,
  notInForce,
  type Of,
  refused,
  thawFreeze,
  thawText,
} from './freeze-changes';

/**
 * A change of a freeze where its flags go by a pull request and its record lies apart, in three steps: (1) the record says
 * what is asked for, so that the freeze holds for deployments by hand at once, and every console knows what the flags said;
 * (2) the pull request changes the flags alone; (3) once it is merged, the record says that it was done.
 */

/** Milliseconds that whoever asks, or lifts, has for it before another console does. */
const headStart = 2 * 60_000;

/** Until when another console leaves what was asked for to whoever asked; milliseconds since 1970. */
export const askedUntil = ({ at }: { at: string }): number => Date.parse(at) + headStart;

/** (1) of a freeze that is set or begun. */
export function askToSwitch(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'freeze' | 'begin-freeze'>,
  actor: Actor,
): Decided {
  const now = new Date(actor.at);
  const found = freezeAt(world, snapshot, intent.kind === 'freeze' ? actor.operation : intent.freeze);
  if (found?.ok === false) return refused(found.failure);
  if (found === null && intent.kind === 'begin-freeze') return moot('It was lifted.');
  const freeze = found?.value ?? freezeAsked(intent as Of<'freeze'>, actor);
  const because = notInForce(freeze, now);
  if (because !== null) return moot(because);
  const { by, operation, at } = actor;
  // Of several consoles that begin it one asks; who asked and died is taken over from.
  if (freeze.asked && freeze.asked.operation !== operation && now.getTime() < askedUntil(freeze.asked))
    return moot(`${freeze.asked.by} asks for it by a pull request.`);
  const { done, changes, left } = carryOut(world, snapshot, freeze, now);
  const asked = asking(freeze, done, { operation, by, at });
  const value = { freeze: asked, left, moot: null };
  if (freeze.asked?.operation === operation) return { kind: 'nothing', value };
  return {
    kind: 'change',
    changes: [put('freeze', asked), ...changes],
    subject:
      intent.kind === 'freeze'
        ? `${titleOf(intent)} ${untilText(freeze.until)}`
        : `Ask for the flags of the freeze of ${titleOf(intent).replace(/^Apply the freeze of /, '')}`,
    value,
  };
}

/** Why the flags of a freeze are not to be switched off any more; `null`: they are. */
export function switchesOver(
  world: FreezeWorld,
  snapshot: Snapshot,
  operation: string,
  now: Date,
): string | null {
  const found = freezeAt(world, snapshot, operation);
  if (found === null) return 'It was lifted.';
  return found.ok ? notInForce(found.value, now) : null;
}

/** (2): the flags that are asked for, as far as they are on. */
export function switchAlone(
  world: FreezeWorld,
  snapshot: Snapshot,
  operation: string,
  now: Date,
): FullDecision<null> {
  const found = freezeAt(world, snapshot, operation);
  if (found?.ok === false) return { kind: 'refusal', failure: found.failure };
  if (!found) return { kind: 'nothing', value: null };
  const asked = found.value.asked?.files ?? {};
  const { done, files } = carryOut(world, snapshot, found.value, now);
  const wanted = new Map(
    done.flatMap(({ app, environment }) => {
      const path = world.reader.layout.path({ environment, app });
      const text = files.get(path);
      return text !== undefined && Object.hasOwn(asked, `${environment}/${app}`) ? [[path, text]] : [];
    }),
  );
  if (wanted.size === 0) return { kind: 'nothing', value: null };
  const subject = beginText(found.value, Object.keys(asked));
  return { kind: 'change', changes: [], files: wanted, subject, value: null };
}

/**
 * (3): what was merged is the freeze's. A flag that somebody switched on since is theirs, and one that they switched off
 * while the request waited.
 */
export function noteSwitched(
  world: FreezeWorld,
  snapshot: Snapshot,
  operation: string,
  now: Date,
  merged: MergedRequest,
): FullDecision<null> {
  const found = freezeAt(world, snapshot, operation);
  if (found?.ok === false) return { kind: 'refusal', failure: found.failure };
  const files = found && atMerge(world, snapshot, found.value, merged).asked?.files;
  if (!found || !files) return { kind: 'nothing', value: null };
  const freeze: Freeze = {
    ...askingNothing(found.value),
    changed: { ...files, ...found.value.changed },
    begun: found.value.begun ?? now.toISOString(),
  };
  const subject = beginText(found.value, Object.keys(files));
  return { kind: 'change', changes: [put('freeze', freeze)], subject, value: null };
}

/**
 * After a pull request that was not merged: the freeze asks for nothing.
 * @param asker the operation that asked.
 * @param goes the person who set it took that back.
 */
export function askNoMore(
  world: FreezeWorld,
  snapshot: Snapshot,
  operation: string,
  asker: string,
  goes: boolean,
): FullDecision<null> {
  const found = freezeAt(world, snapshot, operation);
  if (!found?.ok) return { kind: 'nothing', value: null };
  const freeze = found.value;
  const isUntouched = freeze.begun === null && Object.values(freeze.changed).every((was) => was === false);
  const subject = `Withdraw the request of the freeze set by ${freeze.by}`;
  if (goes && isUntouched)
    return { kind: 'change', changes: [remove('freeze', { operation })], subject, value: null };
  if (freeze.asked?.operation !== asker) return { kind: 'nothing', value: null };
  return { kind: 'change', changes: [put('freeze', askingNothing(freeze))], subject, value: null };
}

/** (1) of a freeze that is lifted: it is over from now on. */
export function markLifted(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'thaw'>,
  actor: Actor,
  merged: MergedRequest | null,
): Decided {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return moot('It was lifted already.');
  if (!found.ok) return refused(found.failure);
  const before = found.value;
  if (intent.ended && freezePhase(before, new Date(actor.at)) !== 'ended')
    return moot(`Its end was moved: it lasts ${untilText(before.until)}.`, before);
  const { by, operation, at } = actor;
  const freeze: Freeze = {
    ...askingNothing(before),
    changed: {
      ...(merged ? atMerge(world, snapshot, before, merged).asked?.files : {}),
      ...before.changed,
    },
    ...(intent.ended ? {} : { lifted: before.lifted ?? { by, operation, at } }),
  };
  const value = { freeze: before, left: [], moot: null };
  if (JSON.stringify(freeze) === JSON.stringify(before)) return { kind: 'nothing', value };
  return { kind: 'change', changes: [put('freeze', freeze)], subject: thawText(before, intent), value };
}

/** (1) taken back: the freeze goes on, where nobody else has lifted it. */
export function notLifted(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'thaw'>,
  operation: string,
): FullDecision<null> {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (!found?.ok || found.value.lifted?.operation !== operation) return { kind: 'nothing', value: null };
  const { lifted: _, ...freeze } = found.value;
  const subject = `The freeze set by ${freeze.by} stays: lifting it was withdrawn`;
  return { kind: 'change', changes: [put('freeze', freeze)], subject, value: null };
}

/** Why flags of a freeze are not to be given back any more; `null`: they are. */
export function restoresOver(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'thaw'>,
  now: Date,
): string | null {
  const found = freezeAt(world, snapshot, intent.freeze);
  if (found === null) return 'Its flags were given back already.';
  // Beside the image tags a freeze that is lifted lasts until the merge.
  if (!found.ok || !intent.ended) return null;
  if (freezePhase(found.value, now) === 'ended') return null;
  return `It is in force again: it lasts ${untilText(found.value.until)}.`;
}

/** (2): the flags that are given back. */
export function restoreAlone(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: Of<'thaw'>,
  actor: Actor,
): FullDecision<null> {
  const thawed = thawFreeze(world, snapshot, { ...intent, ended: false }, actor);
  if (thawed.kind === 'refusal') return thawed;
  const files = thawed.kind === 'change' ? (thawed.files ?? new Map()) : new Map();
  if (thawed.kind === 'nothing' || files.size === 0) return { kind: 'nothing', value: null };
  return { kind: 'change', changes: [], files, subject: thawed.subject, value: null };
}

/** (3): once they are given back, the record goes, or keeps what can't be. */
export function noteRestored(
  world: FreezeWorld,
  snapshot: Snapshot,
  intent: FreezeIntent,
  actor: Actor,
): FullDecision<null> {
  if (intent.kind !== 'thaw') return { kind: 'nothing', value: null };
  const thawed = thawFreeze(world, snapshot, { ...intent, ended: false }, actor);
  if (thawed.kind !== 'change') return thawed.kind === 'refusal' ? thawed : { kind: 'nothing', value: null };
  // A reviewer who gave back less than was asked for decided that: the rest is theirs.
  return { kind: 'change', changes: thawed.changes, subject: thawed.subject, value: null };
}
