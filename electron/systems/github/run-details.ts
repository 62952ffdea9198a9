import type { z } from 'zod';
import {
  type Approval,
  mostJobs,
  mostSteps,
  type RunJob,
  type RunState,
  runState,
} from '../../../shared/domain/actions/run-view';
import { fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { visibleText } from '../../../shared/domain/text/visible-text';
import { cutHeader } from '../http/bounded-fetch';
import { believed, pendingDeploymentsSchema, runJobsSchema } from './answers';
import { type GitHub, gitHubFailure } from './github-client';

/** A repo of GitHub. */
export interface RepoPlace {
  owner: string;
  repo: string;
}

/** A job's log as GitHub stores it: a time before each line. `cut`: only its end is here. */
export interface JobLog {
  text: string;
  cut: boolean;
}

/** What is inside of a run of GitHub Actions. Names are bounded, and show what they hide. */
export interface RunDetails {
  /** "List jobs for a workflow run", of its newest attempt: the first hundred. `more`: jobs that are left out. */
  jobs(place: RepoPlace, run: number, signal: AbortSignal): Promise<Result<{ jobs: RunJob[]; more: number }>>;
  /** "Get pending deployments for a workflow run": environments whose rules hold it back. */
  approvals(place: RepoPlace, run: number, signal: AbortSignal): Promise<Result<Approval[]>>;
  /** "Download job logs for a workflow run": GitHub has it some seconds after the job's end, `not-found` before. */
  log(place: RepoPlace, job: number, signal: AbortSignal): Promise<Result<JobLog>>;
}

const named = (text: string | null | undefined, otherwise: string): string =>
  visibleText((text ?? '').slice(0, 600).replace(/\s+/g, ' ').trim().slice(0, 150)).slice(0, 200) ||
  otherwise;
const time = (text: string | null | undefined): string | null =>
  text && !Number.isNaN(Date.parse(text)) ? text.slice(0, 40) : null;

/** When a part began and ended. GitHub gives jobs and steps that wait, or were skipped, a time of their beginning, too. */
function times(
  state: RunState,
  {
    started_at: started,
    completed_at: completed,
  }: { started_at?: string | null; completed_at?: string | null },
): Pick<RunJob, 'startedAt' | 'finishedAt'> {
  const waits = state === 'waiting' || state === 'skipped';
  return {
    startedAt: waits ? null : time(started),
    finishedAt: waits || state === 'running' ? null : time(completed),
  };
}

function jobOf(job: z.output<typeof runJobsSchema>['jobs'][number]): RunJob {
  const state = runState(job.status ?? null, job.conclusion ?? null);
  return {
    id: job.id,
    name: named(job.name, 'job'),
    state,
    ...times(state, job),
    url: job.html_url?.startsWith('https://') ? job.html_url.slice(0, 1000) : null,
    steps: (job.steps ?? []).slice(0, mostSteps).map((step) => {
      const at = runState(step.status ?? null, step.conclusion ?? null);
      return {
        number: step.number,
        name: named(step.name, `step ${step.number}`),
        state: at,
        ...times(at, step),
      };
    }),
  };
}

const approvalOf = (pending: z.output<typeof pendingDeploymentsSchema>[number]): Approval => ({
  environment: named(pending.environment.name, 'unknown'),
  reviewers: (pending.reviewers ?? []).slice(0, 6).map(({ type, reviewer }) => {
    const who = named(reviewer?.login ?? reviewer?.slug ?? reviewer?.name, 'somebody');
    return type === 'Team' ? `${who} (team)` : who;
  }),
  mayApprove: pending.current_user_can_approve === true,
  timer: Math.max(0, pending.wait_timer ?? 0),
});

/** @param github a client whose token may read actions. */
export function createRunDetails(github: GitHub): RunDetails {
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<Result<T>> => {
    try {
      return ok(await ask());
    } catch (error) {
      return fail(gitHubFailure(error, what));
    }
  };
  return {
    jobs: ({ owner, repo }, run, signal) =>
      asked(`jobs of run ${run} in ${owner}/${repo}`, async () => {
        const { data } = await github.actions.listJobsForWorkflowRun({
          owner,
          repo,
          run_id: run,
          per_page: 100,
          request: { signal },
        });
        const { jobs, total_count: total } = believed(runJobsSchema, data);
        const shown = jobs.slice(0, mostJobs);
        return { jobs: shown.map(jobOf), more: Math.max(0, Math.max(total, jobs.length) - shown.length) };
      }),
    approvals: ({ owner, repo }, run, signal) =>
      asked(`approvals of run ${run} in ${owner}/${repo}`, async () => {
        const { data } = await github.actions.getPendingDeploymentsForRun({
          owner,
          repo,
          run_id: run,
          request: { signal },
        });
        return believed(pendingDeploymentsSchema, data).slice(0, 10).map(approvalOf);
      }),
    log: ({ owner, repo }, job, signal) =>
      asked(`log of job ${job} in ${owner}/${repo}`, async () => {
        const { data, headers } = await github.actions.downloadJobLogsForWorkflowRun({
          owner,
          repo,
          job_id: job,
          request: { signal },
        });
        const text: unknown = data;
        return {
          text:
            text instanceof ArrayBuffer
              ? Buffer.from(text).toString('utf8')
              : typeof text === 'string'
                ? text
                : '',
          cut: headers[cutHeader] !== undefined,
        };
      }),
  };
}
