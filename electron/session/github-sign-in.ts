import type { GitHubSignIn } from '../../shared/contract/github-sign-in';
import type { Estate } from '../../shared/domain/estate/estate';
import { FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { Log } from '../log/log';
import {
  askForCode,
  type GitHubToken,
  type SignInPlace,
  signInScopes,
  waitForToken,
  webUrlOf,
} from '../systems/github/device-flow';

/** Keeps a token that somebody signed in for. @returns why it is kept for this run only; `null`: it is saved. */
export type SaveGitHubToken = (token: GitHubToken) => string | null;

/** Signing in to the estate's GitHub by code. One sign-in at a time. */
export interface GitHubSignInPort {
  get(): GitHubSignIn;
  /** @throws FailureError where it is not offered. */
  start(): Promise<GitHubSignIn>;
  cancel(): GitHubSignIn;
  /** Called when anything of it changed. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Where the estate has people sign in, or why it does not say. */
export function signInPlaceOf({ ledger, sources }: Pick<Estate, 'ledger' | 'sources'>): SignInPlace | string {
  const { github } = ledger;
  if (!github?.clientId)
    return 'To sign in with a code instead of a token, the estate file needs ledger.github.clientId.';
  const others = sources?.github && new URL(sources.github.apiUrl).origin !== new URL(github.apiUrl).origin;
  if (others) return 'Signing in with a code needs the release repo and the apps’ repos at one GitHub.';
  return { apiUrl: github.apiUrl, clientId: github.clientId };
}

/**
 * @param options.place where to sign in, or why it is not offered.
 * @param options.whose says in words whose the token is that is kept now.
 */
export function createGitHubSignIn(options: {
  place: SignInPlace | string;
  save: SaveGitHubToken;
  whose: () => Promise<string>;
  now: () => number;
  pause?: Parameters<typeof waitForToken>[2]['pause'];
  log: Log;
}): GitHubSignInPort {
  const { place, now, log } = options;
  const listeners = new Set<() => void>();
  let current: GitHubSignIn['now'] = { state: 'idle' };
  let running: AbortController | null = null;
  const set = (next: GitHubSignIn['now']): void => {
    current = next;
    for (const listener of [...listeners]) listener();
  };
  const get = (): GitHubSignIn => ({
    notOffered: typeof place === 'string' ? place : null,
    host: typeof place === 'string' ? '' : new URL(webUrlOf(place.apiUrl)).host,
    scopes: [...signInScopes],
    now: current,
  });
  const stop = (): void => {
    running?.abort();
    running = null;
  };

  async function run(at: SignInPlace, own: AbortController): Promise<void> {
    const { signal } = own;
    try {
      const code = await askForCode(at, now);
      if (signal.aborted) return;
      const { userCode, page, expires } = code;
      set({ state: 'waiting', userCode, page, expires: new Date(expires).toISOString() });
      const token = await waitForToken(at, code, {
        signal,
        now,
        pause: options.pause,
      });
      if (signal.aborted) return;
      const unsaved = options.save(token);
      const whose = await options.whose();
      if (signal.aborted) return;
      set({
        state: 'signed-in',
        text: unsaved ? `${whose} The token is forgotten when Signalbox ends: ${unsaved}` : whose,
      });
      log('info', 'github.signed-in', { saved: unsaved === null });
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof FailureError ? error.failure : failureOf(error);
      log('warn', 'github.not-signed-in', { message: failure.message });
      set({ state: 'failed', failure });
    } finally {
      if (running === own) running = null;
    }
  }

  return {
    get,
    async start() {
      if (typeof place === 'string')
        throw new FailureError({
          code: 'refused',
          message: 'Signing in with a code is not available.',
          meaning: place,
          next: [{ do: 'advice', label: 'Enter a token instead.' }],
        });
      stop();
      const own = new AbortController();
      running = own;
      set({ state: 'asking' });
      const decided = run(place, own);
      // The code, or why there is none, is the answer; the rest is told as it comes.
      await Promise.race([
        decided,
        new Promise<void>((resolve) => {
          const told = (): void => {
            listeners.delete(told);
            resolve();
          };
          listeners.add(told);
        }),
      ]);
      return get();
    },
    cancel() {
      stop();
      set({ state: 'idle' });
      return get();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: stop,
  };
}
