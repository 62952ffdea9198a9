import { type GitOptions, runGit } from './run-git';

type Maintaining = GitOptions & { gitDir: string };

/**
 * Writes the commit graph, so that walks need not open commits; with `changedPaths` also which paths each commit
 * touched, which makes `git log -- path` fast (git-commit-graph(1)). Runs at low priority.
 */
export async function writeCommitGraph(options: Maintaining & { changedPaths: boolean }): Promise<void> {
  await runGit(
    [
      'commit-graph',
      'write',
      '--reachable',
      '--split',
      '--no-progress',
      ...(options.changedPaths ? ['--changed-paths'] : []),
    ],
    { background: true, ...options, stallMs: 30 * 60_000 },
  );
}

/** Gathers loose objects and small packs, each round at most doubling what it rewrites (git-repack(1)). */
export async function repackGeometric(options: Maintaining): Promise<void> {
  await runGit(['repack', '--quiet', '-d', '--geometric=2'], {
    background: true,
    ...options,
    stallMs: 30 * 60_000,
  });
}

/**
 * Whether every commit and tree that the refs lead to can be read, and every file is there (git-fsck(1),
 * --connectivity-only).
 * @throws {GitError} where not.
 */
export async function fsckConnectivity(options: Maintaining): Promise<void> {
  await runGit(['fsck', '--connectivity-only', '--no-dangling', '--no-progress'], {
    background: true,
    ...options,
    stallMs: 10 * 60_000,
  });
}

/**
 * As {@link fsckConnectivity}, with the content of every file: for repos that are small.
 * @throws {GitError} where something of it can't be read.
 */
export async function fsckWhole(options: Maintaining): Promise<void> {
  await runGit(['fsck', '--no-dangling', '--no-progress'], {
    background: true,
    ...options,
    stallMs: 10 * 60_000,
  });
}
