import { setTimeout as pause } from 'node:timers/promises';
import { type DeployJob, jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { ActionsWorkflow } from '../../systems/github/workflow-dispatch';
import { fillIn, type JobEnd, type JobTask, lostLock, reportJob } from './run-job';

type GitHubJob = Extract<DeployJob, { kind: 'github-workflow' }>;

/** Failures after which nobody knows whether GitHub took the request: its answer was not heard, or not to be believed. */
const unheard: ReadonlySet<Failure['code']> = new Set(['unreachable', 'timeout', 'bad-data', 'too-large']);

const unknown = (text: string): JobEnd => ({ state: 'unknown', text, failure: null });

const webAddress = (url: string): string | null => (url.startsWith('https://') ? url : null);

/** The id in the address of a run (`…/actions/runs/123`). */
export function runIdOf(url: string | null): number | null {
  const id = /\/actions\/runs\/(\d+)/.exec(url ?? '')?.[1];
  return id === undefined ? null : Number(id);
}

/** GitHub has no watches: milliseconds between looks at a run. */
const lookEvery = 3_000;
/** How long a run may take to be listed after its dispatch, in milliseconds. */
const appears = 120_000;

/**
 * Runs a GitHub Actions workflow and waits for its end. Which run the dispatch made is told by GitHub's answer. Where that
 * was lost (a console that ended, a server that does not tell it), it is the run whose title (`run-name`) shows the
 * operation's id: one of the workflow's inputs should hold `{operation}`.
 */
export async function runGitHubJob(task: JobTask<GitHubJob>): Promise<JobEnd> {
  const { context, job, phase } = task;
  const { world, id, signal } = context;
  const runs = world.workflowRuns;
  const owner = job.owner ?? world.estate.sources?.github?.owner ?? world.estate.ledger.github?.owner;
  if (!runs || !owner) return unknown('The estate file does not configure GitHub.');
  const place: ActionsWorkflow = { owner, repo: job.repo, workflow: job.workflow };
  const effect = `job:${jobName(job)}`;
  const what = `${owner}/${job.repo} ${job.workflow}`;

  async function find(limit: number): Promise<number | null> {
    const until = Date.now() + limit;
    for (;;) {
      const found = await runs?.find(place, id, signal);
      signal.throwIfAborted();
      if (found?.ok && found.value) return found.value.id;
      context.waiting(`${jobName(job)}: waiting for GitHub to list the run of ${what}.`);
      if (Date.now() >= until) return null;
      await pause(lookEvery, undefined, { signal });
    }
  }

  /** The run that this operation is known to have started, by the address that was shown of it. */
  const toldBefore = (): number | null =>
    runIdOf(context.record().operation.jobs.find(({ name }) => name === jobName(job))?.url ?? null);

  const intended = context.record().effects.get(effect);
  let run: number | null = null;
  if (intended) {
    run = toldBefore() ?? (await find(intended.outcome === 'done' ? appears : lookEvery));
    if (run !== null)
      context.result(effect, { outcome: 'done', text: `Run ${run} on GitHub is still in progress.` });
    else if (phase === 'deploy' || intended.outcome === 'done')
      return unknown(`${what} was started, but no run on GitHub shows this operation's id.`);
  }
  if (run === null) {
    const lost = await lostLock(task);
    if (lost) return { state: 'failed', text: lost.message, failure: lost };
    context.intend(effect, `Run ${what} at ${job.ref}.`);
    const asked = await runs.dispatch(place, { ref: job.ref, inputs: fillIn(task, job.inputs) }, signal);
    signal.throwIfAborted();
    if (!asked.ok) {
      const sure = !unheard.has(asked.failure.code);
      context.result(effect, { outcome: sure ? 'not-done' : 'unknown', text: asked.failure.message });
      const text = `${what} could not be started: ${asked.failure.message} ${asked.failure.meaning}`;
      return sure ? { state: 'failed', text, failure: asked.failure } : unknown(text);
    }
    context.result(effect, { outcome: 'done', text: `Asked GitHub to run ${what}.` });
    if (asked.value) reportJob(task, { state: 'running', url: webAddress(asked.value.url), text: 'queued' });
    run = asked.value?.id ?? (await find(appears));
  }
  if (run === null)
    return unknown(
      `No run of ${what} shows this operation's id: its run-name must include an input that contains {operation}.`,
    );
  const until = Date.now() + world.limits.job;
  for (;;) {
    const seen = await runs.get(place, run, signal);
    signal.throwIfAborted();
    if (seen.ok) {
      const { status, conclusion, url, startedAt } = seen.value;
      const text = status.replace('_', ' ');
      reportJob(task, { state: 'running', url: webAddress(url), startedAt, text });
      context.waiting(`${jobName(job)}: ${text}`);
      if (status === 'completed') {
        if (conclusion === 'success') return { state: 'succeeded' };
        const end = `The run of ${what} ended ${conclusion ?? 'without a conclusion'}.`;
        return { state: conclusion === 'cancelled' ? 'aborted' : 'failed', text: end, failure: null };
      }
    } else context.waiting(`${jobName(job)}: ${seen.failure.message}`);
    if (Date.now() >= until) return unknown(`The run of ${what} did not end in time.`);
    await pause(lookEvery, undefined, { signal });
  }
}
