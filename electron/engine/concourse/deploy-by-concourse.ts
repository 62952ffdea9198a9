import { type Build, type ResourceVersion, versionKey } from '../../../shared/domain/concourse/answers';
import { hasEnded, newestBuild } from '../../../shared/domain/concourse/builds';
import { needTriggering } from '../../../shared/domain/concourse/scheduling';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Job } from '../../../shared/domain/operation/operation';
import { triggerJob } from '../../systems/concourse/concourse-writes';
import {
  bagOf,
  buildsOf,
  lastKnown,
  lockOf,
  type PipelineState,
  takersOf,
  usedBefore,
} from '../../systems/concourse/pipeline-state';
import type { StepEnd } from '../operation-context';
import { isTimedOut } from '../steps/wait';
import { buildFailure, type Done, type Ground, once, watch } from './build-effects';
import { buildUrl, nameOf, versionOf } from './concourse-pipelines';

type Deploys = Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>;
/** What goes through the jobs after start-deploy. */
export type Carried = Extract<BagIntent, { environment: string }>;

/** The bag that is carried through; `null`: the operation is about none. */
const bagIn = (intent: Carried): number | null =>
  'bag' in intent && typeof intent.bag === 'number' ? intent.bag : null;

/** Its version in the environment; `null`: Concourse does not list it. */
function wantedVersion({ context, seen, state }: Ground<Carried>): ResourceVersion | null {
  const bag = bagIn(context.intent);
  return bag === null ? null : versionOf(seen, state, bag);
}

/** Milliseconds in which a job that follows by itself must have begun: the scheduler looks every 10 s (rule 8). */
const followsWithin = 90_000;

const jobStates = {
  pending: 'waiting',
  started: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  errored: 'failed',
  aborted: 'aborted',
} as const;

/** What is known of a job, told with the operation. */
export function showJob(
  { context, seen, state }: Ground,
  job: string,
  build: Build | null,
  text: string | null,
): void {
  const shown: Job = {
    name: job,
    phase:
      state.watched.jobs.deploy.includes(job) || job === state.watched.jobs.startDeploy ? 'deploy' : 'test',
    kind: 'concourse',
    state: build ? jobStates[build.status] : 'waiting',
    text,
    workflow: null,
    url: build ? buildUrl(seen, build) : null,
    ...(build ? { build: build.id } : {}),
    startedAt: build?.startedAt ?? null,
    finishedAt: build?.endedAt ?? null,
  };
  context.job(shown);
}

/** The start-deploy of this operation, as the journal and Concourse tell; `null`: none is known. */
function ownStart(ground: Ground<Carried>): Build | null {
  const { context, state } = ground;
  if (context.intent.kind === 'retry-tests') return null;
  const after = context.record().effects.get('lock')?.data.after;
  if (typeof after !== 'number') return null;
  const wanted = wantedVersion(ground);
  const later = buildsOf(state, state.watched.jobs.startDeploy).filter(
    ({ id, rerunOf }) => id > after && rerunOf === null,
  );
  // The one that takes our bag; one that waits has none yet.
  return (
    later.findLast(({ id }) => wanted !== null && bagOf(state, id)?.id === wanted.id) ??
    later.findLast((build) => !hasEnded(build)) ??
    null
  );
}

/** Waits for the build that Concourse makes because the other bag was kept out. @returns whether it came in time */
async function beganByItself(ground: Ground<Deploys>, after: number): Promise<boolean> {
  const { startDeploy } = ground.state.watched.jobs;
  const found = await watch<boolean>(ground as Ground, followsWithin, () =>
    buildsOf(ground.state, startDeploy).some(({ id, createdBy }) => id > after && createdBy === null)
      ? { done: true }
      : { waitingFor: `Waiting for Concourse to start ${startDeploy} by itself.` },
  );
  return found === true;
}

