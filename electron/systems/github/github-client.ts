import { Octokit } from '@octokit/rest';
import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import type { AnswerLimits } from '../http/bounded-fetch';
import { believed, userSchema } from './answers';
import { connectionOf } from './github-connection';
import { troubleFailure, troubleOf } from './github-trouble';

export type GitHub = Octokit;

const silent = (): void => {};

/**
 * A GitHub REST client for a person who waits: short retries, and a rate limit is told instead of slept through. All
 * clients of one GitHub and token are one behind this: they share its connections and its rate budget.
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
  const apiUrl = options.apiUrl.replace(/\/$/, '');
  const github = new Octokit({
    baseUrl: apiUrl,
    userAgent: 'signalbox',
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  github.hook.wrap('request', async (_request, { request, ...asked }) => {
    const { fetch: reach = fetch, limits = {} } = options;
    const connection = connectionOf({ apiUrl, token: await options.token(), fetch: reach, limits });
    // Its own hooks take the place of this one.
    const { hook: _hook, ...rest } = request as typeof request & { hook?: unknown };
    return connection.request({ ...asked, request: rest });
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
  if (error instanceof FailureError) return error.failure;
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
