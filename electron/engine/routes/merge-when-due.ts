import type { MergeQueue } from '../../../shared/domain/route/merge-queue';
import type { PullRequest, PullReviews } from '../../../shared/domain/route/pull-request';
import { messageOf } from './open-pull-request';
import { passes, type Task } from './proposal';
import type { ProposedContent } from './proposal-content';

/** `mergeable_state` with nothing against it; `has_hooks` is GitHub Enterprise's with a pre-receive hook. */
const mergeable: ReadonlySet<string> = new Set(['clean', 'has_hooks']);
/** The same where a merge queue is needed: GitHub may say `blocked` of whatever can't be merged beside it. */
const queueable: ReadonlySet<string> = new Set([...mergeable, 'blocked']);

/**
 * Has GitHub merge it by itself where that is wanted. Where the branch has a merge queue, an approved pull request is put
 * into it once: GitHub does so by itself only when a check ends after auto-merge was switched on, and one that the queue
 * threw out is a person's to look at. Where GitHub has nothing to wait for any more (it refuses
 * auto-merge then), it is merged right away, but never without an approving review, against somebody who requested
 * changes, or with a check that failed (`mergeable_state` is `unstable` then, not `clean`).
 * @returns for each look: why it is off; `null`: it is on, or not wanted; or that it was merged just now, which GitHub is
 *   yet to show.
 */
export function mergeWhenDue(task: Task) {
  const { context, proposal, pulls, place, signal } = task;
  const [title = '', ...rest] = messageOf(task, proposal.what).split('\n');
  const message = { title, body: rest.join('\n').trim() };
  let tried = '';
  let because: string | null = null;
  let isOff = false;
  /** What GitHub did not take into the queue. */
  let queued = '';
  /** The commit that was in the queue: whatever took it out had a reason. */
  let wasIn = '';
  /** @returns why it could not be put there; `null`: it is. */
  const intoQueue = async ({ number, id, head }: PullRequest, state: string): Promise<string | null> => {
    const answer = await pulls.enqueue(place, { number, id, head: head.commit }, signal);
    signal.throwIfAborted();
    // What failed in passing is tried at the next look.
    if (answer.ok || !passes(answer.failure)) queued = state;
    if (answer.ok && answer.value.state === 'on') wasIn = head.commit;
    if (!answer.ok) return `It could not be put into the merge queue: ${answer.failure.message}`;
    if (answer.value.state !== 'on')
      return `GitHub did not take it into the merge queue: ${answer.value.because}`;
    context.saw('Put into the merge queue: GitHub merges it when its turn comes.');
    return null;
  };
  return async (
    pull: PullRequest,
    reviews: PullReviews | null,
    content: ProposedContent,
    queue: MergeQueue | null,
  ): Promise<string | null | { merged: true }> => {
    const isRefused = !reviews || reviews.changesBy.length > 0 || reviews.decision === 'review-required';
    const approvals = isRefused ? 0 : reviews.approvedBy.length;
    if (queue?.entry) wasIn = pull.head.commit;
    if (!proposal.route.autoMerge || pull.draft || queue?.entry || queue?.removed) return null;
    const state = `${pull.mergeState} ${approvals} ${pull.head.commit}`;
    const isOurs = content === 'same' && pull.base === place.branch;
    if (queue?.isNeeded && isOurs && approvals > 0 && queueable.has(pull.mergeState)) {
      if (queued !== state && wasIn !== pull.head.commit) because = await intoQueue(pull, state);
      if (wasIn === pull.head.commit) return null;
    }
    if (pull.autoMerge) return null;
    if (isOff || state === tried || !isOurs) return because;
    const answer = await pulls.autoMerge(place, pull, message, signal);
    signal.throwIfAborted();
    if (!answer.ok) {
      isOff = !passes(answer.failure);
      because = `Auto-merge could not be switched on: ${answer.failure.message}`;
      return because;
    }
    tried = state;
    if (answer.value.state === 'on') {
      context.saw('Auto-merge is on: GitHub merges it after the review.');
      because = null;
      return null;
    }
    because = `Auto-merge is off. GitHub says: ${answer.value.because}`;
    isOff = answer.value.state === 'refused';
    if (
      answer.value.state === 'not-now' &&
      approvals > 0 &&
      !queue?.isNeeded &&
      mergeable.has(pull.mergeState)
    ) {
      const done = await pulls.merge(place, { number: pull.number, head: pull.head.commit }, message, signal);
      if (done.ok) return { merged: true };
      because = `It could not be merged: ${done.failure.message} ${done.failure.meaning}`;
      // What failed in passing is tried at the next look.
      if (passes(done.failure)) tried = '';
    }
    return because;
  };
}
