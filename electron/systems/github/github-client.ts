import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import type { Failure } from '../../../shared/domain/failure/failure';
import { type AnswerLimits, boundedFetch } from '../http/bounded-fetch';
import { believed, userSchema } from './answers';
import { badAnswer, GitHubTrouble, troubleFailure, troubleOf } from './github-trouble';

/** An answer that is none is not asked for again by itself: it would take as long, or say the same. */
const onceForTrouble = (octokit: Pick<Octokit, 'hook'>): void =>
  octokit.hook.error('request', (error, options) => {
    if (troubleOf(error)) options.request.retries = 0;
    throw error;
  });

// Hooks that come first lie innermost.
const InteractiveOctokit = Octokit.plugin(onceForTrouble, retry, throttling);
export type GitHub = InstanceType<typeof InteractiveOctokit>;

/**
 * A GitHub REST client for a person who waits: short retries, and a rate limit is told instead of slept through.
 * @param options.apiUrl base of the REST API, `https://api.github.com` or `https://<host>/api/v3`.
 * @param options.token asked before every request, since it may be changed meanwhile; `null`: without authentication.
 * @param options.fetch how the network is reached; left out: Node's own, without proxies.
 * @param options.limits what an answer may take; left out: as people and networks need it.
 */
export function createGitHub(options: {
  apiUrl: string;
  token: () => Promise<string | null>;
  fetch?: typeof fetch | undefined;
  limits?: Partial<AnswerLimits>;
}): GitHub {
  const silent = (): void => {};
  const github = new InteractiveOctokit({
    baseUrl: options.apiUrl.replace(/\/$/, ''),
    userAgent: 'signalbox',
    request: { fetch: boundedFetch(options.fetch ?? fetch, badAnswer, options.limits) },
    // The library would print every 404 that is asked for on purpose.
    log: { debug: silent, info: silent, warn: silent, error: silent },
    // The library's list, and 429: whoever is asked to slow down does not ask again within the second.
    retry: { retries: 2, retryAfterBaseValue: 200, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    throttle: {
      // Waiting out a limit takes up to an hour: better to say so at once.
      onRateLimit: () => false,
      onSecondaryRateLimit: (after, _options, _octokit, count) => count === 0 && after <= 2,
    },
  });
  github.hook.before('request', async (request) => {
    const token = await options.token();
    if (!token) return;
    const { origin, protocol } = new URL(request.url, options.apiUrl);
    // An answer may name other addresses, as those of further pages.
    if (origin !== new URL(options.apiUrl).origin) return;
    if (protocol !== 'https:' && !leadsToLoopback(origin)) throw new GitHubTrouble('plain-http', origin);
    request.headers.authorization = `token ${token}`;
  });
  return github;
}

/**
 * Whose a token is, what it may do and until when ("Get the authenticated user"; headers `x-oauth-scopes` of classic
 * tokens and `github-authentication-token-expiration`).
 * @throws the client's errors.
 */
export async function whoseToken(
  github: GitHub,
): Promise<{ account: string; scopes: string | null; expires: string | null }> {
  const { data, headers } = await github.users.getAuthenticated();
  const { login } = believed(userSchema, data);
  const expires = headers['github-authentication-token-expiration'];
  return {
    account: login,
    scopes: headers['x-oauth-scopes'] || null,
    expires: expires ? String(expires) : null,
  };
}

/** The HTTP status that an error of Octokit's carries; `null` where no answer came. */
export const statusOf = (error: unknown): number | null =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number'
    ? error.status
    : null;

/** Whether GitHub said that the thing is not there (or may not be seen: GitHub answers 404 for both). */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** What a failed request means to a release manager. Sources: GitHub REST API, "Troubleshooting" and "Rate limits". */
export function gitHubFailure(error: unknown, what: string): Failure {
  const trouble = troubleOf(error);
  if (trouble) return troubleFailure(trouble, what);
  const status = statusOf(error);
  // Octokit takes the whole of an unknown answer for its message.
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  const retryStep = { do: 'retry', label: 'Try again' } as const;
  if (status === 401) {
    return {
      code: 'unauthorised',
      message: `GitHub did not accept the token (${what}).`,
      meaning: 'It has expired, was revoked or is not one of this GitHub.',
      next: [{ do: 'open-settings', label: 'Look at the token in Settings' }],
      detail,
    };
  }
  if (status === 429 || (status === 403 && /rate limit/i.test(detail))) {
    return {
      code: 'rate-limited',
      message: `GitHub's limit of requests is used up (${what}).`,
      meaning: 'GitHub answers again within the hour. Git itself and the clusters are not affected.',
      next: [retryStep],
      detail,
    };
  }
  if (status === 403) {
    return {
      code: 'forbidden',
      message: `GitHub does not allow this (${what}).`,
      meaning: 'The token lacks a permission, or single sign-on was not confirmed for it.',
      next: [{ do: 'open-settings', label: 'Look at the token in Settings' }],
      detail,
    };
  }
  if (status === 404) {
    return {
      code: 'not-found',
      message: `GitHub knows nothing of this (${what}).`,
      meaning: 'It is not there, or the token may not see it.',
      next: [{ do: 'advice', label: 'Check the name, and what the token may read.' }],
      detail,
    };
  }
  if (status !== null && status >= 400 && status < 500) {
    return {
      code: 'refused',
      message: `GitHub refused this (${what}).`,
      meaning: `It says: ${detail.split(' - http', 1)[0]}`,
      next: [
        { do: 'advice', label: 'Look at the rules of the branch, and at what the token may do.' },
        retryStep,
      ],
      detail,
    };
  }
  return {
    code: 'unreachable',
    message: `GitHub did not answer (${what}).`,
    meaning: 'What depends on it is not known at the moment.',
    next: [retryStep],
    detail,
  };
}
