import type { RestEndpointMethodTypes } from '@octokit/rest';
import type { CommitInfo } from '../git/bare-repo';
import type { ActionsJob, ActionsRun } from './actions';
import { minimalRepository } from './repository-shapes';
import { apiOf, htmlOf, idOf, nodeId, type RepoAddress, simpleUser } from './shapes';
import type { WorkflowFile } from './workflow-file';

type ActionsData<M extends keyof RestEndpointMethodTypes['actions']> =
  RestEndpointMethodTypes['actions'][M] extends { response: { data: infer D } } ? D : never;
type Workflow = ActionsData<'getWorkflow'>;
type Run = ActionsData<'getWorkflowRun'>;
type Job = ActionsData<'getJobForWorkflowRun'>;
type PendingDeployment = ActionsData<'getPendingDeploymentsForRun'>[number];
type Deployment = ActionsData<'reviewPendingDeploymentsForRun'>[number];
type CheckRun = RestEndpointMethodTypes['checks']['get']['response']['data'];
type CombinedStatus = RestEndpointMethodTypes['repos']['getCombinedStatusForRef']['response']['data'];

/** GitHub's number of a workflow. */
export const workflowId = (place: RepoAddress, path: string): number =>
  idOf(`${place.owner}/${place.repo}/${path}`);

/** A workflow file of a repo. */
export function workflow(place: RepoAddress, file: Pick<WorkflowFile, 'path' | 'name'>): Workflow {
  const id = workflowId(place, file.path);
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  return {
    id,
    node_id: nodeId('Workflow', `${place.owner}/${place.repo}/${file.path}`),
    name: file.name,
    path: file.path,
    state: 'active',
    created_at: '2020-01-01T00:00:00.000Z',
    updated_at: '2020-01-01T00:00:00.000Z',
    url: `${apiOf(place)}/actions/workflows/${id}`,
    html_url: `${htmlOf(place)}/blob/main/${file.path}`,
    badge_url: `${htmlOf(place)}/workflows/${encodeURIComponent(name)}/badge.svg`,
  };
}

const runUrl = (place: RepoAddress, run: ActionsRun): string => `${apiOf(place)}/actions/runs/${run.id}`;
const runHtml = (place: RepoAddress, run: ActionsRun): string => `${htmlOf(place)}/actions/runs/${run.id}`;

/** The answer of a dispatch that asks for the run (`workflow-dispatch-response`; octokit's type of it lags behind). */
export function dispatchDetails(place: RepoAddress, run: ActionsRun) {
  return { workflow_run_id: run.id, run_url: runUrl(place, run), html_url: runHtml(place, run) };
}

/** A run. @param commit the one that it runs on. */
export function workflowRun(place: RepoAddress, run: ActionsRun, commit: CommitInfo): Run {
  const url = runUrl(place, run);
  const suite = idOf(`suite ${run.id}`);
  const actor = simpleUser(place.api, run.actor);
  const repo = minimalRepository(place, {
    cloneUrl: `${htmlOf(place)}.git`,
    write: true,
    pushedAt: commit.committer.date,
  });
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', String(run.id)),
    check_suite_id: suite,
    check_suite_node_id: nodeId('CheckSuite', String(suite)),
    head_branch: run.branch,
    head_sha: run.sha,
    path: run.path,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    display_title: run.title,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId(place, run.path),
    url,
    html_url: runHtml(place, run),
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor,
    triggering_actor: simpleUser(place.api, run.triggeredBy ?? run.actor),
    run_started_at: run.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiOf(place)}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${apiOf(place)}/actions/workflows/${workflowId(place, run.path)}`,
    head_commit: {
      id: commit.sha,
      tree_id: commit.tree,
      message: commit.message,
      timestamp: commit.committer.date,
      author: { name: commit.author.name, email: commit.author.email },
      committer: { name: commit.committer.name, email: commit.committer.email },
    },
    repository: repo,
    head_repository: repo,
  };
}

/** A job of a run's newest attempt. */
export function workflowJob(place: RepoAddress, run: ActionsRun, job: ActionsJob): Job {
  return {
    id: job.id,
    run_id: run.id,
    run_url: runUrl(place, run),
    run_attempt: run.attempt,
    node_id: nodeId('CheckRun', String(job.id)),
    head_sha: run.sha,
    head_branch: run.branch,
    url: `${apiOf(place)}/actions/jobs/${job.id}`,
    html_url: `${runHtml(place, run)}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: (job.conclusion === 'skipped' ? [] : job.steps).map((step, index) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: index + 1,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${apiOf(place)}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: job.status === 'queued' ? null : 1,
    runner_name: job.status === 'queued' ? null : 'GitHub Actions 1',
    runner_group_id: job.status === 'queued' ? null : 0,
    runner_group_name: job.status === 'queued' ? null : 'GitHub Actions',
    workflow_name: run.name,
  };
}

