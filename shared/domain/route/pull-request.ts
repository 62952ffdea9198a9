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
  /** The repo that it goes into as GitHub calls it by now, `owner/repo`; `null`: it did not tell. */
  repo: string | null;
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
  /** By people who can write to the repo, or may be able to: GitHub counts these alone. */
  approvedBy: readonly string[];
  changesBy: readonly string[];
  /** Approvals by people who can't write to the repo. */
  uncounted: readonly string[];
  /** GitHub's own verdict; `null`: none is needed, or it did not tell. */
  decision: 'approved' | 'changes-requested' | 'review-required' | null;
  /** Code owners who are asked for a review and have not given one. */
  ownersAsked: readonly string[];
}

/** What GitHub tells of the reviews beside their list (GraphQL); `null`: it did not. */
export interface ReviewCount {
  decision: PullReviews['decision'];
  ownersAsked: readonly string[];
  /** Whether who gave a review can write to the repo, by name, as far as it is told. */
  writers: ReadonlyMap<string, boolean>;
}

/**
 * `author_association` of who can't write to the repo (GraphQL, `CommentAuthorAssociation`): members, collaborators and
 * owners may. "Pull request reviews … from people with write permissions" are counted ("About protected branches").
 */
const outsiders: ReadonlySet<string> = new Set([
  'NONE',
  'CONTRIBUTOR',
  'FIRST_TIMER',
  'FIRST_TIME_CONTRIBUTOR',
  'MANNEQUIN',
]);

/** @param reviews oldest first, as GitHub lists them; `state` and `association` as GitHub's API has them. */
export function reviewsOf(
  reviews: readonly { by: string; state: string; association: string | null }[],
  count: ReviewCount | null,
): PullReviews {
  const last = new Map<string, { state: string; counts: boolean }>();
  for (const { by, state, association } of reviews)
    if (state === 'APPROVED' || state === 'CHANGES_REQUESTED' || state === 'DISMISSED') {
      const counts = count?.writers.get(by) ?? !outsiders.has(association ?? '');
      last.set(by, { state, counts });
    }
  const by = (wanted: string, counted: boolean): string[] =>
    [...last].filter(([, { state, counts }]) => state === wanted && counts === counted).map(([name]) => name);
  return {
    approvedBy: by('APPROVED', true),
    changesBy: by('CHANGES_REQUESTED', true),
    uncounted: by('APPROVED', false),
    decision: count?.decision ?? null,
    ownersAsked: count?.ownersAsked ?? [],
  };
}
