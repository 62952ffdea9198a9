import { type GitOptions, runGit } from './run-git';

/** Whether `ancestor` is `commit` or lies in its history (git-merge-base(1)). Both must be in the repo. */
export async function isAncestor(
  ancestor: string,
  commit: string,
  options: GitOptions & { gitDir: string },
): Promise<boolean> {
  const { code } = await runGit(['merge-base', '--is-ancestor', ancestor, commit], {
    ...options,
    expectedCodes: [1],
  });
  return code === 0;
}

/** All commits in the history of `tip` that are not in the history of `without` (git-rev-list(1)). Both must be in the repo. */
export async function commitsBetween(
  without: string,
  tip: string,
  options: GitOptions & { gitDir: string },
): Promise<ReadonlySet<string>> {
  const { stdout } = await runGit(['rev-list', '--end-of-options', tip, `^${without}`], options);
  return new Set(stdout.toString('utf8').split('\n'));
}

/** First-parent commits of `ref` that are not in the history of `without`, newest first, each with its parents. */
export async function firstParentLine(
  ref: string,
  without: string,
  options: GitOptions & { gitDir: string },
): Promise<{ commit: string; parents: readonly string[] }[]> {
  const { stdout } = await runGit(
    ['rev-list', '--first-parent', '--parents', '--end-of-options', ref, `^${without}`],
    options,
  );
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', ...parents] = line.split(' ');
      return { commit, parents };
    });
}
