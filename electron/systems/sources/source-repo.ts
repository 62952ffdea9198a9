import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commitPeople } from '../../../shared/domain/history/commit-people';
import type { ListedCommit } from '../../../shared/domain/history/source-history';
import { boundedFetch, removeUnfinished } from '../git/bounded-fetch';
import { GitError } from '../git/errors';
import { gitLog, type LoggedCommit } from '../git/git-log';
import type { HttpAuth } from '../git/http-auth';
import { initBare } from '../git/init';
import { resolveRef } from '../git/refs';
import { remoteHeadBranch } from '../git/remote';
import { type GitOptions, runGit } from '../git/run-git';
import { makeOwnFolder } from '../own-folder';

/** A tag or branch of a source repo, with its commit. */
export interface SourceRef {
  kind: 'tag' | 'branch';
  name: string;
  sha: string;
  at: string | null;
  author: string | null;
  subject: string | null;
}

/** What lies between two commits. */
export interface Between {
  /** What `head` has that `base` has not, oldest first; and the other way round. */
  gained: ListedCommit[];
  lost: ListedCommit[];
  /** Paths that differ from the last common commit, on either side, and are migrations. */
  migrations: string[];
  truncated: boolean;
}

/** A bare copy of one source repo. It is derived: whatever is wrong with it is mended by throwing it away. */
export interface SourceRepo {
  /** Brings in what is new, unless that was done a moment ago. @throws GitError */
  refresh(freshFor: number): Promise<void>;
  /** All tags and branches, at most so many of each. */
  refs(most: number): Promise<{ refs: SourceRef[]; cut: boolean }>;
  /** The newest commits of the default branch. */
  newest(limit: number): Promise<LoggedCommit[]>;
  /** The commit of a tag or branch by its whole name, or of a commit's id or its beginning. `null`: none. */
  commitOf(ref: string, kind: 'tag' | 'branch' | 'commit'): Promise<string | null>;
  /** The commit itself. */
  read(sha: string): Promise<LoggedCommit | null>;
  /** @returns `null` where the two have no history in common. */
  between(base: string, head: string): Promise<Between | null>;
}

/** As long as GitHub's comparison is read. */
const commitLimit = 500;
/** Milliseconds that bringing a repo in may take as a whole, and be silent. */
const fetchPatience = 600_000;
const fetchStall = 120_000;
/** Milliseconds until a repo is asked again that sent more than may come. */
const afterTooBig = 10 * 60_000;
/** Bytes that one fetch may bring: commits and trees alone are less than that even of Linux. */
const mostFetched = 2e9;

const listed = (commit: LoggedCommit): ListedCommit => ({
  sha: commit.commit,
  parents: commit.parents,
  message: commit.message,
  author: commit.authorName || 'unknown',
  people: commitPeople(
    { name: commit.authorName || 'unknown', email: commit.authorEmail || null, account: null },
    commit.message,
  ),
  at: commit.committedAt,
});

/**
 * Opens the copy of a repo in a folder; nothing is asked of the remote yet. Commits and trees are fetched, but no file's
 * content where the server can leave it out (partial clone, git-rev-list(1) `--filter=blob:none`): names of files are all
 * that is looked at here. Every command runs as those of the ledger do (`run-git.ts`): no hooks, no helpers, no redirects.
 */
