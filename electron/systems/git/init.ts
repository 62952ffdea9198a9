import { runGit } from './run-git';

/** Makes an empty bare repo whose HEAD is the branch (git-init(1)). On a repo that is there it does nothing. */
export async function initBare(dir: string, branch: string, signal?: AbortSignal): Promise<void> {
  await runGit(
    ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, '--end-of-options', dir],
    signal ? { signal } : {},
  );
}

/** The git directory of a bare repo or a work tree, absolute. Fails as `bad-repo` where there is none. */
export async function findGitDir(dir: string): Promise<string> {
  const { stdout } = await runGit(['-C', dir, 'rev-parse', '--absolute-git-dir']);
  return stdout.toString('utf8').replace(/\r?\n$/, '');
}
