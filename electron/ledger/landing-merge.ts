import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../shared/domain/failure';
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
  /** Merges the commit into the main branch. Throws when there was no answer, or a refusal. */
  merge(commit: string): Promise<MergeAnswer>;
  mergeFailure(error: unknown): { failure: Failure; mayHaveHappened: boolean };
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
  if (pushed.kind === 'moved')
    // The branch's name holds the operation's id: only an earlier, broken try can have made it.
    return {
      kind: 'failed',
      failure: ledgerFailure(new GitError('other', 'push', `The branch ${branch} is there already.`)),
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
    void world.deleteBranch(branch, commit).catch(() => {});
  }
}

async function mergeIn(world: MergeWorld, commit: string, base: Snapshot, again: Again): Promise<Landing> {
  for (let look = 0; ; look++) {
    try {
      const answer = await world.merge(commit);
      if (answer.outcome === 'conflict') return { kind: 'moved' };
      if (answer.outcome === 'merged')
        return await withDrift(world, commit, answer.commit, answer.parents[0] ?? null, base, again);
      const found = await world.broughtInBy(commit);
      if (found) return await withDrift(world, commit, found.commit, found.parents[0] ?? null, base, again);
      throw new GitError('other', 'merge', 'GitHub says that it is merged, but the branch does not hold it.');
    } catch (error) {
      const { failure, mayHaveHappened } = world.mergeFailure(error);
      if (!mayHaveHappened && look === 0) return { kind: 'failed', failure };
      const found = await world.broughtInBy(commit).catch(() => null);
      if (found) return withDrift(world, commit, found.commit, found.parents[0] ?? null, base, again);
      const wait = secondLooks[look];
      if (wait === undefined) return { kind: 'failed', failure: unknownOutcome(commit, failure) };
      await pause(wait);
    }
  }
}

async function withDrift(
  world: MergeWorld,
  commit: string,
  landed: string,
  firstParent: string | null,
  base: Snapshot,
  again: Again,
): Promise<Landing> {
  // Fast-forwarded, or merged onto the very commit that mutate saw.
  if (landed === commit || firstParent === base.commit || firstParent === null)
    return { kind: 'landed', commit: landed };
  const before = again(base);
  const now = again(await world.snapshotAt(firstParent));
  const paths = new Set([...before.files.keys(), ...now.files.keys()]);
  const differingPaths = [...paths].filter((path) => before.files.get(path) !== now.files.get(path)).sort();
  return now.failure || differingPaths.length > 0
    ? { kind: 'landed', commit: landed, drift: { firstParent, failure: now.failure, differingPaths } }
    : { kind: 'landed', commit: landed };
}
