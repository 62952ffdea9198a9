import type { SourceCommit, SourcePerson } from '../ledger/change';
import { versionShape } from '../ledger/version';

/** A commit as GitHub lists it, reduced to what grouping needs. */
export interface ListedCommit {
  sha: string;
  parents: readonly string[];
  message: string;
  author: string;
  /** Its author and co-authors; left out: only the author's name is known. */
  people?: SourcePerson[];
  at: string;
}

/** The Git ref or commit of a source repo that a version was built from. */
export function refOfVersion(version: string): string {
  return versionShape(version) === 'release-sha' ? version.slice('release-'.length) : version;
}

const pullRequestNumber = (subject: string): number | null => {
  const found = /^Merge pull request #(\d+) /.exec(subject) ?? /\(#(\d+)\)$/.exec(subject);
  return found ? Number(found[1]) : null;
};

/**
 * Commits newest first, merge commits taken out and their pull request's number given to the commits that they brought.
 * A merge brings what is reachable from its second parent along first parents, inside the list.
 * @param listed oldest first, as "Compare two commits" of GitHub's REST API answers.
 * @param urlOf the page of a pull request, `null` when there is none.
 */
export function withPullRequests(
  listed: readonly ListedCommit[],
  urlOf: (number: number) => string | null,
): SourceCommit[] {
  const bySha = new Map(listed.map((commit) => [commit.sha, commit]));
  const numbers = new Map<string, number>();
  const titles = new Map<number, string>();
  for (const merge of listed) {
    const number = pullRequestNumber(merge.message.split('\n', 1)[0] ?? '');
    if (number === null) continue;
    if (merge.parents.length < 2) numbers.set(merge.sha, number);
    else {
      // GitHub writes the title below the line that it merged.
      const title = merge.message
        .split('\n')
        .slice(1)
        .find((line) => line.trim() !== '');
      if (title) titles.set(number, title.trim());
    }
    const onMain = new Set(merge.parents.slice(0, 1));
    let sha = merge.parents[1];
    while (sha && !onMain.has(sha) && bySha.has(sha) && !numbers.has(sha)) {
      numbers.set(sha, number);
      sha = bySha.get(sha)?.parents[0];
    }
  }
  return listed
    .filter((commit) => commit.parents.length < 2)
    .map((commit): SourceCommit => {
      const number = numbers.get(commit.sha);
      return {
        sha: commit.sha,
        subject: commit.message.split('\n', 1)[0] ?? '',
        author: commit.author,
        ...(commit.people ? { people: commit.people } : {}),
        at: commit.at,
        pullRequest:
          number === undefined ? null : { number, url: urlOf(number), title: titles.get(number) ?? null },
      };
    })
    .reverse();
}
