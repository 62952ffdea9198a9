import { parseTrailers } from '../../shared/domain/trailers';
import { firstParentLine, isAncestor } from '../systems/git/ancestry';
import { gitLog } from '../systems/git/log';
import type { FoundOperation } from './ledger';

/** Clocks differ, and a journal may be older than its commit; a day is more than enough and still a short walk. */
const slackMs = 24 * 3600 * 1000;

/** When a UUIDv7 was made (its first 48 bits: milliseconds since 1970, RFC 9562), `null` for other ids. */
function timeOfUuid7(id: string): Date | null {
  const found = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id);
  return found ? new Date(Number.parseInt(`${found[1]}${found[2]}`, 16)) : null;
}

/**
 * Looks on a branch for the commit that carries an operation's trailers. The id says when the operation began, so only
 * commits since then are walked; with another kind of id, all.
 */
export async function findOperationCommit(
  operationId: string,
  options: { gitDir: string; ref: string; signal?: AbortSignal },
): Promise<FoundOperation | null> {
  const { gitDir, ref, signal } = options;
  const git = { gitDir, ...(signal ? { signal } : {}) };
  const begun = timeOfUuid7(operationId);
  const candidates = await gitLog(
    {
      ref,
      messageHolds: `Signalbox-Operation: ${operationId}`,
      ...(begun ? { since: new Date(begun.getTime() - slackMs).toISOString() } : {}),
    },
    git,
  );
  // Oldest first: a later commit may quote the trailers (a revert does), but only in another place of its message.
  const own = candidates.reverse().find(({ message }) => parseTrailers(message)?.operation === operationId);
  if (!own) return null;
  return { ownCommit: own.commit, commit: (await broughtInBy(own.commit, options))?.commit ?? own.commit };
}

/**
 * The commit on the first-parent line that brought a commit in: itself, or a merge. `null` when the ref's history does
 * not hold it.
 */
export async function broughtInBy(
  commit: string,
  options: { gitDir: string; ref: string; signal?: AbortSignal },
): Promise<{ commit: string; parents: readonly string[] } | null> {
  const { gitDir, ref, signal } = options;
  const git = { gitDir, ...(signal ? { signal } : {}) };
  if (!(await isAncestor(commit, ref, git))) return null;
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
