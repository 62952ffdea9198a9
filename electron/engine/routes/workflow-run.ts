import type { Failure } from '../../../shared/domain/failure/failure';
import { isUnfinished } from '../../../shared/domain/hold/hold-state';
import type { Job } from '../../../shared/domain/operation/operation';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { askPatiently } from '../steps/outside';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  notLive,
  timePasses,
  waitUntil,
} from '../steps/wait';
import { landedOnBranch, refreshed } from './landed-on-branch';

/** Milliseconds that the commit may take to be seen after the workflow says that it succeeded. */
const commitAppears = 2 * 60_000;

/**
 * How long the commit of a workflow that ended badly may still take to come, where a step of it had begun: what a pod had
 * asked of GitHub before it was ended still comes.
 */
const afterStopping = 20_000;

/** The workflow that an operation submitted. */
export interface SubmittedWorkflow {
  name: string;
  namespace: string;
  /** The cell's newest commit before it was submitted. */
  before: string | null;
  /** As the job is called on screen: "deploy-image (Argo Workflows)". */
  title: string;
  /** What the journal has of it. */
  data: Record<string, unknown>;
}

/**
 * What became of a cancellation; `not-running`: the cluster says that nothing of it runs; `goes-on`: it can't be stopped,
 * or has committed; `null`: nobody asked for one.
 */
type Stop = 'asked' | 'not-running' | 'goes-on' | null;

const isOver = ({ phase }: { phase: Workflow['phase'] }): boolean =>
  phase !== '' && phase !== 'Pending' && phase !== 'Running';
const pods = ({ nodes }: Workflow) => nodes.filter(({ type }) => type === 'Pod');

/** Tells of a cancellation that was asked for. */
const cancellation =
  ({ cancelled }: StepContext<VersionIntent>) =>
  (listener: () => void): (() => void) => {
    cancelled.addEventListener('abort', listener, { once: true });
    return () => cancelled.removeEventListener('abort', listener);
  };

/** Whether the release repo wants the operation's version by now, as far as this console has seen it. */
const isThere = ({ world, intent }: StepContext<VersionIntent>): boolean =>
  world.reader.facts(world.ledger.snapshot(), intent.app, intent.environment, null).version ===
  intent.version;

/** The workflow as a job of the operation. */
function showJob(
  context: StepContext<VersionIntent>,
  { title, namespace, name }: SubmittedWorkflow,
  change: Partial<Job>,
): void {
  context.job({
    name: title,
    phase: 'deploy',
    kind: 'workflow',
    state: 'running',
    text: null,
    workflow: { environment: context.intent.environment, namespace, name },
    url: null,
    startedAt: null,
    finishedAt: null,
    ...change,
  });
}

/**
 * Waits for the workflow's end or the commit, whichever is seen first, and then for the commit. A cancellation stops the
 * workflow where its commit is not there yet; what became of it is what the branch says after its end.
 */
export async function followWorkflow(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  submitted: SubmittedWorkflow,
): Promise<StepEnd> {
  showJob(context, submitted, {});
  let stop: Stop = null;
  for (;;) {
    const seen = await endOrCommit(context, cluster, submitted, stop);
    if (isTimedOut(seen)) {
      context.result('commit', { outcome: 'unknown', text: `Timed out. ${seen.waitingFor}` });
      return { state: 'unknown', because: `Timed out. ${seen.waitingFor}` };
    }
    if (seen === 'cancel') stop = await askToStop(context, cluster, submitted);
    else if (seen === 'gone') return forgotten(context, submitted);
    else return ended(context, submitted, seen === 'landed' ? null : seen, stop);
  }
}

/** Milliseconds between looks whether the cluster still does not have it: only then does time alone change anything. */
const missingLooks = 5_000;

/**
 * `gone`: the cluster does not have it, although its workflows are seen. One that was submitted a moment ago may still be on
 * its way to the watch.
 */
