import { Octokit } from '@octokit/rest';
import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { utcText } from '../../../shared/domain/text/utc-text';
import type { AnswerLimits } from '../http/bounded-fetch';
import { believed, userSchema } from './answers';
import { connectionOf } from './github-connection';
import { troubleFailure, troubleOf } from './github-trouble';
import { refusalFailure, refusalOf } from './refusals';

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

/** What GitHub tells of a token. Times are texts of UTC (`utcText`). */
interface TokenFacts {
  account: string;
  /** `null`: GitHub tells none, as of fine-grained tokens and those of GitHub Apps. */
  scopes: string | null;
  expires: string | null;
  limit: { limit: number; remaining: number; resets: string } | null;
}

/**
 * Whose a token is, what it may do and until when ("Get the authenticated user"; headers `x-oauth-scopes` of classic
 * tokens and `github-authentication-token-expiration`).
 * @throws the client's errors.
 */
export async function whoseToken(github: GitHub): Promise<TokenFacts> {
  const { data, headers } = await github.users.getAuthenticated();
  const { login } = believed(userSchema, data);
  const expires = headers['github-authentication-token-expiration'];
  return {
    account: login,
    scopes: headers['x-oauth-scopes'] || null,
    expires: expires
      ? utcOf(new Date(String(expires).replace(' UTC', 'Z').replace(' ', 'T')), String(expires))
      : null,
    limit: limitOf(headers),
  };
}

/** The primary rate limit of the token, by the headers `x-ratelimit-…` ("Checking the status of your rate limit"). */
function limitOf(headers: Readonly<Record<string, unknown>>): TokenFacts['limit'] {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((one) =>
    Number(headers[`x-ratelimit-${one}`] ?? Number.NaN),
  );
  if (limit === undefined || remaining === undefined || reset === undefined) return null;
  if (![limit, remaining, reset].every(Number.isFinite)) return null;
  return { limit, remaining, resets: utcOf(new Date(reset * 1000), String(reset)) };
}

const utcOf = (at: Date, raw: string): string =>
  Number.isNaN(at.getTime()) ? raw.slice(0, 60) : utcText(at.toISOString());

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
  // Octokit takes the whole of an unknown answer for its message.
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  const refusal = refusalOf(error);
  if (refusal) return { ...refusalFailure(refusal, what), detail };
  // Octokit gives an error without an answer the status 500.
  const isCut = /terminated|broke off|premature|other side closed|ECONNRESET|aborted/i.test(
    `${detail} ${causeOf(error)}`,
  );
  return {
    code: 'unreachable',
    message: isCut ? `GitHub’s answer broke off (${what}).` : `GitHub did not answer (${what}).`,
    meaning: 'What depends on it is not known for now.',
    next: [
      { do: 'retry', label: 'Try again' },
      { do: 'advice', label: 'Check the network, VPN or proxy.' },
    ],
    detail,
  };
}

const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error
    ? `${error.cause.message} ${causeOf(error.cause)}`
    : '';
