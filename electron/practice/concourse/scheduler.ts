import type { Build, Job, TakenInput, Version } from './model';
import { resolveInputs } from './resolve-inputs';

/** What the scheduler does with builds; the rows and their ids are the Concourse's. */
export interface BuildDesk {
  /** A pending build that nobody asked for. */
  createAutomatic(job: Job): Build;
  start(build: Build, inputs: TakenInput[]): void;
  finish(build: Build, status: 'aborted'): void;
}

const isFirstUse = (job: Job, version: Version): boolean =>
  !version.takenBy.some((build) => build.job === job);

const isPending = ({ status }: Build): boolean => status === 'pending';

/**
 * One look at one job (`atc/scheduler/scheduler.go`, `Schedule`): inputs are chosen; a build is made where an input that
 * triggers has a version that this job never used and no other build waits; then those that wait are started.
 */
export function schedule(job: Job, desk: BuildDesk): void {
  job.isScheduleRequested = false;
  job.nextInputs = resolveInputs(job);
  const resolved = [...job.nextInputs.values()].every((one) => typeof one !== 'string');
  if (resolved) {
    const fresh = job.config.inputs.filter(({ resource }) => {
      const version = job.nextInputs.get(resource);
      return version !== undefined && typeof version !== 'string' && isFirstUse(job, version);
    });
    job.hasNewInputs = fresh.length > 0;
    if (fresh.some(({ trigger }) => trigger) && !job.builds.some(isPending)) desk.createAutomatic(job);
  }
  startPending(job, desk);
}

/** `atc/scheduler/buildstarter.go`: a rerun by the build whose inputs it takes, so ahead of newer ones. */
function startPending(job: Job, desk: BuildDesk): void {
  const waiting = job.builds
    .filter(isPending)
    .sort((a, b) => (a.rerunOf?.id ?? a.id) - (b.rerunOf?.id ?? b.id) || a.id - b.id);
  for (const build of waiting) {
    if (build.isAborted) {
      desk.finish(build, 'aborted');
      continue;
    }
    if (!mayBeScheduled(build)) {
      job.isScheduleRequested = true;
      return;
    }
    build.isScheduled = true;
    const inputs = inputsFor(build);
    if (inputs) desk.start(build, inputs);
    else if (!build.rerunOf) return;
  }
}

function mayBeScheduled({ isScheduled, job }: Build): boolean {
  if (isScheduled) return true;
  if (job.paused || job.pipeline.paused) return false;
  return (
    !job.config.serial ||
    !job.builds.some(
      ({ status, isScheduled: ahead }) => status === 'started' || (ahead && status === 'pending'),
    )
  );
}

function inputsFor({ job, rerunOf, isManual }: Build): TakenInput[] | null {
  if (rerunOf) return rerunOf.inputs.map((input) => ({ ...input, isFirst: false }));
  if (isManual) job.nextInputs = resolveInputs(job);
  const inputs: TakenInput[] = [];
  for (const { resource } of job.config.inputs) {
    const version = job.nextInputs.get(resource);
    if (version === undefined || typeof version === 'string') return null;
    inputs.push({ name: resource, version, isFirst: isFirstUse(job, version) });
  }
  return inputs;
}