async function endOrCommit(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  { name, namespace, title }: SubmittedWorkflow,
  stop: Stop,
) {
  const { world, intent, signal } = context;
  let podsOver = 0;
  let wasSeen = false;
  let missingSince: number | null = null;
  const isGone = (): boolean => {
    const now = world.now().getTime();
    missingSince ??= now;
    return wasSeen || stop === 'not-running' || now - missingSince >= world.limits.testsAppear;
  };
  // Of a workflow that can't be seen only the commit is waited for, and that one doesn't take as long as a workflow may.
  const isHidden = (): boolean => isHiddenThere(cluster, 'workflows');
  return waitUntil<Workflow | 'landed' | 'cancel' | 'gone'>(context, {
    limit: isHidden() ? world.limits.landing : world.limits.job,
    sources: [
      clusterMoves(cluster, intent.app, ''),
      ledgerMoves(world),
      cancellation(context),
      timePasses(missingLooks),
    ],
    look: () => {
      if (isThere(context)) return { done: 'landed' };
      const workflow = cluster.view.workflow(namespace, name);
      if (workflow && !isUnfinished(workflow)) return { done: workflow };
      if (context.cancelled.aborted && stop === null) return { done: 'cancel' };
      if (!workflow) {
        if (isHidden())
          return {
            waitingFor: `Workflow ${name} in ${intent.environment} is not visible to you. Waiting for its commit.`,
          };
        const away = notLive(cluster, 'workflows');
        if (away !== null) missingSince = null;
        else if (isGone()) return { done: 'gone' };
        return { waitingFor: away ?? `Waiting to see workflow ${name} in ${intent.environment}.` };
      }
      wasSeen = true;
      // A step that is over may have committed: the sooner that is seen, the sooner it is no longer to be cancelled.
      const over = pods(workflow).filter(isOver).length;
      // A look that fails is made again by the ledger's own clock.
      if (over > podsOver) void world.ledger.refresh(signal).catch(() => undefined);
      podsOver = over;
      const how =
        stop === 'asked' ? 'is being stopped' : (workflow.progress ?? (workflow.phase || 'Pending'));
      return { waitingFor: `${title}: ${how}` };
    },
  });
}

/** Has the cluster stop the workflow, unless the branch has its commit already. */
async function askToStop(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
  { name, namespace, title }: SubmittedWorkflow,
): Promise<Stop> {
  const { world } = context;
  context.waiting(`Stopping ${title}.`);
  await world.ledger.refresh(context.signal);
  context.signal.throwIfAborted();
  if (isThere(context)) {
    context.saw('It had committed before it could be cancelled.');
    return 'goes-on';
  }
  const asked = await askPatiently(
    context,
    cluster,
    world.limits.job,
    (signal) => cluster.actions.stopWorkflow(namespace, name, 'Stop', signal),
    'workflows',
  );
  if (!isTimedOut(asked) && asked.ok) {
    if (!asked.value.stopped) return 'not-running';
    context.saw(`Asked Argo Workflows to stop ${title}.`);
    return 'asked';
  }
  const why = isTimedOut(asked) ? asked.waitingFor : `${asked.failure.message} ${asked.failure.meaning}`;
  context.saw(`${title} could not be stopped, and goes on. ${why}`);
  return 'goes-on';
}

/** What the cluster does not have: it was never submitted, or somebody deleted it, or its time to live ran out. */
async function forgotten(
  context: StepContext<VersionIntent>,
  { name, data, before, title }: SubmittedWorkflow,
): Promise<StepEnd> {
  const { intent } = context;
  const stale = await refreshed(context);
  const landed = stale ? null : await landedOnBranch(context, { before, limit: 0 });
  if (landed?.ok && !isTimedOut(landed.value)) return succeeded(context, landed.value.commit);
  if (data.run === undefined && landed?.ok) {
    const because = 'Cancelled before the workflow was submitted. Nothing was deployed.';
    context.result('commit', { outcome: 'not-done', text: because });
    return { state: 'withdrawn', because };
  }
  const because = `${intent.environment} no longer has the workflow ${name} (${title}): what became of it is not known.`;
  context.result('commit', { outcome: 'unknown', text: because });
  return { state: 'unknown', because };
}

