import type { BagPipelineView, PeriodicView, StageView } from '../../../shared/domain/bags/view';
import { bagServices } from '../../../shared/domain/concourse/bag-version';
import { hasEnded } from '../../../shared/domain/concourse/builds';
import type { Failure } from '../../../shared/domain/failure/failure';
import { subjectOf } from '../../../shared/domain/operation/intent';
import { isStage } from '../../../shared/domain/operation/subject';
import { bagOf, buildsOf, lockOf, startInput, withPast } from '../../systems/concourse/pipeline-state';
import type { World } from '../world';
import { deploymentView, disabledSaid } from './bag-rows';
import {
  allDeployments,
  beganBy,
  buildUrl,
  numberOf,
  type SeenPipeline,
  stateOf,
} from './concourse-pipelines';
import { readPinComment } from './pin-comment';
import { jobsOf, lockParts, lockWaiters, nextViews, runningIn } from './stage-view';

/** States in which a deployment is under way, or waits for a person. */
const open = new Set([
  'locked',
  'deploying',
  'deployed',
  'testing',
  'passed',
  'deploy-failed',
  'test-failed',
]);

/** The operation of this console that deploys there; `null`: none does. */
const ownOperation = (world: World, pipeline: string, environment: string): string | null =>
  world.open().find(({ intent }) => isStage(subjectOf(intent), pipeline, environment))?.id ?? null;

function stageView(world: World, seen: SeenPipeline, environment: string): StageView {
  const state = stateOf(seen, environment);
  const { environments, name } = seen.pipeline;
  // Before the first look of this run: what was kept.
  const runs = runningIn(state.isFilled ? state : withPast(state));
  const bag = runs && numberOf(seen, runs.version);
  const before = runs && allDeployments(state).find(({ version }) => version.id !== runs.version.id);
  const lock = lockOf(state);
  const lockBag = lock?.state === 'held' ? bagOf(state, lock.by.id) : null;
  const job = state.jobs.get(state.watched.jobs.startDeploy);
  const paused = state.pipeline?.paused ?? job?.paused ?? null;
  const pinned = state.bagResource?.pinned ?? null;
  const pinnedBag = pinned && numberOf(seen, pinned);
  const user = seen.view.user()?.name ?? null;
  const own =
    lock?.state === 'held' && lock.by.createdBy !== null && lock.by.createdBy === user
      ? ownOperation(world, name, environment)
      : null;
  const latest = allDeployments(state)[0];
  const shown = latest && open.has(latest.deployment.state) ? latest.deployment : runs?.deployment;
  return {
    environment,
    tier: world.estate.environments.find((one) => one.name === environment)?.tier ?? 'standard',
    before: environments[environments.indexOf(environment) - 1] ?? null,
    cluster: seen.view.freshness(),
    running:
      runs && bag !== null
        ? deploymentView(seen, state, bag, runs.deployment, before ? numberOf(seen, before.version) : null)
        : null,
    drift: [],
    next: nextViews(startInput(state), bag, (version) => numberOf(seen, version)),
    ...lockParts(seen, state, lock, lockBag && numberOf(seen, lockBag), own),
    waiting: lockWaiters(state).flatMap((build) => {
      const version = bagOf(state, build.id);
      const number = version && numberOf(seen, version);
      return number === null || build.startedAt === null
        ? []
        : [
            {
              operation: `concourse build ${build.id}`,
              by: beganBy(build),
              bag: number,
              since: build.startedAt,
            },
          ];
    }),
    pin: pinned && pinnedBag !== null ? { ...readPinComment(pinned.comment), bag: pinnedBag } : null,
    bad: state.versions.flatMap((version) => {
      const number = numberOf(seen, version);
      return version.enabled || number === null ? [] : [{ ...disabledSaid(state, version), bag: number }];
    }),
    autopilot: {
      on: paused === null,
      why: paused
        ? `${state.pipeline?.paused ? 'The pipeline' : 'The job start-deploy'} is paused${paused.by ? ` by ${paused.by}` : ''}.`
        : 'Concourse starts bags by itself.',
      by: paused?.by ?? null,
      at: paused?.at ?? null,
    },
    jobs: shown && open.has(shown.state) ? jobsOf(state, shown, (build) => buildUrl(seen, build)) : [],
    periodic: periodicOf(seen, environment),
  };
}

