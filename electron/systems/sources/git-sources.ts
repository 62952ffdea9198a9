import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import type { Freshness } from '../../../shared/domain/board/freshness';
import { migrationPatterns, pathMatcher } from '../../../shared/domain/estate/path-pattern';
import { sourceRepoName } from '../../../shared/domain/estate/source-repo-name';
import { FailureError } from '../../../shared/domain/failure/failure';
import { refOfVersion, withPullRequests } from '../../../shared/domain/history/source-history';
import { type Change, noChange } from '../../../shared/domain/ledger/change';
import { isImageTag, newestNameFirst } from '../../../shared/domain/ledger/version';
import { fillTemplate } from '../../../shared/domain/text/fill-template';
import { packBytes } from '../git/bounded-fetch';
import type { HttpAuth } from '../git/http-auth';
import type { Sources } from '../github/github-sources';
import { forTyped, type Listed, type Listing } from '../github/typed-name';
import { lifeController } from '../life';
import { sourceFailure } from './failures';
import { openSourceRepo, type SourceRepo } from './source-repo';

/** Tags and branches of a repo that are listed, of each. */
const mostRefs = 20_000;
/** Bytes of all copies together. */
const mostBytes = 20e9;
/** Milliseconds for which a repo that was brought in counts as new: for lists, and for a version that it does not have. */
const freshFor = { lists: 30_000, missing: 10_000 };

/** Sources, and their end: `close` stops what is being fetched. */
export type GitSources = Sources & { close(): void };

/**
 * Sources over plain Git: a bare copy of each app's repo, made when somebody first asks for it and kept under the app's
 * data. What was brought in once is read without the network.
 * @param config.urlTemplate any address that git takes, with `{app}` in it.
 * @param config.dir a folder of its own.
 * @param config.auth for an address over http(s); `null`: without.
 */
