import { setTimeout as delay } from 'node:timers/promises';
import { createDeviceCode, exchangeDeviceCode } from '@octokit/oauth-methods';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { boundedFetch } from '../http/bounded-fetch';
import { gitHubFailure } from './github-client';
import { badAnswer, GitHubTrouble, troubleOf } from './github-trouble';

/** What Signalbox asks to be let do: repos and their checks, workflow files and dispatches, membership of teams. */
export const signInScopes = ['repo', 'workflow', 'read:org'] as const;

/** The GitHub that a person signs in at, as the app that the estate file names. */
export interface SignInPlace {
  /** Base of the REST API. */
  apiUrl: string;
  clientId: string;
  fetch?: typeof fetch | undefined;
}

/** What the person types at GitHub. `deviceCode` is a secret until it is used up. */
export interface DeviceCode {
  userCode: string;
  /** The page at which it is typed. */
  page: string;
  deviceCode: string;
  /** Milliseconds between two questions, and since 1970 when it ends. */
  interval: number;
  expires: number;
}

/** What came of it. Holds secrets. */
export interface GitHubToken {
  token: string;
  /** Milliseconds since 1970; `null`: no end was told, as of an OAuth app's. */
  expires: number | null;
  /** Gets the next token, once; `null`: there is none. */
  renewal: { token: string; expires: number | null } | null;
}

/**
 * The host of a GitHub's pages, where the device flow lies, by the address of its API: as `@octokit/oauth-methods` derives
 * it (`github.com`, `<tenant>.ghe.com`, GitHub Enterprise Server's `https://<host>/api/v3`).
 */
export function webUrlOf(apiUrl: string): string {
  const url = apiUrl.replace(/\/+$/, '');
  if (/^https:\/\/(api\.)?github\.com$/.test(url)) return 'https://github.com';
  if (/^https:\/\/api\..*\.ghe\.com$/.test(url)) return url.replace('api.', '');
  return url.replace(/\/api\/v3$/, '');
}

const codeSchema = z.object({
  device_code: z.string().min(1).max(500),
  user_code: z.string().regex(/^[A-Za-z0-9-]{4,20}$/),
  verification_uri: z.url({ protocol: /^https?$/ }),
  expires_in: z
    .number()
    .positive()
    .max(24 * 3600),
  interval: z.number().nonnegative().max(600).default(5),
});
const seconds = z.coerce.number().positive().optional();
const tokenSchema = z.object({
  access_token: z.string().min(1).max(2000),
  expires_in: seconds,
  refresh_token: z.string().min(1).max(2000).optional(),
  refresh_token_expires_in: seconds,
});
const refusalSchema = z.object({ error: z.string().max(100), interval: z.number().max(600).optional() });

