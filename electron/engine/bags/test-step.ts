import { advance, recordPass } from '../../../shared/domain/bags/deploying';
import type { BagDeployment } from '../../../shared/domain/bags/records';
import { jobName } from '../../../shared/domain/estate/bags-pipeline';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { StepContext, StepEnd } from '../operation-context';
import { heldDeployment, runJob, type StageIntent, showJobs } from './deploy-step';
import { tagPass } from './pass-tags';
import { pipelineOf, stageOf } from './pipelines';
import type { JobEnd, JobTask } from './run-job';
import { actorOf, writeRecords } from './write-records';

type Outcomes = BagDeployment['tests'];

const outcomeOf = (end: JobEnd): Outcomes[string] => (end.state === 'succeeded' ? 'passed' : end.state);

const endWord = { failed: 'failed', aborted: 'was aborted', unknown: 'has an unknown outcome' } as const;

function testsFailed(deployment: BagDeployment, text: string): Failure {
  return {
    code: 'refused',
    message: text,
    meaning: `Bag ${deployment.bag} runs in ${deployment.environment} and has not passed there. The environment stays locked.`,
    next: [
      {
        do: 'advice',
        label: 'If the tests are flaky, retry them. Otherwise force-unlock and roll back.',
      },
    ],
  };
}

/**
 * Runs the test suites of the environment, all at the same time.
 */
export async function testSuites(context: StepContext<StageIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const held = await heldDeployment(context);
  if ('failure' in held) return { state: 'failed', failure: held.failure };
  const { hold, deployment } = held;
  const { environment } = intent;
  if (deployment.state === 'done') return { state: 'succeeded' };
  if (deployment.state === 'test-failed')
    return { state: 'failed', failure: testsFailed(deployment, deployment.failure ?? 'The tests failed.') };
  const stage = stageOf(pipelineOf(world.estate, intent.pipeline), environment);
  // A retry says whether it runs those that have not passed, or all.
  const only = 'suites' in intent ? intent.suites : 'all';
  const suites = stage.tests.filter((job) => only === 'all' || deployment.tests[jobName(job)] !== 'passed');
  const tasks = suites.map((job): JobTask => {
    const index = stage.tests.indexOf(job);
    return { context, deployment, hold, job, phase: 'test', index };
  });
  showJobs(tasks);
  if (deployment.state === 'deployed') {
    const begun = await writeRecords(
      context,
      'tests-begin',
      (records) => advance(records, environment, actorOf(context), hold, 'tests-begin'),
      { patience: world.limits.ledger },
    );
    if (!begun.ok) return { state: 'failed', failure: begun.failure };
  }
  const ends = await Promise.all(
    tasks.map(async (task) => ({ name: jobName(task.job), end: await runJob(task) })),
  );
  const bad = ends.filter(({ end }) => end.state !== 'succeeded');
  if (bad.length === 0)
    return {
      state: 'succeeded',
      text:
        ends.length === 0
          ? 'No suites are configured.'
          : `Passed: ${ends.map(({ name }) => name).join(', ')}.`,
    };
  const tests = Object.fromEntries(ends.map(({ name, end }) => [name, outcomeOf(end)]));
  const text = bad
    .map(({ name, end }) => (end.state === 'succeeded' ? '' : `${name} ${endWord[end.state]}: ${end.text}`))
    .join(' ');
  const noted = await writeRecords(
    context,
    'tests-failed',
    (records) =>
      advance(records, environment, actorOf(context), hold, 'tests-failed', {
        tests,
        failure: text.slice(0, 500),
      }),
    { patience: world.limits.ledger },
  );
  if (!noted.ok) return { state: 'failed', failure: noted.failure };
  return { state: 'failed', failure: testsFailed(deployment, text) };
}

/** The pass and the release of the lock in one commit, then the tag beside it. */
export async function passAndUnlock(context: StepContext<StageIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const held = await heldDeployment(context);
  if ('failure' in held) return { state: 'failed', failure: held.failure };
  const { hold, deployment } = held;
  const { environment, pipeline } = intent;
  const stage = stageOf(pipelineOf(world.estate, pipeline), environment);
  const tests: Outcomes = Object.fromEntries(stage.tests.map((job) => [jobName(job), 'passed']));
  const written = await writeRecords(
    context,
    'pass',
    (records) => recordPass(records, environment, actorOf(context), hold, tests),
    { patience: world.limits.ledger, data: () => ({ token: hold.token }) },
  );
  if (!written.ok) return { state: 'failed', failure: written.failure };
  const { passed, bag, tag } = written.value.value;
  if (!passed)
    return {
      state: 'failed',
      failure: testsFailed(
        deployment,
        `Bag ${bag} was marked bad in ${environment} during its tests, so it does not pass.`,
      ),
    };
  const { operation } = deployment;
  context.intend('tag', `Tag the pass of bag ${bag} as ${tag}.`, { tag });
  const tagged = await tagPass(
    world,
    { pipeline, environment, bag, operation, tag },
    context.signal,
    written.value.commit,
  );
  context.result('tag', {
    outcome: tagged.ok ? 'done' : 'not-done',
    text: tagged.ok
      ? `Tagged ${tag}.`
      : `The tag ${tag} could not be created yet; Signalbox will try again: ${tagged.failure.message}`,
  });
  return { state: 'succeeded', text: `Bag ${bag} passed in ${environment}; the lock is released.` };
}
