import type { Actor } from '../../../shared/domain/bags/decisions';
import { recordPage } from '../../../shared/domain/estate/github-pages';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import type { Freeze } from '../../../shared/domain/freeze/freeze';
import { freezeAnnouncement } from '../../../shared/domain/freeze/freeze-announcement';
import { type FreezeIntent, type Intent, titleOf } from '../../../shared/domain/operation/intent';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { recordPath } from '../../../shared/domain/records/record-paths';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import type { Snapshot } from '../../ledger/ledger';
import { askLedgerAgain } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf, type FullDecision, writeLedger } from '../steps/write-ledger';
import type { World } from '../world';
import { filesBeforeMerge, type MergedRequest } from './before-merge';
import { noteSwitched } from './freeze-apart';
import {
  beginFreeze,
  changeFreeze,
  type FreezeTold,
  freezeAsked,
  freezeAt,
  setFreeze,
  thawFreeze,
} from './freeze-changes';
import { freezeFindings } from './freeze-findings';
import {
  askFreezeWay,
  closeRequest,
  findRequest,
  freezeWay,
  isApart,
  keysToSwitch,
  requestBranch,
  requestRoute,
} from './freeze-way';
import { isRequested, requestFreeze } from './request-freeze';

/** The freeze that an operation is about. */
export const freezeOf = ({ intent, id }: Pick<StepContext<Intent>, 'intent' | 'id'>): string =>
  'freeze' in intent ? intent.freeze : id;

const actorOf = ({ world, id }: StepContext<FreezeIntent>): Actor => {
  const { name, email } = world.identity();
  return { by: name, email, operation: id, at: world.now().toISOString() };
};

/** @param merged the pull request by which the flags were asked for, where it was merged. */
function decide(
  context: StepContext<FreezeIntent>,
  snapshot: Snapshot,
  merged: MergedRequest | null,
): FullDecision<FreezeTold> {
  const { world, intent } = context;
  const actor = actorOf(context);
  switch (intent.kind) {
    case 'freeze':
      return setFreeze(world, snapshot, intent, actor);
    case 'begin-freeze':
      // What was merged is written down first; what is new besides is asked for on its own.
      if (merged) {
        const noted = noteSwitched(world, snapshot, intent.freeze, new Date(actor.at), merged);
        if (noted.kind === 'change') return { ...noted, value: { freeze: null, left: [], moot: null } };
      }
      return beginFreeze(world, snapshot, intent, actor, merged);
    case 'change-freeze':
      return changeFreeze(world, snapshot, intent, actor);
    case 'thaw':
      return thawFreeze(world, snapshot, intent, actor, merged);
  }
}

/** Everything that speaks against it, before anything is committed. */
export async function checkFreeze(context: StepContext<FreezeIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  // What was committed already is not asked about again.
  if (context.record().effects.size > 0) return { state: 'succeeded' };
  const limited = AbortSignal.any([context.signal, AbortSignal.timeout(world.limits.look)]);
  await Promise.all([askLedgerAgain(world, context.signal), askFreezeWay(world, limited)]);
  const findings = freezeFindings(world, intent);
  context.findings(findings);
  const [first] = obstacles({}, findings);
  if (!first) return { state: 'succeeded' };
  return {
    state: 'failed',
    failure: {
      code: 'refused',
      message: first.message,
      meaning: 'Nothing was changed.',
      next: [{ do: 'advice', label: 'Resolve what blocks it first.' }],
      detail: first.evidence,
    },
  };
}

/**
 * What became of a pull request by which the flags of a freeze were asked for before: one that is still open is closed
 * before the freeze is lifted, or a merge would switch flags off for a freeze that nobody knows of any more.
 * @returns what it was, where it was merged; or how the step ends.
 */
async function requestBefore(
  context: StepContext<FreezeIntent>,
): Promise<{ merged: MergedRequest | null } | StepEnd> {
  const { world, intent, signal } = context;
  if (intent.kind !== 'begin-freeze' && intent.kind !== 'thaw') return { merged: null };
  const found = freezeAt(world, world.ledger.snapshot(), intent.freeze);
  if (!found?.ok || !found.value.automatic) return { merged: null };
  const { asked, begun } = found.value;
  if (asked === undefined && (begun !== null || requestRoute(world, intent.scope) === null))
    return { merged: null };
  const branch = requestBranch(world, found.value, 'freeze', keysToSwitch(world, found.value));
  if (intent.kind === 'begin-freeze') {
    const there = await findRequest(world, branch, signal);
    if (!there.ok) return { state: 'failed', failure: there.failure };
    return { merged: await mergedBy(context, there.value) };
  }
  context.waiting('Looking for a pull request of this freeze.');
  const closed = await closeRequest(world, branch, signal);
  if (!closed.ok) return { state: 'failed', failure: closed.failure };
  if (closed.value?.state === 'closed') context.saw('Its pull request, which was not merged, was closed.');
  return { merged: await mergedBy(context, closed.value) };
}

