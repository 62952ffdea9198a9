import { createHash } from 'node:crypto';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { leadsToLoopback } from '../../../shared/domain/estate/loopback';
import { rememberSecret } from '../../log/known-secrets';
import { type AnswerLimits, boundedFetch } from '../http/bounded-fetch';
import { badAnswer, GitHubTrouble, troubleOf } from './github-trouble';
import { rememberLimits } from './rate-budget';
import { sameServerFetch } from './same-server-fetch';

/** An answer that is none is not asked for again by itself: it would take as long, or say the same. */
const onceForTrouble = (octokit: Pick<Octokit, 'hook'>): void =>
  octokit.hook.error('request', (error, options) => {
    if (troubleOf(error)) options.request.retries = 0;
    throw error;
  });

// Hooks that come first lie innermost.
const InteractiveOctokit = Octokit.plugin(rememberLimits, onceForTrouble, retry, throttling);

interface Options {
  /** Base of the REST API, without a slash at its end. */
  apiUrl: string;
  token: string | null;
  fetch: typeof fetch;
  limits: Partial<AnswerLimits>;
}

/** Of one way into the network: tokens change now and then, and nobody has more than a few. */
const mostConnections = 8;
const connections = new WeakMap<typeof fetch, Map<string, Octokit>>();

/**
 * The one client of a GitHub and token, whoever asks: GitHub counts requests, and limits how many run at once and how
 * many write, by token ("Rate limits for the REST API", "Best practices"); the throttling plugin does so by its `id`.
 */
export function connectionOf(options: Options): Octokit {
  const { apiUrl, token, limits } = options;
  let known = connections.get(options.fetch);
  if (!known) {
    known = new Map();
    connections.set(options.fetch, known);
  }
  // A hash, since the id goes into the library's own names.
  const id = createHash('sha256')
    .update(JSON.stringify([apiUrl, token, limits]))
    .digest('hex');
  const there = known.get(id) ?? connect(options, id);
  known.delete(id);
  known.set(id, there);
  const [oldest] = known.size > mostConnections ? known.keys() : [];
  if (oldest !== undefined) known.delete(oldest);
  return there;
}

/** "Download job logs for a workflow run": the one answer that is plain text. */
const isJobLog = (input: Parameters<typeof fetch>[0]): boolean =>
  /\/actions\/jobs\/\d+\/logs$/.test(input instanceof Request ? input.url : String(input));
/** Bytes of a job's log that are taken: its end. */
const longestLog = 4 * 1024 * 1024;

/** GitHub redirects to where logs are stored, on another host: `fetch` leaves the token behind there. */
function answersOf({ fetch, limits }: Pick<Options, 'fetch' | 'limits'>): typeof fetch {
  const json = boundedFetch(sameServerFetch(fetch), badAnswer, limits);
  const text = boundedFetch(fetch, badAnswer, { bytes: longestLog, ...limits }, 'plain-text');
  return (input, init) => (isJobLog(input) ? text(input, init) : json(input, init));
}

function connect({ apiUrl, token, fetch, limits }: Options, id: string): Octokit {
  const silent = (): void => {};
  const github = new InteractiveOctokit({
    baseUrl: apiUrl,
    userAgent: 'signalbox',
    request: { fetch: answersOf({ fetch, limits }) },
    // The library would print every 404 that is asked for on purpose.
    log: { debug: silent, info: silent, warn: silent, error: silent },
    // The library's list, and 429: whoever is asked to slow down does not ask again within the second.
    retry: { retries: 2, retryAfterBaseValue: 200, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    throttle: {
      id,
      // Waiting out a limit takes up to an hour: better to say so at once.
      onRateLimit: () => false,
      onSecondaryRateLimit: (after, _options, _octokit, count) => count === 0 && after <= 2,
    },
  });
  github.hook.before('request', (request) => {
    if (!token) return;
    const { origin, protocol } = new URL(request.url, apiUrl);
    // An answer may name other addresses, as those of further pages.
    if (origin !== new URL(apiUrl).origin) return;
    if (protocol !== 'https:' && !leadsToLoopback(origin)) throw new GitHubTrouble('plain-http', origin);
    rememberSecret(token);
    request.headers.authorization = `token ${token}`;
  });
  return github;
}
