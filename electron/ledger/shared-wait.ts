import { GitError } from '../systems/git/errors';

/** The ledger was closed while something waited for it. */
export const closed = (): GitError => new GitError('aborted', 'wait', 'The release repo is closed.');

/**
 * A caller's own wait on something shared: its signal ends the wait, not the thing.
 * @param closing of the ledger: once it is aborted nothing is waited for.
 */
export async function waitWithin<T>(
  shared: Promise<T>,
  closing: AbortSignal,
  signal?: AbortSignal,
): Promise<T> {
  if (closing.aborted) throw closed();
  if (!signal) return shared;
  if (signal.aborted) throw new GitError('aborted', 'wait', '');
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new GitError('aborted', 'wait', ''));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([shared, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // Who else waits for it is told; whoever left is not.
    shared.catch(() => {});
  }
}