export function openSourceRepo(config: {
  url: string;
  dir: string;
  auth: () => Promise<HttpAuth | null>;
  /** Bytes that there is room for. */
  room: () => Promise<number>;
  signal: AbortSignal;
  /** Whether a path is a migration. */
  isMigration: (path: string) => boolean;
}): SourceRepo {
  const { url, dir, signal, isMigration } = config;
  const gitDir = join(dir, 'repo.git');
  const options: GitOptions & { gitDir: string } = { gitDir, signal };
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | null = null;
  let head: string | null = null;

  let filter = '--filter=blob:none';

  async function fetch(without: string): Promise<void> {
    await boundedFetch(
      [
        '--quiet',
        '--force',
        '--prune',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-auto-gc',
        '--no-recurse-submodules',
        without,
        '--end-of-options',
        url,
        '+refs/heads/*:refs/heads/*',
        '+refs/tags/*:refs/tags/*',
      ],
      {
        gitDir,
        auth: await config.auth(),
        stallMs: fetchStall,
        signal: AbortSignal.any([signal, AbortSignal.timeout(fetchPatience)]),
        background: true,
        maxFetched: Math.max(0, Math.min(mostFetched, await config.room())),
      },
    );
  }

  async function bringIn(): Promise<void> {
    if (!existsSync(join(gitDir, 'HEAD'))) {
      makeOwnFolder(dirname(dir));
      makeOwnFolder(dir);
      await rm(gitDir, { recursive: true, force: true });
      await initBare(gitDir, 'main', signal);
    }
    await removeUnfinished(gitDir);
    try {
      await fetch(filter);
    } catch (error) {
      // A server may refuse filters, rather than say that it knows none (git-config(1), uploadpackfilter.allow).
      if (!(error instanceof GitError) || !/filter .* not supported/i.test(error.detail)) throw error;
      // The repo remembers the filter of its first fetch.
      filter = '--no-filter';
      await fetch(filter);
    }
    head = await remoteHeadBranch(url, { auth: await config.auth(), signal });
    refreshedAt = performance.now();
  }

  let tooBig: { error: GitError; until: number } | null = null;

  async function refreshOnce(): Promise<void> {
    if (tooBig && performance.now() < tooBig.until) throw tooBig.error;
    try {
      await bringIn();
    } catch (error) {
      if (error instanceof GitError && error.kind === 'too-big')
        tooBig = { error, until: performance.now() + afterTooBig };
      if (signal.aborted) throw error;
      // The deadline ended it, not the person.
      if (error instanceof GitError && error.kind === 'aborted')
        throw new GitError('stalled', error.command, `not whole within ${fetchPatience / 1000} s`);
      if (!(error instanceof GitError) || error.kind !== 'bad-repo' || !existsSync(gitDir)) throw error;
      // It is damaged: made again. A remote that is no repo says so again.
      await rm(gitDir, { recursive: true, force: true });
      await bringIn();
    }
  }

  const defaultBranch = async (): Promise<string | null> => {
    for (const name of [head, 'main', 'master'])
      if (name !== null && (await resolveRef(`refs/heads/${name}`, options)) !== null) return name;
    return null;
  };

  return {
    async refresh(freshFor) {
      if (performance.now() - refreshedAt < freshFor) return;
      refreshing ??= refreshOnce().finally(() => {
        refreshing = null;
      });
      await refreshing;
    },
    async refs(most) {
      const fields = [
        'refname',
        'objecttype',
        'objectname',
        '*objectname',
        'committerdate:unix',
        '*committerdate:unix',
      ];
      const told = ['authorname', '*authorname', 'subject', '*subject'];
      const format = [...fields, ...told].map((field) => `%(${field})`).join('%00');
      const read = async (kind: SourceRef['kind'], prefix: string): Promise<SourceRef[]> => {
        const { stdout } = await runGit(
          ['for-each-ref', `--count=${most + 1}`, '--sort=-version:refname', `--format=${format}`, prefix],
          options,
        );
        return stdout
          .toString('utf8')
          .split('\n')
          .flatMap((line): SourceRef[] => {
            const [ref, type, own, peeled, at, peeledAt, author, peeledAuthor, subject, peeledSubject] =
              line.split('\0');
            if (!ref?.startsWith(prefix) || own === undefined) return [];
            // An annotated tag; one of a tree or a file deploys nothing.
            const isTag = type === 'tag';
            if (!isTag && type !== 'commit') return [];
            const seconds = Number(isTag ? peeledAt : at);
            const date = new Date(seconds * 1000);
            return [
              {
                kind,
                name: ref.slice(prefix.length),
                sha: (isTag ? peeled : own) ?? own,
                at: seconds > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : null,
                author: (isTag ? peeledAuthor : author) || null,
                subject: (isTag ? peeledSubject : subject) || null,
              },
            ];
          });
      };
      const all = [await read('tag', 'refs/tags/'), await read('branch', 'refs/heads/')];
      return {
        refs: all.flatMap((some) => some.slice(0, most)),
        cut: all.some((some) => some.length > most),
      };
    },
    async newest(limit) {
      const branch = await defaultBranch();
      return branch === null ? [] : gitLog({ ref: `refs/heads/${branch}`, limit }, options);
    },
    async commitOf(ref, kind) {
      if (kind === 'branch') return resolveRef(`refs/heads/${ref}`, options);
      if (kind === 'tag') return resolveRef(`refs/tags/${ref}`, options);
      if (!/^[0-9a-f]{7,64}$/.test(ref)) return null;
      const found = await resolveRef(ref, options);
      return found?.startsWith(ref) ? found : null;
    },
    read: async (sha) => (await gitLog({ ref: sha, limit: 1 }, options))[0] ?? null,
    async between(base, tip) {
      const { stdout, code } = await runGit(['merge-base', '--end-of-options', base, tip], {
        ...options,
        expectedCodes: [1],
      });
      const common = stdout.toString('utf8').split('\n', 1)[0] ?? '';
      if (code !== 0 || !/^[0-9a-f]{40,64}$/.test(common)) return null;
      const side = async (from: string, to: string) => {
        const commits = await gitLog({ ref: to, without: from, limit: commitLimit + 1 }, options);
        const paths = await runGit(
          ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--end-of-options', common, to],
          options,
        );
        return {
          commits: commits.slice(0, commitLimit).map(listed).reverse(),
          cut: commits.length > commitLimit,
          migrations: paths.stdout.toString('utf8').split('\0').filter(isMigration),
        };
      };
      const gained = await side(base, tip);
      const lost = await side(tip, base);
      return {
        gained: gained.commits,
        lost: lost.commits,
        migrations: [...gained.migrations, ...lost.migrations],
        truncated: gained.cut || lost.cut,
      };
    },
  };
}
