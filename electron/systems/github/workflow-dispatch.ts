import type { z } from 'zod';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import { believed, dispatchedSchema, runSchema, runsSchema } from './answers';
import { type GitHub, gitHubFailure, statusOf } from './github-client';

/** Where a GitHub Actions workflow lies. */
export interface ActionsWorkflow {
  owner: string;
  repo: string;
  /** File name: `deploy.yml`. */
  workflow: string;
}

/** One run, as far as a waiting deployment asks. Times are ISO 8601 UTC. */
export interface WorkflowRun {
  id: number;
  /** `queued`, `in_progress`, `completed`… as GitHub says. */
  status: string;
  /** `success`, `failure`, `cancelled`…; `null` while it runs. */
  conclusion: string | null;
  url: string;
  startedAt: string;
  finishedAt: string | null;
  /** The repo as GitHub calls it by now, `owner/repo`; `null`: it did not tell. */
  repo: string | null;
}

/** Runs of GitHub Actions workflows that Signalbox starts itself. */
export interface WorkflowRuns {
  /**
   * "Create a workflow dispatch event" with `return_run_details`, which GitHub has known since February 2026: the run
   * that came of it. `null`: a GitHub Enterprise Server that does not tell it yet. Fails as `offline` where GitHub can't
   * have got the request, and as `unreachable` where it may have.
   */
  dispatch(
    place: ActionsWorkflow,
    request: { ref: string; inputs: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<Result<{ id: number; url: string } | null>>;
  /** The run whose title holds a text (its workflow's `run-name` shows an input), `null`: none seen. */
  find(place: ActionsWorkflow, text: string, signal: AbortSignal): Promise<Result<WorkflowRun | null>>;
  get(place: ActionsWorkflow, id: number, signal: AbortSignal): Promise<Result<WorkflowRun>>;
  /**
   * "Cancel a workflow run". Fails with `conflict` (409) where it has ended ("Cannot cancel a workflow run that is
   * completed.") or can't be cancelled yet ("Cannot cancel a workflow re-run that has not yet queued."): only a look at
   * the run tells which.
   */
  cancel(place: ActionsWorkflow, id: number, signal: AbortSignal): Promise<Result<void>>;
}

const runOf = (run: z.output<typeof runSchema>): WorkflowRun => ({
  id: run.id,
  status: run.status ?? 'unknown',
  conclusion: run.conclusion ?? null,
  url: run.html_url ?? '',
  startedAt: run.run_started_at ?? run.created_at,
  finishedAt: run.status === 'completed' ? run.updated_at : null,
  repo: run.repository?.full_name ?? null,
});

/** What a connection that never came about is called: by Node (`dns`, `net`), and by Chromium. */
const unconnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$|net::ERR_(CONNECTION_REFUSED|NAME_NOT_RESOLVED|INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE|PROXY_CONNECTION_FAILED)/;

/** Whether GitHub can't have got a request: there was no connection to send it on. */
function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return unconnected.test(typeof code === 'string' ? code : error.message) || wasNeverSent(error.cause);
}

/** Whether a server that is older than the field refused the request for it: nothing was run then. */
const isUnknownField = (error: unknown): boolean =>
  [400, 422].includes(statusOf(error) ?? 0) &&
  error instanceof Error &&
  error.message.includes('return_run_details');

/** @param github a client whose token may write actions. */
export function createWorkflowRuns(github: GitHub): WorkflowRuns {
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<Result<T, Failure>> => {
    try {
      return ok(await ask());
    } catch (error) {
      return fail(gitHubFailure(error, what));
    }
  };
  const nameOf = ({ owner, repo, workflow }: ActionsWorkflow): string => `${owner}/${repo} ${workflow}`;
  return {
    dispatch: async (place, { ref, inputs }, signal) => {
      let isSent = true;
      const answer = await asked(nameOf(place), async () => {
        const request = {
          owner: place.owner,
          repo: place.repo,
          workflow_id: place.workflow,
          ref,
          inputs: { ...inputs },
          // It may have been taken although no answer came: asking twice would run it twice.
          request: { retries: 0, signal },
        };
        try {
          const answer = await github.actions.createWorkflowDispatch({
            ...request,
            return_run_details: true,
          });
          if (Number(answer.status) === 204) return null;
          const run = believed(dispatchedSchema, answer.data);
          return { id: run.workflow_run_id, url: run.html_url };
        } catch (error) {
          isSent = !wasNeverSent(error);
          if (!isUnknownField(error)) throw error;
          await github.actions.createWorkflowDispatch(request);
          return null;
        }
      });
      return answer.ok || isSent ? answer : fail({ ...answer.failure, code: 'offline' });
    },
    find: (place, text, signal) =>
      asked(nameOf(place), async () => {
        const { data } = await github.actions.listWorkflowRuns({
          owner: place.owner,
          repo: place.repo,
          workflow_id: place.workflow,
          event: 'workflow_dispatch',
          per_page: 50,
          request: { signal },
        });
        const found = believed(runsSchema, data).workflow_runs.find((run) =>
          `${run.display_title ?? ''} ${run.name ?? ''}`.includes(text),
        );
        return found ? runOf(found) : null;
      }),
    get: (place, id, signal) =>
      asked(nameOf(place), async () => {
        const { owner, repo } = place;
        const { data } = await github.actions.getWorkflowRun({
          owner,
          repo,
          run_id: id,
          request: { signal },
        });
        return runOf(believed(runSchema, data));
      }),
    cancel: (place, id, signal) =>
      asked(nameOf(place), async () => {
        const { owner, repo } = place;
        // A second request by the library would be refused where the first was taken and its answer lost.
        const request = { retries: 0, signal };
        await github.actions.cancelWorkflowRun({ owner, repo, run_id: id, request });
      }),
  };
}