/** A pull request that was merged, with what it met there. */
async function mergedBy(
  { world, signal }: StepContext<FreezeIntent>,
  pull: PullRequest | null,
): Promise<MergedRequest | null> {
  if (pull?.state !== 'merged') return null;
  await world.ledger.refresh(signal);
  const { mergeCommit } = pull;
  const brought = mergeCommit === null ? null : await world.ledger.proposals.broughtIn(mergeCommit, signal);
  return { before: await filesBeforeMerge(world, brought?.ok ? brought.value : null, signal) };
}

/**
 * One commit for all of it: the freeze's record and the image-tag files of every app in its scope, decided on the very
 * snapshot that it lands on. The push is the compare-and-swap: of several consoles that begin or thaw a freeze one lands,
 * and the others find nothing left to do. Where only a review changes the image tags, a pull request carries them.
 */
export async function commitFreeze(context: StepContext<FreezeIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const requestedBefore = isRequested(context);
  const before = requestedBefore ? { merged: null } : await requestBefore(context);
  if ('state' in before) return before;
  const { merged } = before;
  const byRequest = (route: RouteOf<'pull-request'>): Promise<StepEnd> =>
    requestFreeze(
      {
        context,
        route,
        merged,
        actor: () => actorOf(context),
        decide: (snapshot) => decide(context, snapshot, merged),
      },
      (freeze) => tell(context, freeze, true),
    );
  if (requestedBefore) {
    const route = requestRoute(world, intent.scope) ?? world.routes.request(environmentNames(world))?.route;
    if (route) return byRequest(route);
    return {
      state: 'unknown',
      because: 'The estate file no longer lists pull requests, by which this began.',
    };
  }
  const asked = decide(context, world.ledger.snapshot(), merged);
  const touches = asked.kind === 'change' && (asked.files?.size ?? 0) > 0 ? 'flags' : 'records';
  const way = freezeWay(world, intent.scope, touches);
  if (way.by === 'request' && asked.kind === 'change') return byRequest(way.route);
  const written = await writeLedger<FreezeTold>(context, {
    effect: 'commit',
    kind: intent.kind,
    what: titleOf(intent),
    waitingFor: 'Waiting for the commit to reach the release repo.',
    decide: (snapshot) => decide(context, snapshot, merged),
    settled: { value: { freeze: null, left: [], moot: null } },
    reason: intent.reason,
    patience: context.resumed ? world.limits.ledger : 0,
  });
  if (!written.ok) {
    // Only trying told that the person's own commits are refused.
    const route = written.failure.code === 'forbidden' ? requestRoute(world, intent.scope) : null;
    if (route === null) return endOf(written);
    context.saw(`Refused: ${written.failure.message} Going on by a pull request.`);
    return byRequest(route);
  }
  const { freeze, left, moot } = written.value.value;
  if (moot !== null) return { state: 'withdrawn', because: moot };
  for (const text of left.slice(0, 5)) context.saw(`Left as it is: ${text}`);
  if (left.length > 5) context.saw(`Left as they are: ${left.length - 5} more files.`);
  if (context.record().effects.get('commit')?.outcome === 'done') {
    const of = freeze ?? (await freezeBefore(context));
    if (of) tell(context, of, false);
  }
  return { state: 'succeeded' };
}

const environmentNames = ({ estate }: Pick<World, 'estate'>): string[] =>
  estate.environments.map(({ name }) => name);

/**
 * The freeze that an earlier process committed before it ended: as the release repo has it, or where it was lifted, as it
 * stood before that commit.
 */
async function freezeBefore(context: StepContext<FreezeIntent>): Promise<Freeze | null> {
  const { world, signal } = context;
  const operation = freezeOf(context);
  const there = freezeAt(world, world.ledger.snapshot(), operation);
  if (there?.ok) return there.value;
  const { base } = context.record().effects.get('commit')?.data ?? {};
  const snapshot = typeof base === 'string' ? await world.ledger.snapshotAt(base, signal) : null;
  const found = snapshot?.ok ? freezeAt(world, snapshot.value, operation) : null;
  if (found?.ok) return found.value;
  return context.intent.kind === 'freeze' ? freezeAsked(context.intent, actorOf(context)) : null;
}

/**
 * Has people told, once: the queue knows what it was given by the announcement's id, so that a console that was killed
 * between its commit and this tells it at its next start, and what was told already is not told again.
 */
function tell(context: StepContext<FreezeIntent>, freeze: Freeze, requested: boolean): void {
  const { world, intent, id } = context;
  // Whoever lifted it has told that; this gives its flags back.
  if (intent.kind === 'thaw' && freeze.lifted && freeze.lifted.operation !== id) return;
  const told = freezeAnnouncement(intent.kind, freeze, {
    // What happened before a restart is told with its own time: after a day it is told nobody.
    at: context.resumed && !requested ? context.record().operation.requestedAt : world.now().toISOString(),
    who: intent.kind === 'thaw' && intent.ended ? null : world.identity().name,
    why: intent.reason ?? null,
    page: recordPage(world.estate, recordPath('freeze', { operation: freeze.operation })),
    callEveryone: intent.kind === 'freeze' && intent.callEveryone === true,
    review: requested && isApart(world) && !(intent.kind === 'thaw' && intent.ended),
  });
  if (told) world.announce(told);
}