/** GitHub's number of an environment of a repo. */
export const environmentId = (place: RepoAddress, environment: string): number =>
  idOf(`${place.owner}/${place.repo} environment ${environment}`);

/** An environment whose approval is waited for. */
export function pendingDeployment(
  place: RepoAddress,
  environment: string,
  { reviewers, mayApprove }: { reviewers: readonly string[]; mayApprove: boolean },
): PendingDeployment {
  const id = environmentId(place, environment);
  return {
    environment: {
      id,
      node_id: nodeId('Environment', String(id)),
      name: environment,
      url: `${apiOf(place)}/environments/${environment}`,
      html_url: `${htmlOf(place)}/deployments/activity_log?environments_filter=${environment}`,
    },
    wait_timer: 0,
    wait_timer_started_at: null,
    current_user_can_approve: mayApprove,
    reviewers: reviewers.map((login) => ({ type: 'User', reviewer: simpleUser(place.api, login) })),
  };
}

/** The deployment that an approved job makes. */
export function deployment(
  place: RepoAddress,
  run: ActionsRun,
  environment: string,
  creator: string,
): Deployment {
  const id = idOf(`deployment ${run.id} ${environment}`);
  const url = `${apiOf(place)}/deployments/${id}`;
  return {
    id,
    node_id: nodeId('Deployment', String(id)),
    url,
    sha: run.sha,
    ref: run.branch,
    task: 'deploy',
    payload: {},
    original_environment: environment,
    environment,
    description: null,
    creator: simpleUser(place.api, creator),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: apiOf(place),
    transient_environment: false,
    production_environment: environment === 'production',
  };
}

/** The check run of a run of GitHub Actions. */
export function checkRun(place: RepoAddress, run: ActionsRun): CheckRun {
  const id = idOf(`check ${run.id}`);
  const url = `${apiOf(place)}/check-runs/${id}`;
  return {
    id,
    head_sha: run.sha,
    node_id: nodeId('CheckRun', String(id)),
    external_id: String(run.id),
    url,
    html_url: runHtml(place, run),
    details_url: runHtml(place, run),
    status: run.status === 'completed' || run.status === 'in_progress' ? run.status : 'queued',
    conclusion: run.conclusion as CheckRun['conclusion'],
    started_at: run.startedAt,
    completed_at: run.status === 'completed' ? run.updatedAt : null,
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: idOf(`suite ${run.id}`) },
    app: null,
    pull_requests: [],
  };
}

/** Statuses of a commit: none, which GitHub calls pending. */
export function combinedStatusOf(place: RepoAddress, sha: string, commit: CommitInfo): CombinedStatus {
  const url = `${apiOf(place)}/commits/${sha}`;
  return {
    state: 'pending',
    statuses: [],
    sha,
    total_count: 0,
    repository: minimalRepository(place, {
      cloneUrl: `${htmlOf(place)}.git`,
      write: true,
      pushedAt: commit.committer.date,
    }),
    commit_url: url,
    url: `${url}/status`,
  };
}
