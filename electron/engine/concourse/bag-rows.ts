import { bagDifference, versionsOf } from '../../../shared/domain/bags/difference';
import type { BagDetails, BagRow, DeploymentView, Lane } from '../../../shared/domain/bags/view';
import { type ResourceVersion, versionKey } from '../../../shared/domain/concourse/answers';
import { bagServices } from '../../../shared/domain/concourse/bag-version';
import { hasEnded } from '../../../shared/domain/concourse/builds';
import type { ConcourseDeployment } from '../../../shared/domain/concourse/deployments';
import { FailureError } from '../../../shared/domain/failure/failure';
import { type PipelineState, packerOf, withPast } from '../../systems/concourse/pipeline-state';
import {
  beganBy,
  deploymentsIn,
  numberOf,
  type SeenPipeline,
  stateOf,
  versionOf,
} from './concourse-pipelines';
import { readDisableComment, readPinComment } from './pin-comment';
import { runningIn } from './stage-view';

const ended = { succeeded: 'passed', failed: 'failed', errored: 'failed', aborted: 'aborted' } as const;

/** A deployment as the screens of bags show it. @param replaced the bag that ran there before; `null`: none, or not known */
export function deploymentView(
  seen: SeenPipeline,
  { watched }: PipelineState,
  bag: number,
  { start, jobs, state, since, failure }: ConcourseDeployment,
  replaced: number | null,
): DeploymentView {
  const at = start.startedAt ?? start.endedAt ?? since ?? seen.view.freshnessAt();
  return {
    operation: `concourse build ${start.id}`,
    bag,
    by: beganBy(start),
    at,
    reason: start.comment ?? '',
    cause: start.createdBy === null ? 'automatic' : 'manual',
    state,
    since: since ?? at,
    replaced,
    failure,
    leftRunning: [],
    tests: Object.fromEntries(
      jobs.flatMap(({ job, build }) =>
        build && watched.jobs.tests.includes(job) && hasEnded(build)
          ? [[job, ended[build.status as keyof typeof ended]]]
          : [],
      ),
    ),
  };
}

/** What is said of a disabled version. Who disabled it and why only Signalbox writes down, in a build's comment. */
export function disabledSaid(
  state: PipelineState,
  version: ResourceVersion,
): { by: string; at: string | null; reason: string } {
  const said = deploymentsIn(state, version).flatMap(({ start }) => readDisableComment(start.comment) ?? []);
  return said.at(-1) ?? { by: 'somebody in Concourse', at: null, reason: '' };
}

/** One environment with all that is known of it, and the key of the version that runs there. */
interface StageOfBags {
  state: PipelineState;
  runs: string | null;
}

function laneOf(
  seen: SeenPipeline,
  environment: string,
  { state, runs }: StageOfBags,
  version: ResourceVersion,
  bag: number,
): Lane | null {
  const own = state.versions.find((one) => versionKey(one.version) === versionKey(version.version));
  if (!own) return null;
  const deployments = deploymentsIn(state, own);
  const { pinned } = state.bagResource ?? { pinned: null };
  const isPinned =
    pinned !== null && Object.entries(pinned.version).every(([name, text]) => own.version[name] === text);
  const passes = deployments.flatMap(({ jobs, state: how, since }) => {
    const build = jobs.find(({ job }) => job === state.watched.jobs.completion)?.build;
    return how === 'done' && build && since
      ? [{ at: since, by: beganBy(build), tag: `${build.job} #${build.name}` }]
      : [];
  });
  return {
    environment,
    deployments: deployments.map((one) => deploymentView(seen, state, bag, one, null)),
    passes,
    bad: own.enabled ? null : disabledSaid(state, own),
    pin: isPinned ? readPinComment(pinned.comment) : null,
    runs: runs === versionKey(own.version),
  };
}

/**
 * Every bag that any environment knows, newest first: in the order in which the first environment lists them; with those
 * that Concourse has forgotten.
 */
export function concourseRows(seen: SeenPipeline): BagRow[] {
  const { environments } = seen.pipeline;
  const stages = new Map(
    environments.map((environment): [string, StageOfBags] => {
      const state = withPast(stateOf(seen, environment));
      const running = runningIn(state);
      return [environment, { state, runs: running && versionKey(running.version.version) }];
    }),
  );
  const known = new Map<number, ResourceVersion>();
  for (const { state } of stages.values())
    for (const version of state.versions) {
      const bag = numberOf(seen, version);
      if (bag !== null && !known.has(bag)) known.set(bag, version);
    }
  const [first] = stages.values();
  const bags = [...known].sort(([a], [b]) => b - a);
  return bags.map(([bag, version], index) => {
    const before = bags[index + 1]?.[1];
    const packer = first ? packerOf(first.state, versionKey(version.version)) : null;
    const { changed, added, removed } = bagDifference(
      before ? bagServices(before, seen.names) : {},
      bagServices(version, seen.names),
    );
    return {
      bag,
      packed: packer && {
        by: beganBy(packer),
        at: packer.endedAt ?? packer.startedAt ?? seen.view.freshnessAt(),
        reason: packer.comment ?? '',
        source: 'published',
        operation: `concourse build ${packer.id}`,
      },
      problem: null,
      changed: before ? changed.length + added.length + removed.length : null,
      lanes: [...stages].flatMap(
        ([environment, stage]) => laneOf(seen, environment, stage, version, bag) ?? [],
      ),
    };
  });
}

/** One bag with its contents. @throws FailureError `not-found` */
export function concourseBag(seen: SeenPipeline, bag: number): BagDetails {
  const row = concourseRows(seen).find((one) => one.bag === bag);
  const version = seen.pipeline.environments
    .map((environment) => versionOf(seen, withPast(stateOf(seen, environment)), bag))
    .find((one) => one !== null);
  if (!row || !version)
    throw new FailureError({
      code: 'not-found',
      message: `There is no bag ${bag} of ${seen.pipeline.name}.`,
      meaning: 'Concourse does not list it.',
      next: [],
    });
  const services = bagServices(version, seen.names);
  const wanted = Object.keys(seen.pipeline.bag.services ?? {});
  return {
    ...row,
    commit: null,
    services: Object.fromEntries(
      Object.entries(services).map(([service, text]) => [service, { version: text }]),
    ),
    lacking: wanted.filter((service) => services[service] === undefined),
  };
}

/** Versions of the services in a bag. @throws FailureError `not-found` */
export const versionsInBag = (seen: SeenPipeline, bag: number): Record<string, string> =>
  versionsOf(concourseBag(seen, bag).services);