/**
 * What its end means, by what the branch says.
 * @param workflow `null`: the commit was seen before the workflow's end.
 */
async function ended(
  context: StepContext<VersionIntent>,
  submitted: SubmittedWorkflow,
  workflow: Workflow | null,
  stop: Stop,
): Promise<StepEnd> {
  const { world, intent } = context;
  const { title, before, data } = submitted;
  const isDone = workflow === null || workflow.phase === 'Succeeded';
  if (workflow) {
    const { startedAt, finishedAt, message } = workflow;
    const state = isDone ? 'succeeded' : workflow.shutdown === null ? 'failed' : 'aborted';
    showJob(context, submitted, { state, text: message, startedAt, finishedAt });
  }
  // From here on there is nothing to stop.
  context.intend('commit', `${title} has ended.`, { ...data, cancellable: false });
  // "It is not there" is only said of what was looked at just now.
  const stale = isDone ? null : await refreshed(context);
  const begun = workflow !== null && pods(workflow).some(({ phase }) => phase !== '' && phase !== 'Pending');
  const limit = isDone ? commitAppears : begun ? Math.min(afterStopping, world.limits.landing) : 0;
  const landed = await landedOnBranch(context, { before, limit });
  const unknown = (because: string): StepEnd => {
    context.result('commit', { outcome: 'unknown', text: because });
    return { state: 'unknown', because };
  };
  if (!landed.ok) return unknown(landed.failure.message);
  if (!isTimedOut(landed.value)) {
    if (isDone) showJob(context, submitted, { state: 'succeeded', text: null });
    else
      context.saw(
        `${title} ${workflow?.shutdown === null ? 'failed' : 'was stopped'}, but its commit had landed: the release repo has ${intent.version}.`,
      );
    return succeeded(context, landed.value.commit);
  }
  if (isDone) return unknown(`${title} ended, but its commit has not reached the release repo.`);
  if (stale)
    return unknown(
      `${title} ended ${workflow.phase}. Whether the release repo has ${intent.version} is not known: ${stale.message}`,
    );
  if (stop === 'asked' && workflow.shutdown !== null) {
    const because = `${title} was stopped, and the release repo does not have ${intent.version}. Nothing was deployed.`;
    context.result('commit', { outcome: 'not-done', text: because });
    return { state: 'withdrawn', because };
  }
  const failure = failed(workflow, title);
  context.result('commit', { outcome: 'not-done', text: failure.message });
  return { state: 'failed', failure };
}

/** @param commit `null`: several set the version, so nobody can tell which is the workflow's. */
export function succeeded(context: StepContext<VersionIntent>, commit: string | null): StepEnd {
  context.result('commit', {
    outcome: 'done',
    text: commit ? `Committed by the workflow: ${commit.slice(0, 10)}.` : 'The release repo has the version.',
    ...(commit ? { commit } : {}),
  });
  return { state: 'succeeded' };
}

export const nothingDeployed = 'The release repo does not have the version. Nothing was deployed.';

function failed(workflow: Workflow, title: string): Failure {
  const step = pods(workflow).find(({ phase }) => phase === 'Failed' || phase === 'Error');
  const where = step && step.displayName !== workflow.name ? ` at its step ${step.displayName}` : '';
  const why = step?.message ?? workflow.message;
  return {
    code: 'refused',
    message: `${title} ${workflow.shutdown === null ? 'failed' : 'was stopped'}${where}${why ? `: ${why}` : '.'}`,
    meaning: nothingDeployed,
    next: [{ do: 'retry', label: 'Review again' }],
  };
}
