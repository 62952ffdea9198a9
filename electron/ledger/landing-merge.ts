import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../shared/domain/failure/failure';
import { inBackground, type Log } from '../log/log';
import { GitError } from '../systems/git/errors';
import type { MergeAnswer } from '../systems/github/merges';
import { ledgerFailure, unknownOutcome } from './failures';
import { landByPush, type PushWorld, secondLooks } from './landing-push';
import type { Snapshot } from './ledger';
import type { Again, Landing } from './transaction';

/** What a landing by merge needs of the world. */
export interface MergeWorld {
  /** Makes the short-lived branch at the remote (it must not be there), or throws {@link GitError}. */
  pushBranch(branch: string, commit: string): Promise<void>;
  /** Whether the branch stands at the commit at the remote. */
  branchIsAt(branch: string, commit: string): Promise<boolean>;
  /** Deletes the short-lived branch. Its failure is no failure of the transaction. */
  deleteBranch(branch: string, commit: string): Promise<void>;
  readonly log: Log;
  /** Merges the commit into the main branch. Throws when there was no answer, or a refusal. */
  merge(commit: string): Promise<MergeAnswer>;
  /** What an error of `merge` means; a `refusal` may be the answer to a request that was sent a second time. */
  mergeFailure(error: unknown): { failure: Failure; heard: 'nothing-sent' | 'refusal' | 'nothing' };
  /** After a fetch: the first-parent commit of the main branch that brought the commit in, `null` when none did. */
  broughtInBy(commit: string): Promise<{ commit: string; parents: readonly string[] } | null>;
  snapshotAt(commit: string): Promise<Snapshot>;
}

/**
 * Lands a commit by a short-lived branch that GitHub merges into a protected main branch. GitHub merges onto whatever
 * main is by then, so this is no strict compare-and-swap: a change of the same lines is a conflict (and a new round),
 * but a change elsewhere goes through. Therefore the first parent of the merge is compared with the commit that
 * `mutate` saw, and where it differs `mutate` is asked again what it says there.
 */
export async function landByMerge(
  world: MergeWorld,
  commit: string,
  base: Snapshot,
  branch: string,
  again: Again,
): Promise<Landing> {
  const push: PushWorld = {
    push: (id) => world.pushBranch(branch, id),
    isThere: (id) => world.branchIsAt(branch, id),
  };
  const pushed = await landByPush(push, commit, '');
  // Where it cannot be asked, the branch does not count as ours.
  if (pushed.kind === 'moved' && !(await push.isThere(commit).catch(() => false)))
    // The branch's name holds the operation's id: only an earlier, broken try can have made it.
    return {
      kind: 'failed',
      failure: ledgerFailure(new GitError('other', 'push', `The branch ${branch} already exists.`)),
    };
  if (pushed.kind === 'failed') {
    // A branch that may be there changes nothing on main.
    const { failure } = pushed;
    return failure.code === 'unknown-outcome'
      ? { kind: 'failed', failure: ledgerFailure(new GitError('unreachable', 'push', failure.detail ?? '')) }
      : pushed;
  }
  try {
    return await mergeIn(world, commit, base, again);
  } finally {
    // Nobody waits for it: what it costs is a branch that stays behind.
    inBackground(world.log, 'ledger.branch-left', world.deleteBranch(branch, commit), { branch });
  }
}

async function mergeIn(world: MergeWorld, commit: string, base: Snapshot, again: Again): Promise<Landing> {
  /** Where the commit is on the main branch; `undefined` when that cannot be asked. */
  const ask = () => world.broughtInBy(commit).catch(() => undefined);
  const landed = (found: { commit: string; parents: readonly string[] }) =>
    withDrift(world, commit, found, base, again);
  for (let look = 0; ; look++) {
    const answer = await world.merge(commit).catch((error: unknown) => ({ outcome: 'none' as const, error }));
    if (answer.outcome === 'merged') return landed(answer);
    const { failure, heard } = world.mergeFailure(
      answer.outcome === 'none'
        ? answer.error
        : new GitError('other', 'merge', 'GitHub reports it as merged, but the branch does not have it.'),
    );
    if (heard === 'nothing-sent' && look === 0) return { kind: 'failed', failure };
    const found = await ask();
    if (found) return landed(found);
    // Whoever hears this asks again what lies there, and does not believe it either where that cannot be asked.
    if (answer.outcome === 'conflict') return { kind: 'moved' };
    if (heard === 'refusal' && found === null && look === 0) return { kind: 'failed', failure };
    const wait = secondLooks[look];
    if (wait === undefined) return { kind: 'failed', failure: unknownOutcome(commit, failure) };
    await pause(wait);
  }
}

async function withDrift(
  world: MergeWorld,
  commit: string,
  landed: { commit: string; parents: readonly string[] },
  base: Snapshot,
  again: Again,
): Promise<Landing> {
  const [firstParent = null] = landed.parents;
  // Fast-forwarded, or merged onto the very commit that mutate saw.
  if (landed.commit === commit || firstParent === base.commit || !firstParent)
    return { kind: 'landed', commit: landed.commit };
  try {
    const before = again(base);
    const now = again(await world.snapshotAt(firstParent));
    const paths = new Set([...before.files.keys(), ...now.files.keys()]);
    const differingPaths = [...paths].filter((path) => before.files.get(path) !== now.files.get(path)).sort();
    return now.failure || differingPaths.length > 0
      ? {
          kind: 'landed',
          commit: landed.commit,
          drift: { firstParent, failure: now.failure, differingPaths },
        }
      : { kind: 'landed', commit: landed.commit };
  } catch (error) {
    // It has landed, whatever it was that hinders the look at what it landed on.
    const drift = { firstParent, failure: ledgerFailure(error), differingPaths: [] };
    return { kind: 'landed', commit: landed.commit, drift };
  }
}
