import { fileURLToPath } from 'node:url';
import { GitError } from '../systems/git/errors';
import { requireGit } from '../systems/git/git-version';
import { findGitDir } from '../systems/git/init';
import { resolveRef } from '../systems/git/refs';
import { lsRemote, remoteTags } from '../systems/git/remote';
import { readTrustedFolders } from '../systems/git/safe-directory';
import { BranchAbsent, branchMissing, emptyRepo } from './failures';
import type { LedgerConfig } from './ledger';
import type { Mirror } from './mirror';

/** In the place of a branch's name, which it can never be (git-branch(1)): the commit that is checked out. */
export const detachedHead = 'HEAD';

/** The folder that a path or `file://` URL names. */
export function localFolder(url: string): string {
  return /^file:\/\//i.test(url) ? fileURLToPath(url) : url;
}

/**
 * A local repo read where it lies, as if it were its own mirror. Nothing is ever written to it.
 * @throws {GitError} `bad-repo` where there is none.
 */
export async function openInPlace(config: LedgerConfig): Promise<Mirror> {
  await requireGit();
  await readTrustedFolders();
  const { url, branch } = config.estate.ledger;
  const gitDir = await findGitDir(localFolder(url));
  const ref = branch === detachedHead ? detachedHead : `refs/heads/${branch}`;
  const there = async (): Promise<string> => {
    const commit = await resolveRef(ref, { gitDir });
    if (commit) return commit;
    const branches = [...(await lsRemote(gitDir, [])).keys()].map((name) => name.replace('refs/heads/', ''));
    throw new BranchAbsent(branches.length === 0 ? emptyRepo() : branchMissing(branch, branches));
  };
  return {
    gitDir,
    ref,
    lastAnswer: async () => null,
    answered: async () => {},
    here: () => resolveRef(ref, { gitDir }),
    there,
    fetch: there,
    moveTo: async () => {},
    push: async () => {
      throw new GitError('forbidden', 'push', 'The repo is open read-only.');
    },
    remoteTags: (prefix) => remoteTags(gitDir, prefix),
    remoteRef: (name) => resolveRef(name, { gitDir }),
    maintain: async () => {},
    repair: null,
    notice:
      ref === detachedHead
        ? 'The repo has no branch checked out (detached HEAD). Signalbox shows the checked-out commit, not a branch.'
        : null,
    close: () => {},
  };
}
