import type { PullRequest, PullReviews } from '../../../shared/domain/route/pull-request';
import { messageOf } from './open-pull-request';
import { passes, type Task } from './proposal';
import type { ProposedContent } from './proposal-content';

/** `mergeable_state` with nothing against it; `has_hooks` is GitHub Enterprise's with a pre-receive hook. */
const mergeable: ReadonlySet<string> = new Set(['clean', 'has_hooks']);

/**
 * Has GitHub merge it by itself where that is wanted. Where GitHub has nothing to wait for any more (it refuses
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
  return async (
    pull: PullRequest,
    reviews: PullReviews | null,
    content: ProposedContent,
  ): Promise<string | null | { merged: true }> => {
    const isRefused = !reviews || reviews.changesBy.length > 0 || reviews.decision === 'review-required';
    const approvals = isRefused ? 0 : reviews.approvedBy.length;
    if (!proposal.route.autoMerge || pull.autoMerge || pull.draft) return null;
    const state = `${pull.mergeState} ${approvals} ${pull.head.commit}`;
    if (isOff || state === tried || content !== 'same' || pull.base !== place.branch) return because;
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
    if (answer.value.state === 'not-now' && approvals > 0 && mergeable.has(pull.mergeState)) {
      const done = await pulls.merge(place, { number: pull.number, head: pull.head.commit }, message, signal);
      if (done.ok) return { merged: true };
      because = `It could not be merged: ${done.failure.message} ${done.failure.meaning}`;
      // What failed in passing is tried at the next look.
      if (passes(done.failure)) tried = '';
    }
    return because;
  };
}
