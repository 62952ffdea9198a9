import { deploymentUnder } from '../../../shared/domain/bags/decisions';
import { mayInterrupt } from '../../../shared/domain/bags/machine';
import { jobName } from '../../../shared/domain/estate/bags-pipeline';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import { type Intent, subjectOf } from '../../../shared/domain/operation/intent';
import { isStage } from '../../../shared/domain/operation/subject';
import type { StepContext, StepEnd } from '../operation-context';
import { askPatiently } from '../steps/outside';
import { isHiddenThere, isTimedOut, noCluster, notLive } from '../steps/wait';
import { runIdOf } from './github-job';
import { pipelineOf, recordsNow, stageOf } from './pipelines';
import { labels, workflowsOf } from './workflow-labels';

type Abort = Extract<Intent, { kind: 'abort-tests' }>;

/**
 * Stops the test suites that run, whoever's console started them: that console then sees them stopped, and the tests
 * have failed. Deploy jobs are never touched.
 */
export async function stopSuites(context: StepContext<Abort>): Promise<StepEnd> {
  const { world, intent } = context;
  const { environment, pipeline, token } = intent;
  const deployment = deploymentUnder(recordsNow(world, pipeline), environment, token);
  if (deployment?.state !== 'testing' || !mayInterrupt(deployment.state))
    return {
      state: 'failed',
      failure: {
        code: 'refused',
        message: `No tests are running in ${environment} under this lock.`,
        meaning: 'Nothing was stopped. A running deploy can’t be interrupted.',
        next: [],
      },
    };
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const suites = new Set(stageOf(pipelineOf(world.estate, pipeline), environment).tests.map(jobName));
  const running = workflowsOf(cluster, pipeline, deployment.operation).filter(
    (one) => isUnfinished(one) && suites.has(one.labels[labels.job] ?? ''),
  );
  const problems: string[] = [];
  for (const { namespace, name } of running) {
    const effect = `stop:${environment}/${namespace}/${name}`;
    context.intend(effect, `Stop ${name}.`);
    const answer = await askPatiently(
      context,
      cluster,
      world.limits.hold,
      (signal) => cluster.actions.stopWorkflow(namespace, name, 'Stop', signal),
      'workflows',
    );
    const done = !isTimedOut(answer) && answer.ok;
    const why = isTimedOut(answer) ? 'no answer' : answer.ok ? '' : answer.failure.message;
    context.result(effect, {
      outcome: done ? 'done' : isTimedOut(answer) ? 'unknown' : 'not-done',
      text: done ? `Stopped ${name}.` : `${name} could not be stopped: ${why}`,
    });
    if (!done) problems.push(`${name}: ${why}`);
  }
  problems.push(...(await cancelRuns(context)));
  if (problems.length > 0)
    return { state: 'unknown', because: `Not everything was stopped. ${problems.join(' ')}` };
  // That none is seen says something only where they can be seen.
  const unseen = isHiddenThere(cluster, 'workflows')
    ? `Workflows in ${environment} are not visible to you.`
    : notLive(cluster, 'workflows');
  if (running.length === 0 && unseen !== null)
    return { state: 'unknown', because: `Can’t tell whether a suite is still running. ${unseen}` };
  return running.length === 0
    ? { state: 'succeeded', text: 'All suites had already ended.' }
    : { state: 'succeeded' };
}

/** Runs at GitHub are known to the console that started them. */
async function cancelRuns(context: StepContext<Abort>): Promise<string[]> {
  const { world, intent } = context;
  const { environment, pipeline } = intent;
  const own = world
    .open()
    .find(
      (one) =>
        isStage(subjectOf(one.intent), pipeline, environment) &&
        one.jobs.some((job) => job.phase === 'test' && job.state === 'running'),
    );
  const problems: string[] = [];
  for (const job of stageOf(pipelineOf(world.estate, pipeline), environment).tests) {
    if (job.kind !== 'github-workflow') continue;
    const url = own?.jobs.find(({ name, state }) => name === jobName(job) && state === 'running')?.url;
    const run = runIdOf(url ?? null);
    const owner = job.owner ?? world.estate.sources?.github?.owner ?? world.estate.ledger.github?.owner;
    if (run === null || !owner || !world.workflowRuns) {
      if (!own)
        problems.push(`${jobName(job)} runs on GitHub: only the console that started it knows which run.`);
      continue;
    }
    const place = { owner, repo: job.repo, workflow: job.workflow };
    const answer = await world.workflowRuns.cancel(place, run, context.signal);
    if (!answer.ok) problems.push(`${jobName(job)}: ${answer.failure.message}`);
  }
  return problems;
}
