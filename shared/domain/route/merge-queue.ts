import { count } from '../text/count';
import { utcText } from '../text/utc-text';
import { visibleText } from '../text/visible-text';

/**
 * Where a pull request stands in the merge queue of its branch (GitHub's GraphQL schema: `MergeQueueEntry`). The queue tries
 * it together with what is before it, and merges it when the checks of that have passed.
 */
interface QueueEntry {
  /** 1: the next. */
  position: number;
  state: 'queued' | 'awaiting-checks' | 'mergeable' | 'unmergeable' | 'locked' | 'unknown';
  /** ISO 8601; `null`: GitHub told no time. */
  since: string | null;
  /** Milliseconds until it is merged, as GitHub guesses; `null`: it does not. */
  msLeft: number | null;
}

export interface MergeQueue {
  /** Whether the branch merges by a queue: then nothing is merged beside it. */
  isNeeded: boolean;
  /** `null`: it is not in the queue. */
  entry: QueueEntry | null;
  /** Why the queue threw it out last, in GitHub's word (`failed_checks`), and when; `null`: never, or it is in it again. */
  removed: { reason: string | null; at: string | null } | null;
}

const states: Readonly<Record<QueueEntry['state'], string>> = {
  queued: 'its turn has not come yet',
  'awaiting-checks': 'its checks run on what the branch will be',
  mergeable: 'its checks passed, and GitHub merges it now',
  unmergeable: 'GitHub found that it can’t be merged so, and takes it out',
  locked: 'GitHub is merging what is before it',
  unknown: 'GitHub does not say what it waits for',
};

const minute = 60_000;

const left = (ms: number): string =>
  ms < minute ? 'less than a minute' : `about ${count(Math.ceil(ms / minute), 'minute')}`;

/** Where it stands in the queue, in sentences for a person. @param it "Pull request #7" */
export function queueText(it: string, { position, state, since, msLeft }: QueueEntry): string {
  const began = since === null ? '' : ` since ${utcText(since)}`;
  const guess = msLeft === null ? '' : ` GitHub expects it to take ${left(msLeft)}.`;
  return `${it} is in the merge queue${began}, at place ${position}: ${states[state]}.${guess}`;
}

const failed = 'checks failed on it together with what was before it';
const late = 'its checks took too long';
/** The timeline's words, and those of the webhook `pull_request.dequeued` ("Webhook events and payloads"). */
const reasons: Readonly<Record<string, string>> = {
  failed_checks: failed,
  ci_failure: failed,
  checks_timed_out: late,
  ci_timeout: late,
  merge_conflict: 'it conflicts with what was before it',
  manual: 'somebody took it out',
  queue_cleared: 'the queue was cleared',
  roll_back: 'the queue was built again',
  branch_protections: 'it no longer fulfils the branch’s rules',
  git_tree_invalid: 'GitHub could not merge its files',
  invalid_merge_commit: 'GitHub could not make its merge commit',
};

/** What became of it where the queue threw it out. @param it "Pull request #7" */
export function removedText(it: string, { reason, at }: NonNullable<MergeQueue['removed']>): string {
  const when = at === null ? '' : ` at ${utcText(at)}`;
  const why =
    reason === null
      ? ''
      : `: ${reasons[reason.toLowerCase().replaceAll(' ', '_')] ?? visibleText(reason.slice(0, 60))}`;
  return `${it} was taken out of the merge queue${when}${why}. Somebody must put it back on GitHub, or cancel it here.`;
}
