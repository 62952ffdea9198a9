import { isMigration, type ListedCommit } from '../../../shared/domain/history/source-history';
import { believed, comparisonSchema } from './answers';
import type { GitHub } from './github-client';

/** Commits of a page of a comparison, and how many pages are read: 500 commits are more than a person reads. */
const pageSize = 100;
const pages = 5;
/** GitHub lists at most 300 files of a comparison, all on its first page. */
const fileLimit = 300;

/** What `head` has that `base` has not. */
export interface Comparison {
  status: 'ahead' | 'behind' | 'diverged' | 'identical';
  /** Oldest first. */
  commits: ListedCommit[];
  /** Paths of migrations among the files that differ since the merge base. */
  migrations: string[];
  /** GitHub's limits cut the commits or the files: what is missing is not known. */
  truncated: boolean;
  url: string | null;
}

/**
 * Asks GitHub what lies between two refs ("Compare two commits", three-dot: from the merge base to `head`).
 * @throws the client's errors.
 */
export async function compareRefs(
  github: GitHub,
  repo: { owner: string; repo: string },
  base: string,
  head: string,
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
  return {
    status: first.status,
    commits: listed.map((commit) => ({
      sha: commit.sha,
      parents: commit.parents.map((parent) => parent.sha),
      message: commit.commit.message,
      author: commit.commit.author?.name ?? commit.author?.login ?? 'unknown',
      at: commit.commit.committer?.date ?? commit.commit.author?.date ?? '',
    })),
    migrations: files.map((file) => file.filename).filter(isMigration),
    truncated: listed.length < first.total_commits || files.length >= fileLimit,
    url: first.html_url ?? null,
  };
}
