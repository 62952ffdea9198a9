import type { Failure } from '../../../shared/domain/failure';
import { bringsAutomaticDeploy, carrierTemplates, mayPromote } from '../../../shared/domain/hold-state';
import type { Workflow } from '../../../shared/domain/workflow';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { askPatiently } from './outside';
import { postSyncTemplate } from './tests';
import { isTimedOut } from './wait';

/** What a sweep found: promotions that are still not over, or why it could not look. */
export type Swept = { left: Workflow[] } | { couldNot: Failure | 'no-answer' };

async function running(
  context: StepContext,
  cluster: Cluster,
  template: string,
  counts: (workflow: Workflow) => boolean,
): Promise<Workflow[] | { couldNot: Failure | 'no-answer' }> {
  const { app } = context.intent;
  // Past the watches: a view that is a moment behind would miss the very workflow that promotes.
  const answer = await askPatiently(context, cluster, context.world.limits.hold, (signal) =>
    cluster.actions.readWorkflows({ app, template }, signal),
  );
  if (isTimedOut(answer)) return { couldNot: 'no-answer' };
  return answer.ok ? answer.value.filter(counts) : { couldNot: answer.failure };
}

/**
 * Looks straight into the clusters for promotions of the app into the environment that are on their way, and stops
 * each: post-sync workflows in the environment before (they carry the old answer in their parameters) and automatic
 * deploys that already began in the environment itself. A stopped workflow takes a moment to end: it is still listed.
 */
export async function sweep(
  context: StepContext,
  before: Cluster,
  here: Cluster | undefined,
): Promise<Swept> {
  const left: Workflow[] = [];
  const places = [
    { cluster: before, template: postSyncTemplate, counts: mayPromote },
    ...(here
      ? carrierTemplates.map((template) => ({ cluster: here, template, counts: bringsAutomaticDeploy }))
      : []),
  ];
  for (const { cluster, template, counts } of places) {
    const found = await running(context, cluster, template, counts);
    if ('couldNot' in found) return found;
    left.push(...found);
    for (const workflow of found) {
      if (workflow.shutdown === null) await stop(context, cluster, workflow);
    }
  }
  return { left };
}

async function stop(context: StepContext, cluster: Cluster, workflow: Workflow): Promise<void> {
  const { environment, namespace, name } = workflow;
  const effect = `stop:${environment}/${namespace}/${name}`;
  const what = `${workflow.template} workflow ${name} in ${environment}`;
  const tag = workflow.labels.imageTag;
  context.intend(effect, `Stop ${what}.`);
  const answer = await askPatiently(context, cluster, context.world.limits.hold, (signal) =>
    cluster.actions.stopWorkflow(namespace, name, 'Stop', signal),
  );
  if (isTimedOut(answer))
    context.result(effect, { outcome: 'unknown', text: `${what} could not be stopped.` });
  else if (!answer.ok)
    context.result(effect, {
      outcome: 'not-done',
      text: `${what} could not be stopped: ${answer.failure.message}`,
    });
  else
    context.result(effect, {
      outcome: 'done',
      text: answer.value.stopped
        ? `Stopped ${what}${tag ? `, which would have brought ${tag} in` : ''}.`
        : `${what} had ended already.`,
    });
}
