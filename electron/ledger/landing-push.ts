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

/** A plain no: where the commit is not at the remote either, it will not come to be there. */
const refusals: ReadonlySet<GitErrorKind> = new Set([
  'unauthorised',
  'forbidden',
  'bad-content',
  'limited',
  'no-such-repo',
  'disk-full',
  'git-missing',
  'git-too-old',
  'bad-repo',
]);

/** What may be gone a moment later. */
const passing: ReadonlySet<GitErrorKind> = new Set(['connection-lost', 'stalled', 'too-slow', 'other']);

/** Milliseconds to wait before each further look after a connection broke. */
export const secondLooks = [100, 400, 1200] as const;

/**
 * Lands a commit by moving the remote's branch from the commit that `mutate` saw to this one, and only from there.
 *
 * No refusal is believed before the remote was asked whether the commit is there: it may be the answer to a push that
 * git sent a second time by itself. When the connection breaks in the middle, the same commit is pushed again: it is the
 * same change by its id, so it cannot be made twice, and the answer to the second push tells what became of the first.
 * What stays unclear is reported as such.
 * @returns `moved` without having asked: it may have been moved by this very commit.
 */
export async function landByPush(world: PushWorld, commit: string, base: string): Promise<Landing> {
  let mayBeThere = false;
  for (let look = 0; ; look++) {
    try {
      await world.push(commit, base);
      return { kind: 'landed', commit };
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (error.kind === 'moved') return { kind: 'moved' };
      const failure = ledgerFailure(error);
      if (!error.unsent) {
        // `null`: it could not be asked, so that the outcome stays unknown.
        const isThere = await world.isThere(commit).catch(() => null);
        if (isThere) return { kind: 'landed', commit };
        if (isThere === null || !refusals.has(error.kind)) mayBeThere = true;
      }
      if (!mayBeThere && !passing.has(error.kind)) return { kind: 'failed', failure };
      // Pushing again to one who is so slow would keep a person waiting for as long again.
      const wait = error.kind === 'too-slow' ? undefined : secondLooks[look];
      if (wait === undefined)
        return { kind: 'failed', failure: mayBeThere ? unknownOutcome(commit, failure) : failure };
      await pause(wait);
    }
  }
}
