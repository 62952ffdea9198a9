import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from './errors';
import { type GitOptions, runGit } from './run-git';

/** Milliseconds between two looks at how much has come. */
const look = 200;

const packsOf = (gitDir: string): string => join(gitDir, 'objects', 'pack');

/** Bytes of the packs of a repo, those that are still written among them. */
export async function packBytes(gitDir: string): Promise<number> {
  const folder = packsOf(gitDir);
  // No such folder yet, or a file that went meanwhile: they have no bytes.
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null))); // as above
  return sizes.reduce((sum, found) => sum + (found?.size ?? 0), 0);
}

/**
 * Takes away what a fetch left that was ended in the middle: git deletes a pack that came in half only where it ends by
 * itself (`tmp_pack_*` of git-index-pack(1)). The repo must be ours alone.
 */
export async function removeUnfinished(gitDir: string): Promise<void> {
  const folder = packsOf(gitDir);
  // What stays is taken away after the next fetch.
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith('tmp_')) await rm(join(folder, name), { force: true }).catch(() => {}); // as above
}

/**
 * Runs `git fetch`, which may bring in so many bytes: git itself has a limit for what is pushed to it
 * (receive.maxInputSize), but none for what it fetches, and a hostile server could fill the disk within the time that a
 * fetch has. Nothing is left of one that failed. All that comes becomes one pack (`fetch.unpackLimit` of run-git.ts), which
 * is measured while it grows.
 * @throws {GitError} as {@link runGit} does, and `too-big`.
 */
export async function boundedFetch(
  args: readonly string[],
  options: GitOptions & { gitDir: string; maxFetched: number },
): Promise<void> {
  const { maxFetched, ...rest } = options;
  const { gitDir, signal } = options;
  const before = await packBytes(gitDir);
  const tooBig = new AbortController();
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver && !tooBig.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, look));
      if (!isOver && (await packBytes(gitDir)) - before > maxFetched) tooBig.abort();
    }
  };
  const watching = watch();
  try {
    const signals = [tooBig.signal, ...(signal ? [signal] : [])];
    await runGit(['fetch', ...args], {
      ...rest,
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    await removeUnfinished(gitDir);
    if (!tooBig.signal.aborted || signal?.aborted) throw error;
    throw new GitError('too-big', 'fetch', `more than ${Math.round(maxFetched / 1e6)} MB came`);
  } finally {
    isOver = true;
    await watching;
  }
}