/** Jobs that test every so often, with their builds, newest first. */
export function periodicOf(seen: SeenPipeline, environment: string): PeriodicView[] {
  const state = stateOf(seen, environment);
  return state.watched.jobs.periodic.map((job) => ({
    environment,
    name: job,
    template: job,
    everyMinutes: null,
    nextAt: null,
    kept: { on: false, why: 'Concourse runs it.' },
    runs: buildsOf(state, job).map((build) => ({
      environment,
      namespace: build.team,
      name: `${job} #${build.name}`,
      state: !hasEnded(build)
        ? 'running'
        : build.status === 'succeeded'
          ? 'succeeded'
          : build.status === 'aborted'
            ? 'stopped'
            : 'failed',
      startedAt: build.startedAt,
      finishedAt: build.endedAt,
      message: build.status === 'errored' ? 'It could not run.' : null,
      url: buildUrl(seen, build),
    })),
  }));
}

function problemsOf(seen: SeenPipeline): Failure[] {
  if (seen.view.freshness().state !== 'live') return [];
  return seen.pipeline.environments.flatMap((environment): Failure[] => {
    const { watched, versions, jobs, bagResource } = stateOf(seen, environment);
    const where = `${watched.place.team}/${watched.place.pipeline}`;
    const lacks = [
      ...[
        watched.jobs.startDeploy,
        ...watched.jobs.deploy,
        ...watched.jobs.tests,
        watched.jobs.completion,
      ].filter((job) => !jobs.has(job)),
      ...(bagResource ? [] : [watched.bagResource]),
    ];
    const unnumbered = versions.filter((version) => numberOf(seen, version) === null).length;
    return [
      ...(lacks.length > 0
        ? [
            {
              code: 'not-found' as const,
              message: `${where} in Concourse lacks ${lacks.join(', ')}.`,
              meaning: `What ${environment} shows is incomplete. It may be named otherwise there, or your account may not see it.`,
              next: [{ do: 'advice' as const, label: 'Check jobs, bag and stages in signalbox.yaml.' }],
            },
          ]
        : []),
      ...(unnumbered > 0
        ? [
            {
              code: 'bad-data' as const,
              message: `${unnumbered} of the bags of ${where} have no number.`,
              meaning: 'They are not shown.',
              next: [
                {
                  do: 'advice' as const,
                  label: 'Name the member that holds it as bag.number in signalbox.yaml.',
                },
              ],
            },
          ]
        : []),
    ];
  });
}

/** A pipeline that a Concourse runs, as the screens of bags show it. */
export function concoursePipelineView(world: World, seen: SeenPipeline): BagPipelineView {
  const { environments, name } = seen.pipeline;
  const stages = environments.map((environment) => stageView(world, seen, environment));
  const [first = ''] = environments;
  const state = stateOf(seen, first);
  const [newest] = state.versions;
  const packs = state.watched.jobs.packBag === null ? undefined : state.jobs.get(state.watched.jobs.packBag);
  const isPacking = packs?.inputs.some(({ trigger }) => trigger) === true && !packs.paused;
  const paused = stages.filter(({ autopilot }) => !autopilot.on);
  return {
    pipeline: name,
    kind: 'concourse',
    services: newest ? Object.keys(bagServices(newest, seen.names)) : [],
    commit: null,
    ledger: seen.view.freshness(),
    stages,
    lastBag: newest ? numberOf(seen, newest) : null,
    servicePins: [],
    badVersions: [],
    autopilot: {
      on: paused.length === 0,
      why:
        paused.length === 0
          ? 'Concourse starts bags by itself.'
          : `Paused in ${paused.map(({ environment }) => environment).join(', ')}.`,
      by: null,
      at: null,
    },
    thisConsole: false,
    decisions: [],
    packing: {
      on: isPacking,
      why: isPacking ? 'Concourse packs a bag when a new image appears.' : 'Bags are packed by hand.',
      by: null,
      at: null,
    },
    problems: problemsOf(seen),
  };
}
