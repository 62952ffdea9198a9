import type { Freshness } from '../../../shared/domain/board/freshness';
import { migrationPatterns, pathMatcher } from '../../../shared/domain/estate/path-pattern';
import { sourceRepoName } from '../../../shared/domain/estate/source-repo-name';
import { FailureError } from '../../../shared/domain/failure/failure';
import { refOfVersion, withPullRequests } from '../../../shared/domain/history/source-history';
import { type Change, noChange } from '../../../shared/domain/ledger/change';
import type { CommitChecks } from '../../../shared/domain/ledger/commit-checks';
import { isImageTag } from '../../../shared/domain/ledger/version';
import { fillTemplate } from '../../../shared/domain/text/fill-template';
import { utcText } from '../../../shared/domain/text/utc-text';
import { listCandidates } from './candidates';
import { readCodeOwners } from './code-owners';
import { commitChecks } from './commit-checks';
import { compareRefs } from './compare-refs';
import { type GitHub, gitHubFailure } from './github-client';
import { resolveName, versionCommit } from './resolve-name';
import type { SourceMemory } from './source-memory';
import { forTyped, type Listing } from './typed-name';

/** What is known of the apps' source repos. Unknown is answered as unknown, never as nothing. */
export interface Sources {
  /** Commits and migrations between two versions. Never rejects: what could not be asked is `unknown`, with the reason. */
  change(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change>;
  /** Tags, branches and commits that match a text, newest first. Rejects with a `FailureError`. */
  candidates(app: string, query: string, limit: number, signal?: AbortSignal): Promise<Listing>;
  /** Whether the version exists as a tag or commit of the source repo; `null`: could not be asked. */
  published(app: string, version: string, signal?: AbortSignal): Promise<boolean | null>;
  /**
   * What ran on a version's commit. Never rejects: what could not be asked is `unknown`, with the reason. Left out: the
   * source repos are not asked over an API that could tell.
   */
  checks?(app: string, version: string, signal?: AbortSignal): Promise<CommitChecks>;
  /** The CODEOWNERS file of an app's repo; `null`: it has none. Left out: as `checks`. @throws the client's errors. */
  codeOwners?(app: string, signal?: AbortSignal): Promise<string | null>;
  /** Link to the app's source repo in a browser; `null` when it isn't https. */
  webUrl(app: string): string | null;
  freshness(): Freshness;
}

/** How long a repo's list of tags and branches is taken as new, in milliseconds: for each 100, since each costs a request. */
const listLifetime = 30_000;
const lifetimeOf = ({ listed }: Listing): number =>
  listLifetime * Math.max(1, Math.min(10, listed.length / 100));

/** How long the commit of a version is taken as known, in milliseconds, and of how many. */
const commitLifetime = 10 * 60_000;
const mostCommits = 5_000;

/**
 * Sources over GitHub's REST API, one repo per app under one owner.
 * @param config.now milliseconds since the epoch.
 */
export function createGitHubSources(config: {
  github: GitHub;
  owner: string;
  /** Names of repos that are not called like their app. */
  repos: Readonly<Record<string, string>>;
  /** Which files are migrations; left out: `migrationPatterns`. */
  migrations?: readonly string[];
  /** File names of the workflows that deploy, whose own runs are no checks of a commit. */
  deployWorkflows?: readonly string[];
  /** `https://…/{app}`: where a person reads the repo. */
  urlTemplate: string;
  /** What was told before, kept on disk; `null`: nothing is. */
  memory: SourceMemory | null;
  now: () => number;
}): Sources {
  const { github, now } = config;
  const isMigration = pathMatcher(config.migrations ?? migrationPatterns);
  const deploys = new Set(config.deployWorkflows ?? []);
  const listings = new Map<string, { at: number; listing: Listing }>();
  let freshness: Freshness = { state: 'connecting', asOf: null };

  const iso = (): string => new Date(now()).toISOString();
  const repoOf = (app: string): { owner: string; repo: string } => ({
    owner: config.owner,
    repo: sourceRepoName(config.repos, app),
  });

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

  const commits = new Map<string, { at: number; sha: string }>();
  /** The commit of a version, which is kept for a while: tags are hardly ever moved. */
  async function commitOf(app: string, version: string, signal?: AbortSignal): Promise<string | null> {
    const ref = refOfVersion(version);
    const key = `${app}\u0000${ref}`;
    const kept = commits.get(key);
    if (kept && now() - kept.at < commitLifetime) return kept.sha;
    const sha = await versionCommit(github, repoOf(app), ref, signal);
    if (sha === null) return null;
    if (commits.size >= mostCommits) commits.clear();
    commits.set(key, { at: now(), sha });
    return sha;
  }

  const webUrl = (app: string): string | null => {
    if (!config.urlTemplate.startsWith('https://')) return null;
    try {
      const { repo } = repoOf(app);
      return fillTemplate(config.urlTemplate, { app: encodeURIComponent(repo) }).replace(/\.git$/, '');
    } catch {
      // A name that cannot stand in an address has no page.
      return null;
    }
  };

  const compareBothWays = async (
    app: string,
    from: string,
    to: string,
    signal?: AbortSignal,
  ): Promise<Change> => {
    const repo = repoOf(app);
    // By their commits: by its name alone GitHub might compare a branch that is called like the version.
    const [base, head] = await Promise.all([commitOf(app, from, signal), commitOf(app, to, signal)]);
    if (base === null || head === null)
      return {
        state: 'unknown',
        because: `The source repo of ${app} has no tag or commit ${base === null ? from : to}.`,
      };
    const forward = await compareRefs(github, repo, base, head, isMigration, signal);
    const hasLost = forward.status === 'behind' || forward.status === 'diverged';
    const backward = hasLost ? await compareRefs(github, repo, head, base, isMigration, signal) : null;
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
      migrationsPartial: forward.migrationsPartial || (backward?.migrationsPartial ?? false),
      url: forward.url?.startsWith('https://') ? forward.url : null,
    };
  };

