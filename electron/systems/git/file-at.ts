import { runGit } from './run-git';

/**
 * The content of one file at the root of a commit.
 * @param maxBytes larger ones fail as `overlong`.
 * @returns `null` where the commit has no such file, or something else under that name.
 * @throws {GitError} where the repo lacks the commit, or the content.
 */
export async function fileAt(
  name: string,
  place: { gitDir: string; commit: string; maxBytes: number; signal?: AbortSignal },
): Promise<Buffer | null> {
  const { gitDir, commit, maxBytes } = place;
  const options = { gitDir, maxBytes, ...(place.signal ? { signal: place.signal } : {}) };
  const { stdout } = await runGit(['ls-tree', '-z', '--full-tree', commit, '--', name], options);
  const [, mode, blob] = /^(\d+) blob ([0-9a-f]+)\t/.exec(stdout.toString('utf8')) ?? [];
  // A link leads somewhere that nobody looked at.
  if (blob === undefined || !mode?.startsWith('100')) return null;
  return (await runGit(['cat-file', 'blob', blob], options)).stdout;
}
