import { setTimeout as pause } from 'node:timers/promises';
import {
  type Approval,
  failedAt,
  hasBegun,
  type RunState,
  type RunView,
  runState,
  runText,
  telling,
} from '../../../shared/domain/actions/run-view';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { Job } from '../../../shared/domain/operation/operation';
import { movedRepoText } from '../../../shared/domain/route/moved-repo';
import { visibleText } from '../../../shared/domain/text/visible-text';
import type { ActionsWorkflow, WorkflowRun } from '../../systems/github/workflow-dispatch';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { isTimedOut, span } from '../steps/wait';
import { type Cancelling, cancelling } from './cancel-run';
import { landedOnBranch, refreshed } from './landed-on-branch';
import { collectLogs } from './run-logs';
import type { RunTask } from './run-task';

interface Followed {
  run: number;
  /** The cell's newest commit before it was started. */
  before: string | null;
}

export const shownUrl = (url: string): string | null => (url.startsWith('https://') ? url : null);

/** How long the commit of a run that was cancelled may still take to come, where a job of it had ended well. */
const afterCancelling = 20_000;

/** GitHub may show a new run a moment late: so many looks in a row until it counts as not there. */
const fewLooks = 10;

/** The run as a job of the operation, before anything is known of it. */
export const jobOf = ({ repo, workflow }: ActionsWorkflow): Job => ({
  name: `${workflow} of ${repo} (GitHub Actions)`,
  phase: 'deploy',
  kind: 'github-workflow',
  state: 'waiting',
  text: null,
  workflow: null,
  url: null,
  startedAt: null,
  finishedAt: null,
});

const jobState: Readonly<Record<RunState, Job['state']>> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'aborted',
  skipped: 'failed',
  unknown: 'unknown',
};

/**
 * GitHub has no watches: milliseconds until the next look. A run is looked at often while somebody is likely to sit in
 * front of it; GitHub's budget is 5,000 requests an hour for all that the token is used for.
 */
const interval = (age: number, view: RunView | null): number => {
  if (view && view.approvals.length > 0) return 15_000;
  if (age < 2 * 60_000) return 3_000;
  return age < 15 * 60_000 ? 5_000 : 15_000;
};

/** Follows a run to its end, with its jobs, approvals and logs, and then waits for the commit on the branch. */
export async function followRun(task: RunTask, followed: Followed): Promise<StepEnd> {
  const { context, what } = task;
  const { world, signal } = context;
  const logs = collectLogs(context, task.place);
  const began = Date.now();
  let until = began + world.limits.job;
  let view: RunView | null = null;
  const cancel = cancelling(task, followed.run);
  let cancellation: Cancelling = 'again';
  let gone = 0;
  let movedTo: string | null = null;
  for (;;) {
    if (context.cancelled.aborted && cancellation === 'again') cancellation = await cancel();
    const looked = await look(task, followed.run, view);
    signal.throwIfAborted();
    if ('failure' in looked) {
      context.waiting(`${task.place.workflow}: ${looked.failure.message}`);
      gone = looked.failure.code === 'not-found' ? gone + 1 : 0;
      if (gone === fewLooks) return forgotten(task, followed, looked.failure);
    } else {
      const { run } = looked;
      gone = 0;
      const moved = movedRepoText(task.place, run.repo);
      if (moved !== null && moved !== movedTo) context.saw(moved);
      movedTo = moved ?? movedTo;
      view = looked.view;
      world.runWatch?.keep(context.id, view);
      logs.collect(view);
      tell(task, view, run);
      if (run.status === 'completed')
        return ended(task, followed, { view, logs, isCancelled: cancellation === 'asked' });
    }
    const now = Date.now();
    const wait = context.cancelled.aborted && cancellation === 'again' ? 3_000 : interval(now - began, view);
    // Nobody knows when an approval comes: that time does not count.
    if (view && view.approvals.length > 0) until += wait;
    if (now >= until) {
      const because = `The run of ${what} did not end within ${span(world.limits.job)}.`;
      context.result('commit', { outcome: 'unknown', text: because });
      return { state: 'unknown', because };
    }
    await rest(context, wait);
  }
}

/** Waits until the next look, or until somebody asks for a cancellation. */
async function rest({ signal, cancelled }: StepContext<VersionIntent>, milliseconds: number): Promise<void> {
  const some = cancelled.aborted ? signal : AbortSignal.any([signal, cancelled]);
  // Whatever ended the wait, the signals themselves are looked at next.
  await pause(milliseconds, undefined, { signal: some }).catch(() => undefined);
  signal.throwIfAborted();
}

/** One look: the run, its jobs, and what it waits for. */
async function look(
  { context, runs, place }: RunTask,
  id: number,
  last: RunView | null,
): Promise<{ run: WorkflowRun; view: RunView } | { failure: Failure }> {
  const { world, signal } = context;
  const [run, jobs] = await Promise.all([
    runs.get(place, id, signal),
    world.runWatch?.details.jobs(place, id, signal) ?? null,
  ]);
  if (!run.ok) return { failure: run.failure };
  const waits = run.value.status === 'waiting';
  const approvals = waits ? await world.runWatch?.details.approvals(place, id, signal) : undefined;
  const unknown: Approval[] = waits ? (last?.approvals ?? []) : [];
  return {
    run: run.value,
    view: {
      owner: place.owner,
      repo: place.repo,
      workflow: place.workflow,
      id,
      url: shownUrl(run.value.url),
      state: runState(run.value.status, run.value.conclusion),
      approvals: approvals?.ok ? approvals.value : unknown,
      jobs: jobs?.ok ? jobs.value.jobs : (last?.jobs ?? []),
      more: jobs?.ok ? jobs.value.more : (last?.more ?? 0),
      seenAt: world.now().toISOString(),
    },
  };
}

