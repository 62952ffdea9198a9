import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { imageTagFileOf } from '../../ledger/ledger-board';
import type { StepContext, VersionIntent } from '../operation-context';
import { leavingSyncs } from '../steps/end-sync';
import { knownTests } from '../steps/tests';
import { isTimedOut, ledgerMoves, type TimedOut, waitUntil } from '../steps/wait';

/** How many commits of one image-tag file are looked at, at most. */
const most = 50;

/** The commits that touched the cell's image-tag file, newest first, as far back as `before`. */
async function commitsSince(
  { world, intent, signal }: StepContext<VersionIntent>,
  before: string | null,
): Promise<Result<string[]>> {
  const path = world.reader.layout.path(intent);
  const listed = await world.ledger.log([path], most, signal);
  if (!listed.ok) return listed;
  const commits = listed.value.map(({ commit }) => commit);
  const end = before === null ? -1 : commits.indexOf(before);
  return ok(end === -1 ? commits : commits.slice(0, end));
}

/** What stands there before a bot is asked for a commit, to be told later from what came of it. */
interface StandsThere {
  /** The newest commit that touched the cell's image-tag file, `null`: none. What lies before was made by others. */
  before: string | null;
  /** The newest commit of the branch. */
  base: string | null;
  /** Names of test runs of earlier deployments. */
  tests: string[];
  /** Syncs of the version that is given up, which a rollback ends. */
  leaving: ReturnType<typeof leavingSyncs>;
}

/** To be written down with the intention to ask a bot, as every commit of the person's own writes it down. */
export async function standsThere(context: StepContext<VersionIntent>): Promise<Result<StandsThere>> {
  const { world, intent, signal } = context;
  const listed = await world.ledger.log([world.reader.layout.path(intent)], 1, signal);
  if (!listed.ok) return fail(listed.failure);
  return ok({
    before: listed.value[0]?.commit ?? null,
    base: world.ledger.snapshot().commit,
    tests: knownTests(context),
    leaving: leavingSyncs(world, intent),
  });
}

/** The version in the cell's image-tag file at a commit. */
async function versionAt(
  { world, intent, signal }: StepContext<VersionIntent>,
  commit: string,
): Promise<string | null> {
  const snapshot = await world.ledger.snapshotAt(commit, signal);
  if (!snapshot.ok) return null;
  const file = snapshot.value.file(world.reader.layout.path(intent));
  return file ? imageTagFileOf(file).imageTag : null;
}

/**
 * The commits after `before` that set the operation's version in its cell, newest first, whatever stands there by now:
 * what a restart asks first, since others may have deployed something newer meanwhile.
 */
export async function madeSince(
  context: StepContext<VersionIntent>,
  before: string | null,
): Promise<Result<string[]>> {
  const since = await commitsSince(context, before);
  if (!since.ok) return since;
  const made: string[] = [];
  for (const commit of since.value)
    if ((await versionAt(context, commit)) === context.intent.version) made.push(commit);
  return ok(made);
}

/**
 * Waits until the release repo's branch has the operation's version in its cell, by a commit that came after `before`.
 * @returns that commit; `null` where several set it, so that nobody can tell which is this operation's; or that it did
 *   not come within `limit` (milliseconds).
 */
export async function landedOnBranch(
  context: StepContext<VersionIntent>,
  { before, limit }: { before: string | null; limit: number },
): Promise<Result<{ commit: string | null } | TimedOut>> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const there = await waitUntil<true>(context, {
    limit,
    sources: [ledgerMoves(world)],
    look: () =>
      world.reader.facts(world.ledger.snapshot(), app, environment, null).version === version
        ? { done: true }
        : { waitingFor: 'Waiting for the commit to reach the release repo.' },
  });
  if (isTimedOut(there)) return ok(there);
  const made = await madeSince(context, before);
  if (!made.ok) return made;
  return ok({ commit: made.value.length === 1 ? (made.value[0] ?? null) : null });
}

/** Brings the view of the release repo up to date. @returns why that can't be done now; `null`: it was. */
export async function refreshed(context: StepContext<VersionIntent>): Promise<Failure | null> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await context.world.ledger.refresh(context.signal);
    context.signal.throwIfAborted();
    if (seen.ok) return null;
    if (attempt === 5) return seen.failure;
    context.waiting(`Release repo: ${seen.failure.message}`);
    await pause(attempt * 1_000, undefined, { signal: context.signal });
  }
}
