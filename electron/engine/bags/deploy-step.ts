import type { Hold } from '../../../shared/domain/bags/decisions';
import { deploymentUnder } from '../../../shared/domain/bags/decisions';
import { advance } from '../../../shared/domain/bags/deploying';
import type { BagDeployment } from '../../../shared/domain/bags/records';
import { type DeployJob, jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { StepContext, StepEnd } from '../operation-context';
import { runGitHubJob } from './github-job';
import { runImageTagsJob } from './image-tags-job';
import { holdOf } from './lock-step';
import { pipelineOf, recordsNow, stageOf } from './pipelines';
import { blankJob, type JobEnd, type JobTask, reportJob } from './run-job';
import { runWorkflowJob } from './workflow-job';
import { actorOf, writeRecords } from './write-records';

/** An intent about one environment of a pipeline of bags. */
export type StageIntent = Extract<BagIntent, { environment: string }>;

/** The deployment that this operation holds the lock for, or the failure that says who has it now. */
export async function heldDeployment(
  context: StepContext<StageIntent>,
): Promise<{ hold: Hold; deployment: BagDeployment } | { failure: Failure }> {
  const { world, intent, id } = context;
  const { environment, pipeline } = intent;
  // After a restart the mirror may be of before.
  if (context.resumed) await world.ledger.refresh(context.signal);
  const records = recordsNow(world, pipeline);
  const hold = holdOf(context, environment);
  const deployment = hold && deploymentUnder(records, environment, hold.token);
  if (hold && deployment) return { hold, deployment };
  // Passed before a crash: the lock is released, and the journal has the token under which that was done.
  const token = Number(context.record().effects.get('pass')?.data.token);
  const passed = token > 0 ? deploymentUnder(records, environment, token) : null;
  if (passed?.state === 'done') return { hold: { operation: id, token }, deployment: passed };
  return {
    failure: {
      code: 'conflict',
      message: `This operation lost the lock on ${environment}.`,
      meaning: 'It can’t continue, tag or release. Workflows that it started may still be running.',
      next: [{ do: 'advice', label: 'Check who unlocked it, and why.' }],
    },
  };
}

/** Runs one job, tells how it stands, and never throws for what the job itself met. */
export async function runJob(task: JobTask): Promise<JobEnd> {
  const { context, job } = task;
  const known = context.record().operation.jobs.find(({ name }) => name === jobName(job));
  // Ended before a restart.
  if (known?.state === 'succeeded') return { state: 'succeeded' };
  const now = (): string => context.world.now().toISOString();
  reportJob(task, { state: 'running', startedAt: known?.startedAt ?? now() });
  const end =
    job.kind === 'workflow'
      ? await runWorkflowJob({ ...task, job })
      : job.kind === 'github-workflow'
        ? await runGitHubJob({ ...task, job })
        : await runImageTagsJob({ ...task, job });
  reportJob(task, {
    state: end.state,
    text: end.state === 'succeeded' ? null : end.text,
    finishedAt: end.finishedAt ?? now(),
  });
  return end;
}

/** Every job is shown from the beginning, also those whose turn has not come. */
export function showJobs(tasks: readonly JobTask[]): void {
  for (const task of tasks) {
    const known = task.context.record().operation.jobs.some(({ name }) => name === jobName(task.job));
    if (!known) task.context.job(blankJob(task));
  }
}

const jobFailed = (
  deployment: BagDeployment,
  job: DeployJob,
  end: Exclude<JobEnd, { state: 'succeeded' }>,
): Failure => ({
  code: end.state === 'unknown' ? 'unknown-outcome' : 'refused',
  message: `${jobName(job)} ${end.state === 'unknown' ? 'has an unknown outcome' : 'failed'}: ${end.text}`,
  meaning: `Bag ${deployment.bag} is not fully deployed to ${deployment.environment}. The environment stays locked.`,
  next: [
    { do: 'advice', label: 'Check what is running, force-unlock, then deploy again or roll back.' },
    ...(end.failure?.next ?? []),
  ],
});

/** Runs the deploy jobs of the environment one after the other. It is never interrupted, whatever happens to policies. */
export async function deployJobs(context: StepContext<StageIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const held = await heldDeployment(context);
  if ('failure' in held) return { state: 'failed', failure: held.failure };
  const { hold, deployment } = held;
  const { environment } = intent;
  const stage = stageOf(pipelineOf(world.estate, intent.pipeline), environment);
  const tasks = stage.deploy.map(
    (job, index): JobTask => ({ context, deployment, hold, job, phase: 'deploy', index }),
  );
  const tests = stage.tests.map(
    (job, index): JobTask => ({ context, deployment, hold, job, phase: 'test', index }),
  );
  showJobs([...tasks, ...tests]);
  if (deployment.state === 'deploying') {
    for (const task of tasks) {
      const end = await runJob(task);
      if (end.state === 'succeeded') continue;
      const failure = jobFailed(deployment, task.job, end);
      const event = end.state === 'unknown' ? 'outcome-lost' : 'deploy-failed';
      const noted = await writeRecords(
        context,
        event,
        (records) =>
          advance(records, environment, actorOf(context), hold, event, {
            failure: failure.message.slice(0, 500),
          }),
        { patience: world.limits.ledger },
      );
      if (!noted.ok) context.saw(`This could not be saved in the release repo: ${noted.failure.message}`);
      return end.state === 'unknown'
        ? { state: 'unknown', because: failure.message }
        : { state: 'failed', failure };
    }
    const noted = await writeRecords(
      context,
      'deploy-done',
      (records) => advance(records, environment, actorOf(context), hold, 'deploy-done'),
      { patience: world.limits.ledger },
    );
    if (!noted.ok) return { state: 'failed', failure: noted.failure };
  } else if (deployment.state === 'deploy-failed')
    return {
      state: 'failed',
      failure: {
        code: 'refused',
        message: deployment.failure ?? 'The deploy failed.',
        meaning: 'The environment stays locked.',
        next: [{ do: 'advice', label: 'Force-unlock, then deploy again or roll back.' }],
      },
    };
  else if (deployment.state === 'deploy-unknown')
    return { state: 'unknown', because: deployment.failure ?? 'The outcome of the deploy is not known.' };
  return { state: 'succeeded', text: `Bag ${deployment.bag} is deployed to ${environment}.` };
}
