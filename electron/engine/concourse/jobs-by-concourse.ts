import type { Build } from '../../../shared/domain/concourse/answers';
import { hasEnded } from '../../../shared/domain/concourse/builds';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { abortBuild, commentBuild, rerunBuild, triggerJob } from '../../systems/concourse/concourse-writes';
import { buildsOf, lastKnown } from '../../systems/concourse/pipeline-state';
import type { StepEnd } from '../operation-context';
import { buildFailure, type Done, type Ground, once, untilEnded } from './build-effects';
import { showJob } from './deploy-by-concourse';
import { runningIn } from './stage-view';

type Of<K extends BagIntent['kind']> = Extract<BagIntent, { kind: K }>;

const noSuchJob: StepEnd = {
  state: 'failed',
  failure: {
    code: 'not-found',
    message: 'The pipeline has no such job.',
    meaning: 'Nothing was changed.',
    next: [{ do: 'advice', label: 'Check jobs in signalbox.yaml.' }],
  },
};

/** Starts a job, with a comment that says who and why, and follows it to its end. */
async function runOne(ground: Ground, job: string, comment: string): Promise<Done<Build>> {
  const { context, seen, state } = ground;
  const known = context.record().effects.get('commit');
  const after = typeof known?.data.after === 'number' ? known.data.after : lastKnown(state);
  const own = (): Build | null =>
    buildsOf(state, job).findLast(({ id, createdBy }) => id > after && createdBy !== null) ?? null;
  if (!known || known.outcome === 'not-done' || !own()) {
    const begun = await once(
      ground,
      'commit',
      `Start ${job}.`,
      async (signal) => {
        const { id } = await triggerJob(seen.view.client, state.watched.place, job, signal);
        if (comment)
          await commentBuild(seen.view.client, id, comment, signal).then(
            () => undefined,
            () => context.saw(`The reason could not be written into a comment of ${job}.`),
          );
        await seen.view.look();
        return true;
      },
      () => (own() ? true : null),
      { after },
    );
    if (!begun.ok) return begun;
  }
  const build = own();
  if (!build)
    return { ok: false, end: { state: 'unknown', because: `Concourse does not show the build of ${job}.` } };
  showJob(ground, job, build, null);
  const ended = await untilEnded(ground, [build.id], context.world.limits.job);
  if (!ended.ok) return ended;
  const [last = build] = ended.value;
  showJob(ground, job, last, null);
  return { ok: true, value: last };
}

/** Packs a bag of the newest versions. */
export async function packByConcourse(ground: Ground<Of<'pack-bag'>>): Promise<StepEnd> {
  const job = ground.state.watched.jobs.packBag;
  if (job === null) return noSuchJob;
  const { reason = '' } = ground.context.intent;
  const ran = await runOne(ground as Ground, job, reason);
  if (!ran.ok) return ran.end;
  return ran.value.status === 'succeeded'
    ? { state: 'succeeded', text: `${job} #${ran.value.name} packed it.` }
    : { state: 'failed', failure: buildFailure(ran.value, 'No bag was packed.', 'Look at its log.') };
}

/** Releases the lock whoever holds it. */
export async function unlockByConcourse(ground: Ground<Of<'force-unlock'>>): Promise<StepEnd> {
  const { context, state } = ground;
  const job = state.watched.jobs.forceUnlock;
  if (job === null) return noSuchJob;
  const by = context.world.identity().name;
  const ran = await runOne(ground as Ground, job, `Unlocked by ${by}: ${context.intent.reason}`);
  if (!ran.ok) return ran.end;
  return ran.value.status === 'succeeded'
    ? { state: 'succeeded', text: `${job} #${ran.value.name} released the lock.` }
    : {
        state: 'failed',
        failure: buildFailure(ran.value, 'The lock may still be held.', 'Look at its log.'),
      };
}

/** Runs the tests again, alone: each that has not passed, or all, with the bag that they had. */
export async function retryByConcourse(ground: Ground<Of<'retry-tests'>>): Promise<StepEnd> {
  const { context, seen, state } = ground;
  const { suites } = context.intent;
  const running = runningIn(state);
  const tests = (running?.deployment.jobs ?? []).flatMap(({ job, build, tries }) =>
    build && state.watched.jobs.tests.includes(job) ? [{ build, tries }] : [],
  );
  const again = tests.filter(
    ({ build }) => hasEnded(build) && (suites === 'all' || build.status !== 'succeeded'),
  );
  if (context.record().effects.has('lock')) return { state: 'succeeded' };
  if (again.length === 0) return { state: 'succeeded', text: 'No tests had to run again.' };
  const begun = await once(
    ground as Ground,
    'lock',
    `Run again: ${again.map(({ build, tries }) => `${build.job} (try ${tries + 1})`).join(', ')}.`,
    async (signal) => {
      for (const { build } of again) await rerunBuild(seen.view.client, build, signal);
      await seen.view.look();
      return true;
    },
    () => null,
    { after: lastKnown(state), jobs: again.map(({ build }) => build.job) },
  );
  return begun.ok ? { state: 'succeeded' } : begun.end;
}

/** Ends tests that run. A deployment is never ended. */
export async function abortByConcourse(ground: Ground<Of<'abort-tests'>>): Promise<StepEnd> {
  const { context, seen, state } = ground;
  const tests = state.watched.jobs.tests.flatMap((job) =>
    buildsOf(state, job).filter((one) => !hasEnded(one)),
  );
  if (tests.length === 0) return { state: 'succeeded', text: 'All tests had already ended.' };
  for (const build of tests) {
    const done = await once(
      ground as Ground,
      `stop:${build.id}`,
      `Abort ${build.job} #${build.name}.`,
      async (signal) => {
        await abortBuild(seen.view.client, build.id, signal);
        await seen.view.look();
        return true;
      },
      () => {
        const now = state.builds.get(build.id);
        return now && hasEnded(now) ? true : null;
      },
    );
    if (!done.ok) return done.end;
  }
  const ended = await untilEnded(
    ground as Ground,
    tests.map(({ id }) => id),
    context.world.limits.hold,
  );
  return ended.ok ? { state: 'succeeded' } : ended.end;
}
