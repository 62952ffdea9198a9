import type { Failure, NextStep } from '../../../shared/domain/failure/failure';
import { isOfBranchRules } from '../../../shared/domain/route/branch-rule';
import { count } from '../../../shared/domain/text/count';
import { utcText } from '../../../shared/domain/text/utc-text';
import { visibleText } from '../../../shared/domain/text/visible-text';

/** What GitHub said in the place of an answer. */
export interface Refusal {
  status: number;
  /** Its `message`, and those of its `errors`. */
  said: string;
  /** In lower case. */
  headers: Readonly<Record<string, unknown>>;
  /** Where it was asked. */
  url: string;
}

/** The refusal that an error of Octokit's carries; `null`: no answer came, or it broke off. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !('response' in error)) return null;
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('status' in response)) return null;
  const { status, data } = response as { status: unknown; data?: unknown };
  if (typeof status !== 'number') return null;
  const { url } = ('request' in error ? error.request : {}) as { url?: unknown };
  const headers = (response as { headers?: unknown }).headers;
  return {
    status,
    said: saidIn(data),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
    url: typeof url === 'string' ? url : '',
  };
}

/** "Client errors" (REST API, "Troubleshooting"): `message`, and `errors` of texts or of objects with a `message` or `code`. */
function saidIn(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const parts = [message, ...(Array.isArray(errors) ? errors.slice(0, 5).map(partOf) : [])];
  return visibleText(
    parts
      .filter((part) => typeof part === 'string' && part !== '')
      .join('; ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 500),
  );
}

function partOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { message, field, code } = error as { message?: unknown; field?: unknown; code?: unknown };
  if (typeof message === 'string') return message;
  return [field, code].filter((part) => typeof part === 'string').join(' ');
}

const retry = { do: 'retry', label: 'Try again' } as const;
const settings = { do: 'open-settings', label: 'Check the token in Settings' } as const;
const advice = (label: string): NextStep => ({ do: 'advice', label });

const text = ({ headers }: Refusal, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' || typeof value === 'number'
    ? visibleText(String(value).slice(0, 300))
    : '';
};

/**
 * Whether it is a limit of requests (REST API, "Rate limits"): 429, GraphQL's answer with 200 and such an error, or 403
 * with `retry-after`, with nothing left of `x-ratelimit-remaining`, or as its text says. What makes something (a pull
 * request, a comment) is answered "was submitted too quickly", with 422, too (cli/cli issue 4801).
 */
const isLimit = (refusal: Refusal): boolean =>
  refusal.status === 429 ||
  ((refusal.status === 200 || refusal.status === 422) &&
    /rate limit|submitted too quickly/i.test(refusal.said)) ||
  (refusal.status === 403 &&
    (/rate limit|abuse detection/i.test(refusal.said) ||
      text(refusal, 'retry-after') !== '' ||
      text(refusal, 'x-ratelimit-remaining') === '0'));

/** Seconds beyond which a time that an answer names is not believed: GitHub's limits are by the hour. */
const longestWait = 2 * 3600;

/** A limit: the hour's is used up, or too much was asked at once ("secondary rate limit"). */
function limitFailure(refusal: Refusal, what: string): Omit<Failure, 'detail'> {
  const after = Number(text(refusal, 'retry-after') || Number.NaN);
  const isUsedUp = text(refusal, 'x-ratelimit-remaining') === '0' && !/secondary/i.test(refusal.said);
  const others = 'Git itself and the clusters are not affected.';
  const isAtOnce = /secondary|abuse|too quickly|too many requests/i.test(refusal.said) || after > 0;
  if (!isUsedUp && isAtOnce) {
    const wait = after > 0 && after <= longestWait ? `in ${count(after, 'second')}` : 'in a few minutes';
    return {
      code: 'rate-limited',
      message: `GitHub is limiting requests (${what}).`,
      meaning: `It answers again ${wait}. ${others}`,
      next: [retry],
    };
  }
  // Both times are GitHub's, so that a clock that is wrong here does not matter.
  const reset = Number(text(refusal, 'x-ratelimit-reset') || Number.NaN);
  const now = Date.parse(text(refusal, 'date')) / 1000;
  const isNear =
    Number.isFinite(reset) && Number.isFinite(now) && reset >= now - 60 && reset - now <= longestWait;
  const when = isNear ? `at ${utcText(new Date(reset * 1000).toISOString())}` : 'within the hour';
  return {
    code: 'rate-limited',
    message: `GitHub's request limit is used up (${what}).`,
    meaning: `GitHub answers again ${when}. ${others}`,
    next: [retry],
  };
}

/** The page where single sign-on is confirmed for a token (header `x-github-sso`), where it is one of GitHub's own. */
function ssoPage(refusal: Refusal): string | null {
  const page = /\burl=(https:\/\/\S+)/.exec(text(refusal, 'x-github-sso'))?.[1] ?? '';
  if (!URL.canParse(page) || !URL.canParse(refusal.url)) return null;
  const [own, asked] = [new URL(page).host, new URL(refusal.url).host];
  return own === asked || (asked === 'api.github.com' && own === 'github.com') ? page : null;
}

