import { clusterOf } from '../../../shared/domain/estate/cluster-of';
import type { Failure } from '../../../shared/domain/failure/failure';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import type { Job } from '../../../shared/domain/operation/operation';
import { routeValues } from '../../../shared/domain/route/route-values';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { askPatiently } from '../steps/outside';
import { clusterMoves, isTimedOut, ledgerMoves, notLive, waitUntil } from '../steps/wait';
import { landedOnBranch, madeSince, standsThere } from './landed-on-branch';
import { type RouteRun, refusedAtStart } from './route-run';
import { routeBegun } from './route-taken';

/** Milliseconds that the commit may take to be seen after the workflow says that it succeeded. */
const commitAppears = 2 * 60_000;

/** At most so many characters has the name of a workflow: it is the value of a label of its pods. */
const longestName = 63;

/** The same whenever an operation asks, so that it cannot exist twice: Kubernetes refuses a second one of a name. */
const nameOf = (template: string, operation: string): string => {
  const own = operation.toLowerCase().replace(/[^a-z0-9-]/g, '');
  return `${template.slice(0, longestName - own.length - 1)}-${own}`;
};

/** Failures after which nobody knows whether the cluster took the request. */
const unheard: ReadonlySet<Failure['code']> = new Set([
  'unreachable',
  'timeout',
  'unknown-outcome',
  'bad-data',
  'too-large',
]);

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
      data = { route: 'workflow', ...there.value, namespace, name };
    }
    context.intend('commit', `Submit ${route.template} as ${name} in ${environment}.`, data);
    context.waiting(`Waiting for Argo Workflows in ${environment}.`);
    let isDoubtful = intended !== undefined;
    const answer = await askPatiently(context, cluster, world.limits.job, async (signal) => {
      const one = await cluster.actions.submitWorkflow(
        {
          id,
          template: route.template,
          namespace,
          name,
          parameters: routeValues(route.parameters, { ...intent, operation: id }, world.estate),
          labels: {},
        },
        signal,
      );
      // What was not heard once may have been taken: no later refusal says that it was not.
      isDoubtful ||= !one.ok && unheard.has(one.failure.code);
      return one;
    });
    if (isTimedOut(answer)) return unheardEnd(context, `${environment} did not answer in time.`);
    if (!answer.ok) {
      if (isDoubtful) return unheardEnd(context, answer.failure.message);
      context.result('commit', { outcome: 'not-done', text: answer.failure.message });
      return { state: 'failed', failure: refusedAtStart(answer.failure) };
    }
    // From here on it was begun, whatever becomes of it: no other route is taken instead.
    data = { ...data, run: answer.value.name, name: answer.value.name, namespace: answer.value.namespace };
    context.intend('commit', `${route.template} was submitted as ${answer.value.name}.`, data);
  }
  // As the journal has it: the estate file may call the template otherwise by now.
  const made = { name: String(data.name), namespace: String(data.namespace) };
  context.workflow({ environment, ...made });
  return follow(context, cluster, {
    ...made,
    before: beforeOf(),
    title: `${route.template} (Argo Workflows)`,
  });
};

const nothingDeployed = 'The release repo does not have the version. Nothing was deployed.';

function unheardEnd(context: StepContext<VersionIntent>, why: string): StepEnd {
  context.result('commit', { outcome: 'unknown', text: why });
  return { state: 'unknown', because: `Nobody knows whether the workflow was submitted: ${why}` };
}

interface Followed {
  name: string;
  namespace: string;
  before: string | null;
  /** As the job is called on screen. */
  title: string;
}

/** Waits for the workflow's end or the commit, whichever is seen first, and then for the commit. */
async function follow(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  { name, namespace, before, title }: Followed,
): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const job = (change: Partial<Job>): void =>
    context.job({
      name: title,
      phase: 'deploy',
      kind: 'workflow',
      state: 'running',
      text: null,
      workflow: { environment, namespace, name },
      url: null,
      startedAt: null,
      finishedAt: null,
      ...change,
    });
  job({});
  const isThere = (): boolean =>
    world.reader.facts(world.ledger.snapshot(), app, environment, null).version === version;
  const ended = await waitUntil<Workflow | 'landed'>(context, {
    limit: world.limits.job,
    sources: [clusterMoves(cluster, app, ''), ledgerMoves(world)],
    look: () => {
      const workflow = cluster.view.workflow(namespace, name);
      if (workflow && !isUnfinished(workflow)) return { done: workflow };
      if (isThere()) return { done: 'landed' };
      if (workflow) return { waitingFor: `${title}: ${workflow.progress ?? (workflow.phase || 'Pending')}` };
      return {
        waitingFor: notLive(cluster, 'workflows') ?? `Waiting to see workflow ${name} in ${environment}.`,
      };
    },
  });
  if (isTimedOut(ended)) {
    context.result('commit', { outcome: 'unknown', text: `Timed out. ${ended.waitingFor}` });
    return { state: 'unknown', because: `Timed out. ${ended.waitingFor}` };
  }
  if (ended !== 'landed') {
    const { phase, startedAt, finishedAt } = ended;
    job({
      state: phase === 'Succeeded' ? 'succeeded' : 'failed',
      text: ended.message,
      startedAt,
      finishedAt,
    });
    if (phase !== 'Succeeded' && !isThere()) {
      const failure = failed(ended, title);
      context.result('commit', { outcome: 'not-done', text: failure.message });
      return { state: 'failed', failure };
    }
  }
  const landed = await landedOnBranch(context, { before, limit: commitAppears });
  if (!landed.ok || isTimedOut(landed.value)) {
    const because = landed.ok
      ? `${title} ended, but its commit has not reached the release repo.`
      : landed.failure.message;
    context.result('commit', { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  }
  job({ state: 'succeeded', text: null });
  return succeeded(context, landed.value.commit);
}

/** @param commit `null`: several set the version, so nobody can tell which is the workflow's. */
function succeeded(context: StepContext<VersionIntent>, commit: string | null): StepEnd {
  context.result('commit', {
    outcome: 'done',
    text: commit ? `Committed by the workflow: ${commit.slice(0, 10)}.` : 'The release repo has the version.',
    ...(commit ? { commit } : {}),
  });
  return { state: 'succeeded' };
}

function failed(workflow: Workflow, title: string): Failure {
  const step = workflow.nodes.find(
    ({ type, phase }) => type === 'Pod' && (phase === 'Failed' || phase === 'Error'),
  );
  const where = step && step.displayName !== workflow.name ? ` at its step ${step.displayName}` : '';
  const why = step?.message ?? workflow.message;
  return {
    code: 'refused',
    message: `${title} ${workflow.shutdown === null ? 'failed' : 'was stopped'}${where}${why ? `: ${why}` : '.'}`,
    meaning: nothingDeployed,
    next: [{ do: 'retry', label: 'Review again' }],
  };
}
