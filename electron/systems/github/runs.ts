import { refOfVersion } from '../../../shared/domain/history/source-history';
import type { RunFacts } from '../../../shared/domain/timeline/timeline-facts';
import { believed, runsSchema } from './answers';
import type { GitHub } from './github-client';
import { versionCommit } from './resolve-name';

/** A run as {@link listRuns} tells it, with what choosing among several needs. */
export interface ListedRun extends RunFacts {
  /** `.github/workflows/release.yml`. */
  path: string;
}

/**
 * The runs of GitHub Actions on a version's commit, newest first ("List workflow runs for a repository" with
 * `head_sha`). A run has no time of its end: once it is completed, `updated_at` is when that happened, as GitHub's own
 * command line reckons (cli `pkg/cmd/run/shared`, `Run.Duration`).
 * @returns `null` when the repo has no such commit or tag.
 * @throws the client's errors.
 */
export async function listRuns(
  github: GitHub,
  repo: { owner: string; repo: string },
  version: string,
  signal?: AbortSignal,
): Promise<ListedRun[] | null> {
  const request = signal ? { request: { signal } } : {};
  const sha = await versionCommit(github, repo, refOfVersion(version), signal);
  if (sha === null) return null;
  const { data } = await github.actions.listWorkflowRunsForRepo({
    ...repo,
    head_sha: sha,
    per_page: 50,
    ...request,
  });
  return believed(runsSchema, data).workflow_runs.map((run) => ({
    name: run.name ?? run.path ?? 'unknown',
    path: run.path ?? '',
    status: run.status ?? 'unknown',
    conclusion: run.conclusion ?? null,
    startedAt: run.run_started_at ?? run.created_at,
    finishedAt: run.status === 'completed' ? run.updated_at : null,
    url: run.html_url?.startsWith('https://') ? run.html_url : null,
  }));
}

/** How surely a run builds or deploys an image, by the name of its workflow's file and its own. */
function weight({ name, path }: ListedRun): number {
  const text = `${path.split('/').at(-1) ?? ''} ${name}`.toLowerCase();
  if (text.includes('deploy')) return 3;
  if (text.includes('release')) return 2;
  return /build|publish|image/.test(text) ? 1 : 0;
}

/**
 * The run that led to a deployment: of those that build or deploy by their name, the surest, and of several alike the
 * last that began before the commit (a deploy that was run again by hand is of a later commit).
 * @param commitAt ISO 8601.
 */
export function runOf(runs: readonly ListedRun[], commitAt: string): RunFacts | null {
  const before = ({ startedAt }: ListedRun): boolean =>
    startedAt !== null && Date.parse(startedAt) <= Date.parse(commitAt);
  const [best] = runs
    .filter((run) => weight(run) > 0)
    .sort(
      (a, b) =>
        Number(before(b)) - Number(before(a)) ||
        weight(b) - weight(a) ||
        (b.startedAt ?? '').localeCompare(a.startedAt ?? ''),
    );
  if (!best) return null;
  const { path: _path, ...run } = best;
  return run;
}