function tell({ context, place }: RunTask, view: RunView, run: WorkflowRun): void {
  const isOver = run.status === 'completed';
  const text = runText(view);
  context.job({
    ...jobOf(place),
    state: jobState[view.state],
    text: isOver ? (run.conclusion ?? 'ended') : view.approvals.length > 0 ? text : null,
    url: view.url,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
  });
  context.waiting(text);
}

/** What GitHub does not show any more (people delete runs): whether it brought the version shows on the branch alone. */
async function forgotten(
  { context, what }: RunTask,
  { before }: Followed,
  { meaning }: Failure,
): Promise<StepEnd> {
  const said = `GitHub no longer shows the run of ${what}.`;
  const stale = await refreshed(context);
  const landed = stale ? null : await landedOnBranch(context, { before, limit: 0 });
  if (landed?.ok && !isTimedOut(landed.value)) {
    const text = `${said} The release repo has ${context.intent.version}, which it may have brought.`;
    context.result('commit', { outcome: 'done', text });
    return { state: 'succeeded' };
  }
  const because = `${said} ${meaning}`;
  context.result('commit', { outcome: 'unknown', text: because });
  return { state: 'unknown', because };
}

interface End {
  view: RunView;
  logs: ReturnType<typeof collectLogs>;
  isCancelled: boolean;
}

/** What a run's end means, by what the branch says. */
async function ended(task: RunTask, followed: Followed, end: End): Promise<StepEnd> {
  const { context, what } = task;
  const { world, intent } = context;
  const { view } = end;
  const isDone = view.state === 'succeeded';
  // What had been asked of the cluster before a run was cancelled still comes.
  const late = view.jobs.some(({ state }) => state === 'succeeded') ? afterCancelling : 0;
  const limit = isDone ? world.limits.landing : Math.min(end.isCancelled ? late : 0, world.limits.landing);
  // "It is not there" is only said of what was looked at just now.
  const fresh = isDone ? null : await refreshed(context);
  const landed = await landedOnBranch(context, { before: followed.before, limit });
  if (!landed.ok) {
    const because = `The run of ${what} ended ${view.state}. ${landed.failure.message}`;
    context.result('commit', { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  }
  if (!isTimedOut(landed.value)) {
    const { commit } = landed.value;
    const claimed = isDone && commit !== null;
    context.result('commit', {
      outcome: 'done',
      text: claimed
        ? `Committed by ${task.route.committer}: ${commit.slice(0, 10)}.`
        : isDone
          ? 'The release repo has the version.'
          : `The run ended ${view.state}, but the release repo has ${intent.version}. Nobody can tell which run brought it.`,
      ...(claimed ? { commit } : {}),
    });
    return { state: 'succeeded' };
  }
  if (isDone) {
    const because = `The run of ${what} succeeded, but ${intent.version} did not reach the release repo within ${span(limit)}.`;
    context.result('commit', { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  }
  if (fresh) {
    const because = `The run of ${what} ended ${view.state}. Whether the release repo has ${intent.version} is not known: ${fresh.message}`;
    context.result('commit', { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  }
  if (end.isCancelled && view.state === 'cancelled') {
    const because = hasBegun(view)
      ? `The run of ${what} was cancelled, and the release repo does not have ${intent.version}. If the run had already asked the cluster for it, it can still come.`
      : `The run of ${what} was cancelled before it began. Nothing was changed.`;
    context.result('commit', { outcome: 'not-done', text: because });
    return { state: 'withdrawn', because };
  }
  const failure = await failureOf(task, end);
  context.result('commit', { outcome: 'not-done', text: failure.message });
  return { state: 'failed', failure };
}

/** Why a run did not bring the version: the job, its step, and what its log said last. */
async function failureOf({ context, what }: RunTask, { view, logs }: End): Promise<Failure> {
  const at = failedAt(view);
  const step = at?.step ? `, step “${at.step}”` : '';
  const where = at ? ` in the job “${at.job.name}”${step}` : '';
  const log = at ? await logs.of(at.job.id) : null;
  const isStopped = view.state === 'cancelled';
  return {
    code: isStopped ? 'cancelled' : 'refused',
    message: isStopped
      ? `The run of ${what} was cancelled on GitHub${where}.`
      : `The run of ${what} failed${where}.`,
    meaning: `The release repo does not have ${context.intent.version}. Nothing was deployed.`,
    next: [
      ...(view.url ? [{ do: 'open-url' as const, label: 'Open the run on GitHub', url: view.url }] : []),
      { do: 'retry', label: 'Review again' },
    ],
    ...(log ? { detail: visibleText(telling(log.text)).slice(0, 4_000) } : {}),
  };
}
