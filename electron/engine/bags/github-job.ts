import { setTimeout as pause } from 'node:timers/promises';
import { type DeployJob, jobName } from '../../../shared/domain/estate';
import type { WorkflowPlace, WorkflowRun } from '../../systems/github/workflow-dispatch';
import { fillIn, type JobEnd, type JobTask, lostLock, tellJob } from './run-job';

type GitHubJob = Extract<DeployJob, { kind: 'github-workflow' }>;

const unknown = (text: string): JobEnd => ({ state: 'unknown', text, failure: null });

/** GitHub has no watches: milliseconds between looks at a run. */
const lookEvery = 3_000;
/** How long a run may take to be listed after its dispatch, in milliseconds. */
const appears = 120_000;

/**
 * Runs a GitHub Actions workflow and waits for its end. GitHub does not say which run a dispatch made: it is the one
 * whose title (`run-name`) shows the operation's id, so one of the workflow's inputs must hold `{operation}`.
 */
export async function runGitHubJob(task: JobTask<GitHubJob>): Promise<JobEnd> {
  const { context, job, phase } = task;
  const { world, id, signal } = context;
  const runs = world.workflowRuns;
  const owner = job.owner ?? world.estate.sources?.github?.owner ?? world.estate.ledger.github?.owner;
  if (!runs || !owner) return unknown('The estate names no GitHub.');
  const place: WorkflowPlace = { owner, repo: job.repo, workflow: job.workflow };
  const effect = `job:${jobName(job)}`;
  const what = `${owner}/${job.repo} ${job.workflow}`;

  async function find(limit: number): Promise<WorkflowRun | null> {
    const until = Date.now() + limit;
    for (;;) {
      const found = await runs?.find(place, id, signal);
      signal.throwIfAborted();
      if (found?.ok && found.value) return found.value;
      context.waiting(`${jobName(job)}: the run of ${what} to be listed.`);
      if (Date.now() >= until) return null;
      await pause(lookEvery, undefined, { signal });
    }
  }

  const intended = context.record().effects.get(effect);
  let run: WorkflowRun | null = null;
  if (intended) {
    run = await find(intended.outcome === 'done' ? appears : lookEvery);
    if (run) context.result(effect, { outcome: 'done', text: `Found at GitHub: ${run.url}` });
    else if (phase === 'deploy' || intended.outcome === 'done')
      return unknown(`${what} was started, and no run at GitHub shows this operation's id.`);
  }
  if (!run) {
    const lost = await lostLock(task);
    if (lost) return { state: 'failed', text: lost.message, failure: lost };
    context.intend(effect, `Run ${what} at ${job.ref}.`);
    const asked = await runs.dispatch(place, { ref: job.ref, inputs: fillIn(task, job.inputs) }, signal);
    signal.throwIfAborted();
    if (!asked.ok) {
      const sure = asked.failure.code !== 'unreachable';
      context.result(effect, { outcome: sure ? 'not-done' : 'unknown', text: asked.failure.message });
      const text = `${what} could not be started: ${asked.failure.message} ${asked.failure.meaning}`;
      return sure ? { state: 'failed', text, failure: asked.failure } : unknown(text);
    }
    context.result(effect, { outcome: 'done', text: `Asked GitHub to run ${what}.` });
    run = await find(appears);
  }
  if (!run)
    return unknown(
      `No run of ${what} shows this operation's id: let its run-name show an input that holds {operation}.`,
    );
  const until = Date.now() + world.limits.job;
  for (;;) {
    const url = run.url.startsWith('https://') ? run.url : null;
    tellJob(task, { state: 'running', url, startedAt: run.startedAt, text: run.status.replace('_', ' ') });
    context.waiting(`${jobName(job)}: ${run.status.replace('_', ' ')}`);
    if (run.status === 'completed') {
      if (run.conclusion === 'success') return { state: 'succeeded' };
      const text = `The run of ${what} ended ${run.conclusion ?? 'without a conclusion'}.`;
      return { state: run.conclusion === 'cancelled' ? 'aborted' : 'failed', text, failure: null };
    }
    if (Date.now() >= until) return unknown(`The run of ${what} did not end in time.`);
    await pause(lookEvery, undefined, { signal });
    const again = await runs.get(place, run.id, signal);
    signal.throwIfAborted();
    if (again.ok) run = again.value;
  }
}
