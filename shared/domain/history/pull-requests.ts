import type { SourceCommit } from '../ledger/change';

/** A pull request between two versions, as far as its commits tell. */
export interface PullRequestOfChange {
  number: number;
  /** In the order given; never empty. */
  commits: SourceCommit[];
}

/** What one author brings: pull requests, and commits that belong to none. */
export interface AuthorsPart {
  author: string;
  pullRequests: PullRequestOfChange[];
  commits: SourceCommit[];
}

/** The author of most of some commits; of several alike the first. */
function mainAuthor(commits: readonly SourceCommit[]): string {
  const counts = new Map<string, number>();
  for (const { author } of commits) counts.set(author, (counts.get(author) ?? 0) + 1);
  let [found = ''] = counts.keys();
  for (const [author, number] of counts) if (number > (counts.get(found) ?? 0)) found = author;
  return found;
}

/** What it is called: its title where the merge tells it, else the subject of its only or last commit. */
export const titleOf = ({ commits }: PullRequestOfChange): string =>
  commits.find(({ pullRequest }) => pullRequest?.title)?.pullRequest?.title ?? commits[0]?.subject ?? '';

/**
 * The commits of a change by author, those of a pull request together under whoever wrote most of it. Whoever has most
 * comes first; pull requests and commits stay in the order given.
 */
export function pullRequestsByAuthor(commits: readonly SourceCommit[]): AuthorsPart[] {
  const pulls = new Map<number, PullRequestOfChange>();
  const parts = new Map<string, AuthorsPart>();
  const partOf = (author: string): AuthorsPart => {
    const part = parts.get(author) ?? { author, pullRequests: [], commits: [] };
    parts.set(author, part);
    return part;
  };
  for (const commit of commits) {
    const number = commit.pullRequest?.number;
    if (number === undefined) {
      partOf(commit.author).commits.push(commit);
      continue;
    }
    const pull = pulls.get(number);
    if (pull) pull.commits.push(commit);
    else pulls.set(number, { number, commits: [commit] });
  }
  for (const pull of pulls.values()) partOf(mainAuthor(pull.commits)).pullRequests.push(pull);
  const size = ({ pullRequests, commits: own }: AuthorsPart): number =>
    own.length + pullRequests.reduce((sum, pull) => sum + pull.commits.length, 0);
  return [...parts.values()].sort((a, b) => size(b) - size(a));
}

/** How many pull requests some commits came by. */
export const countPullRequests = (commits: readonly SourceCommit[]): number =>
  new Set(commits.flatMap(({ pullRequest }) => (pullRequest ? [pullRequest.number] : []))).size;
