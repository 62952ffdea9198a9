import { parseTrailers } from '../../shared/domain/ledger/trailers';
import { commitsBetween, firstParentLine, isAncestor } from '../systems/git/ancestry';
import { gitLog } from '../systems/git/git-log';
import { resolveRef } from '../systems/git/refs';
import type { FoundOperation } from './ledger';

interface Where {
  gitDir: string;
  /** A ref or commit whose history is looked at. */
  ref: string;
  signal?: AbortSignal;
}

/**
 * Looks on a branch for the commit that carries an operation's trailers. Dates say nothing here: clocks differ, and
 * `git log --since` ends at the first commit with an older date. `base`, the commit that the transaction built upon,
 * ends the walk instead; without one, or where the repo does not hold it, everything is walked.
 */
export async function findOperationCommit(
  operationId: string,
  options: Where & { kind?: string; base?: string },
): Promise<FoundOperation | null> {
  const { ref, kind, base } = options;
  const git = gitOf(options);
  const candidates = await gitLog(
    {
      ref,
      messageHolds: `Signalbox-Operation: ${operationId}`,
      ...(base && (await resolveRef(base, git)) ? { without: base } : {}),
    },
    git,
  );
  // Oldest first: a later commit may quote the trailers (a revert does), but only in another place of its message.
  const own = candidates.reverse().find(({ message }) => {
    const trailers = parseTrailers(message);
    return trailers?.operation === operationId && (kind === undefined || trailers.kind === kind);
  });
  if (!own) return null;
  return { ownCommit: own.commit, commit: (await broughtInBy(own.commit, options))?.commit ?? own.commit };
}

/** Which of the commits that were built upon `base`, or upon what came after it, lies in a history. */
export async function landedAmong(
  commits: readonly string[],
  base: string,
  options: Where,
): Promise<FoundOperation | null> {
  const there = await commitsBetween(base, options.ref, gitOf(options));
  const own = commits.find((commit) => there.has(commit));
  if (own === undefined) return null;
  return { ownCommit: own, commit: (await broughtInBy(own, options))?.commit ?? own };
}

/**
 * The commit on the first-parent line that brought a commit in: itself, or a merge. `null` when the ref's history does
 * not hold it.
 */
export async function broughtInBy(
  commit: string,
  options: Where,
): Promise<{ commit: string; parents: readonly string[] } | null> {
  const { ref } = options;
  const git = gitOf(options);
  if (!(await resolveRef(commit, git)) || !(await isAncestor(commit, ref, git))) return null;
  const line = (await firstParentLine(ref, commit, git)).reverse();
  const oldest = line[0];
  const itself = { commit, parents: [] };
  // Nothing above it, or the line stands directly upon it: it lies on the line itself.
  if (!oldest || oldest.parents[0] === commit) return itself;
  for (const entry of line) {
    if (entry.parents.slice(1).includes(commit)) return entry;
    if (await isAncestor(commit, entry.commit, git)) return entry;
  }
  return itself;
}

const gitOf = ({ gitDir, signal }: Where) => ({ gitDir, ...(signal ? { signal } : {}) });
