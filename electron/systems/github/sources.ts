import type { Change } from '../../../shared/domain/change';
import type { Freshness } from '../../../shared/domain/freshness';
import { refOfVersion, withPullRequests } from '../../../shared/domain/source-history';
import { isImageTag } from '../../../shared/domain/version';
import { type Listed, listCandidates, lookUp, matching } from './candidates';
import { type GitHub, gitHubFailure } from './client';
import { compareRefs } from './compare';

/** What is known of the apps' source repos. Answers are cached; unknown is answered as unknown, never as nothing. */
export interface Sources {
  /** Commits and migrations between two versions. Never rejects: what could not be asked is `unknown`, with the reason. */
  change(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change>;
  /** What {@link change} answered before, without asking again; `null` when it was never known. */
  knownChange(app: string, from: string, to: string): Change | null;
  /** Tags, branches and commits that match a text, newest first. Rejects with a `FailureError`-like client error. */
  candidates(app: string, query: string, limit: number, signal?: AbortSignal): Promise<Listed[]>;
  /** Whether the version exists as a tag or commit of the source repo; `null`: could not be asked. */
  published(app: string, version: string, signal?: AbortSignal): Promise<boolean | null>;
  /** What {@link published} answered before; `null`: not asked yet. */
  knownPublished(app: string, version: string): boolean | null;
  /** Link to the app's source repo in a browser; `null` when it isn't https. */
  webUrl(app: string): string | null;
  freshness(): Freshness;
}

/** How long a repo's list of tags and branches is taken as new, in milliseconds. */
const listLifetime = 30_000;
/** Comparisons kept in memory; tags don't move, so they stay right. */
const changesKept = 1000;

/**
 * Sources over GitHub's REST API, one repo per app under one owner.
 * @param config.now milliseconds since the epoch.
 */
export function createGitHubSources(config: {
  github: GitHub;
  owner: string;
  /** `https://…/{app}`: where a person reads the repo. */
  urlTemplate: string;
  now: () => number;
}): Sources {
  const { github, now } = config;
  const changes = new Map<string, Change>();
  const published = new Map<string, boolean>();
  const listings = new Map<string, { at: number; listed: Listed[] }>();
  let freshness: Freshness = { state: 'connecting', asOf: null };

  const iso = (): string => new Date(now()).toISOString();
  const repoOf = (app: string): { owner: string; repo: string } => ({ owner: config.owner, repo: app });
  const versionKey = (app: string, ...versions: string[]): string => [app, ...versions].join('\n');

  /** Asks, and notes whether GitHub answered. */
  async function asking<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      const answer = await ask();
      freshness = { state: 'live', asOf: iso() };
      return answer;
    } catch (error) {
      const failure = gitHubFailure(error, config.owner);
      if (failure.code === 'not-found' || failure.code === 'refused')
        freshness = { state: 'live', asOf: iso() };
      else if (!signal?.aborted) {
        const asOf = freshness.state === 'absent' ? null : freshness.asOf;
        const since = freshness.state === 'unreachable' ? freshness.since : iso();
        freshness = { state: 'unreachable', asOf, since, failure };
      }
      throw error;
    }
  }

  const webUrl = (app: string): string | null => {
    const url = config.urlTemplate.replace('{app}', encodeURIComponent(app)).replace(/\.git$/, '');
    return url.startsWith('https://') ? url : null;
  };

  const knownChange = (app: string, from: string, to: string): Change | null =>
    from === to
      ? {
          state: 'known',
          from,
          to,
          direction: 'same',
          commits: [],
          lost: [],
          migrations: [],
          truncated: false,
          url: null,
        }
      : (changes.get(versionKey(app, from, to)) ?? null);

  const compareBothWays = async (
    app: string,
    from: string,
    to: string,
    signal?: AbortSignal,
  ): Promise<Change> => {
    const repo = repoOf(app);
    const [base, head] = [refOfVersion(from), refOfVersion(to)];
    const forward = await compareRefs(github, repo, base, head, signal);
    const hasLost = forward.status === 'behind' || forward.status === 'diverged';
    const backward = hasLost ? await compareRefs(github, repo, head, base, signal) : null;
    const page = webUrl(app);
    const urlOf = (number: number): string | null => (page ? `${page}/pull/${number}` : null);
    const gained = withPullRequests(forward.commits, urlOf);
    const lost = backward ? withPullRequests(backward.commits, urlOf) : [];
    const directions = {
      ahead: 'forward',
      behind: 'backward',
      diverged: 'diverged',
      identical: 'same',
    } as const;
    return {
      state: 'known',
      from,
      to,
      direction: directions[forward.status],
      commits: gained,
      lost,
      migrations: [...forward.migrations, ...(backward?.migrations ?? [])],
      truncated: forward.truncated || (backward?.truncated ?? false),
      url: forward.url.startsWith('https://') ? forward.url : null,
    };
  };

  return {
    knownChange,
    async change(app, from, to, signal) {
      const known = knownChange(app, from, to);
      if (known) return known;
      if (!isImageTag(from) || !isImageTag(to))
        return { state: 'unknown', because: 'One of the two is no version.' };
      try {
        const change = await asking(() => compareBothWays(app, from, to, signal), signal);
        const oldest = changes.keys().next();
        if (changes.size >= changesKept && !oldest.done) changes.delete(oldest.value);
        changes.set(versionKey(app, from, to), change);
        return change;
      } catch (error) {
        const failure = gitHubFailure(error, `comparing ${from} with ${to} of ${app}`);
        return { state: 'unknown', because: `${failure.message} ${failure.meaning}` };
      }
    },
    async candidates(app, query, limit, signal) {
      const kept = listings.get(app);
      const fresh = kept && now() - kept.at < listLifetime ? kept : null;
      const listed =
        fresh?.listed ?? (await asking(() => listCandidates(github, repoOf(app), signal), signal));
      if (!fresh) listings.set(app, { at: now(), listed });
      const matches = matching(listed, query, limit);
      const ref = query.trim();
      if (matches.length > 0 || !isImageTag(ref)) return matches;
      const found = await asking(() => lookUp(github, repoOf(app), ref, signal), signal);
      return found ? [found] : [];
    },
    async published(app, version, signal) {
      const key = versionKey(app, version);
      // Tags and commits stay; what is not there yet may come.
      if (published.get(key)) return true;
      if (!isImageTag(version)) return false;
      try {
        const found = await asking(() => lookUp(github, repoOf(app), refOfVersion(version), signal), signal);
        published.set(key, found !== null);
        return found !== null;
      } catch {
        return null;
      }
    },
    knownPublished: (app, version) => published.get(versionKey(app, version)) ?? null,
    webUrl,
    freshness: () => freshness,
  };
}
