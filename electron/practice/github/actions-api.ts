import { isInTeam } from '../rights/standard-rights';
import { type Actions, type ActionsRun, isListed } from './actions';
import {
  checkRun,
  combinedStatusOf,
  deployment,
  dispatchDetails,
  environmentId,
  pendingDeployment,
  workflow,
  workflowId,
  workflowJob,
  workflowRun,
} from './actions-shapes';
import { linkHeader, paged, pageOf } from './paging';
import { releaseRun, releaseTags } from './past-runs';
import { invalidField, notFound, Problem, unprocessable } from './problem';
import { type Answer, commitOf, type RepoContext } from './repo-context';
import { dispatchValues, parseWorkflowFile, type WorkflowFile } from './workflow-file';

type Handler = (context: RepoContext, rest: string) => Promise<Answer>;

/** Method, pattern of the path below the repo, handler; as the routes of the server. */
export const actionsRoutes: readonly (readonly [string, RegExp, Handler])[] = [
  ['GET', /^commits\/([^/]+)\/check-runs$/, checkRuns],
  ['GET', /^commits\/([^/]+)\/status$/, combinedStatus],
  ['GET', /^actions\/workflows$/, listWorkflows],
  ['GET', /^actions\/workflows\/([^/]+)$/, getWorkflow],
  ['POST', /^actions\/workflows\/([^/]+)\/dispatches$/, dispatch],
  ['GET', /^actions\/workflows\/([^/]+)\/runs$/, listRuns],
  ['GET', /^actions\/runs$/, listRuns],
  ['GET', /^actions\/runs\/(\d+)$/, getRun],
  ['GET', /^actions\/runs\/(\d+)\/jobs$/, listJobs],
  ['GET', /^actions\/runs\/(\d+)\/pending_deployments$/, listPending],
  ['POST', /^actions\/runs\/(\d+)\/pending_deployments$/, reviewPending],
  ['POST', /^actions\/runs\/(\d+)\/cancel$/, cancel],
  ['POST', /^actions\/runs\/(\d+)\/rerun$/, (context, id) => rerun(context, id, false)],
  ['POST', /^actions\/runs\/(\d+)\/rerun-failed-jobs$/, (context, id) => rerun(context, id, true)],
  ['GET', /^actions\/jobs\/(\d+)$/, getJob],
  ['GET', /^actions\/jobs\/(\d+)\/logs$/, jobLogs],
  // Where GitHub redirects to is a storage of its own.
  ['GET', /^actions\/jobs\/(\d+)\/logs\/text$/, jobLogText],
];

const actionsOf = ({ actions }: RepoContext): Actions => {
  if (!actions) throw notFound();
  return actions;
};
const nameOf = ({ place }: RepoContext): string => `${place.owner}/${place.repo}`;

const folder = '.github/workflows';

async function workflowsAt(context: RepoContext, commit: string): Promise<WorkflowFile[]> {
  const files = await context.repo.folder(commit, folder).catch(() => new Map<string, string>());
  return [...files].flatMap(([name, text]) => parseWorkflowFile(`${folder}/${name}`, text) ?? []);
}

/** The workflow that an id or a file name stands for. @throws Problem 404 */
async function workflowOf(context: RepoContext, key: string, commit: string): Promise<WorkflowFile> {
  const found = (await workflowsAt(context, commit)).find(
    ({ path }) => path === `${folder}/${key}` || String(workflowId(context.place, path)) === key,
  );
  if (!found) throw notFound();
  return found;
}

/** `GET …/actions/workflows` */
async function listWorkflows(context: RepoContext): Promise<Answer> {
  const all = await workflowsAt(context, await commitOf(context, 'main'));
  const page = pageOf(context.url.searchParams);
  return {
    status: 200,
    body: {
      total_count: all.length,
      workflows: paged(all, page).map((file) => workflow(context.place, file)),
    },
  };
}

/** `GET …/actions/workflows/{workflow_id}` */
async function getWorkflow(context: RepoContext, key: string): Promise<Answer> {
  const file = await workflowOf(context, key, await commitOf(context, 'main'));
  return { status: 200, body: workflow(context.place, file) };
}

