import { commitPeople } from '../../../shared/domain/history/commit-people';
import type { ListedCommit } from '../../../shared/domain/history/source-history';
import { believed, comparisonSchema } from './answers';
import { changedMigrations } from './changed-migrations';
import type { GitHub } from './github-client';

/** Commits of a page of a comparison, and how many pages are read: 1,000 commits are more than a person reads. */
const pageSize = 100;
const pages = 10;
/** GitHub lists at most 300 files of a comparison, all on its first page ("Compare two commits"). */
const fileLimit = 300;

/** What `head` has that `base` has not. */
export interface Comparison {
  status: 'ahead' | 'behind' | 'diverged' | 'identical';
  /** Oldest first. */
  commits: ListedCommit[];
  /** Paths of migrations among the files that differ since the merge base. */
  migrations: string[];
  /** There are more commits than were read. */
  truncated: boolean;
  /** GitHub would not list all files: there may be more migrations. */
  migrationsPartial: boolean;
  url: string | null;
}

/**
 * Asks GitHub what lies between two refs ("Compare two commits", three-dot: from the merge base to `head`).
 * @param base a whole commit id, as is `head`.
 * @param isMigration whether a path is one. @throws the client's errors.
 */
export async function compareRefs(
  github: GitHub,
  repo: { owner: string; repo: string },
  base: string,
  head: string,
  isMigration: (path: string) => boolean,
  signal?: AbortSignal,
): Promise<Comparison> {
  const ask = async (page: number) => {
    const { data } = await github.repos.compareCommitsWithBasehead({
      ...repo,
      basehead: `${base}...${head}`,
      page,
      per_page: pageSize,
      ...(signal ? { request: { signal } } : {}),
    });
    return believed(comparisonSchema, data);
  };
  const first = await ask(1);
  const listed = [...first.commits];
  for (let page = 2; page <= pages && listed.length < first.total_commits; page++) {
    const { commits } = await ask(page);
    if (commits.length === 0) break;
    listed.push(...commits);
  }
  const files = first.files ?? [];
  const isCut = files.length >= fileLimit || !first.files;
  const whole =
    isCut && first.status !== 'identical'
      ? await changedMigrations(github, repo, first.merge_base_commit.sha, head, isMigration, signal)
      : null;
  return {
    status: first.status,
    commits: listed.map((commit) => {
      const { message, author, committer } = commit.commit;
      const login = commit.author?.login ?? null;
      const name = author?.name ?? login ?? 'unknown';
      // `type` of a simple user: "User", "Bot", "Organization".
      const account = login === null ? null : { login, isBot: commit.author?.type === 'Bot' };
      return {
        sha: commit.sha,
        parents: commit.parents.map((parent) => parent.sha),
        message,
        author: name,
        people: commitPeople({ name, email: author?.email ?? null, account }, message),
        at: committer?.date ?? author?.date ?? '',
      };
    }),
    migrations: whole ?? files.map((file) => file.filename).filter(isMigration),
    truncated: listed.length < first.total_commits,
    migrationsPartial: isCut && first.status !== 'identical' && whole === null,
    url: first.html_url ?? null,
  };
}
