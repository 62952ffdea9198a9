import { believed, treeSchema } from './answers';
import type { GitHub } from './github-client';

/**
 * The migrations that differ between two commits, by their whole trees ("Get a tree", recursive: up to 100,000 entries).
 * It is what a comparison lists, without its limit of 300 files.
 * @returns `null`: a tree is too large for GitHub to tell it whole.
 * @throws the client's errors.
 */
export async function changedMigrations(
  github: GitHub,
  repo: { owner: string; repo: string },
  base: string,
  head: string,
  isMigration: (path: string) => boolean,
  signal?: AbortSignal,
): Promise<string[] | null> {
  const migrationsAt = async (commit: string): Promise<Map<string, string> | null> => {
    const { data } = await github.git.getTree({
      ...repo,
      tree_sha: commit,
      recursive: '1',
      ...(signal ? { request: { signal } } : {}),
    });
    const { tree, truncated } = believed(treeSchema, data);
    if (truncated) return null;
    return new Map(
      tree.flatMap(({ path, type, sha }): [string, string][] =>
        type === 'blob' && isMigration(path) ? [[path, sha]] : [],
      ),
    );
  };
  const [before, after] = await Promise.all([migrationsAt(base), migrationsAt(head)]);
  if (!before || !after) return null;
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.filter((path) => before.get(path) !== after.get(path)).sort();
}
