import { setTimeout as pause } from 'node:timers/promises';
import { GitError, type GitErrorKind } from '../systems/git/errors';
import { ledgerFailure, unknownOutcome } from './failures';
import type { Landing } from './transaction';

/** What a landing by push needs of the world. */
export interface PushWorld {
  /** Moves the remote's branch from `base` to `commit`, or throws {@link GitError}. */
  push(commit: string, base: string): Promise<void>;
  /** Whether the commit lies on the remote's branch now. Throws when the remote cannot be asked. */
  isThere(commit: string): Promise<boolean>;
}

/** Errors after which nothing can have been changed at the remote. */
const certain: ReadonlySet<GitErrorKind> = new Set([
  'unauthorised',
  'forbidden',
  'unreachable',
  'no-such-repo',
  'disk-full',
  'git-missing',
  'git-too-old',
  'bad-repo',
]);

/** Milliseconds to wait before each further look after a connection broke. */
export const secondLooks = [100, 400, 1200] as const;

/**
 * Lands a commit by moving the remote's branch from the commit that `mutate` saw to this one, and only from there.
 *
 * When the connection breaks in the middle, the same commit is pushed again: it is the same change by its id, so it
 * cannot be made twice, and the answer to the second push tells what became of the first. What stays unclear is
 * reported as such.
 */
export async function landByPush(world: PushWorld, commit: string, base: string): Promise<Landing> {
  let mayBeThere = false;
  for (let look = 0; ; look++) {
    try {
      await world.push(commit, base);
      return { kind: 'landed', commit };
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (error.kind === 'moved') {
        // After a broken push, "moved" may be our own commit with others on top of it.
        if (!mayBeThere) return { kind: 'moved' };
        const isThere = await world.isThere(commit).catch(() => null);
        if (isThere === null)
          return { kind: 'failed', failure: unknownOutcome(commit, ledgerFailure(error)) };
        return isThere ? { kind: 'landed', commit } : { kind: 'moved' };
      }
      if (certain.has(error.kind) && !mayBeThere) return { kind: 'failed', failure: ledgerFailure(error) };
      mayBeThere = true;
      const wait = secondLooks[look];
      if (wait === undefined)
        return { kind: 'failed', failure: unknownOutcome(commit, ledgerFailure(error)) };
      await pause(wait);
    }
  }
}
