import { eventWriter } from './build-events';
import { planOf } from './build-plan';
import {
  type Build,
  type CheckBuild,
  type Job,
  type Pipeline,
  type PipelineConfig,
  type Resource,
  resourceOf,
  sameVersion,
  type TakenInput,
  type Version,
  type VersionValue,
} from './model';
import { ownName, runBuild } from './run-build';
import { schedule } from './scheduler';

/** A practice Concourse without its servers: rows, scheduler and workers. Time goes on by {@link PracticeConcourse.second}. */
export interface PracticeConcourse {
  readonly pipelines: readonly Pipeline[];
  readonly checks: readonly { build: CheckBuild; resource: Resource }[];
  build(id: number): Build | undefined;
  /** Every build of every job, in the order in which they were made. */
  builds(): Build[];
  /** Lets a second pass: builds go on, and every tenth the scheduler looks. */
  second(): void;
  /** Seconds pass until nothing runs and nothing is to be scheduled, at most so many. */
  settle(most?: number): void;
  trigger(job: Job, by: string): Build;
  rerun(build: Build, by: string): Build;
  abort(build: Build): void;
  pauseJob(job: Job, by: string | null): void;
  pausePipeline(pipeline: Pipeline, by: string | null): void;
  /** @returns whether anything was changed: Concourse answers 500 where nothing was. */
  toggle(resource: Resource, version: Version, enabled: boolean): boolean;
  /** `null`: an id of another resource, which pins nothing that is there, and blocks. */
  pin(resource: Resource, version: Version | null): void;
  unpin(resource: Resource): boolean;
  check(resource: Resource): CheckBuild;
  /** Somebody outside publishes a version into a store; resources see it at their next check. */
  publish(store: string, value: VersionValue, metadata?: Version['metadata']): void;
  /** Deletes the logs of builds that ended before: what `build_log_retention` does. */
  reap(before: number): void;
  /**
   * Builds that ended before are gone altogether, the numbers of later ones stay: as after a database that was restored, or
   * cleaned up by hand (Concourse itself deletes builds with their pipeline alone). Unix seconds.
   */
  forget(before: number): void;
  /** Somebody changes the pool of locks outside of Concourse. */
  changeLockOutside(resource: Resource): void;
  onEvent(listener: () => void): () => void;
}

const tick = 10;
/** Seconds between two checks of a resource (`check_every`; 60 in a real one). */
const checkEvery = 20;

