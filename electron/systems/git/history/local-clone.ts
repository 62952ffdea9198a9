import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseGitVersion, requireGit } from '../git-version';
import { runGit } from '../run-git';

/** The commits where a shallow clone was cut (gitformat-shallow). */
export function shallowCommits(gitDir: string): ReadonlySet<string> {
  const file = join(commonDir(gitDir), 'shallow');
  if (!existsSync(file)) return new Set();
  return new Set(readFileSync(file, 'latin1').split('\n').filter(Boolean));
}

/** A hash over where a clone is cut: another one, and it was deepened or cut again. */
export function shallowMark(gitDir: string): string {
  return createHash('sha256')
    .update([...shallowCommits(gitDir)].sort().join())
    .digest('hex');
}

/** Where a work tree of its own (git-worktree) keeps what all share. */
function commonDir(gitDir: string): string {
  const pointer = join(gitDir, 'commondir');
  return existsSync(pointer) ? join(gitDir, readFileSync(pointer, 'utf8').trim()) : gitDir;
}

/** Whether this Git has `cat-file --batch-command` (2.36). */
export async function hasVolleys(): Promise<boolean> {
  const version = parseGitVersion(await requireGit());
  return version !== null && (version[0] > 2 || (version[0] === 2 && version[1] >= 36));
}

/** Whether it was cloned with a filter (git-clone(1), `--filter`): files or trees may be missing. */
export async function isPartial(gitDir: string): Promise<boolean> {
  const found = await runGit(
    ['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'],
    { gitDir, expectedCodes: [1] },
  );
  return found.stdout.length > 0;
}
