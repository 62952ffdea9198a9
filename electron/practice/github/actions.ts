import { z } from 'zod';
import type { Program } from '../controllers/container-programs';
import type { PracticeClock } from '../ports';
import { runTitle, type WorkflowFile } from './workflow-file';

const stepSchema = z.object({
  name: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'cancelled', 'skipped']).nullable(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
});
const jobSchema = z.object({
  id: z.number(),
  name: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'cancelled']).nullable(),
  createdAt: z.string(),
  startedAt: z.string(),
  completedAt: z.string().nullable(),
  steps: z.array(stepSchema),
  /** Its log, each line with its time before it. */
  lines: z.array(z.string()),
});

/** A run of a GitHub Actions workflow: plain data, kept in the estate's state. */
export const actionsRunSchema = z.object({
  id: z.number(),
  repository: z.string(),
  event: z.enum(['workflow_dispatch', 'release']),
  /** `.github/workflows/<file>`. */
  path: z.string(),
  name: z.string(),
  title: z.string(),
  number: z.number(),
  attempt: z.number(),
  branch: z.string(),
  sha: z.string(),
  actor: z.string(),
  inputs: z.record(z.string(), z.string()),
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'cancelled']).nullable(),
  createdAt: z.string(),
  startedAt: z.string(),
  updatedAt: z.string(),
  jobs: z.array(jobSchema),
});
export type ActionsRun = z.infer<typeof actionsRunSchema>;
export type ActionsJob = z.infer<typeof jobSchema>;

/** GitHub Actions of the practice estate. */
export interface Actions {
  /** Runs of a repo, newest first. */
  runs(repository: string): ActionsRun[];
  /** Starts a run. @returns it, queued. */
  dispatch(request: {
    repository: string;
    file: WorkflowFile;
    branch: string;
    sha: string;
    actor: string;
    inputs: ReadonlyMap<string, string>;
  }): ActionsRun;
  /** Stops a run as GitHub does: its jobs end as cancelled. */
  cancel(run: ActionsRun): void;
  /** Runs an ended run again, as its next attempt: all jobs, or only those that failed. */
  rerun(run: ActionsRun, failedOnly: boolean): void;
}

/** Practice seconds until a runner takes a job, and that a step takes which does nothing here. */
const queueSeconds = 2;
const stepSeconds = 1;
/** Runs that are kept, oldest first to go. */
const mostRuns = 200;

/**
 * Runs GitHub Actions workflows in practice time. Steps pass, but the last one of a job does what `program` gives.
 * @param options.runs what was kept; changed in place. Runs that had not ended begin their open jobs again.
 */