/** Takes the environment's lock for the bag: starts start-deploy, or awaits the one that starts by itself, to its end. */
export async function startByConcourse(ground: Ground<Deploys>): Promise<StepEnd> {
  const { context, seen, state } = ground;
  const { intent, world } = context;
  const { place, jobs, environment } = state.watched;
  const known = context.record().effects.get('lock');
  if (!known || known.outcome === 'not-done') {
    const policy = context.record().effects.get('policy')?.data ?? {};
    // What was predicted before the bag was kept out: by now it may have begun.
    const byItself = policy.byItself === true && (await beganByItself(ground, Number(policy.after)));
    const after = byItself ? Number(policy.after) : lastKnown(state);
    const begun = await once(
      ground as Ground,
      'lock',
      byItself ? `${jobs.startDeploy} started by itself.` : `Start ${jobs.startDeploy}.`,
      async (signal) => {
        if (!byItself) await triggerJob(seen.view.client, place, jobs.startDeploy, signal);
        await seen.view.look();
        return true;
      },
      () => (ownStart(ground as Ground<Carried>) ? true : null),
      { after },
    );
    if (!begun.ok) return begun.end;
  }
  let shown = '';
  const ended = await watch<Build>(ground as Ground, world.limits.job, () => {
    const build = ownStart(ground as Ground<Carried>);
    if (!build) return { waitingFor: `Waiting for Concourse to show ${jobs.startDeploy}.` };
    const text = `${build.id} ${build.status}`;
    if (text !== shown) showJob(ground as Ground, jobs.startDeploy, build, null);
    shown = text;
    if (hasEnded(build)) return { done: build };
    if (build.status === 'pending')
      return { waitingFor: `${jobs.startDeploy} #${build.name} waits to start.` };
    const lock = lockOf(state);
    return {
      waitingFor:
        lock?.state === 'held' && lock.by.id !== build.id
          ? `Waiting for the lock on ${environment}, held by ${lock.by.job} #${lock.by.name}.`
          : `${jobs.startDeploy} #${build.name} runs.`,
    };
  });
  if (isTimedOut(ended)) return { state: 'unknown', because: `It took too long. ${ended.waitingFor}` };
  if (ended.status !== 'succeeded')
    return {
      state: 'failed',
      failure: buildFailure(
        ended,
        'The lock was not taken, and nothing was deployed.',
        'Look at its log, then try again.',
      ),
    };
  const taken = bagOf(state, ended.id);
  const wanted = versionOf(seen, state, intent.bag);
  if (taken && wanted && taken.id !== wanted.id)
    return {
      state: 'failed',
      failure: {
        code: 'conflict',
        message: `${jobs.startDeploy} #${ended.name} took ${nameOf(seen, taken)}, not bag ${intent.bag}.`,
        meaning: `Something changed before it started. ${environment} is locked for ${nameOf(seen, taken)}, and its jobs may go on by themselves.`,
        next: [{ do: 'advice', label: 'Let it go on, or unlock by force once nothing runs.' }],
      },
    };
  return { state: 'succeeded', text: `${jobs.startDeploy} #${ended.name} has the lock.` };
}

/** The newest build of a job that took the bag since the deployment began. */
function ownBuild(state: PipelineState, key: string, job: string, since: number): Build | null {
  return newestBuild(takersOf(state, key).filter((build) => build.job === job && build.id > since));
}