/**
 * What the token lacks, as GitHub tells: the scopes of a classic token ("Scopes for OAuth apps": `x-accepted-oauth-scopes`
 * against `x-oauth-scopes`), or the permissions of a fine-grained one (`x-accepted-github-permissions`). `null`: it does
 * not tell.
 */
function lackOf(refusal: Refusal): string | null {
  const names = (header: string): string[] =>
    text(refusal, header)
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
  const accepted = names('x-accepted-oauth-scopes');
  if (accepted.length > 0 && refusal.headers['x-oauth-scopes'] !== undefined) {
    const own = names('x-oauth-scopes');
    // `repo` holds `public_repo` and `repo:status`, `write:org` holds `read:org`.
    const hasOne = accepted.some((wanted) =>
      own.some((scope) => scope === wanted || (scope === 'repo' && /^(public_repo|repo:)/.test(wanted))),
    );
    if (!hasOne) return `the scope ${accepted.join(' or ')}`;
  }
  const permissions = text(refusal, 'x-accepted-github-permissions');
  if (permissions !== '' && /not accessible by/i.test(refusal.said)) return `the permission ${permissions}`;
  return null;
}

/** Trying again would not help; another way of committing may. @param said GitHub's words. */
const forbiddenByRule = (what: string, said: string): Omit<Failure, 'detail'> => ({
  code: 'forbidden',
  message: `A rule of the branch forbids this (${what}).`,
  meaning: `Nothing was changed. GitHub says: ${said}`,
  next: [advice('Use a way that the rule allows, such as a pull request, or ask an owner of the repo.')],
});

/** What an answer that is none means to a release manager. @param what was asked. */
export function refusalFailure(refusal: Refusal, what: string): Omit<Failure, 'detail'> {
  const { status, said } = refusal;
  const says = said === '' ? '' : ` GitHub says: ${said}`;
  if (isLimit(refusal)) return limitFailure(refusal, what);
  const lack = lackOf(refusal);
  const refused: Omit<Failure, 'detail'> = {
    code: 'refused',
    message: `GitHub refused this (${what}).`,
    meaning: said === '' ? `It answered with HTTP ${status}.` : `It says: ${said}`,
    next: [advice('Check the branch’s rules and the token’s permissions.'), retry],
  };
  switch (status) {
    case 401:
      return {
        code: 'unauthorised',
        message: `GitHub did not accept the token (${what}).`,
        meaning: 'It has expired, was revoked, or belongs to another GitHub.',
        next: [settings],
      };
    case 403: {
      const page = ssoPage(refusal);
      if (text(refusal, 'x-github-sso').startsWith('required') || /SAML/i.test(said))
        return {
          code: 'forbidden',
          message: `Single sign-on was not confirmed for the token (${what}).`,
          meaning:
            'The organisation accepts a token only after its owner has confirmed it by single sign-on.',
          next: [
            page
              ? { do: 'open-url', label: 'Confirm it on GitHub', url: page }
              : advice('Confirm it on GitHub, under the settings of your tokens.'),
            retry,
          ],
        };
      return {
        code: 'forbidden',
        message: `GitHub does not allow this (${what}).`,
        meaning: lack ? `The token lacks ${lack}.` : `The token lacks a permission, or you do.${says}`,
        next: [settings],
      };
    }
    case 404:
      return {
        code: 'not-found',
        message: `GitHub did not find this (${what}).`,
        meaning: lack
          ? `The token lacks ${lack}. GitHub reports what a token can’t see as not found.`
          : 'It does not exist, was renamed, or the token has no access to it.',
        next: [lack ? settings : advice('Check the name, and what the token has access to.')],
      };
    case 409:
      if (/is empty/i.test(said))
        return {
          code: 'not-found',
          message: `The repo has no commit yet (${what}).`,
          meaning: 'There is nothing to read yet.',
          next: [],
        };
      if (isOfBranchRules(said)) return forbiddenByRule(what, said);
      return {
        code: 'conflict',
        message: `Another change was made on GitHub at the same time (${what}).`,
        meaning: `Nothing was changed here.${says}`,
        next: [retry],
      };
    case 301:
    case 302:
    case 307:
    case 308:
      return {
        code: 'not-found',
        message: `The repo has moved on GitHub (${what}).`,
        meaning: 'The repo or its owner was renamed, so the request was not sent on.',
        next: [advice('Change its name in signalbox.yaml.')],
      };
    default:
      if ((status === 405 || status === 422) && isOfBranchRules(said)) return forbiddenByRule(what, said);
      if (status >= 500)
        return {
          code: 'unreachable',
          message: `GitHub had an internal error (${what}).`,
          meaning: `It answered with HTTP ${status}. What depends on it is not known for now.`,
          next: [retry, advice('If it continues, check githubstatus.com.')],
        };
      return refused;
  }
}
