import { z } from 'zod';
import type { Program } from '../controllers/container-programs';
import type { PracticeClock } from '../ports';
import { runTitle, type WorkflowFile, withInputs } from './workflow-file';

const stepSchema = z.object({
  name: z.string(),
  status: z.enum(['queued', 'in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'cancelled', 'skipped']).nullable(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
});
const jobSchema = z.object({
  id: z.number(),
  /** Its name in the file. */
  key: z.string().default(''),
  name: z.string(),
  /** Keys of the jobs that it waits for. */
  needs: z.array(z.string()).default([]),
  /** The GitHub environment that it deploys to. */
  environment: z.string().nullable().default(null),
  status: z.enum(['queued', 'waiting', 'in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'cancelled', 'skipped']).nullable(),
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
  /** Who started its newest attempt; its actor, where it is left out. */
  triggeredBy: z.string().optional(),
  /** What its steps hand on to later ones. */
  outputs: z.record(z.string(), z.string()).default({}),
  inputs: z.record(z.string(), z.string()),
  status: z.enum(['queued', 'waiting', 'in_progress', 'completed']),
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
  /** Approves or rejects what jobs wait for that deploy to these GitHub environments. */
  review(run: ActionsRun, environments: readonly string[], approved: boolean): void;
  /** Runs an ended run again, as its next attempt: all jobs, or only those that failed. */
  rerun(run: ActionsRun, failedOnly: boolean, by: string): void;
}

/** What a step of a job does. @returns `undefined`: nothing but take its time. */
export type StepProgram = (
  run: ActionsRun,
  job: ActionsJob,
  /** `isLast`: of those that the file names. */
  step: { name: string; isLast: boolean },
) => Program | undefined;

/** Whether GitHub lists a job: one that waits for others appears once they have ended. */
export const isListed = (run: ActionsRun, job: ActionsJob): boolean =>
  job.status !== 'queued' || neededBy(run, job).every(({ status }) => status === 'completed');

const neededBy = (run: ActionsRun, job: ActionsJob): ActionsJob[] =>
  run.jobs.filter(({ key }) => job.needs.includes(key));

/** Practice seconds until a runner takes a job, and that a step takes which does nothing here. */
const queueSeconds = 2;
const stepSeconds = 1;
/** Runs that are kept, oldest first to go. */
const mostRuns = 200;

/**
 * Runs GitHub Actions workflows in practice time: a job begins once those that it needs have succeeded, and is skipped
 * where one has not. Steps pass, but those that `program` gives one for.
 * @param options.runs what was kept; changed in place. Runs that had not ended begin their open jobs again.
 */
export function createActions(options: {
  clock: PracticeClock;
  runs: ActionsRun[];
  program: StepProgram;
  /** Whether jobs that deploy to a GitHub environment wait for an approval; left out: none do. */
  needsApproval?: (environment: string) => boolean;
  signal: AbortSignal;
  onError: (error: unknown) => void;
}): Actions {
  const { clock, runs, signal } = options;
  const running = new Map<number, AbortController>();
  /** What jobs do once their environment was approved or rejected, by their ids. */
  const reviews = new Map<number, (approved: boolean) => void>();
  const now = (): string => `${clock.now().toISOString().slice(0, 19)}Z`;

  const stepsOf = (names: readonly string[]): ActionsJob['steps'] =>
    names.map((name) => ({
      name,
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
    }));
  const queued = (
    job: Pick<ActionsJob, 'id' | 'key' | 'name' | 'needs' | 'environment' | 'steps'>,
  ): ActionsJob => ({
    id: job.id,
    key: job.key,
    name: job.name,
    needs: job.needs,
    environment: job.environment,
    status: 'queued',
    conclusion: null,
    createdAt: now(),
    startedAt: now(),
    completedAt: null,
    steps: stepsOf(job.steps.map(({ name }) => name)),
    lines: [],
  });

  /** Waits until somebody approves or rejects what the job deploys to. @returns whether it may run. */
  async function reviewed(run: ActionsRun, job: ActionsJob, life: AbortSignal): Promise<boolean> {
    if (job.environment === null || !options.needsApproval?.(job.environment)) return true;
    job.status = 'waiting';
    Object.assign(run, { status: 'waiting', updatedAt: now() });
    const approved = await new Promise<boolean>((resolve, reject) => {
      reviews.set(job.id, resolve);
      life.addEventListener('abort', () => reject(life.reason), { once: true });
    }).finally(() => reviews.delete(job.id));
    job.status = 'queued';
    Object.assign(run, { status: 'queued', updatedAt: now() });
    return approved;
  }

  async function runJob(run: ActionsRun, job: ActionsJob, life: AbortSignal): Promise<void> {
    if (!(await reviewed(run, job, life))) {
      Object.assign(job, { status: 'completed', conclusion: 'failure', completedAt: now(), steps: [] });
      return;
    }
    await clock.wait(queueSeconds, life);
    Object.assign(job, { status: 'in_progress', startedAt: now() });
    run.status = 'in_progress';
    run.updatedAt = now();
    const log = (line: string): void => {
      if (!life.aborted) job.lines.push(`${clock.now().toISOString().slice(0, -1)}0000Z ${line}`);
    };
    let failed = false;
    // "Set up job" and "Complete job" stand around what the file names.
    const isNamed = (index: number): boolean => index > 0 && index < job.steps.length - 1;
    for (const [index, step] of job.steps.entries()) {
      Object.assign(step, { status: 'in_progress', startedAt: now() });
      log(`##[group]${step.name}`);
      const isLast = index === job.steps.length - 2;
      const program = isNamed(index) ? options.program(run, job, { name: step.name, isLast }) : undefined;
      if (failed && index < job.steps.length - 1) step.conclusion = 'skipped';
      else if (program) {
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
    const ends: { key: string; end: Promise<void> }[] = [];
    for (const job of run.jobs) {
      const before = ends.filter(({ key }) => job.needs.includes(key)).map(({ end }) => end);
      ends.push({ key: job.key, end: Promise.all(before).then(() => runOrSkip(run, job, both)) });
    }
    Promise.all(ends.map(({ end }) => end))
      .then(() => finish(run, run.jobs.some((job) => job.conclusion === 'failure') ? 'failure' : 'success'))
      .catch((error: unknown) => {
        // An aborted wait is how a cancelled run ends, and all of them when the estate stops.
        if (!both.aborted) options.onError(error);
      });
  }

  async function runOrSkip(run: ActionsRun, job: ActionsJob, life: AbortSignal): Promise<void> {
    if (job.status === 'completed') return;
    if (neededBy(run, job).every(({ conclusion }) => conclusion === 'success')) return runJob(run, job, life);
    Object.assign(job, { status: 'completed', conclusion: 'skipped', completedAt: now() });
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
        outputs: {},
        jobs: file.jobs.map(({ key, name, needs, environment, steps }, index) =>
          queued({
            id: id * 10 + index,
            key,
            name: withInputs(name, inputs),
            needs: [...needs],
            environment: environment === null ? null : withInputs(environment, inputs),
            steps: stepsOf(['Set up job', ...steps, 'Complete job']),
          }),
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
    review(run, environments, approved) {
      for (const { id, environment } of run.jobs)
        if (environment !== null && environments.includes(environment)) reviews.get(id)?.(approved);
    },
    rerun(run, failedOnly, by) {
      run.jobs = run.jobs.map((job) => (failedOnly && job.conclusion === 'success' ? job : queued(job)));
      run.triggeredBy = by;
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
