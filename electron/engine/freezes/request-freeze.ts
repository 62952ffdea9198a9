import type { Actor } from '../../../shared/domain/bags/decisions';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import type { Freeze } from '../../../shared/domain/freeze/freeze';
import { type FreezeIntent, titleOf } from '../../../shared/domain/operation/intent';
import type { Snapshot } from '../../ledger/ledger';
import type { StepContext, StepEnd } from '../operation-context';
import type { Proposal } from '../routes/proposal';
import { proposeChange } from '../routes/pull-request-route';
import { endOf, type FullDecision, writeLedger } from '../steps/write-ledger';
import { filesBeforeMerge, type MergedRequest } from './before-merge';
import {
  askNoMore,
  askToSwitch,
  markLifted,
  noteRestored,
  noteSwitched,
  notLifted,
  restoreAlone,
  restoresOver,
  switchAlone,
  switchesOver,
} from './freeze-apart';
import { type Decided, type FreezeTold, freezeAt } from './freeze-changes';
import { keysToSwitch, pathsToRestore, requestBranch } from './freeze-way';

type Context = StepContext<FreezeIntent>;

/** What a change of freezes that goes by a pull request is made of. */
interface Requested {
  context: Context;
  route: RouteOf<'pull-request'>;
  actor: () => Actor;
  /** The whole change as one commit. */
  decide: (snapshot: Snapshot) => Decided;
  /** What was asked for before, where it was merged. */
  merged: MergedRequest | null;
}

/** The freeze by its operation. */
const idOf = ({ intent, id }: Context): string => ('freeze' in intent ? intent.freeze : id);

const withoutValue = (decided: Decided): FullDecision<null> =>
  decided.kind === 'refusal' ? decided : { ...decided, value: null };

/** The freeze as the release repo has it, or as it would be set. */
function freezeNow({ context, decide }: Requested): Freeze | null {
  const snapshot = context.world.ledger.snapshot();
  const found = freezeAt(context.world, snapshot, idOf(context));
  if (found?.ok) return found.value;
  const decided = decide(snapshot);
  return decided.kind === 'refusal' ? null : (decided.value.freeze ?? null);
}

/** Why nobody wants it any more, by the release repo and the clock. */
function overNow({ context }: Requested): string | null {
  const { world, intent } = context;
  const snapshot = world.ledger.snapshot();
  const there = freezeAt(world, snapshot, idOf(context));
  if (intent.kind === 'thaw') return restoresOver(world, snapshot, intent, world.now());
  if (intent.kind === 'change-freeze') return there === null ? 'It was lifted.' : null;
  if (there !== null || intent.kind === 'begin-freeze')
    return switchesOver(world, snapshot, idOf(context), world.now());
  // It is set by the merge itself: until then there is no record.
  const isPast = intent.until !== null && Date.parse(intent.until) <= world.now().getTime();
  return isPast ? 'Its end is over already.' : null;
}

/**
 * Why the pull request of a freeze that is over would give back what another freeze or hold needs off by now, or not all of
 * it; `null`: it fits. One that fits is asked for then, by whichever console looks first.
 */
function outdated({ context }: Requested): string | null {
  const { world, intent } = context;
  const files = context.record().effects.get('commit')?.data.files;
  if (intent.kind !== 'thaw' || typeof files !== 'object' || files === null) return null;
  const found = freezeAt(world, world.ledger.snapshot(), intent.freeze);
  if (!found?.ok) return null;
  const paths = pathsToRestore(world, found.value);
  const asked = Object.keys(files).filter((path) => world.reader.layout.match(path) !== null);
  const isSame = paths.length === asked.length && paths.every((path) => asked.includes(path));
  // With nothing left to give back it has simply come to its end.
  return isSame || paths.length === 0 ? null : 'What is to be given back has changed: Signalbox asks again.';
}

/** Where records lie apart: what the record says before the flags are asked for, and after. */
function apartParts(request: Requested): {
  first: (snapshot: Snapshot) => Decided;
  flags: (snapshot: Snapshot) => FullDecision<null>;
  settle: NonNullable<Proposal['settle']>;
  undo: (snapshot: Snapshot, cancelled: boolean) => FullDecision<null>;
} {
  const { context, actor, merged } = request;
  const { world, intent, id } = context;
  const freeze = idOf(context);
  if (intent.kind === 'thaw')
    return {
      first: (snapshot) => markLifted(world, snapshot, intent, actor(), merged),
      flags: (snapshot) => restoreAlone(world, snapshot, intent, actor()),
      settle: async () => (snapshot) => noteRestored(world, snapshot, intent, actor()),
      undo: (snapshot) => notLifted(world, snapshot, intent, id),
    };
  return {
    first: (snapshot) =>
      intent.kind === 'change-freeze'
        ? request.decide(snapshot)
        : askToSwitch(world, snapshot, intent, actor()),
    flags: (snapshot) => switchAlone(world, snapshot, freeze, world.now()),
    settle: async (commit) => {
      const before = await filesBeforeMerge(world, commit, context.signal);
      return (snapshot) => noteSwitched(world, snapshot, freeze, world.now(), { before });
    },
    undo: (snapshot, cancelled) =>
      askNoMore(world, snapshot, freeze, id, cancelled && intent.kind === 'freeze'),
  };
}

/** Whether an operation's change was asked for by a pull request, by its journal. */
export const isRequested = ({ record }: Pick<Context, 'record'>): boolean =>
  record().effects.get('commit')?.data.route === 'pull-request';

