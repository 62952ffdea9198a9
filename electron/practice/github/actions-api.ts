import type { CommitInfo } from '../git/bare-repo';
import type { Answer, RepoContext } from './context';
import { linkHeader, paged, pageOf } from './paging';
import { repository } from './repository-shapes';
import { apiOf, htmlOf, idOf, nodeId, simpleUser, type WorkflowRun } from './shapes';

/** Seconds that the run of a release takes: it builds the image, and then tells the pipeline to deploy it. */
const runSeconds = 40;

/**
 * `GET /repos/{owner}/{repo}/actions/runs` with `head_sha`, `branch` and `event`, newest first. A run is what a release
 * leaves: each tag has been built by one, which began when the tag was made.
 */
export async function listRuns(context: RepoContext): Promise<Answer> {
  const query = context.url.searchParams;
  const page = pageOf(query);
  const tags = await context.repo.refs('refs/tags/', '-version:refname');
  const named = await Promise.all(
    tags.map(async ({ ref, sha, type }) => ({
      tag: ref.slice('refs/tags/'.length),
      sha: type === 'tag' ? ((await context.repo.resolve(ref)) ?? sha) : sha,
    })),
  );
  const wanted = named
    .filter(({ sha }) => (query.get('head_sha') ?? sha) === sha)
    .filter(({ tag }) => (query.get('branch') ?? tag) === tag)
    .filter(() => (query.get('event') ?? 'release') === 'release');
  const runs = await Promise.all(
    paged(wanted, page).map(async ({ tag, sha }) => run(context, tag, await context.repo.commit(sha))),
  );
  const link = linkHeader(context.url, page, wanted.length);
  const body = { total_count: wanted.length, workflow_runs: runs };
  return { status: 200, body, headers: link ? { link } : {} };
}

function run(context: RepoContext, tag: string, commit: CommitInfo): WorkflowRun {
  const { place } = context;
  const id = idOf(`${place.repo} ${tag} run`);
  const url = `${apiOf(place)}/actions/runs/${id}`;
  const workflowId = idOf(`${place.repo} release.yml`);
  const began = Date.parse(commit.committer.date);
  const ends = began + runSeconds * 1000;
  const isOver = context.now().getTime() >= ends;
  const actor = simpleUser(place.api, 'github-actions[bot]');
  const {
    temp_clone_token: _token,
    license: _license,
    ...repo
  } = repository(place, {
    cloneUrl: `${htmlOf(place)}.git`,
    write: false,
    pushedAt: commit.committer.date,
  });
  return {
    id,
    name: 'Release',
    node_id: nodeId('WorkflowRun', url),
    head_branch: tag,
    head_sha: commit.sha,
    path: '.github/workflows/release.yml',
    display_title: tag,
    run_number: Number(/\d+/.exec(tag)?.[0] ?? 1),
    run_attempt: 1,
    event: 'release',
    status: isOver ? 'completed' : 'in_progress',
    conclusion: isOver ? 'success' : null,
    workflow_id: workflowId,
    check_suite_id: id,
    check_suite_node_id: nodeId('CheckSuite', url),
    url,
    html_url: `${htmlOf(place)}/actions/runs/${id}`,
    pull_requests: [],
    created_at: new Date(began).toISOString(),
    updated_at: new Date(isOver ? ends : began).toISOString(),
    run_started_at: new Date(began).toISOString(),
    actor,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiOf(place)}/check-suites/${id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${apiOf(place)}/actions/workflows/${workflowId}`,
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