  return {
    async change(app, from, to, signal) {
      if (from === to) return noChange(from);
      if (!isImageTag(from) || !isImageTag(to))
        return { state: 'unknown', because: 'One of the two is not a version.' };
      try {
        const change = await asking(() => compareBothWays(app, from, to, signal), signal);
        if (change.state === 'known') config.memory?.keepChange(app, change);
        return change;
      } catch (error) {
        // What lies between two versions does not change.
        const kept = signal?.aborted ? null : config.memory?.change(app, from, to);
        if (kept) return kept;
        const failure = gitHubFailure(error, `comparing ${from} with ${to} of ${app}`);
        return { state: 'unknown', because: `${failure.message} ${failure.meaning}` };
      }
    },
    async candidates(app, query, limit, signal) {
      const kept = listings.get(app);
      try {
        const fresh = kept && now() - kept.at < lifetimeOf(kept.listing) ? kept.listing : null;
        const listing = fresh ?? (await asking(() => listCandidates(github, repoOf(app), signal), signal));
        if (!fresh) {
          listings.set(app, { at: now(), listing });
          config.memory?.keepListing(app, iso(), listing);
        }
        return await forTyped(listing, query, limit, async (name) => {
          try {
            return await asking(() => resolveName(github, repoOf(app), name, signal), signal);
          } catch (error) {
            throw new FailureError(gitHubFailure(error, `${name} of ${app}`), { cause: error });
          }
        });
      } catch (error) {
        const failure = gitHubFailure(error, `the versions of ${app}`);
        const old = signal?.aborted ? null : (config.memory?.listing(app) ?? null);
        // A repo that is not there any more has no versions, whatever it had.
        if (!old || failure.code === 'not-found') throw new FailureError(failure, { cause: error });
        const said = `${failure.message} This is the list of ${utcText(old.at)}.`;
        const partial = [said, old.listing.partial].filter((one) => one !== null).join(' ');
        return forTyped({ listed: old.listing.listed, partial }, query, limit, async () => []);
      }
    },
    async published(app, version, signal) {
      if (!isImageTag(version)) return false;
      try {
        return (await asking(() => commitOf(app, version, signal), signal)) !== null;
      } catch {
        // Told as not known; why is the freshness of the sources.
        return null;
      }
    },
    async checks(app, version, signal) {
      if (!isImageTag(version)) return { state: 'unknown', because: 'It is no version.' };
      try {
        const sha = await asking(() => commitOf(app, version, signal), signal);
        if (sha === null)
          return { state: 'unknown', because: `The source repo of ${app} has no tag or commit ${version}.` };
        return await asking(() => commitChecks(github, repoOf(app), sha, deploys, signal), signal);
      } catch (error) {
        const failure = gitHubFailure(error, `the checks of ${version} of ${app}`);
        return { state: 'unknown', because: `${failure.message} ${failure.meaning}` };
      }
    },
    codeOwners: (app, signal) => asking(() => readCodeOwners(github, repoOf(app), signal), signal),
    webUrl,
    freshness: () => freshness,
  };
}
