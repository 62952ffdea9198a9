import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import { sourceRepoName } from '../../../shared/domain/estate/source-repo-name';
import { routeValues } from '../../../shared/domain/route/route-values';
import type { ActionsWorkflow, WorkflowRuns } from '../../systems/github/workflow-dispatch';
import { runIdOf } from '../bags/github-job';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { isTimedOut } from '../steps/wait';
import { followRun, jobOf, shownUrl } from './actions-run';
import { landedOnBranch, standsThere } from './landed-on-branch';
import { type RouteRun, refusedAtStart, unheard } from './route-run';
import { routeBegun } from './route-taken';

/** Milliseconds between looks at the list of runs, and until a run must be listed after its dispatch. */
const lookEvery = 3_000;
const appears = 120_000;

const placeSchema = z.object({ owner: z.string(), repo: z.string(), workflow: z.string() });

/** What is started, and where. */
interface Task {
  context: StepContext<VersionIntent>;
  route: RouteOf<'actions'>;
  runs: WorkflowRuns;
  place: ActionsWorkflow;
  /** `alphagov/frontend deploy.yml` */
  what: string;
}

/**
 * Runs the app's own workflow in GitHub Actions, which has a bot commit the version, follows its jobs, and waits for the
 * commit. Which run the dispatch made is told by GitHub's answer, and written down at once. Where that was lost (a console
 * that ended in between, a server that does not tell it), it is the run whose title shows the operation's id, if one of
 * the workflow's inputs holds `{operation}` and its `run-name` shows it. No other is ever taken for it: somebody else may
 * run the same workflow at the same moment. Nothing is dispatched twice.
 */
export const carryByActions: RouteRun<'actions'> = async (context, route) => {
  const { world, intent } = context;
  const runs = world.workflowRuns;
  const owner = world.estate.sources?.github?.owner;
  if (!runs || !owner)
    return { state: 'unknown', because: 'The estate file names no GitHub for the apps’ repos.' };
  const repo = sourceRepoName(world.estate.sources?.repos ?? {}, intent.app);
  const intended = context.record().effects.get('commit');
  // The estate file may have been changed since it was begun.
  const begun = placeSchema.safeParse(intended?.data).data;
  const place = begun ?? { owner, repo, workflow: route.workflow };
  const task = { context, route, runs, place, what: `${place.owner}/${place.repo} ${place.workflow}` };
  // What was refused, here or on another route, has started nothing.
  if (!intended || routeBegun(context) === null) return begin(task);
  const { outcome, text } = intended;
  if (outcome === 'done') return { state: 'succeeded' };
  const { before, run } = intended.data;
  const known =
    typeof run === 'number'
      ? run
      : runIdOf(context.record().operation.jobs.find(({ name }) => name === jobOf(place).name)?.url ?? null);
  if (known === null && outcome === 'unknown') return { state: 'unknown', because: text };
  return goOn(task, typeof before === 'string' ? before : null, known);
};

/** Dispatches the workflow, once. */
async function begin(task: Task): Promise<StepEnd> {
  const { context, route, runs, place, what } = task;
  const { world, intent, id } = context;
  const there = await standsThere(context);
  if (!there.ok) return { state: 'failed', failure: there.failure };
  const filled = (values: Record<string, string>): Record<string, string> =>
    routeValues(values, { ...intent, operation: id }, world.estate);
  const { ref = '' } = filled({ ref: route.ref });
  const inputs = filled(route.inputs);
  const data = {
    route: 'actions',
    ...there.value,
    ...place,
    ref,
    cancellable: true,
  };
  context.intend('commit', `Run ${what} at ${ref} for ${intent.version}.`, data);
  context.waiting(`Waiting for GitHub to run ${what}.`);
  // Whoever breaks off does not hear which run it was: only its own limits end this.
  const answer = await runs.dispatch(place, { ref, inputs }, new AbortController().signal);
  if (!answer.ok) {
    if (unheard.has(answer.failure.code)) {
      context.signal.throwIfAborted();
      return goOn(task, there.value.before, null);
    }
    context.signal.throwIfAborted();
    context.result('commit', { outcome: 'not-done', text: answer.failure.message });
    return { state: 'failed', failure: refusedAtStart(answer.failure) };
  }
  if (answer.value) {
    const { id: run, url } = answer.value;
    // The job is written down even while Signalbox closes.
    context.job({ ...jobOf(place), state: 'running', text: 'queued', url: shownUrl(url) });
    context.intend('commit', `Run ${what} at ${ref} for ${intent.version}: run ${run}.`, {
      ...data,
      run,
      name: String(run),
      url: shownUrl(url),
    });
  }
  context.signal.throwIfAborted();
  return goOn(task, there.value.before, answer.value?.id ?? null);
}

/** Follows the run that was started, or finds it first. */
async function goOn(task: Task, before: string | null, known: number | null): Promise<StepEnd> {
  const run = known ?? (await find(task));
  if (run === null) return unseen(task, before);
  return followRun(task, { run, before });
}

/** The run whose title shows the operation's id; `null`: none does, or none can. */
async function find({ context, route, runs, place, what }: Task): Promise<number | null> {
  if (!Object.values(route.inputs).some((value) => value.includes('{operation}'))) return null;
  const until = Date.now() + Math.min(appears, context.world.limits.landing);
  for (;;) {
    const found = await runs.find(place, context.id, context.signal);
    context.signal.throwIfAborted();
    if (found.ok && found.value) return found.value.id;
    context.waiting(`Waiting for GitHub to list the run of ${what}.`);
    if (Date.now() >= until) return null;
    await pause(lookEvery, undefined, { signal: context.signal });
  }
}

/** No run can be told to be this operation's: whether it was started shows on the branch alone. */
async function unseen({ context, what }: Task, before: string | null): Promise<StepEnd> {
  const { world, intent } = context;
  context.saw(`Nobody knows which run of ${what} is this operation’s, or whether there is one.`);
  const landed = await landedOnBranch(context, { before, limit: world.limits.landing });
  if (landed.ok && !isTimedOut(landed.value)) {
    const text = `The release repo has ${intent.version}. It may have come from another run of ${what}.`;
    context.result('commit', { outcome: 'done', text });
    return { state: 'succeeded' };
  }
  const because = `GitHub’s answer was lost, so nobody knows whether ${what} was started. It was not started again, and the release repo does not have ${intent.version}.`;
  context.result('commit', { outcome: 'unknown', text: because });
  return { state: 'unknown', because };
}