/** @param now milliseconds */
export function createConcourse(configs: readonly PipelineConfig[], now: () => number): PracticeConcourse {
  let lastId = 0;
  let lastNode = 0x6b0cd7e0;
  let commits = 0;
  let seconds = 0;
  const all = new Map<number, Build>();
  const checks: { build: CheckBuild; resource: Resource }[] = [];
  const stores = new Map<string, { value: VersionValue; metadata: Version['metadata'] }[]>();
  const locks = new Map<string, { by: string; since: string }>();
  /** Builds of a job that are gone. */
  const forgotten = new Map<Job, number>();
  const running = new Map<Build, Generator<void, 'succeeded' | 'failed' | 'errored'>>();
  const listeners = new Set<() => void>();
  const clock = () => Math.floor(now() / 1000);
  const nextId = () => ++lastId;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const pipelines = configs.map((config) => pipelineFrom(config, nextId, clock));
  const jobs = pipelines.flatMap((pipeline) => pipeline.jobs);
  const events = (build: Build) => eventWriter(build, clock, tell);

  const requestFor = (resource: Resource): void => {
    for (const job of resource.pipeline.jobs)
      if (job.config.inputs.some((input) => input.resource === resource.config.name))
        job.isScheduleRequested = true;
  };

  /** A version that a check found or a build put: a known one keeps its id and its place. */
  function save(resource: Resource, value: VersionValue, metadata: Version['metadata']): Version {
    const known = resource.versions.find((one) => sameVersion(one.value, value));
    if (known) return known;
    const made: Version = { id: nextId(), resource, value, metadata, putBy: [], takenBy: [] };
    resource.versions.unshift(made);
    requestFor(resource);
    return made;
  }

  function publish(store: string, value: VersionValue, metadata: Version['metadata'] = []): void {
    const list = stores.get(store) ?? [];
    stores.set(store, list);
    if (!list.some((one) => sameVersion(one.value, value))) list.push({ value, metadata });
  }

  function check(resource: Resource): CheckBuild {
    const build: CheckBuild = { id: nextId(), status: 'succeeded', startedAt: clock(), endedAt: clock() };
    for (const { value, metadata } of stores.get(resource.config.store) ?? [])
      save(resource, value, metadata);
    resource.lastChecked = clock();
    resource.check = build;
    checks.push({ build, resource });
    return build;
  }

  function create(job: Job, more: Partial<Build>): Build {
    const originals = job.builds.filter(({ rerunOf }) => !rerunOf).length + (forgotten.get(job) ?? 0);
    const build: Build = {
      id: nextId(),
      name: String(originals + 1),
      job,
      status: 'pending',
      isManual: false,
      isAborted: false,
      isScheduled: false,
      createdBy: null,
      comment: '',
      rerunOf: null,
      rerunNumber: 0,
      createdAt: clock(),
      startedAt: null,
      endedAt: null,
      reapedAt: null,
      inputs: [],
      outputs: [],
      plan: null,
      events: [],
      ...more,
    };
    job.builds.push(build);
    all.set(build.id, build);
    return build;
  }

  function start(build: Build, inputs: TakenInput[]): void {
    build.inputs = inputs;
    for (const { version } of inputs) version.takenBy.push(build);
    build.status = 'started';
    build.startedAt = clock();
    const { plan, ids } = planOf(build, () => (++lastNode).toString(16));
    build.plan = plan;
    const writer = events(build);
    writer.status('started');
    running.set(build, runBuild(build, ids, world, writer));
  }

  function finish(build: Build, status: 'succeeded' | 'failed' | 'errored' | 'aborted'): void {
    const wasStarted = build.status === 'started';
    running.delete(build);
    build.status = status;
    build.endedAt = clock();
    if (wasStarted || status === 'aborted') events(build).status(status);
    const { config, pipeline } = build.job;
    for (const job of pipeline.jobs)
      if (job.config.inputs.some(({ passed }) => passed.includes(config.name)))
        job.isScheduleRequested = true;
  }

  const world = {
    put: (build: Build, resource: Resource, value: VersionValue, metadata: Version['metadata']): Version => {
      if (!isLock(resource)) publish(resource.config.store, value, metadata);
      const version = save(resource, value, metadata);
      version.putBy.push(build);
      build.outputs.push({ name: resource.config.name, version });
      return version;
    },
    holder: (resource: Resource) => locks.get(resource.config.store) ?? null,
    claim: (resource: Resource, build: Build): string => {
      locks.set(resource.config.store, { by: ownName(build), since: new Date(now()).toISOString() });
      return nextCommit();
    },
    release: (resource: Resource): string => {
      locks.delete(resource.config.store);
      return nextCommit();
    },
  };
  const nextCommit = () => (++commits).toString(16).padStart(40, '0');
  const isLock = ({ config, pipeline }: Resource) =>
    pipeline.jobs.some((job) =>
      job.config.steps.some((step) => step.kind === 'lock' && step.resource === config.name),
    );

  const abortedAt = (build: Build): string => {
    const last = [...build.events].reverse().find(({ event }) => event !== 'status');
    return (last?.data as { origin?: { id?: string } } | undefined)?.origin?.id ?? '';
  };

  const desk = {
    createAutomatic: (job: Job) => create(job, {}),
    start,
    finish,
  };

  function second(): void {
    seconds += 1;
    for (const [build, run] of [...running])
      if (build.isAborted) {
        events(build).error(abortedAt(build), 'interrupted');
        finish(build, 'aborted');
      } else {
        const step = run.next();
        if (step.done) finish(build, step.value);
      }
    if (seconds % checkEvery === 0)
      for (const { resources } of pipelines)
        for (const one of resources) if (stores.has(one.config.store)) check(one);
    if (seconds % tick === 0) for (const job of jobs) if (job.isScheduleRequested) schedule(job, desk);
  }

  return {
    pipelines,
    checks,
    second,
    publish,
    check,
    build: (id) => all.get(id),
    builds: () => [...all.values()],
    settle(most = 1_000) {
      const quietFor = checkEvery + tick;
      for (let quiet = 0, passed = 0; quiet < quietFor && passed < most; passed += 1) {
        second();
        quiet = running.size > 0 || jobs.some(isToStart) ? 0 : quiet + 1;
      }
    },
    trigger: (job, by) => {
      // Concourse checks what has no `passed` and no pin before a build that somebody asked for.
      for (const input of job.config.inputs) {
        const resource = input.passed.length === 0 ? resourceOf(job.pipeline, input.resource) : undefined;
        if (resource && !resource.pin) check(resource);
      }
      job.isScheduleRequested = true;
      return create(job, { isManual: true, createdBy: by });
    },
    rerun: (build, by) => {
      const original = build.rerunOf ?? build;
      const number = original.job.builds.filter(({ rerunOf }) => rerunOf === original).length + 1;
      original.job.isScheduleRequested = true;
      const name = `${original.name}.${number}`;
      return create(original.job, { name, rerunOf: original, rerunNumber: number, createdBy: by });
    },
    abort(build) {
      if (build.endedAt !== null) return;
      build.isAborted = true;
      if (build.status === 'pending') build.job.isScheduleRequested = true;
    },
    pauseJob(job, by) {
      job.paused = by === null ? null : { by, at: clock() };
      if (by === null) job.isScheduleRequested = true;
    },
    pausePipeline(pipeline, by) {
      pipeline.paused = by === null ? null : { by, at: clock() };
      if (by === null) for (const job of pipeline.jobs) job.isScheduleRequested = true;
    },
    toggle(resource, version, enabled) {
      if (resource.disabled.has(version.id) !== enabled) return false;
      if (enabled) resource.disabled.delete(version.id);
      else resource.disabled.add(version.id);
      requestFor(resource);
      return true;
    },
    pin(resource, version) {
      resource.pin = { version: version?.value ?? null, comment: resource.pin?.comment ?? '' };
      requestFor(resource);
    },
    unpin(resource) {
      if (!resource.pin) return false;
      resource.pin = null;
      requestFor(resource);
      return true;
    },
    reap(before) {
      for (const build of all.values())
        if (build.endedAt !== null && build.endedAt < before && build.reapedAt === null) {
          build.events = [];
          build.reapedAt = clock();
        }
    },
    forget(before) {
      const isGone = ({ endedAt }: Build): boolean => endedAt !== null && endedAt < before;
      for (const job of jobs) {
        const gone = job.builds.filter((build) => isGone(build) && !build.rerunOf).length;
        forgotten.set(job, (forgotten.get(job) ?? 0) + gone);
        for (const build of job.builds) if (isGone(build)) all.delete(build.id);
        job.builds = job.builds.filter((build) => !isGone(build));
      }
      for (const { resources } of pipelines)
        for (const { versions } of resources)
          for (const version of versions) {
            version.takenBy = version.takenBy.filter((build) => !isGone(build));
            version.putBy = version.putBy.filter((build) => !isGone(build));
          }
    },
    changeLockOutside(resource) {
      locks.delete(resource.config.store);
      save(resource, { ref: nextCommit() }, [{ name: 'message', value: 'tidied up by hand' }]);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Whether a look of the scheduler may change anything: a pause keeps it asking for ever. */
const isToStart = ({ isScheduleRequested, paused, pipeline }: Job): boolean =>
  isScheduleRequested && !paused && !pipeline.paused;

function pipelineFrom(config: PipelineConfig, nextId: () => number, clock: () => number): Pipeline {
  const pipeline: Pipeline = {
    id: nextId(),
    config,
    jobs: [],
    resources: [],
    paused: null,
    updatedAt: clock(),
  };
  pipeline.resources = config.resources.map((one) => ({
    id: nextId(),
    config: one,
    pipeline,
    versions: [],
    disabled: new Set(),
    pin: null,
    lastChecked: null,
    check: null,
  }));
  pipeline.jobs = config.jobs.map((one) => ({
    id: nextId(),
    config: one,
    pipeline,
    builds: [],
    paused: null,
    hasNewInputs: false,
    nextInputs: new Map(),
    isScheduleRequested: true,
  }));
  return pipeline;
}