export function createGitSources(config: {
  urlTemplate: string;
  /** Names of repos that are not called like their app. */
  repos: Readonly<Record<string, string>>;
  /** Which files are migrations; left out: `migrationPatterns`. */
  migrations?: readonly string[];
  dir: string;
  auth: (url: string) => Promise<HttpAuth | null>;
  /** Bytes that all copies may take together. Default 20 GB. */
  maxBytes?: number;
  now: () => number;
}): GitSources {
  const repos = new Map<string, SourceRepo>();
  const isMigration = pathMatcher(config.migrations ?? migrationPatterns);
  const closing = lifeController();
  // A first fetch may take long: two at a time, so that a board of sixty apps does not start sixty.
  const fetches = new PQueue({ concurrency: 2 });
  let freshness: Freshness = { state: 'connecting', asOf: null };
  const iso = (): string => new Date(config.now()).toISOString();

  const isWeb = /^https?:\/\//i.test(config.urlTemplate);
  /** @throws FailureError where no repo can be called so. */
  const urlOf = (app: string): string => {
    const name = sourceRepoName(config.repos, app);
    return fillTemplate(config.urlTemplate, { app: isWeb ? encodeURIComponent(name) : name });
  };
  const nameOf = (app: string): string => `The source repo of ${app}`;

  /** All copies together have a bound, too: one server may serve many repos. */
  async function room(): Promise<number> {
    // None there yet: the first copy makes the folder.
    const folders = await readdir(config.dir).catch(() => []);
    const sizes = await Promise.all(folders.map((folder) => packBytes(join(config.dir, folder, 'repo.git'))));
    return (config.maxBytes ?? mostBytes) - sizes.reduce((sum, size) => sum + size, 0);
  }

  function repoOf(app: string): SourceRepo {
    const url = urlOf(app);
    const known = repos.get(url);
    if (known) return known;
    const folder = createHash('sha256').update(url).digest('hex').slice(0, 16);
    const made = openSourceRepo({
      url,
      dir: join(config.dir, folder),
      auth: () => config.auth(url),
      room,
      isMigration,
      signal: closing.signal,
    });
    repos.set(url, made);
    return made;
  }

  /** Brings a repo in, and notes whether it could be. */
  async function refresh(repo: SourceRepo, app: string, age: number): Promise<void> {
    try {
      await fetches.add(() => repo.refresh(age));
      freshness = { state: 'live', asOf: iso() };
    } catch (error) {
      const failure = sourceFailure(error, app);
      if (failure.code === 'not-found') freshness = { state: 'live', asOf: iso() };
      else if (!closing.signal.aborted) {
        const asOf = freshness.state === 'absent' ? null : freshness.asOf;
        const since = freshness.state === 'unreachable' ? freshness.since : iso();
        freshness = { state: 'unreachable', asOf, since, failure };
      }
      throw error;
    }
  }

  /** The commit of a tag, or of a commit's id or its beginning: a branch is no version. */
  const versionOf = async (repo: SourceRepo, ref: string): Promise<string | null> =>
    (await repo.commitOf(ref, 'tag')) ?? repo.commitOf(ref, 'commit');

  /** The commits of some refs; what is not here yet may have been made since the last look. */
  async function commitsOf(
    repo: SourceRepo,
    app: string,
    refs: readonly string[],
  ): Promise<(string | null)[]> {
    const look = async () => {
      const found: (string | null)[] = [];
      // A ref that is not there, or not yet: it is looked for again after a fetch.
      for (const ref of refs) found.push(await versionOf(repo, ref).catch(() => null));
      return found;
    };
    const known = await look();
    if (known.every((one) => one !== null)) return known;
    await refresh(repo, app, freshFor.missing);
    return look();
  }

  const changeOf = async (app: string, from: string, to: string): Promise<Change> => {
    const repo = repoOf(app);
    const [base, head] = await commitsOf(repo, app, [refOfVersion(from), refOfVersion(to)]);
    const missing = !base ? from : !head ? to : null;
    if (!base || !head)
      return { state: 'unknown', because: `${nameOf(app)} has no tag or commit ${missing}.` };
    const between = await repo.between(base, head);
    if (between === null)
      return { state: 'unknown', because: `${from} and ${to} of ${app} have no history in common.` };
    const gains = between.gained.length > 0;
    const loses = between.lost.length > 0;
    const none = (): null => null;
    return {
      state: 'known',
      from,
      to,
      direction: gains && loses ? 'diverged' : gains ? 'forward' : loses ? 'backward' : 'same',
      commits: withPullRequests(between.gained, none),
      lost: withPullRequests(between.lost, none),
      migrations: between.migrations,
      truncated: between.truncated,
      // Names of files are read from the trees themselves.
      migrationsPartial: false,
      url: null,
    };
  };

  async function listingOf(repo: SourceRepo): Promise<Listing> {
    const { refs, cut } = await repo.refs(mostRefs);
    const commits = await repo.newest(100);
    const offered = (kind: 'tag' | 'branch'): Listed[] =>
      refs
        .filter((ref) => ref.kind === kind)
        // An image of a branch or commit is tagged with the commit's SHA.
        .map((ref) => ({ ...ref, version: kind === 'tag' ? ref.name : ref.sha }));
    return {
      listed: [
        ...offered('tag').sort((a, b) => newestNameFirst(a.name, b.name)),
        ...offered('branch'),
        ...commits.map(
          ({ commit, committedAt, authorName, message }): Listed => ({
            kind: 'commit',
            name: commit,
            version: commit,
            sha: commit,
            at: committedAt,
            author: authorName,
            subject: message.split('\n', 1)[0] ?? null,
          }),
        ),
      ],
      partial: cut ? 'Not all tags and branches are listed. Type a full name to find it.' : null,
    };
  }

  /** Everything that a name means: a tag, a branch, a commit. */
  async function resolve(repo: SourceRepo, name: string): Promise<Listed[]> {
    const found: Listed[] = [];
    for (const kind of ['tag', 'branch', 'commit'] as const) {
      const sha = await repo.commitOf(name, kind);
      const commit = sha && (await repo.read(sha));
      if (!sha || !commit) continue;
      found.push({
        kind,
        name: kind === 'commit' ? sha : name,
        // An image of a branch or commit is tagged with the commit's SHA.
        version: kind === 'tag' ? name : sha,
        sha,
        at: commit.committedAt,
        author: commit.authorName,
        subject: commit.message.split('\n', 1)[0] ?? null,
      });
    }
    return found;
  }

  return {
    async change(app, from, to) {
      if (from === to) return noChange(from);
      if (!isImageTag(from) || !isImageTag(to))
        return { state: 'unknown', because: 'One of the two is not a version.' };
      try {
        return await changeOf(app, from, to);
      } catch (error) {
        const failure = sourceFailure(error, app);
        return { state: 'unknown', because: `${failure.message} ${failure.meaning}` };
      }
    },
    async candidates(app, query, limit) {
      try {
        const repo = repoOf(app);
        await refresh(repo, app, freshFor.lists);
        const { listed, partial } = await listingOf(repo);
        return await forTyped({ listed, partial }, query, limit, (name) => resolve(repo, name));
      } catch (error) {
        throw new FailureError(sourceFailure(error, app), { cause: error });
      }
    },
    async published(app, version) {
      if (!isImageTag(version)) return false;
      try {
        const [found] = await commitsOf(repoOf(app), app, [refOfVersion(version)]);
        return Boolean(found);
      } catch {
        // Told as not known; why is the freshness of the sources.
        return null;
      }
    },
    webUrl: (app) => {
      if (!config.urlTemplate.startsWith('https://')) return null;
      try {
        return urlOf(app).replace(/\.git$/, '');
      } catch {
        // A name that cannot stand in an address has no page.
        return null;
      }
    },
    freshness: () => freshness,
    close: () => closing.abort(),
  };
}
