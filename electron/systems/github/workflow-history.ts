import { z } from 'zod';
import type { SeenRun } from '../../../shared/domain/attribution/started-run';
import { believed } from './answers';
import type { GitHub } from './github-client';
import { statusOf } from './github-client';
import type { ActionsWorkflow } from './workflow-dispatch';

const text = z.string().nullish().catch(null);
const person = z.object({ login: text }).nullish().catch(null);

/** "List workflow runs for a workflow" as far as it tells who began what. */
const listSchema = z.object({
  total_count: z.number().int().min(0),
  workflow_runs: z.array(
    z.object({
      id: z.number().int(),
      display_title: text,
      event: z.string(),
      status: z.string(),
      conclusion: text,
      actor: person,
      triggering_actor: person,
      run_attempt: z.number().int().min(1),
      created_at: z.string(),
      run_started_at: text,
      updated_at: z.string(),
      html_url: text,
    }),
  ),
});

/** Runs that one page holds at most ("List workflow runs for a workflow", `per_page`). */
const most = 100;

/**
 * All runs of a workflow that were created between two times (ISO 8601), newest first; `null` where there are too many
 * for one answer, so that they may not be all, or where the repo has no such workflow.
 * @throws the client's errors.
 */
export async function runsBetween(
  github: GitHub,
  { owner, repo, workflow }: ActionsWorkflow,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<SeenRun[] | null> {
  try {
    const { data } = await github.actions.listWorkflowRuns({
      owner,
      repo,
      workflow_id: workflow,
      created: `${from}..${to}`,
      per_page: most,
      request: { signal },
    });
    const { total_count: total, workflow_runs: runs } = believed(listSchema, data);
    if (total > runs.length) return null;
    return runs.map((run) => ({
      id: run.id,
      title: run.display_title ?? '',
      event: run.event,
      status: run.status,
      conclusion: run.conclusion ?? null,
      actor: run.actor?.login ?? null,
      triggeringActor: run.triggering_actor?.login ?? null,
      attempt: run.run_attempt,
      createdAt: run.created_at,
      startedAt: run.run_started_at ?? null,
      updatedAt: run.updated_at,
      url: run.html_url?.startsWith('https://') ? run.html_url : null,
    }));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
