import { requireGit } from '../systems/git/git-version';
import { gitDirOf } from '../systems/git/history/git-stream';
import { runGit } from '../systems/git/run-git';
import { notFound } from './failures';
import type { RecordsAt } from './index/claim-sources';
import type { WorkerOptions } from './protocol';

/** The commit that the branch stands at. @throws {FailureError} where there is no repo or no branch. */
export async function findTip(
  { repo, branch }: Pick<WorkerOptions, 'repo' | 'branch'>,
  signal?: AbortSignal,
): Promise<string> {
  const gitDir = gitDirOf(repo);
  if (!gitDir) throw notFound(`There is no Git repo at ${repo}.`);
  await requireGit();
  const found = await findCommit(gitDir, branch, signal);
  if (found) return found;
  throw notFound(`The repo has no branch ${branch}.`);
}

/** Where records of operations are read now; `null`: their branch is not there. */
export async function recordsAt(
  { repo, records }: Pick<WorkerOptions, 'repo' | 'records'>,
  tip: string,
  signal?: AbortSignal,
): Promise<RecordsAt | null> {
  if (!records) return { gitDir: gitDirOf(repo) ?? repo, commit: tip };
  const gitDir = gitDirOf(records.repo);
  const commit = gitDir && (await findCommit(gitDir, records.branch, signal));
  return gitDir && commit ? { gitDir, commit } : null;
}

/** Where what Concourses told stands now; `null`: nothing was kept yet. */
export async function concourseAt(
  place: NonNullable<WorkerOptions['concourse']>,
  signal?: AbortSignal,
): Promise<string | null> {
  const gitDir = gitDirOf(place.repo);
  return gitDir && findCommit(gitDir, place.branch, signal);
}

/** The commit that a branch, by whatever name, stands at; `null`: there is none. */
async function findCommit(gitDir: string, branch: string, signal?: AbortSignal): Promise<string | null> {
  for (const ref of branch.startsWith('refs/')
    ? [branch]
    : [`refs/heads/${branch}`, `refs/remotes/origin/${branch}`, `refs/tags/${branch}`]) {
    const found = await runGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
      gitDir,
      expectedCodes: [1, 128],
      ...(signal ? { signal } : {}),
    });
    if (found.code === 0) return found.stdout.toString('latin1').trim();
  }
  return null;
}