/**
 * Carries a change of freezes by a pull request, and waits for its review. Where records lie apart, the record tells
 * everybody at once, and the flags follow; else the whole change is in the pull request. Resumable at every step: the
 * journal says what was begun, the records what was asked for, and the branch is the same for every console.
 * @param told the freeze as soon as people are to be told of it.
 */
export async function requestFreeze(request: Requested, told: (freeze: Freeze) => void): Promise<StepEnd> {
  const { context, route, decide } = request;
  const { world, intent } = context;
  const apart = world.ledger.recordsApart?.state() === 'ready' ? apartParts(request) : null;
  // From here on whoever cancels it has it taken back, by this step.
  if (!isRequested(context))
    context.intend('commit', 'Ask for it by a pull request.', { route: 'pull-request', cancellable: true });
  if (apart && context.record().effects.get('asked')?.outcome !== 'done') {
    const end = await writeFirst(request, apart.first);
    if (end !== null) return end;
  }
  if (apart) tellFirst(context, told);
  const freeze = freezeNow(request);
  const proposal: Proposal = {
    effect: 'commit',
    kind: intent.kind,
    what: titleOf(intent),
    route,
    reason: intent.reason,
    findings: context.record().operation.findings,
    decide: apart ? apart.flags : (snapshot) => withoutValue(decide(snapshot)),
    isOver: () => overNow(request) ?? outdated(request),
    ...(apart ? { settle: apart.settle } : {}),
    ...(freeze && isShared(request, freeze) ? { branch: branchOf(request, freeze) } : {}),
  };
  const end = await proposeChange(context, proposal);
  if (end.state === 'succeeded') {
    const merged = apart ? null : freezeAt(world, world.ledger.snapshot(), idOf(context));
    const of = merged?.ok ? merged.value : freeze;
    if (of && (!apart || (intent.kind === 'thaw' && intent.ended))) told(of);
    return end;
  }
  if (end.state === 'unknown') return end;
  const other = outdated(request);
  if (other !== null && !context.record().cancelRequested) return { state: 'withdrawn', because: other };
  if (apart) await takeBack(request, apart.undo, end.state === 'withdrawn');
  const over = overNow(request);
  if (over !== null) return { state: 'withdrawn', because: over };
  // Of several consoles one asks.
  if (end.state === 'failed' && end.failure.code === 'busy')
    return { state: 'withdrawn', because: end.failure.message };
  return end;
}

/**
 * Whether other consoles may ask for the same. A freeze that is only planned is set by its own person's request alone, and
 * begins by another one.
 */
const isShared = ({ context: { intent } }: Requested, { begun, asked }: Freeze): boolean =>
  intent.kind === 'freeze' ? begun !== null || asked !== undefined : intent.kind !== 'change-freeze';

/** The branch: the one on which it was begun, else the freeze's own. */
function branchOf({ context }: Requested, freeze: Freeze): string {
  const { world, intent } = context;
  const begun = context.record().effects.get('commit')?.data.branch;
  if (typeof begun === 'string') return begun;
  if (intent.kind === 'thaw') return requestBranch(world, freeze, 'thaw', pathsToRestore(world, freeze));
  // What a freeze is set with has begun only once it is merged.
  const before = intent.kind === 'freeze' ? { ...freeze, begun: null } : freeze;
  return requestBranch(world, before, 'freeze', keysToSwitch(world, freeze));
}

/** Writes what is asked for into the record. @returns how the step ends; `null`: it goes on. */
async function writeFirst(
  { context }: Requested,
  first: (snapshot: Snapshot) => Decided,
): Promise<StepEnd | null> {
  const { world, intent } = context;
  const written = await writeLedger<FreezeTold>(context, {
    effect: 'asked',
    kind: `${intent.kind}-asked`,
    what: titleOf(intent),
    waitingFor: 'Waiting for the record to reach the release repo.',
    decide: first,
    settled: { value: { freeze: null, left: [], moot: null } },
    reason: intent.reason,
    patience: world.limits.ledger,
  });
  if (!written.ok) {
    context.result('commit', { outcome: 'not-done', text: 'It was not asked for.' });
    return endOf(written);
  }
  const { moot, left } = written.value.value;
  if (moot !== null) {
    context.result('commit', { outcome: 'not-done', text: moot });
    return { state: 'withdrawn', because: moot };
  }
  for (const text of left.slice(0, 5)) context.saw(`Left as it is: ${text}`);
  return null;
}

/**
 * Has people told of a freeze that is set, or lifted by a person, as soon as its record says so; at a restart, too, since
 * an earlier process may have ended in between. What was told already is not told again.
 */
function tellFirst(context: Context, told: (freeze: Freeze) => void): void {
  const { world, intent } = context;
  if (intent.kind !== 'freeze' && !(intent.kind === 'thaw' && !intent.ended)) return;
  const there = freezeAt(world, world.ledger.snapshot(), idOf(context));
  if (there?.ok && context.record().effects.get('asked')?.outcome === 'done') told(there.value);
}

/** What was asked for and did not come is taken back in the record. */
async function takeBack(
  { context }: Requested,
  undo: (snapshot: Snapshot, cancelled: boolean) => FullDecision<null>,
  withdrawn: boolean,
): Promise<void> {
  const { world, intent } = context;
  const cancelled = withdrawn && context.record().cancelRequested;
  const written = await writeLedger(context, {
    effect: 'taken-back',
    kind: `${intent.kind}-withdrawn`,
    what: titleOf(intent),
    decide: (snapshot) => undo(snapshot, cancelled),
    settled: { value: null },
    patience: world.limits.ledger,
  });
  if (!written.ok) context.saw(`Its record could not be put back: ${written.failure.message}`);
}
