import { clusterOf } from '../../../shared/domain/estate/cluster-of';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import type { Result } from '../../../shared/domain/failure/failure';
import { routeValues } from '../../../shared/domain/route/route-values';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { askPatiently } from '../steps/outside';
import { isTimedOut } from '../steps/wait';
import { madeSince, standsThere } from './landed-on-branch';
import { type RouteRun, refusedAtStart, unheard } from './route-run';
import { routeBegun } from './route-taken';
import { followWorkflow, nothingDeployed, succeeded } from './workflow-run';

/** At most so many characters has the name of a workflow: it is the value of a label of its pods. */
const longestName = 63;

/** The same whenever an operation asks, so that it cannot exist twice: Kubernetes refuses a second one of a name. */
const nameOf = (template: string, operation: string): string => {
  const own = operation.toLowerCase().replace(/[^a-z0-9-]/g, '');
  return `${template.slice(0, longestName - own.length - 1)}-${own}`;
};

/**
 * Submits the environment's WorkflowTemplate (GOV.UK's `deploy-image`), which commits the version as a bot, and waits
 * for the commit. A second submission under the same name is refused by the cluster, so after a crash or an answer that
 * was not heard it is simply asked for again.
 */
export const carryByWorkflow: RouteRun<'workflow'> = async (context, route) => {
  const { world, id, intent } = context;
  const { environment } = intent;
  const cluster = world.clusters.get(environment);
  const named = world.estate.environments.find(({ name }) => name === environment);
  const place = named && clusterOf(named);
  if (!cluster || !place)
    return { state: 'unknown', because: `The estate file has no cluster for ${environment}.` };
  const namespace = place.workflowsNamespace;
  const name = nameOf(route.template, id);
  const intended = routeBegun(context) === null ? undefined : context.record().effects.get('commit');
  let data = intended?.data ?? {};
  if (intended?.outcome === 'done') return { state: 'succeeded' };
  if (intended?.outcome === 'not-done')
    return {
      state: 'failed',
      failure: { code: 'refused', message: intended.text, meaning: nothingDeployed, next: [] },
    };
  const beforeOf = (): string | null => (typeof data.before === 'string' ? data.before : null);
  if (intended) {
    // It may have committed, and others may have deployed something newer since.
    await world.ledger.refresh(context.signal);
    const made = await madeSince(context, beforeOf());
    const [commit] = made.ok ? made.value : [];
    if (commit !== undefined) return succeeded(context, made.ok && made.value.length === 1 ? commit : null);
  }
  if (data.run === undefined) {
    if (!intended) {
      const there = await standsThere(context);
      if (!there.ok) return { state: 'failed', failure: there.failure };
      data = { route: 'workflow', ...there.value, namespace, name, cancellable: mayStop(cluster) };
    }
    const isDoubtful = intended !== undefined;
    const submission = await submit({
      context,
      route,
      cluster,
      place: { namespace, name },
      data,
      isDoubtful,
    });
    if ('end' in submission) return submission.end;
    data = submission.data;
  }
  // As the journal has it: the estate file may call the template otherwise by now.
  const made = { name: String(data.name), namespace: String(data.namespace) };
  if (data.run !== undefined) context.workflow({ environment, ...made });
  const title = `${route.template} (Argo Workflows)`;
  return followWorkflow(context, cluster, { ...made, before: beforeOf(), title, data });
};

/** Whether a cancellation can be offered: who may submit a workflow may not always stop it. */
const mayStop = ({ view }: Cluster): boolean => view.access('stop-workflow').state !== 'denied';

/**
 * Submits it, unless somebody cancels before.
 * @param isDoubtful whether an earlier process may have submitted it.
 * @returns what the journal has of it: with `run` where the cluster took it, without where that has to be found out.
 */
async function submit({
  context,
  route,
  cluster,
  place: { namespace, name },
  data,
  ...before
}: {
  context: StepContext<VersionIntent>;
  route: RouteOf<'workflow'>;
  cluster: Cluster;
  place: { namespace: string; name: string };
  data: Record<string, unknown>;
  isDoubtful: boolean;
}): Promise<{ end: StepEnd } | { data: Record<string, unknown> }> {
  const { world, id, intent, cancelled } = context;
  const { environment } = intent;
  let { isDoubtful } = before;
  if (isDoubtful && cancelled.aborted) return { data };
  context.intend('commit', `Submit ${route.template} as ${name} in ${environment}.`, data);
  context.waiting(`Waiting for Argo Workflows in ${environment}.`);
  let last: Result<{ namespace: string; name: string }> | null = null;
  const either = { ...context, signal: AbortSignal.any([context.signal, cancelled]) };
  const answer = await askPatiently(either, cluster, world.limits.job, async () => {
    // A cancellation breaks off the wait for another try, never a request that is on its way.
    last = await cluster.actions.submitWorkflow(
      {
        id,
        template: route.template,
        namespace,
        name,
        parameters: routeValues(route.parameters, { ...intent, operation: id }, world.estate),
        labels: {},
      },
      context.signal,
    );
    // What was not heard once may have been taken: no later refusal says that it was not.
    isDoubtful ||= !last.ok && unheard.has(last.failure.code);
    return last;
  }).catch((error: unknown) => {
    if (context.signal.aborted || !cancelled.aborted) throw error;
    return last;
  });
  if (answer === null || (!isTimedOut(answer) && !answer.ok && cancelled.aborted && isDoubtful))
    return { data };
  if (isTimedOut(answer)) return { end: unheardEnd(context, `${environment} did not answer in time.`) };
  if (!answer.ok) {
    if (isDoubtful) return { end: unheardEnd(context, answer.failure.message) };
    context.result('commit', { outcome: 'not-done', text: answer.failure.message });
    return { end: { state: 'failed', failure: refusedAtStart(answer.failure) } };
  }
  // From here on it was begun, whatever becomes of it: no other route is taken instead.
  const made = { ...data, run: answer.value.name, ...answer.value };
  context.intend('commit', `${route.template} was submitted as ${answer.value.name}.`, made);
  return { data: made };
}

function unheardEnd(context: StepContext<VersionIntent>, why: string): StepEnd {
  context.result('commit', { outcome: 'unknown', text: why });
  return { state: 'unknown', because: `Nobody knows whether the workflow was submitted: ${why}` };
}
