import { type DeployJob, jobName } from '../../../shared/domain/estate/bags-pipeline';
import { clusterOf } from '../../../shared/domain/estate/cluster-of';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import { failingText } from '../../../shared/domain/workflows/failing-tests';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { askPatiently } from '../steps/outside';
import { clusterMoves, isHiddenThere, isTimedOut, notLive, waitUntil } from '../steps/wait';
import { failedTestsOf } from './failing-suite';
import { fillIn, type JobEnd, type JobTask, lostLock, reportJob } from './run-job';
import { labels } from './workflow-labels';
import { workflowName } from './workflow-name';

type WorkflowJob = Extract<DeployJob, { kind: 'workflow' }>;

const unknown = (text: string): JobEnd => ({ state: 'unknown', text, failure: null });

/** How a workflow that has ended counts. @param tests that failed, where its log names them. */
function endOf(workflow: Workflow, tests: readonly string[]): JobEnd {
  if (workflow.phase === 'Succeeded') return { state: 'succeeded' };
  if (workflow.shutdown !== null) return { state: 'aborted', text: 'It was stopped.', failure: null };
  if (tests.length > 0) return { state: 'failed', text: `${failingText(tests)}.`, failure: null };
  const step = workflow.nodes.find(
    ({ type, phase }) => type === 'Pod' && (phase === 'Failed' || phase === 'Error'),
  );
  const what = step?.message ?? workflow.message ?? `The workflow ended as ${workflow.phase}`;
  const where = step && step.displayName !== workflow.name ? `, at the step ${step.displayName}` : '';
  return { state: 'failed', text: `${what.replace(/\.$/, '')}${where}.`, failure: null };
}

/** Nothing is started whose end nobody here would see. */
const notVisible = (template: string, environment: string): JobEnd => {
  const message = `Workflows in ${environment} are not visible to you, so ${template} was not started.`;
  return {
    state: 'failed',
    text: message,
    failure: {
      code: 'forbidden',
      message,
      meaning: 'Signalbox would not see how it ends.',
      next: [
        { do: 'advice', label: 'Sign in to Argo Workflows, or ask for the right to read workflows there.' },
      ],
    },
  };
};

/**
 * Runs a WorkflowTemplate and waits for its end. The workflow carries the operation's id and a name of its own: after a
 * crash the cluster is asked for it. What was intended and is not there is unknown for a deploy, which is never repeated;
 * a test suite is asked for again, under the same name.
 */
export async function runWorkflowJob(task: JobTask<WorkflowJob>): Promise<JobEnd> {
  const { context, deployment, job, phase, index } = task;
  const { world, id } = context;
  const { environment, pipeline } = deployment;
  const cluster = world.clusters.get(environment);
  if (!cluster)
    return unknown(`The estate file has no cluster for ${environment}, so ${job.template} can’t run.`);
  const named = world.estate.environments.find(({ name }) => name === environment);
  const namespace = (named && clusterOf(named))?.workflowsNamespace ?? 'apps';
  const name = workflowName({ template: job.template, bag: deployment.bag, operation: id, phase, index });
  const effect = `job:${jobName(job)}`;
  const sources = [clusterMoves(cluster, '')];
  const live = await waitUntil<'live' | 'hidden'>(context, {
    limit: world.limits.job,
    sources,
    look: () => {
      if (isHiddenThere(cluster, 'workflows')) return { done: 'hidden' };
      const away = notLive(cluster, 'workflows');
      return away === null ? { done: 'live' } : { waitingFor: away };
    },
  });
  if (isTimedOut(live)) return unknown(`Timed out. ${live.waitingFor}`);
  if (live === 'hidden')
    return context.record().effects.has(effect)
      ? unknown(`${name} may have been started; workflows in ${environment} are not visible to you any more.`)
      : notVisible(job.template, environment);

  const intended = context.record().effects.get(effect);
  if (intended?.outcome === 'pending' || intended?.outcome === 'unknown') {
    const found = cluster.view.workflow(namespace, name);
    if (found) context.result(effect, { outcome: 'done', text: `Found in ${environment}: ${name}.` });
    else if (phase === 'deploy')
      return unknown(
        `Signalbox closed while starting ${job.template}, and ${environment} does not have the workflow ${name}. It was not started again.`,
      );
  }
  if (context.record().effects.get(effect)?.outcome !== 'done') {
    const lost = await lostLock(task);
    if (lost) return { state: 'failed', text: lost.message, failure: lost };
    context.intend(effect, `Run ${job.template} as ${name} in ${environment}.`, { namespace, name });
    const answer = await askPatiently(
      context,
      cluster,
      world.limits.job,
      (signal) =>
        cluster.actions.submitWorkflow(
          {
            id: `${id}.${phase.charAt(0)}${task.index}`,
            template: job.template,
            namespace,
            name,
            parameters: fillIn(task, job.parameters),
            labels: {
              [labels.pipeline]: pipeline,
              [labels.deployment]: deployment.operation,
              [labels.job]: jobName(job),
              [labels.bag]: String(deployment.bag),
            },
          },
          signal,
        ),
      'workflows',
    );
    if (isTimedOut(answer)) {
      context.result(effect, { outcome: 'unknown', text: `${environment} did not answer in time.` });
      return unknown(`${environment} did not answer when Signalbox started ${job.template}.`);
    }
    if (!answer.ok) {
      const sure = !['unreachable', 'timeout', 'unknown-outcome'].includes(answer.failure.code);
      context.result(effect, { outcome: sure ? 'not-done' : 'unknown', text: answer.failure.message });
      const text = `${job.template} could not be started: ${answer.failure.message}`;
      return sure ? { state: 'failed', text, failure: answer.failure } : unknown(text);
    }
    context.result(effect, { outcome: 'done', text: `Started ${answer.value.name}.` });
  }
  const reference = { environment, namespace, name };
  context.workflow(reference);
  let seen = false;
  const ended = await waitUntil<JobEnd | Workflow>(context, {
    limit: world.limits.job,
    sources,
    look: () => {
      if (isHiddenThere(cluster, 'workflows'))
        return {
          done: unknown(
            `${name} was started; workflows in ${environment} are not visible to you, so its end can’t be seen.`,
          ),
        };
      const away = notLive(cluster, 'workflows');
      if (away !== null) return { waitingFor: away };
      const workflow = cluster.view.workflow(namespace, name);
      if (!workflow) {
        if (seen) return { done: unknown(`Workflow ${name} is gone; its outcome is not known.`) };
        return { waitingFor: `Waiting to see workflow ${name}.` };
      }
      seen = true;
      reportJob(task, {
        state: 'running',
        workflow: reference,
        startedAt: workflow.startedAt,
        text: workflow.progress ? `${workflow.progress} steps` : null,
      });
      if (isUnfinished(workflow))
        return { waitingFor: `${jobName(job)}: ${workflow.progress ?? (workflow.phase || 'Pending')}` };
      return { done: workflow };
    },
  });
  if (isTimedOut(ended)) return unknown(`Timed out. ${ended.waitingFor}`);
  if (!('phase' in ended)) return ended;
  const asksLog = phase === 'test' && ended.phase === 'Failed' && ended.shutdown === null;
  const tests = asksLog ? await failedTestsOf(cluster, ended, world.limits.look, context.signal) : [];
  return { ...endOf(ended, tests), finishedAt: ended.finishedAt };
}