/** Has jobs run for the bag: those that follow by themselves are awaited, the others are started (rule 6). */
async function runJobs(
  ground: Ground<Carried>,
  jobs: readonly string[],
  since: number,
): Promise<Done<Build[]>> {
  const { context, seen, state } = ground;
  const { world, intent } = context;
  const version = wantedVersion(ground);
  if (!version)
    return {
      ok: false,
      end: { state: 'unknown', because: `Concourse no longer lists bag ${bagIn(intent)}.` },
    };
  const key = versionKey(version.version);
  const asked = (job: string): Build | null => {
    const data = context.record().effects.get(`start:${job}`)?.data ?? {};
    const after = typeof data.after === 'number' ? data.after : null;
    // One that was asked for and waits has not taken its bag yet.
    return after === null
      ? null
      : (buildsOf(state, job).findLast(({ id, status }) => id > after && status === 'pending') ?? null);
  };
  // A retry is about the tries that it asked for, and not about those before.
  const retried =
    context.intent.kind === 'retry-tests' ? context.record().effects.get('lock')?.data : undefined;
  const sinceFor = (job: string): number =>
    Array.isArray(retried?.jobs) && retried.jobs.includes(job) && typeof retried.after === 'number'
      ? retried.after
      : since;
  const find = (job: string): Build | null => ownBuild(state, key, job, sinceFor(job)) ?? asked(job);
  for (const job of jobs) {
    const known = state.jobs.get(job);
    if (find(job) || !known) continue;
    const chain = [{ job: known, used: usedBefore(state, job, since) }];
    const byHand = needTriggering(chain, state.watched.bagResource, version.version).length > 0;
    if (!byHand) continue;
    const begun = await once(
      ground as Ground,
      `start:${job}`,
      `Start ${job}, which does not follow by itself.`,
      async (signal) => {
        await triggerJob(seen.view.client, state.watched.place, job, signal);
        await seen.view.look();
        return true;
      },
      () => (find(job) ? true : null),
      { after: lastKnown(state) },
    );
    if (!begun.ok) return begun;
  }
  const begun = await watch<Build[]>(ground as Ground, followsWithin, () => {
    const missing = jobs.filter((job) => !find(job));
    return missing.length === 0
      ? { done: jobs.flatMap((job) => find(job) ?? []) }
      : { waitingFor: `Waiting for Concourse to start ${missing.join(', ')}.` };
  });
  if (isTimedOut(begun))
    return {
      ok: false,
      end: { state: 'unknown', because: `Concourse did not start it in time. ${begun.waitingFor}` },
    };
  let shown = '';
  const ended = await watch<Build[]>(ground as Ground, world.limits.job, () => {
    const builds = jobs.flatMap((job) => find(job) ?? []);
    const text = builds.map(({ id, status }) => `${id} ${status}`).join();
    if (text !== shown) for (const build of builds) showJob(ground as Ground, build.job, build, null);
    shown = text;
    const open = builds.filter((build) => !hasEnded(build));
    if (open.length === 0 && builds.length === jobs.length) return { done: builds };
    return { waitingFor: open.map(({ job, name }) => `${job} #${name} runs.`).join(' ') };
  });
  return isTimedOut(ended)
    ? { ok: false, end: { state: 'unknown', because: `It took too long. ${ended.waitingFor}` } }
    : { ok: true, value: ended };
}

/** Where the deployment began: its own start-deploy, else the lock's holder. */
function sinceOf(ground: Ground<Carried>): number {
  const lock = lockOf(ground.state);
  return ownStart(ground)?.id ?? (lock?.state === 'held' ? lock.by.id : 0);
}

const lockStays = (environment: string): string => `${environment} stays locked.`;

/** The deploy jobs, one after the other. */
export async function deployByConcourse(ground: Ground<Carried>): Promise<StepEnd> {
  const { environment, jobs } = ground.state.watched;
  for (const job of jobs.deploy) {
    const ran = await runJobs(ground, [job], sinceOf(ground));
    if (!ran.ok) return ran.end;
    const bad = ran.value.find(({ status }) => status !== 'succeeded');
    if (bad)
      return {
        state: 'failed',
        failure: buildFailure(
          bad,
          lockStays(environment),
          'Look at its log. Then unlock by force, and roll back or deploy again.',
        ),
      };
  }
  return { state: 'succeeded' };
}

/** The tests, side by side. */
export async function testByConcourse(ground: Ground<Carried>): Promise<StepEnd> {
  const { environment, jobs } = ground.state.watched;
  const ran = await runJobs(ground, jobs.tests, sinceOf(ground));
  if (!ran.ok) return ran.end;
  const bad = ran.value.find(({ status }) => status !== 'succeeded');
  if (!bad) return { state: 'succeeded', text: `Passed: ${jobs.tests.join(', ')}.` };
  return {
    state: 'failed',
    failure: buildFailure(
      bad,
      `Bag ${bagIn(ground.context.intent)} runs in ${environment} and has not passed there. ${lockStays(environment)}`,
      'If the tests are flaky, run them again alone. Otherwise unlock by force and roll back.',
    ),
  };
}

/** The job that records the pass and releases the lock. */
export async function completeByConcourse(ground: Ground<Carried>): Promise<StepEnd> {
  const { environment, jobs } = ground.state.watched;
  const ran = await runJobs(ground, [jobs.completion], sinceOf(ground));
  if (!ran.ok) return ran.end;
  const [build] = ran.value;
  if (build?.status !== 'succeeded' && build)
    return { state: 'failed', failure: buildFailure(build, lockStays(environment), 'Look at its log.') };
  const lock = lockOf(ground.state);
  return { state: 'succeeded', text: lock?.state === 'free' ? 'The lock is released.' : 'It has ended.' };
}
