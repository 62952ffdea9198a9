import { z } from 'zod';

/** How a run of GitHub Actions, one of its jobs or a step of it stands. */
const runStateSchema = z.enum([
  'waiting',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'unknown',
]);
export type RunState = z.infer<typeof runStateSchema>;

const part = {
  name: z.string().max(200),
  state: runStateSchema,
  startedAt: z.string().max(40).nullable(),
  finishedAt: z.string().max(40).nullable(),
};
const runStepSchema = z.object({ number: z.number(), ...part });
const runJobSchema = z.object({
  id: z.number(),
  ...part,
  url: z.string().max(1000).nullable(),
  steps: z.array(runStepSchema),
});
export type RunJob = z.infer<typeof runJobSchema>;

/** A GitHub environment of the repo whose rules hold a job back. */
const approvalSchema = z.object({
  environment: z.string().max(200),
  /** Users and teams, one of whom must approve; empty: the rule is a timer. */
  reviewers: z.array(z.string().max(210)),
  /** Whether the person may approve it. */
  mayApprove: z.boolean(),
  /** Minutes that it waits by itself; 0: it does not. */
  timer: z.number(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** A run of a workflow in GitHub Actions, as it was last seen: what an operation started, with its jobs and their steps. */
export const runViewSchema = z.object({
  owner: z.string().max(200),
  repo: z.string().max(200),
  /** File name of the workflow. */
  workflow: z.string().max(200),
  id: z.number(),
  url: z.string().max(1000).nullable(),
  state: runStateSchema,
  approvals: z.array(approvalSchema),
  jobs: z.array(runJobSchema),
  /** Jobs that are left out of `jobs`, since there are so many. */
  more: z.number(),
  /** When this was seen, ISO 8601 UTC. */
  seenAt: z.string(),
});
export type RunView = z.infer<typeof runViewSchema>;

/** Of so many jobs, and steps of each, a view holds no more. */
export const mostJobs = 50;
export const mostSteps = 60;

const ended: Readonly<Record<string, RunState>> = {
  success: 'succeeded',
  neutral: 'succeeded',
  skipped: 'skipped',
  cancelled: 'cancelled',
  failure: 'failed',
  timed_out: 'failed',
  startup_failure: 'failed',
  action_required: 'failed',
  stale: 'failed',
};
const going: Readonly<Record<string, RunState>> = {
  in_progress: 'running',
  queued: 'waiting',
  waiting: 'waiting',
  requested: 'waiting',
  pending: 'waiting',
};

/** What `status` and `conclusion` of GitHub's API say (REST, "Get a workflow run", "List jobs for a workflow run"). */
export function runState(status: string | null, conclusion: string | null): RunState {
  const known = status === 'completed' ? ended : going;
  const word = (status === 'completed' ? conclusion : status) ?? '';
  return Object.hasOwn(known, word) ? (known[word] ?? 'unknown') : 'unknown';
}

/** The job that made a run fail, and its step: the first of each. `step` `null`: GitHub names none. */
export function failedAt({ jobs }: Pick<RunView, 'jobs'>): { job: RunJob; step: string | null } | null {
  const job = jobs.find(({ state }) => state === 'failed') ?? jobs.find(({ state }) => state === 'cancelled');
  if (!job) return null;
  const step = job.steps.find(({ state }) => state === 'failed' || state === 'cancelled');
  return { job, step: step?.name ?? null };
}

/** Whether anything of it was ever begun. */
export const hasBegun = ({ jobs }: Pick<RunView, 'jobs'>): boolean =>
  jobs.some(({ state, steps }) => state === 'running' || state === 'succeeded' || steps.length > 0);

/** "production: by platform (team) or ada" */
function approvalText({ environment, reviewers, mayApprove, timer }: Approval): string {
  const who = reviewers.length > 0 ? ` by ${reviewers.join(' or ')}` : '';
  const wait = timer > 0 ? ` or its timer of ${timer} min` : '';
  const you = mayApprove ? ' You can approve it on GitHub.' : '';
  return reviewers.length > 0 || timer === 0
    ? `Waiting for the GitHub environment ${environment} to be approved${who}${wait}.${you}`
    : `Waiting for the timer of the GitHub environment ${environment}: ${timer} min.`;
}

/** What a run is at, in a sentence. */
export function runText({ approvals, jobs, state, workflow }: RunView): string {
  const running = jobs.filter((job) => job.state === 'running');
  const [job] = running;
  if (job) {
    const at = job.steps.find((step) => step.state === 'running');
    const others = running.length > 1 ? `, and ${running.length - 1} more` : '';
    return `${workflow}: ${job.name}${at ? `, ${at.name} (step ${at.number} of ${job.steps.length})` : ''}${others}`;
  }
  if (approvals.length > 0) return approvals.map(approvalText).join(' ');
  const done = jobs.filter((one) => one.state === 'succeeded').length;
  if (state === 'waiting' || jobs.some((one) => one.state === 'waiting'))
    return `${workflow}: waiting for a runner of GitHub Actions${done > 0 ? `; ${done} of ${jobs.length} jobs done` : ''}`;
  return state === 'running' ? `${workflow}: running` : `${workflow}: ${state}`;
}

const stamp = /^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z /;

/**
 * The lines of a job's log that say why it failed: up to its last error, or else the end. GitHub puts a time before each
 * line, `##[error]` before errors, and what cleans up after them.
 */
export function telling(log: string, most = 15): string {
  const lines = log
    .split('\n')
    .map((line) => line.replace(stamp, '').trimEnd())
    .filter((line) => line !== '' && line !== '##[endgroup]');
  const last = lines.findLastIndex((line) => line.startsWith('##[error]'));
  const upTo = last === -1 ? lines : lines.slice(0, last + 1);
  return upTo
    .slice(-most)
    .map((line) => line.replace(/^##\[(error|warning|group)\]/, '').slice(0, 300))
    .join('\n');
}
