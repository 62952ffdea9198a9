import type { CommitChecks } from '../ledger/commit-checks';
import { count } from '../text/count';
import { visibleText } from '../text/visible-text';
import { type MergeQueue, queueText, removedText } from './merge-queue';
import type { PullRequest, PullReviews } from './pull-request';

/** What is known of a pull request beside itself; `null`: could not be asked. */
interface Seen {
  reviews: PullReviews | null;
  checks: Extract<CommitChecks, { state: 'known' }> | null;
  /** `null`: this server tells of none. */
  queue: MergeQueue | null;
  /** Why auto-merge is off although it was wanted; `null`: it is on, or was not wanted. */
  noAutoMerge: string | null;
  /** What it holds now, against what this console proposed; `unknown`: its branch moved, and nobody could tell. */
  content: 'same' | 'changed' | 'unknown';
  /** The branch that the change is for. */
  branch: string;
}

const noReviews: PullReviews = {
  approvedBy: [],
  changesBy: [],
  uncounted: [],
  decision: null,
  ownersAsked: [],
};

const names = (all: readonly string[]): string =>
  all
    .slice(0, 5)
    .map((one) => visibleText(one))
    .join(', ') + (all.length > 5 ? ` and ${all.length - 5} more` : '');

function checksText(checks: Seen['checks']): string {
  if (checks === null) return '';
  const { failed, pending, passed } = checks;
  if (failed.length > 0) return ` Checks failed: ${names(failed)}.`;
  if (pending.length > 0) return ` Waiting for ${count(pending.length, 'check')}: ${names(pending)}.`;
  return passed > 0 ? ' Checks passed.' : '';
}

/** What a review that is still needed is, and why the approvals that are there are not enough. */
function notEnough(it: string, { approvedBy, uncounted, ownersAsked }: PullReviews): string {
  const all = [...approvedBy, ...uncounted];
  const one = ownersAsked.length > 0 ? `a code owner’s review (${names(ownersAsked)})` : 'a review';
  const still = approvedBy.length > 0 && ownersAsked.length === 0 ? 'another review' : one;
  const outside =
    uncounted.length > 0 ? ` GitHub does not count ${names(uncounted)}: no write access to the repo.` : '';
  return `${it} has ${count(all.length, 'approval')} (${names(all)}), ${approvedBy.length > 0 ? 'not enough yet' : 'none counts'}: ${still} is still needed.${outside}`;
}

function reviewText({ number, draft, mergeState, asked, autoMerge }: PullRequest, seen: Seen): string {
  const it = `Pull request #${number}`;
  const reviews = seen.reviews ?? noReviews;
  const { approvedBy, changesBy, uncounted, decision } = reviews;
  if (seen.queue?.entry) return queueText(it, seen.queue.entry);
  if (draft) return `${it} is a draft on GitHub: somebody must mark it as ready.`;
  if (changesBy.length > 0) return `${it}: ${names(changesBy)} requested changes.`;
  const whom = asked.length > 0 ? ` Asked: ${names(asked)}.` : '';
  const isReady = mergeState === 'clean' || mergeState === 'unstable' || mergeState === 'has_hooks';
  const hasAny = approvedBy.length + uncounted.length > 0;
  if (hasAny && !isReady && (approvedBy.length === 0 || decision === 'review-required'))
    return notEnough(it, reviews);
  if (approvedBy.length === 0) {
    const open = `${it} is waiting for a review.${whom}`;
    return isReady && !autoMerge ? `${open} GitHub would let it be merged without one.` : open;
  }
  const approved = `${it} is approved by ${names(approvedBy)}`;
  if (seen.queue?.removed) return removedText(it, seen.queue.removed);
  if (mergeState === 'behind')
    return `${approved}, but its branch must be updated with the newest commits first.`;
  // Whatever else GitHub says of it: beside the queue nothing is merged.
  if (seen.queue?.isNeeded)
    return `${approved}, and waits for the merge queue of ${branchOf(seen)}. ${seen.noAutoMerge ?? (autoMerge ? 'GitHub puts it there when its checks have passed.' : 'Somebody must put it there on GitHub.')}`;
  if (!isReady) return `${approved}, but GitHub still waits for something.${whom}`;
  if (autoMerge) return `${approved}. GitHub merges it now.`;
  return `${approved}: somebody must merge it on GitHub. ${seen.noAutoMerge ?? ''}`.trim();
}

const branchOf = ({ branch }: Seen): string => visibleText(branch);

/** What is odd about it, and must be seen before it is merged. */
function oddities({ base }: PullRequest, { content, branch }: Seen): string {
  const moved =
    base === branch
      ? ''
      : ` It goes into ${visibleText(base)} now, not into ${branch}: change that on GitHub.`;
  if (content === 'same') return moved;
  return content === 'changed'
    ? `${moved} Somebody changed what it holds: check it before it is merged.`
    : `${moved} Somebody changed its branch: check what it holds before it is merged.`;
}

/** How a pull request that is open stands, in sentences for a person. */
export const pullRequestStatus = (pull: PullRequest, seen: Seen): string =>
  `${reviewText(pull, seen)}${checksText(seen.checks)}${oddities(pull, seen)}`;
