import { GitError, type GitErrorKind } from '../systems/git/errors';
import type { HttpAuth } from '../systems/git/http-auth';
import { pushRef, type RefChange } from '../systems/git/push';
import { lsRemote } from '../systems/git/remote';
import { canSpeakDirectly, openSmartHttp, type SmartHttp } from '../systems/git/smart-http';

/** What is asked of the remote often, by the fastest way that works. */
export interface Remote {
  /** Where a ref stands, `null` when it is not there. */
  refAt(ref: string, signal?: AbortSignal): Promise<string | null>;
  /**
   * Moves one ref by compare-and-swap; `pack` holds what the commit adds to the old value, where that is known.
   * @throws {GitError} as `pushRef` does.
   */
  push(change: RefChange, pack?: Buffer): Promise<void>;
  /**
   * What a commit adds to another that is here, as a thin pack; `null` where git has to fetch it.
   * @throws {GitError} `aborted`.
   */
  packSince(want: string, have: string, signal?: AbortSignal): Promise<Buffer | null>;
  close(): void;
}

/** Answers that git would give as well: no reason to ask again by another way. */
const sure: ReadonlySet<GitErrorKind> = new Set([
  'moved',
  'aborted',
  'too-slow',
  'redirected',
  'limited',
  'bad-content',
]);

/** How long git does it alone after our own way failed. */
const detourMs = 60_000;

/**
 * Speaks to http(s) remotes directly over a connection that stays open, and falls back to git's own commands for other
 * addresses, behind proxies, and for a minute after anything unexpected.
 */
export function openRemote(url: string, gitDir: string, auth: () => Promise<HttpAuth | null>): Remote {
  const direct: SmartHttp | null = canSpeakDirectly(url) ? openSmartHttp(url) : null;
  let detourUntil = 0;
  const usable = (): SmartHttp | null => (performance.now() >= detourUntil ? direct : null);
  const isSure = (error: unknown, sent: HttpAuth | null): boolean => {
    // Without credentials of ours git may still have some: it reads a netrc file.
    const refused = sent !== null && error instanceof GitError && error.kind === 'unauthorised';
    if (refused || (error instanceof GitError && sure.has(error.kind))) return true;
    detourUntil = performance.now() + detourMs;
    return false;
  };
  const refByGit = async (ref: string, signal?: AbortSignal): Promise<string | null> =>
    (await lsRemote(url, [ref], { auth: await auth(), ...(signal ? { signal } : {}) })).get(ref) ?? null;
  return {
    refAt: async (ref, signal) => {
      const way = usable();
      if (!way) return refByGit(ref, signal);
      const sent = await auth();
      try {
        return await way.refAt(ref, { auth: sent, ...(signal ? { signal } : {}) });
      } catch (error) {
        if (isSure(error, sent)) throw error;
        return refByGit(ref, signal);
      }
    },
    push: async (change, pack) => {
      const byGit = async () => pushRef(url, change, { gitDir, stallMs: 20_000, auth: await auth() });
      const way = usable();
      if (!way || !pack) return byGit();
      const sent = await auth();
      try {
        await way.push(change, pack, { auth: sent });
      } catch (error) {
        if (isSure(error, sent)) throw error;
        const kind = error instanceof GitError ? error.kind : 'other';
        // Nothing was sent, or the server said no in words that are not known here: git asks and says it better. Once
        // bytes were sent and no answer came, it is the caller who must know that the ref may have moved.
        if (kind === 'connection-lost' || kind === 'other') throw error;
        await byGit();
      }
    },
    packSince: async (want, have, signal) => {
      const way = usable();
      if (!way) return null;
      try {
        return await way.packSince(want, have, { auth: await auth(), ...(signal ? { signal } : {}) });
      } catch (error) {
        if (error instanceof GitError && error.kind === 'aborted') throw error;
        // Too much for one answer, or a server that does not like the question: no reason to ask nothing else so.
        return null;
      }
    },
    close: () => direct?.close(),
  };
}
