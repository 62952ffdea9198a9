import type { Failure } from '../../../shared/domain/failure/failure';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import { findOwn } from './open-pull-request';
import { type Begun, begunOf, patiently, remember, say, showJob, type Task } from './proposal';

/** The side effect of closing a proposal's own pull request. */
export const closingEffect = (effect: string): string => `${effect}:close`;

/** What became of a proposal that was to be taken back. */
export type Withdrawn =
  /** `text`: what was done, and what could not be, in a sentence. */
  | { state: 'gone'; text: string }
  /** It had been merged before. */
  | { state: 'merged'; pull: PullRequest };

/** Takes the branch away. @returns what is left of it, in a sentence; `''`: nothing. */
async function dropBranch(task: Task, begun: Begun, signal: AbortSignal): Promise<string> {
  const { proposals } = task.context.world.ledger;
  const limit = task.context.world.limits.ledger;
  const dropped = await patiently(task, signal, () => proposals.withdraw(begun), limit);
  if (!dropped.ok) return ` Its branch ${begun.branch} could not be deleted: ${dropped.failure.message}`;
  return dropped.value === 'left' ? ` Its branch ${begun.branch} was left, since somebody added to it.` : '';
}

const openPage = (failure: Failure): string =>
  ` It could not be closed: ${failure.message} ${failure.meaning} Close it on GitHub.`;

/**
 * Closes the proposal's pull request and deletes its branch, for as long as it takes. Signalbox's end alone breaks it
 * off: the next start goes on, since why it is closed is written down first.
 * @param why for the journal.
 */
export async function withdraw(task: Task, why: string): Promise<Withdrawn> {
  const { context, proposal, pulls, place } = task;
  const { signal } = context;
  const effect = closingEffect(proposal.effect);
  let begun = begunOf(task);
  if (!begun) return { state: 'gone', text: '' };
  context.intend(effect, 'Close the pull request and delete its branch.', { why });
  if (begun.number === null) {
    const pushed = begun;
    const there = await patiently(task, signal, () => findOwn({ ...task, signal }, pushed));
    if (there.ok && there.value) {
      begun = { ...begun, number: there.value.number, url: there.value.url };
      remember(task, `Pull request #${there.value.number} is closed.`, begun);
    }
  }
  let text = 'The branch was deleted.';
  const { number, url } = begun;
  if (number !== null) {
    say(task, `Closing pull request #${number}.`);
    // Whether it was merged is asked first: GitHub closes nothing that was.
    const before = await patiently(task, signal, () => pulls.get(place, number, signal));
    if (before.ok && before.value.state === 'merged') return { state: 'merged', pull: before.value };
    const closed = await patiently(task, signal, () => pulls.close(place, number, signal));
    const after = await patiently(task, signal, () => pulls.get(place, number, signal));
    if (after.ok && after.value.state === 'merged') return { state: 'merged', pull: after.value };
    text = `Pull request #${number} was closed and its branch deleted.`;
    if (!closed.ok && !(after.ok && after.value.state === 'closed'))
      text = `Pull request #${number}:${openPage(closed.failure)}`;
  }
  const left = await dropBranch(task, begun, signal);
  if (left !== '')
    text = text.replace(' and its branch deleted', '').replace('The branch was deleted.', '') + left;
  context.result(effect, { outcome: 'done', text });
  context.result(proposal.effect, { outcome: 'not-done', text });
  if (number !== null)
    showJob(task, { number, url }, { state: 'aborted', text, finishedAt: context.world.now().toISOString() });
  return { state: 'gone', text };
}
