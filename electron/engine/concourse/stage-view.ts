import type { NextView, StageView } from '../../../shared/domain/bags/view';
import { type ResourceVersion, versionKey } from '../../../shared/domain/concourse/answers';
import { type ConcourseDeployment, hasReached } from '../../../shared/domain/concourse/deployments';
import { type LockState, waitersOf } from '../../../shared/domain/concourse/lock';
import { type BagInput, choose, startOf } from '../../../shared/domain/concourse/scheduling';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { Job } from '../../../shared/domain/operation/operation';
import { buildsOf, lockOf, type PipelineState } from '../../systems/concourse/pipeline-state';
import { allDeployments, type SeenPipeline } from './concourse-pipelines';

/** What runs in an environment: the bag whose deploy began last, failed ones included. */
export const runningIn = (
  state: PipelineState,
): { version: ResourceVersion; deployment: ConcourseDeployment } | null =>
  allDeployments(state).find(({ deployment }) => hasReached(deployment)) ?? null;

const nothing: Pick<NextView, 'rule' | 'warnings'> = { rule: null, warnings: [] };

const noVersionWords = {
  'pin-unknown': 'Concourse does not list the pinned version.',
  'pin-not-passed': 'The pinned bag has not passed what start-deploy asks for, or is disabled.',
  'all-disabled': 'Every bag that may come is disabled.',
  'none-passed': 'No bag was packed yet.',
  none: 'No bag came here yet.',
} as const;
const noVersionRules = {
  'pin-unknown': 'pinned-not-passed',
  'pin-not-passed': 'pinned-not-passed',
  'all-disabled': 'nothing-deployable',
  'none-passed': 'nothing-deployable',
  none: 'nothing-deployable',
} as const;

const chosenWords = {
  pinned: 'It is pinned.',
  newest: 'It was published last of those that are enabled.',
  'newest-passed': 'It came out of the newest successful build.',
} as const;

/** What Concourse starts next by itself, and what a start-deploy by hand would take. */
export function nextViews(
  input: BagInput | null,
  running: number | null,
  bagOf: (version: ResourceVersion) => number | null,
): StageView['next'] {
  if (!input) {
    const why = 'Concourse has no start-deploy that takes a bag, as signalbox.yaml names them.';
    const unread: NextView = { ...nothing, state: 'blocked', bag: null, rule: 'unreadable', why };
    return { automatic: unread, manual: unread };
  }
  const choice = choose(input);
  if (!choice.version) {
    const { because } = choice;
    const blocked: NextView = {
      ...nothing,
      state: 'blocked',
      bag: null,
      rule: noVersionRules[because],
      why: noVersionWords[because],
    };
    return { automatic: blocked, manual: blocked };
  }
  const bag = bagOf(choice.version);
  const why = chosenWords[choice.because];
  const start = startOf(input);
  const idle = {
    used: ['nothing', 'It was deployed here before: Concourse starts it only when asked.'],
    'no-trigger': ['needs-person', 'The job does not start by itself.'],
    'paused-job': ['needs-person', 'The job start-deploy is paused.'],
    'paused-pipeline': ['needs-person', 'The pipeline is paused.'],
    'no-version': ['nothing', why],
  } as const;
  const isUsed = input.used.has(versionKey(choice.version.version));
  return {
    automatic: start.starts
      ? { ...nothing, state: 'deploy', bag, why: 'Concourse starts it by itself within about 20 seconds.' }
      : { ...nothing, state: idle[start.because][0], bag, why: idle[start.because][1] },
    manual: {
      ...nothing,
      state: 'deploy',
      bag,
      why,
      warnings: [
        ...(bag !== null && bag === running ? (['same'] as const) : []),
        ...(bag !== null && running !== null && bag < running ? (['older'] as const) : []),
        ...(isUsed ? [] : (['never-here'] as const)),
      ],
    },
  };
}

/** The lock as the screens show it, and why it can't be told. */
export function lockParts(
  seen: SeenPipeline,
  state: PipelineState,
  lock: LockState | null,
  bag: number | null,
  own: string | null,
): Pick<StageView, 'lock' | 'lockProblem'> {
  const { environment } = state.watched;
  if (lock?.state === 'changed-outside' || lock?.state === 'unknown')
    return { lock: null, lockProblem: lockProblem(environment, lock) };
  if (lock?.state !== 'held') return { lock: null, lockProblem: null };
  const { by } = lock;
  return {
    lock: {
      by: by.createdBy ?? 'Concourse',
      at: by.startedAt ?? by.endedAt ?? seen.view.freshnessAt(),
      reason: `${by.job} #${by.name}`,
      operation: own ?? `concourse build ${by.id}`,
      token: by.id,
      kind: 'bag',
      bag,
      until: null,
      mine: own !== null,
    },
    lockProblem: null,
  };
}

function lockProblem(
  environment: string,
  lock: Extract<LockState, { state: 'changed-outside' | 'unknown' }>,
): Failure {
  return {
    code: 'bad-data',
    message: `Can’t tell whether ${environment} is locked.`,
    meaning:
      lock.state === 'unknown'
        ? `${lock.by.job} #${lock.by.name} changed the lock last, and signalbox.yaml does not say what that job does.`
        : 'Somebody changed the lock outside of Concourse.',
    next: [{ do: 'advice', label: 'Look at the lock in its pool before you start a deployment.' }],
  };
}

const jobStates = {
  pending: 'waiting',
  started: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  errored: 'failed',
  aborted: 'aborted',
} as const;

/** The jobs of a deployment, in their order. */
export const jobsOf = (
  { watched }: PipelineState,
  { jobs }: ConcourseDeployment,
  urlOf: (build: NonNullable<ConcourseDeployment['jobs'][number]['build']>) => string,
): Job[] =>
  jobs.map(({ job, build, tries }) => ({
    name: job,
    phase: watched.jobs.deploy.includes(job) ? 'deploy' : 'test',
    kind: 'concourse',
    state: build ? jobStates[build.status] : 'waiting',
    text: build && tries > 1 ? `try ${tries}` : null,
    workflow: null,
    url: build ? urlOf(build) : null,
    ...(build ? { build: build.id } : {}),
    startedAt: build?.startedAt ?? null,
    finishedAt: build?.endedAt ?? null,
  }));

/** Builds of start-deploy that wait for the lock. */
export const lockWaiters = (state: PipelineState) => {
  const lock = lockOf(state);
  return lock ? waitersOf(lock, buildsOf(state, state.watched.jobs.startDeploy)) : [];
};