/** Without a token: the flow's addresses take none. The library shows what it is told on the error it throws. */
function requestOf({ apiUrl, fetch: reach = fetch }: SignInPlace) {
  const { protocol, origin } = new URL(apiUrl);
  if (protocol !== 'https:' && !leadsToLoopback(origin)) throw new GitHubTrouble('plain-http', origin);
  const silent = (): void => {};
  return new Octokit({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'signalbox',
    request: { fetch: boundedFetch(reach, badAnswer, { bytes: 64 * 1024 }) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  }).request;
}

const failed = (
  message: string,
  meaning: string,
  advice: string,
  code: Failure['code'] = 'refused',
): Failure => ({
  code,
  message,
  meaning,
  next: [{ do: 'advice', label: advice }],
});
const notSignedIn = 'You are not signed in. Nothing was saved.';

/** GitHub's error codes of the flow, in words (docs.github.com, "Authorizing OAuth apps", "Error codes for the device flow"). */
function refusalOf(code: string): Failure {
  switch (code) {
    case 'access_denied':
      return failed(
        'The sign-in was cancelled on GitHub’s page.',
        notSignedIn,
        'Sign in again, and choose Authorize there.',
      );
    case 'expired_token':
    case 'token_expired':
      return failed(
        'The code expired before it was entered on GitHub.',
        notSignedIn,
        'Sign in again: you get a new code.',
        'timeout',
      );
    case 'device_flow_disabled':
      return failed(
        'GitHub does not let this app sign people in by code.',
        notSignedIn,
        'Ask the app’s owner to enable Device Flow in its settings, or enter a token.',
      );
    case 'incorrect_client_credentials':
    case 'Not Found':
      return failed(
        'GitHub does not know this app.',
        notSignedIn,
        'Check ledger.github.clientId and apiUrl in the estate file.',
      );
    case 'incorrect_device_code':
      return failed('GitHub no longer knows this code.', notSignedIn, 'Sign in again: you get a new code.');
    case 'bad_refresh_token':
      return failed(
        'GitHub no longer renews this sign-in.',
        'The token ends soon or has ended.',
        'Sign in again in Settings.',
        'unauthorised',
      );
    default:
      return failed(
        `GitHub refused the sign-in (${code.slice(0, 60)}).`,
        notSignedIn,
        'Enter a token instead, or ask the app’s owner.',
      );
  }
}

/** What GitHub said instead of an answer, which the library throws; `null`: something else went wrong. */
function refusedBy(error: unknown): z.output<typeof refusalSchema> | null {
  const data = (error as { response?: { data?: unknown } } | null)?.response?.data;
  const parsed = refusalSchema.safeParse(data);
  return parsed.success ? parsed.data : null;
}

const failureOf = (error: unknown): FailureError => {
  if (error instanceof FailureError) return error;
  const said = refusedBy(error);
  if (said) return new FailureError(refusalOf(said.error));
  if ((error as { status?: unknown } | null)?.status === 404) return new FailureError(refusalOf('Not Found'));
  return new FailureError(gitHubFailure(error, 'the sign-in'));
};

const odd = (what: string): GitHubTrouble => new GitHubTrouble('odd', what);

/** Asks for a code that a person types at GitHub. @throws FailureError */
export async function askForCode(place: SignInPlace, now: () => number): Promise<DeviceCode> {
  try {
    const { data } = await createDeviceCode({
      request: requestOf(place),
      clientType: 'oauth-app',
      clientId: place.clientId,
      scopes: [...signInScopes],
    });
    const parsed = codeSchema.safeParse(data);
    if (!parsed.success) throw odd('the code');
    const { user_code, verification_uri, device_code, interval, expires_in } = parsed.data;
    // Whoever answers for GitHub must not send the person elsewhere.
    if (new URL(verification_uri).origin !== new URL(webUrlOf(place.apiUrl)).origin)
      throw odd('a page of another host');
    return {
      userCode: user_code,
      page: verification_uri,
      deviceCode: device_code,
      interval: interval * 1000,
      expires: now() + expires_in * 1000,
    };
  } catch (error) {
    throw failureOf(error);
  }
}

/** By how much `slow_down` makes the interval longer for good (RFC 8628, 3.5; GitHub also tells the new one). */
const slower = 5_000;

/**
 * Asks until the person has decided. It is not left to `@octokit/auth-oauth-device` (8.0.5), which goes back to the old
 * interval after `slow_down`, so that GitHub says it again with a longer one each time, ends at the first answer that a
 * network loses, and cannot be stopped. An answer that does not come is asked for again, as RFC 8628 has it.
 * @param options.pause waits; the tests' is shorter. @throws FailureError; `signal.reason` when aborted.
 */
export async function waitForToken(
  place: SignInPlace,
  code: DeviceCode,
  options: {
    signal: AbortSignal;
    now: () => number;
    pause?: ((milliseconds: number, signal: AbortSignal) => Promise<unknown>) | undefined;
  },
): Promise<GitHubToken> {
  const { signal, now, pause = (milliseconds: number) => delay(milliseconds, null, { signal }) } = options;
  const request = requestOf(place);
  let { interval } = code;
  for (;;) {
    await pause(interval, signal);
    signal.throwIfAborted();
    if (now() >= code.expires) throw new FailureError(refusalOf('expired_token'));
    try {
      const { data } = await exchangeDeviceCode({
        request,
        // As of an OAuth app: for others the library reads times that a proxy may have taken away.
        clientType: 'oauth-app',
        clientId: place.clientId,
        code: code.deviceCode,
      });
      return tokenOf(data, now());
    } catch (error) {
      const said = refusedBy(error);
      if (said?.error === 'authorization_pending') continue;
      if (said?.error === 'slow_down') {
        interval = Math.max(interval + slower, (said.interval ?? 0) * 1000);
        continue;
      }
      if (said || troubleOf(error) !== null || isAnswered(error)) throw failureOf(error);
      interval = Math.min(interval * 2, 60_000);
    }
  }
}

/** Whether the server itself refused, other than for a moment. */
function isAnswered(error: unknown): boolean {
  const { response, status } = (error ?? {}) as { response?: unknown; status?: number };
  return response !== undefined && status !== undefined && status < 500 && status !== 429;
}

function tokenOf(data: unknown, now: number): GitHubToken {
  const parsed = tokenSchema.safeParse(data);
  if (!parsed.success) throw odd('the token');
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = parsed.data;
  const at = (after: number | undefined): number | null => (after === undefined ? null : now + after * 1000);
  return {
    token: access_token,
    expires: at(expires_in),
    renewal: refresh_token ? { token: refresh_token, expires: at(refresh_token_expires_in) } : null,
  };
}

/** GitHub said itself that a renewal works no more: other refusals may be somebody's on the way, or pass. */
export class RenewalEnded extends FailureError {}

const renewalRefused = (code: string): FailureError =>
  code === 'bad_refresh_token' ? new RenewalEnded(refusalOf(code)) : new FailureError(refusalOf(code));

/**
 * The next token of a GitHub App ("Refreshing user access tokens": a token of the device flow needs no client secret,
 * which the library's own call demands). The old ones end with it. @throws FailureError, RenewalEnded
 */
export async function renewToken(
  place: SignInPlace,
  renewal: string,
  now: () => number,
): Promise<GitHubToken> {
  try {
    const { data } = await requestOf(place)('POST /login/oauth/access_token', {
      baseUrl: webUrlOf(place.apiUrl),
      headers: { accept: 'application/json' },
      client_id: place.clientId,
      grant_type: 'refresh_token',
      refresh_token: renewal,
    });
    const refused = refusalSchema.safeParse(data);
    if (refused.success) throw renewalRefused(refused.data.error);
    return tokenOf(data, now());
  } catch (error) {
    const said = refusedBy(error);
    throw said ? renewalRefused(said.error) : failureOf(error);
  }
}
