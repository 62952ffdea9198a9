import type { EventWriter } from './build-events';
import type { PlanIds } from './build-plan';
import {
  type Build,
  type Resource,
  resourceOf,
  type StepConfig,
  type StepContext,
  type Version,
  type VersionValue,
} from './model';

/** What a running build does to the world around it. */
export interface BuildWorld {
  /** A version that a build puts; known ones keep their id. */
  put(build: Build, resource: Resource, value: VersionValue, metadata: Version['metadata']): Version;
  /** The pool's lock behind a resource. `null`: free. */
  holder(resource: Resource): { by: string; since: string } | null;
  /** @returns the pool's new commit */
  claim(resource: Resource, build: Build): string;
  release(resource: Resource, build: Build): string;
}

/** How a build names itself to resources, as `BUILD_…` variables let a script do. */
const ownName = ({ id, name, job }: Build): string =>
  `${job.pipeline.config.team}/${job.pipeline.config.name}/${job.config.name} build ${name} (id ${id})`;

const shown = (version: VersionValue): string =>
  `map[${Object.entries(version)
    .map(([name, text]) => `${name}:${text}`)
    .join(' ')}]`;

const waitFor = function* (seconds: number): Generator<void> {
  for (let second = 0; second < seconds; second += 1) yield;
};

/**
 * A build from its start to its end; each `yield` is a second. Whoever runs it may stop between two seconds, as an abort
 * does. @returns how it ended.
 */
export function* runBuild(
  build: Build,
  ids: PlanIds,
  world: BuildWorld,
  events: EventWriter,
): Generator<void, 'succeeded' | 'failed' | 'errored'> {
  const { job } = build;
  const context: StepContext = {
    team: job.pipeline.config.team,
    build,
    input: (name) => build.inputs.find((one) => one.name === name)?.version.value,
  };
  for (const what of ['initialize', 'start'] as const)
    for (const id of ids.gets.values()) events[what]('get', id);
  for (const { name, version } of build.inputs) {
    const id = ids.gets.get(name) ?? '';
    events.worker(id);
    fetched(events, id, version);
  }
  yield* waitFor(1);
  for (const [index, step] of job.config.steps.entries()) {
    const { id, after } = ids.steps[index] ?? { id: '', after: null };
    const outcome: 'succeeded' | 'failed' | 'errored' =
      step.kind === 'task'
        ? yield* task(step, id, context, events)
        : yield* put(step, id, after ?? '', build, world, events);
    if (outcome !== 'succeeded') return outcome;
  }
  return 'succeeded';
}

function fetched(events: EventWriter, id: string, { value, metadata }: Version): void {
  events.log(id, 'stderr', `\u001b[1mfetched\u001b[0m ${shown(value)}\n`);
  events.finish('get', id, value, metadata);
}

function* task(
  step: Extract<StepConfig, { kind: 'task' }>,
  id: string,
  context: StepContext,
  events: EventWriter,
): Generator<void, 'succeeded' | 'failed'> {
  events.initializeTask(id);
  events.worker(id);
  events.startTask(
    id,
    step.name,
    context.build.inputs.map(({ name }) => name),
  );
  const { first, last } = step.prints(context);
  if (first) events.log(id, 'stdout', first);
  // Asked each second: what runs may be held, and let go.
  for (let second = 0; second < step.seconds; second += 1) yield;
  if (last) events.log(id, 'stdout', last);
  const status = step.exitStatus(context);
  events.finishTask(id, status);
  return status === 0 ? 'succeeded' : 'failed';
}

/** The pool resource asks for a lock that is held every ten seconds (concourse/pool-resource). */
const lockEvery = 10;

function* put(
  step: Extract<StepConfig, { kind: 'put' | 'lock' }>,
  id: string,
  after: string,
  build: Build,
  world: BuildWorld,
  events: EventWriter,
): Generator<void, 'succeeded' | 'errored'> {
  const resource = resourceOf(build.job.pipeline, step.resource);
  events.initialize('put', id);
  events.worker(id);
  events.start('put', id);
  if (!resource) {
    events.error(id, `resource not found: ${step.resource}`);
    return 'errored';
  }
  let version: Version;
  if (step.kind === 'put') {
    const value = step.makes({
      team: build.job.pipeline.config.team,
      build,
      input: (name) => build.inputs.find((one) => one.name === name)?.version.value,
    });
    events.log(id, 'stderr', `put ${shown(value)}\n`);
    version = world.put(build, resource, value, [{ name: 'by', value: ownName(build) }]);
  } else {
    const { store: lock } = resource.config;
    if (step.does === 'acquire')
      for (let held = world.holder(resource); held; held = world.holder(resource)) {
        events.log(id, 'stderr', `waiting to acquire lock ${lock}: held by ${held.by} since ${held.since}\n`);
        yield* waitFor(lockEvery);
      }
    const ref = step.does === 'acquire' ? world.claim(resource, build) : world.release(resource, build);
    if (step.does === 'acquire') events.log(id, 'stderr', `lock ${lock} now held by "${ownName(build)}"\n`);
    version = world.put(build, resource, { ref }, [
      { name: 'lock_name', value: lock },
      { name: 'pool_name', value: 'environments' },
      { name: 'message', value: `${ownName(build)} ${step.does === 'acquire' ? '' : 'un'}claiming: ${lock}` },
    ]);
  }
  events.finish('put', id, version.value, version.metadata);
  events.initialize('get', after);
  events.start('get', after);
  events.worker(after);
  fetched(events, after, version);
  return 'succeeded';
}

export { ownName };
