/** A pull request, as far as a change that waits in one asks. */
export interface PullRequest {
  number: number;
  /** As GitHub's GraphQL API knows it. */
  id: string;
  /** Its page; `null`: the server names none that is worth opening. */
  url: string | null;
  state: 'open' | 'closed' | 'merged';
  draft: boolean;
  author: string | null;
  /** The operation that its text names as the one that it is of; `null`: none. */
  operation: string | null;
  head: { branch: string; commit: string };
  /** The branch that it goes into. */
  base: string;
  /** The commit by which it was merged; before that a try of GitHub's own, and of no meaning. */
  mergeCommit: string | null;
  mergedBy: string | null;
  autoMerge: boolean;
  /** Whether GitHub found that it cannot be merged without somebody's hand. */
  conflicts: boolean;
  /** GitHub's `mergeable_state`: `blocked`, `clean`, `behind`, `unstable`… */
  mergeState: string;
  /** People and teams who are asked for a review and have not given one. */
  asked: readonly string[];
}

/** Whose reviews stand how: the last of each person that says yes or no. */
export interface PullReviews {
  approvedBy: readonly string[];
  changesBy: readonly string[];
}

/** @param reviews oldest first, as GitHub lists them; `state` as GitHub's API has it. */
export function reviewsOf(reviews: readonly { by: string; state: string }[]): PullReviews {
  const last = new Map<string, string>();
  for (const { by, state } of reviews)
    if (state === 'APPROVED' || state === 'CHANGES_REQUESTED' || state === 'DISMISSED') last.set(by, state);
  const by = (wanted: string): string[] =>
    [...last].filter(([, state]) => state === wanted).map(([name]) => name);
  return { approvedBy: by('APPROVED'), changesBy: by('CHANGES_REQUESTED') };
}
