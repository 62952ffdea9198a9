import type { Octokit } from '@octokit/rest';

/** GitHub counts by the hour. */
const longest = 3_600_000;

/** What GitHub counts apart ("Rate limits for the REST API"). */
const resourceOf = (url: string): string =>
  url.startsWith('/search/') ? 'search' : /\/graphql$/.test(url) ? 'graphql' : 'core';

/**
 * Milliseconds until GitHub counts again, where an error says that the budget is used up (`x-ratelimit-remaining`,
 * `x-ratelimit-reset` in seconds since 1970); `null`: it is not. By GitHub's own clock: ours may be another.
 */
function usedUpFor(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('status' in error) || !('response' in error))
    return null;
  if (error.status !== 403 && error.status !== 429) return null;
  const { headers } = error.response as { headers?: Record<string, unknown> };
  if (headers?.['x-ratelimit-remaining'] !== '0') return null;
  const reset = Number(headers['x-ratelimit-reset']) * 1000;
  const now = Date.parse(String(headers.date));
  return Number.isFinite(reset - now) ? Math.min(longest, Math.max(0, reset - now)) : null;
}

/**
 * Once GitHub said that the budget is used up, nothing more is asked until it counts again: whoever goes on asking may
 * be locked out ("Exceeding the rate limit"). The error is told again instead.
 */
export function rememberLimits(octokit: Pick<Octokit, 'hook'>): void {
  const usedUp = new Map<string, { until: number; error: unknown }>();
  octokit.hook.wrap('request', async (request, options) => {
    const resource = resourceOf(options.url);
    const known = usedUp.get(resource);
    if (known && performance.now() < known.until) throw known.error;
    try {
      return await request(options);
    } catch (error) {
      const wait = usedUpFor(error);
      if (wait !== null) usedUp.set(resource, { until: performance.now() + wait, error });
      throw error;
    }
  });
}
