import { type GitOptions, runGit } from './run-git';

/**
 * A pack of what `commit` has and `base` has not, with deltas against objects of the base (git-pack-objects(1)).
 * @returns its bytes: for a small change a few kilobytes.
 */
export async function packOf(
  commit: string,
  base: string | null,
  options: GitOptions & { gitDir: string },
): Promise<Buffer> {
  const { stdout } = await runGit(
    ['pack-objects', '--revs', '--thin', '--stdout', '--quiet', '--delta-base-offset', '--threads=1'],
    { ...options, input: `${commit}\n${base ? `^${base}\n` : ''}` },
  );
  return stdout;
}