export function createActions(options: {
  clock: PracticeClock;
  runs: ActionsRun[];
  program: (run: ActionsRun, job: ActionsJob) => Program | undefined;
  signal: AbortSignal;
  onError: (error: unknown) => void;
}): Actions {
  const { clock, runs, signal } = options;
  const running = new Map<number, AbortController>();
  const now = (): string => `${clock.now().toISOString().slice(0, 19)}Z`;

  const stepsOf = (names: readonly string[]): ActionsJob['steps'] =>
    names.map((name) => ({
      name,
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
    }));
  const queued = (job: Pick<ActionsJob, 'id' | 'name' | 'steps'>): ActionsJob => ({
    id: job.id,
    name: job.name,
    status: 'queued',
    conclusion: null,
    createdAt: now(),
    startedAt: now(),
    completedAt: null,
    steps: stepsOf(job.steps.map(({ name }) => name)),
    lines: [],
  });

  async function runJob(run: ActionsRun, job: ActionsJob, life: AbortSignal): Promise<void> {
    await clock.wait(queueSeconds, life);
    Object.assign(job, { status: 'in_progress', startedAt: now() });
    run.status = 'in_progress';
    run.updatedAt = now();
    const log = (line: string): void => {
      if (!life.aborted) job.lines.push(`${clock.now().toISOString().slice(0, -1)}0000Z ${line}`);
    };
    const program = options.program(run, job);
    let failed = false;
    for (const [index, step] of job.steps.entries()) {
      Object.assign(step, { status: 'in_progress', startedAt: now() });
      log(`##[group]${step.name}`);
      // "Set up job" and "Complete job" stand around what the file names.
      const works = index === job.steps.length - 2 && program !== undefined;
      if (failed && index < job.steps.length - 1) step.conclusion = 'skipped';
      else if (works) {
        const code = await program({ log, wait: (seconds) => clock.wait(seconds, life), signal: life });
        failed = code !== 0;
        if (failed) log(`##[error]Process completed with exit code ${code}.`);
        step.conclusion = failed ? 'failure' : 'success';
      } else {
        await clock.wait(stepSeconds, life);
        step.conclusion = 'success';
      }
      log('##[endgroup]');
      Object.assign(step, { status: 'completed', completedAt: now() });
    }
    Object.assign(job, {
      status: 'completed',
      conclusion: failed ? 'failure' : 'success',
      completedAt: now(),
    });
  }

  function start(run: ActionsRun): void {
    const life = new AbortController();
    running.set(run.id, life);
    const both = AbortSignal.any([signal, life.signal]);
    const open = run.jobs.filter((job) => job.status !== 'completed');
    Promise.all(open.map((job) => runJob(run, job, both)))
      .then(() => finish(run, run.jobs.some((job) => job.conclusion === 'failure') ? 'failure' : 'success'))
      .catch((error: unknown) => {
        // An aborted wait is how a cancelled run ends, and all of them when the estate stops.
        if (!both.aborted) options.onError(error);
      });
  }

  function finish(run: ActionsRun, conclusion: NonNullable<ActionsRun['conclusion']>): void {
    running.delete(run.id);
    Object.assign(run, { status: 'completed', conclusion, updatedAt: now() });
  }

  for (const run of runs.filter(({ status }) => status !== 'completed')) {
    run.jobs = run.jobs.map((job) => (job.status === 'completed' ? job : queued(job)));
    start(run);
  }

  return {
    runs: (repository) => runs.filter((run) => run.repository === repository).toReversed(),
    dispatch({ repository, file, branch, sha, actor, inputs }) {
      const id = 19_000_000_000 + 1 + Math.max(0, ...runs.map((run) => run.id - 19_000_000_000));
      const number =
        1 + Math.max(0, ...runs.filter(({ path }) => path === file.path).map((run) => run.number));
      const run: ActionsRun = {
        id,
        repository,
        event: 'workflow_dispatch',
        path: file.path,
        name: file.name,
        title: runTitle(file, inputs),
        number,
        attempt: 1,
        branch,
        sha,
        actor,
        inputs: Object.fromEntries(inputs),
        status: 'queued',
        conclusion: null,
        createdAt: now(),
        startedAt: now(),
        updatedAt: now(),
        jobs: file.jobs.map(({ name, steps }, index) =>
          queued({ id: id * 10 + index, name, steps: stepsOf(['Set up job', ...steps, 'Complete job']) }),
        ),
      };
      runs.push(run);
      runs.splice(0, Math.max(0, runs.length - mostRuns));
      start(run);
      return run;
    },
    cancel(run) {
      running.get(run.id)?.abort();
      for (const job of run.jobs.filter(({ status }) => status !== 'completed')) {
        for (const step of job.steps.filter(({ status }) => status !== 'completed'))
          Object.assign(step, { status: 'completed', conclusion: 'cancelled', completedAt: now() });
        job.lines.push(`${clock.now().toISOString().slice(0, -1)}0000Z ##[error]The operation was canceled.`);
        Object.assign(job, { status: 'completed', conclusion: 'cancelled', completedAt: now() });
      }
      finish(run, 'cancelled');
    },
    rerun(run, failedOnly) {
      run.jobs = run.jobs.map((job) => (failedOnly && job.conclusion === 'success' ? job : queued(job)));
      Object.assign(run, {
        attempt: run.attempt + 1,
        status: 'queued',
        conclusion: null,
        startedAt: now(),
        updatedAt: now(),
      });
      start(run);
    },
  };
}
