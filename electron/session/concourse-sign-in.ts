import type { ConcourseSignIn } from '../../shared/contract/concourse-sign-in';
import type { ConcourseUser } from '../../shared/domain/concourse/answers';
import type { Failure } from '../../shared/domain/failure/failure';
import { FailureError } from '../../shared/domain/failure/failure';
import { rememberSecret } from '../log/known-secrets';
import type { Log } from '../log/log';
import { createConcourseClient } from '../systems/concourse/concourse-client';
import { concourseSession, tokenExpiry } from '../systems/concourse/concourse-session';
import { concourseFailure } from '../systems/concourse/concourse-trouble';
import { FlyrcProblem, type FlyTarget, flyTargets, flyToken } from '../systems/concourse/flyrc';
import {
  type LoopbackToken,
  listenForToken,
  NobodyCame,
  signInLimit,
} from '../systems/concourse/loopback-token';

/** Keeps a token for a Concourse of the estate. @returns why it is kept for this run only; `null`: the system keeps it */
export type SaveConcourseToken = (url: string, token: string) => string | null;

export interface ConcourseSignInPort {
  get(url: string): ConcourseSignIn;
  start(url: string): Promise<ConcourseSignIn>;
  cancel(url: string): ConcourseSignIn;
  /** @throws FailureError */
  flyTargets(url: string): Promise<{ targets: FlyTarget[] }>;
  useFlyTarget(url: string, target: string): Promise<ConcourseSignIn>;
  confirm(url: string, account: string): ConcourseSignIn;
  onChange(listener: () => void): () => void;
  close(): void;
}

const advice = (label: string) => ({ do: 'advice' as const, label });
const nothingSaved = 'Nothing was saved.';

/** What each role is in, in a sentence. */
export const rolesText = ({ isAdmin, teams }: ConcourseUser): string =>
  isAdmin
    ? 'admin'
    : Object.entries(teams)
        .map(([team, roles]) => `${roles.join(', ')} in ${team}`)
        .join('; ') || 'no role in any team';

/**
 * Signing in to the Concourses of an estate by the browser, or by a session that `fly` has.
 * @param options.urls those that the estate file names; no other is signed in to
 * @param options.save absent: the estate brings its own account
 */
export function createConcourseSignIn(options: {
  urls: readonly string[];
  save: SaveConcourseToken | undefined;
  openPage: (page: string) => void;
  flyrc: string | null;
  fetch: typeof fetch | undefined;
  now: () => Date;
  log: Log;
  /** Somebody signed in: what was refused is asked again. */
  onSignedIn: () => void;
}): ConcourseSignInPort {
  const { flyrc, log, now, onSignedIn, openPage, save, urls } = options;
  const states = new Map<string, ConcourseSignIn>();
  const listening = new Map<string, LoopbackToken>();
  const waiting = new Map<string, { token: string; account: string }>();
  const listeners = new Set<() => void>();

  const get = (url: string): ConcourseSignIn => states.get(url) ?? { state: 'idle' };
  const set = (url: string, state: ConcourseSignIn): ConcourseSignIn => {
    states.set(url, state);
    for (const listener of [...listeners]) listener();
    return state;
  };
  const failed = (url: string, failure: Failure): ConcourseSignIn => set(url, { state: 'failed', failure });
  const known = (url: string): void => {
    if (!urls.includes(url) || !save)
      throw new FailureError({
        code: 'refused',
        message: save ? 'The estate file has no such Concourse.' : 'This estate brings its own account.',
        meaning: 'Nobody was signed in.',
        next: [],
      });
  };
  const stop = (url: string): void => {
    listening.get(url)?.close();
    listening.delete(url);
    waiting.delete(url);
  };

  /** Asks whose token it is, with the token and nothing else. */
  async function ask(url: string, token: string): Promise<ConcourseSignIn> {
    rememberSecret(token);
    const session = concourseSession({
      url,
      secret: async () => ({ account: null, secret: token }),
      fetch: options.fetch,
      now: () => now().getTime(),
    });
    const client = createConcourseClient({ url, session, fetch: options.fetch });
    try {
      const user = await client.user(AbortSignal.timeout(30_000));
      const until = tokenExpiry(token);
      const account = user.name.slice(0, 500);
      waiting.set(url, { token, account });
      return set(url, {
        state: 'confirm',
        account,
        roles: rolesText(user).slice(0, 2_000),
        expires: until === null ? null : new Date(until * 1000).toISOString(),
      });
    } catch (error) {
      log('info', 'concourse.sign-in-refused', { host: new URL(url).host });
      return failed(url, { ...concourseFailure(error, new URL(url).host), meaning: nothingSaved });
    }
  }

  async function follow(url: string, port: LoopbackToken): Promise<void> {
    try {
      const token = await port.token;
      if (listening.get(url) !== port) return;
      listening.delete(url);
      await ask(url, token);
    } catch (error) {
      if (listening.get(url) !== port) return;
      listening.delete(url);
      if (error instanceof NobodyCame)
        failed(url, {
          code: 'timeout',
          message: 'Nobody signed in within 10 minutes.',
          meaning: nothingSaved,
          next: [advice('Sign in again, or paste a token.')],
        });
    }
  }

  const flyFailure = (error: unknown): Failure => ({
    code: 'not-found',
    message: error instanceof FlyrcProblem ? error.message : '~/.flyrc can’t be read.',
    meaning: nothingSaved,
    next: [advice('Sign in with the browser instead.')],
  });

  return {
    get,
    async start(url) {
      known(url);
      stop(url);
      const port = await listenForToken(url);
      listening.set(url, port);
      // It never rejects.
      void follow(url, port);
      openPage(port.page);
      return set(url, {
        state: 'waiting',
        page: port.page,
        expires: new Date(now().getTime() + signInLimit).toISOString(),
      });
    },
    cancel(url) {
      stop(url);
      return set(url, { state: 'idle' });
    },
    async flyTargets(url) {
      known(url);
      try {
        return { targets: flyrc === null ? [] : await flyTargets(flyrc, url, now()) };
      } catch (error) {
        throw new FailureError(flyFailure(error));
      }
    },
    async useFlyTarget(url, target) {
      known(url);
      stop(url);
      try {
        return await ask(url, await flyToken(flyrc ?? '', url, target));
      } catch (error) {
        return failed(url, flyFailure(error));
      }
    },
    confirm(url, account) {
      known(url);
      const held = waiting.get(url);
      if (!held || held.account !== account) return get(url);
      waiting.delete(url);
      try {
        const unsaved = save?.(url, held.token) ?? null;
        onSignedIn();
        return set(url, {
          state: 'signed-in',
          text: `Signed in as ${account}.${unsaved === null ? '' : ` ${unsaved}`}`,
        });
      } catch (error) {
        return failed(url, {
          code: 'refused',
          message: error instanceof Error ? error.message : 'The session could not be saved.',
          meaning: nothingSaved,
          next: [],
        });
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      for (const url of [...listening.keys()]) stop(url);
    },
  };
}