/** `POST …/actions/workflows/{workflow_id}/dispatches` with `ref`, `inputs`, `return_run_details`. */
async function dispatch(context: RepoContext, key: string): Promise<Answer> {
  const { ref, inputs = {}, return_run_details: details } = context.body;
  if (typeof ref !== 'string') throw invalidField('WorkflowDispatch', 'ref');
  if (typeof inputs !== 'object' || inputs === null) throw unprocessable('Invalid input for `inputs`');
  const branch = ref.replace(/^refs\/(heads|tags)\//, '');
  const sha = await commitOf(context, branch).catch(() => {
    throw unprocessable(`No ref found for: ${ref}`);
  });
  const file = await workflowOf(context, key, sha);
  const values = dispatchValues(file, inputs as Record<string, unknown>);
  if (typeof values === 'string') throw unprocessable(values);
  const run = actionsOf(context).dispatch({
    repository: nameOf(context),
    file,
    branch,
    sha,
    actor: context.holder.login,
    inputs: values,
  });
  return details === true
    ? { status: 200, body: dispatchDetails(context.place, run) }
    : { status: 204, body: null };
}

/**
 * `GET …/actions/runs`, or those of one workflow: by branch, actor, event, commit, status and time. Dispatched runs
 * come first, then those of releases; each newest first.
 */
async function listRuns(context: RepoContext, key: string): Promise<Answer> {
  const query = context.url.searchParams;
  const is = (name: string, ...values: (string | null)[]): boolean =>
    !query.has(name) || values.includes(query.get(name));
  const path = key && (await workflowOf(context, key, await commitOf(context, 'main'))).path;
  const fits = (run: ActionsRun): boolean =>
    (!path || run.path === path) &&
    is('branch', run.branch) &&
    is('actor', run.actor) &&
    is('event', run.event) &&
    is('head_sha', run.sha) &&
    is('status', run.status, run.conclusion) &&
    within(run.createdAt, query.get('created'));
  // A release's run is read from its commit: only those that can fit are.
  const releases = (await releaseTags(context)).filter(
    ({ tag, sha }) => !path && is('event', 'release') && is('branch', tag) && is('head_sha', sha),
  );
  const all = [
    ...(context.actions?.runs(nameOf(context)) ?? []),
    ...(await Promise.all(releases.map((release) => releaseRun(context, release)))),
  ].filter(fits);
  const page = pageOf(query);
  const link = linkHeader(context.url, page, all.length);
  const body = {
    total_count: all.length,
    workflow_runs: await Promise.all(paged(all, page).map((run) => shaped(context, run))),
  };
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `GET …/commits/{ref}/check-runs`: GitHub Actions makes one of each run's jobs; here one of each run. */
async function checkRuns(context: RepoContext, ref: string): Promise<Answer> {
  const head = await commitOf(context, ref);
  const releases = (await releaseTags(context)).filter(({ sha }) => sha === head);
  const all = [
    ...(context.actions?.runs(nameOf(context)) ?? []).filter(({ sha }) => sha === head),
    ...(await Promise.all(releases.map((release) => releaseRun(context, release)))),
  ];
  const page = pageOf(context.url.searchParams);
  const link = linkHeader(context.url, page, all.length);
  const body = {
    total_count: all.length,
    check_runs: paged(all, page).map((run) => checkRun(context.place, run)),
  };
  return { status: 200, body, headers: link ? { link } : {} };
}

/** `GET …/commits/{ref}/status`: nothing here makes commit statuses. */
async function combinedStatus(context: RepoContext, ref: string): Promise<Answer> {
  const head = await commitOf(context, ref);
  return { status: 200, body: combinedStatusOf(context.place, head, await context.repo.commit(head)) };
}

/** GitHub's search syntax for dates: `>=T`, `>T`, `<=T`, `<T`, `T..T`. */
function within(at: string, wanted: string | null): boolean {
  if (wanted === null) return true;
  const time = Date.parse(at);
  const [from, until] = wanted.split('..');
  if (until !== undefined) return time >= Date.parse(from ?? '') && time <= Date.parse(until);
  const [, sign, text = ''] = /^(>=|<=|>|<)?(.*)$/.exec(wanted) ?? [];
  const limit = Date.parse(text);
  if (sign === '>=') return time >= limit;
  if (sign === '<=') return time <= limit;
  if (sign === '>') return time > limit;
  if (sign === '<') return time < limit;
  return at.startsWith(text);
}

const shaped = async (context: RepoContext, run: ActionsRun) =>
  workflowRun(context.place, run, await context.repo.commit(run.sha));

/** A run that was dispatched. @throws Problem 404 */
function runOf(context: RepoContext, id: string): ActionsRun {
  const found = actionsOf(context)
    .runs(nameOf(context))
    .find((run) => String(run.id) === id);
  if (!found) throw notFound();
  return found;
}

/** Any run: one that was dispatched, or that of a release. @throws Problem 404 */
async function anyRunOf(context: RepoContext, id: string): Promise<ActionsRun> {
  const release = (await releaseTags(context)).find((one) => String(one.id) === id);
  return release ? releaseRun(context, release) : runOf(context, id);
}

/** `GET …/actions/runs/{run_id}` */
async function getRun(context: RepoContext, id: string): Promise<Answer> {
  return { status: 200, body: await shaped(context, await anyRunOf(context, id)) };
}

/** `GET …/actions/runs/{run_id}/jobs`: those of the newest attempt. */
async function listJobs(context: RepoContext, id: string): Promise<Answer> {
  const run = await anyRunOf(context, id);
  const page = pageOf(context.url.searchParams);
  const listed = run.jobs.filter((job) => isListed(run, job));
  const jobs = paged(listed, page).map((job) => workflowJob(context.place, run, job));
  return { status: 200, body: { total_count: listed.length, jobs } };
}

/** GitHub environments that jobs of a run wait for, each once. */
const pendingOf = (run: ActionsRun): string[] => [
  ...new Set(run.jobs.flatMap((job) => (job.status === 'waiting' ? (job.environment ?? []) : []))),
];
const mayApprove = ({ rights, holder }: RepoContext): boolean =>
  isInTeam(rights, 'gov-uk-production-deploy', holder.login);

/** `GET …/actions/runs/{run_id}/pending_deployments` */
async function listPending(context: RepoContext, id: string): Promise<Answer> {
  const reviewers = context.rights.teams['gov-uk-production-deploy'].slice(0, 6);
  const body = pendingOf(await anyRunOf(context, id)).map((environment) =>
    pendingDeployment(context.place, environment, { reviewers, mayApprove: mayApprove(context) }),
  );
  return { status: 200, body };
}

/** `POST …/actions/runs/{run_id}/pending_deployments` with `environment_ids`, `state`, `comment`. */
async function reviewPending(context: RepoContext, id: string): Promise<Answer> {
  const run = runOf(context, id);
  const { environment_ids: ids, state } = context.body;
  if (!mayApprove(context)) throw new Problem(403, 'Must be a required reviewer of the environment.');
  if (!Array.isArray(ids) || (state !== 'approved' && state !== 'rejected'))
    throw unprocessable('Invalid request.');
  const environments = pendingOf(run).filter((one) => ids.includes(environmentId(context.place, one)));
  if (environments.length === 0)
    throw unprocessable('There are no pending deployments of these environments.');
  actionsOf(context).review(run, environments, state === 'approved');
  return {
    status: 200,
    body: environments.map((environment) =>
      deployment(context.place, run, environment, context.holder.login),
    ),
  };
}

/** `POST …/actions/runs/{run_id}/cancel` */
async function cancel(context: RepoContext, id: string): Promise<Answer> {
  const run = runOf(context, id);
  if (run.status === 'completed') throw new Problem(409, 'Cannot cancel a workflow run that is completed.');
  actionsOf(context).cancel(run);
  return { status: 202, body: {} };
}

/** `POST …/actions/runs/{run_id}/rerun` and `…/rerun-failed-jobs` */
async function rerun(context: RepoContext, id: string, failedOnly: boolean): Promise<Answer> {
  const run = runOf(context, id);
  if (run.status !== 'completed') throw new Problem(403, 'This workflow is already running');
  actionsOf(context).rerun(run, failedOnly, context.holder.login);
  return { status: 201, body: {} };
}

function jobOf(context: RepoContext, id: string) {
  for (const run of actionsOf(context).runs(nameOf(context))) {
    const job = run.jobs.find((one) => String(one.id) === id);
    if (job) return { run, job };
  }
  throw notFound();
}

/** `GET …/actions/jobs/{job_id}` */
async function getJob(context: RepoContext, id: string): Promise<Answer> {
  const { run, job } = jobOf(context, id);
  return { status: 200, body: workflowJob(context.place, run, job) };
}

/** `GET …/actions/jobs/{job_id}/logs`: a redirect, and only once the job has ended. */
async function jobLogs(context: RepoContext, id: string): Promise<Answer> {
  if (jobOf(context, id).job.status !== 'completed') throw notFound();
  return { status: 302, body: null, headers: { location: `${context.url.href}/text` } };
}

async function jobLogText(context: RepoContext, id: string): Promise<Answer> {
  const { lines } = jobOf(context, id).job;
  return { status: 200, body: lines.map((line) => `${line}\n`).join(''), text: true };
}
