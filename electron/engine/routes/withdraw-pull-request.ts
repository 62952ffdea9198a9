import type { Failure } from '../../../shared/domain/failure/failure';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import { findOwn } from './open-pull-request';
import { type Begun, begunOf, patiently, remember, say, showJob, type Task } from './proposal';
import { proposedContent } from './proposal-content';

/** The side effect of closing a proposal's own pull request. */
export const closingEffect = (effect: string): string => `${effect}:close`;

/** What became of a proposal that was to be taken back. */
export type Withdrawn =
  /** `text`: what was done, and what could not be, in a sentence. */
  | { state: 'gone'; text: string }
  /** It had been merged before. */
  | { state: 'merged'; pull: PullRequest }
  /** Its pull request is open still, or nobody may look: it can be merged, or was. `text` says what to do. */
  | { state: 'unknown'; text: string };

/** Takes the branch away, which closes a pull request of it. @returns what is left of it, in a sentence; `''`: nothing. */
async function dropBranch(task: Task, begun: Begun, signal: AbortSignal): Promise<string> {
  const { proposals } = task.context.world.ledger;
  const limit = task.context.world.limits.ledger;
  const dropped = await patiently(task, signal, () => proposals.withdraw(begun), limit);
  if (!dropped.ok) return `Its branch ${begun.branch} could not be deleted: ${dropped.failure.message}`;
  return dropped.value === 'left' ? `Its branch ${begun.branch} was left, since somebody added to it.` : '';
}

const said = ({ message, meaning }: Failure): string => `${message} ${meaning}`.trim();

/** How the proposal's pull request and branch were found and left. */
interface Closing {
  begun: Begun;
  merged: PullRequest | null;
  /** What is not known, or not done, of the pull request, in sentences; `null`: it is closed, or there is none. */
  open: string | null;
  /** What is left of the branch, in a sentence; `''`: nothing. */
  left: string;
}

/** Closes the pull request, where there is one, and deletes the branch. */
async function close(task: Task, known: Begun): Promise<Closing> {
  const { pulls, place, context } = task;
  const { signal } = context;
  let begun = known;
  if (begun.number === null) {
    const pushed = begun;
    const there = await patiently(task, signal, () => findOwn({ ...task, signal }, pushed));
    if (!there.ok) {
      const left = await dropBranch(task, begun, signal);
      const open = `Whether there is a pull request of the branch ${begun.branch} is not known: ${said(there.failure)} Look for one on GitHub, and close it.`;
      return { begun, merged: null, open, left };
    }
    if (there.value) {
      begun = { ...begun, number: there.value.number, url: there.value.url };
      remember(task, `Pull request #${there.value.number} is closed.`, begun);
    }
  }
  const { number } = begun;
  if (number === null)
    return { begun, merged: null, open: null, left: await dropBranch(task, begun, signal) };
  const look = () => patiently(task, signal, () => pulls.get(place, number, signal));
  say(task, `Closing pull request #${number}.`);
  // Whether it was merged is asked first: GitHub closes nothing that was.
  const before = await look();
  if (before.ok && before.value.state === 'merged')
    return { begun, merged: before.value, open: null, left: '' };
  const closed = await patiently(task, signal, () => pulls.close(place, number, signal));
  let after = await look();
  if (after.ok && after.value.state === 'merged') return { begun, merged: after.value, open: null, left: '' };
  // A branch that was only brought up to date holds nothing of anybody else's.
  const isOurs = after.ok && (await proposedContent({ ...task, signal }, begun)(after.value)) === 'same';
  const head = after.ok && isOurs ? after.value.head.commit : begun.commit;
  const left = await dropBranch(task, { ...begun, commit: head }, signal);
  if (!(after.ok && after.value.state === 'closed') && left === '') after = await look();
  if (after.ok && after.value.state === 'merged') return { begun, merged: after.value, open: null, left };
  // What GitHub said to the closing counts where nobody may look any more.
  const last = after.ok ? after : closed;
  if (last.ok && last.value.state === 'closed') return { begun, merged: null, open: null, left };
  const why = !closed.ok
    ? said(closed.failure)
    : !after.ok
      ? said(after.failure)
      : 'GitHub did not close it.';
  const open = after.ok
    ? `Pull request #${number} is still open: ${why} It can still be merged, which would bring the change. Close it on GitHub.`
    : `Whether pull request #${number} is closed, or was merged before, is not known: ${why} Look at it on GitHub, and close it.`;
  return { begun, merged: null, open, left };
}

/**
 * Closes the proposal's pull request and deletes its branch, for as long as it takes. Signalbox's end alone breaks it
 * off: the next start goes on, since why it is closed is written down first.
 * @param why for the journal.
 */
export async function withdraw(task: Task, why: string): Promise<Withdrawn> {
  const { context, proposal } = task;
  const effect = closingEffect(proposal.effect);
  const known = begunOf(task);
  if (!known) return { state: 'gone', text: '' };
  context.intend(effect, 'Close the pull request and delete its branch.', { why });
  const { begun, merged, open, left } = await close(task, known);
  if (merged) return { state: 'merged', pull: merged };
  const { number, url } = begun;
  const done =
    number === null
      ? left === '' && 'The branch was deleted.'
      : `Pull request #${number} was closed${left === '' ? ' and its branch deleted' : ''}.`;
  const text = [open ?? done, left].filter(Boolean).join(' ');
  context.result(effect, { outcome: open === null ? 'done' : 'unknown', text });
  context.result(proposal.effect, { outcome: open === null ? 'not-done' : 'unknown', text });
  const finishedAt = context.world.now().toISOString();
  if (number !== null)
    showJob(task, { number, url }, { state: open === null ? 'aborted' : 'unknown', text, finishedAt });
  return { state: open === null ? 'gone' : 'unknown', text };
}
