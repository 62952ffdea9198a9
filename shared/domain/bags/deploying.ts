import { put } from '../records/record-change';
import {
  type Actor,
  bagText,
  type Decision,
  deploymentUnder,
  fence,
  type Hold,
  lockAfter,
  refuse,
} from './decisions';
import { type BagEvent, nextState, stateAfter } from './machine';
import { type BagChain, brokenRules, type ImageFacts, judge, nextBag } from './next';
import { lastStarted, markedText, type PipelineRecords } from './pipeline-records';
import type { BagDeployment, Cause } from './records';

/** What a deployment was asked to be. */
export interface DeployWish {
  bag: number;
  cause: Cause;
  /** The person confirmed the rule's choice: it must still be the choice under the lock. */
  byRule: boolean;
  /** The bag that ran there when the person decided; `undefined`: nobody looked. */
  running: number | null | undefined;
  reason: string;
  /** Broken rules that a person overrode with a reason. */
  overridden: readonly string[];
  /** Services that the bag lacks and that are to be left running. */
  leaveRunning: readonly string[];
}

/** Why the bag must not be deployed after all, asked under the lock; or the bag that is. */
function chooseAgain(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  wish: DeployWish,
  images: ImageFacts,
): number | ReturnType<typeof refuse> {
  if (wish.cause === 'automatic') {
    const next = nextBag(records, chain, environment, 'automatic', images);
    return next.state === 'deploy' ? next.bag : refuse('refused', next.why, 'No action needed.');
  }
  const running = lastStarted(records, environment)?.bag ?? null;
  if (wish.running !== undefined && wish.running !== running)
    return refuse(
      'conflict',
      `${environment} changed after you opened this: it was running ${bagText(wish.running)}, and is now running ${bagText(running)}.`,
    );
  if (wish.byRule) {
    const next = nextBag(records, chain, environment, 'manual', images);
    if (next.state !== 'deploy') return refuse('refused', next.why);
    if (next.bag !== wish.bag)
      return refuse(
        'conflict',
        `The next bag in ${environment} changed: it is now bag ${next.bag}; you confirmed bag ${wish.bag}.`,
      );
    return next.bag;
  }
  const open = brokenRules(records, chain, environment, wish.bag).filter(
    ({ rule }) => wish.reason.trim() === '' || !wish.overridden.includes(rule),
  );
  if (open.length > 0)
    return refuse(
      'refused',
      open.map(({ text }) => text).join(' '),
      'Override it with a reason, or choose another bag.',
    );
  const judged = judge(records, chain, environment, wish.bag, 'manual', images);
  return judged.state === 'deploy' ? wish.bag : refuse('refused', judged.why);
}

/**
 * Fixes the bag under the lock and writes down that its deployment is started: before anything is done outside.
 * An automatic deployment takes what the rule says now; a manual one that would be another than was confirmed is
 * refused.
 */
export function startDeployment(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  actor: Actor,
  hold: Hold,
  wish: DeployWish,
  images: ImageFacts,
): Decision<BagDeployment> {
  const fenced = fence(records, environment, hold);
  if ('refused' in fenced) return fenced.refused;
  const known = deploymentUnder(records, environment, hold.token);
  if (known) return { kind: 'nothing', value: known };
  // It lost its lock and took it again: what it started once is never started twice.
  const earlier = records.environment(environment).deployments;
  if (earlier.some(({ found }) => found.ok && found.value.operation === actor.operation))
    return refuse('conflict', 'This operation has already started a deployment.');
  const bag = chooseAgain(records, chain, environment, wish, images);
  if (typeof bag !== 'number') return bag;
  const found = records.bags.get(bag);
  const services = found?.ok ? Object.keys(found.value.services) : [];
  const lacking = chain.services.filter((one) => !services.includes(one));
  const undecided = lacking.filter((one) => !wish.leaveRunning.includes(one));
  if (undecided.length > 0)
    return refuse(
      'refused',
      `Bag ${bag} does not include these current services: ${undecided.join(', ')}.`,
      'Choose to leave them running unchanged, or choose another bag.',
    );
  const deployment: BagDeployment = {
    pipeline: records.pipeline,
    environment,
    bag,
    by: actor.by,
    at: actor.at,
    operation: actor.operation,
    cause: wish.cause,
    reason: wish.reason,
    token: hold.token,
    state: nextState('locked', 'bag-fixed') ?? 'deploying',
    since: actor.at,
    replaced: lastStarted(records, environment)?.bag ?? null,
    leftRunning: lacking,
    tagged: false,
    tests: {},
    failure: null,
  };
  return {
    kind: 'change',
    // The lock is changed too, so that a force-unlock at the same moment cannot be merged with this.
    changes: [put('deployment', deployment), put('lock', { ...fenced.lock, held: { ...fenced.held, bag } })],
    subject: `Deploy bag ${bag} of ${records.pipeline} to ${environment}`,
    value: deployment,
  };
}

/** What a deployment has come to, besides its state. */
export interface Progress {
  tests?: BagDeployment['tests'];
  failure?: string | null;
}

/** Moves the holder's deployment on by one event of the state machine. */
export function advance(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  hold: Hold,
  event: Exclude<BagEvent, 'tests-passed' | 'pass-recorded' | 'retry-tests' | 'force-unlocked'>,
  progress: Progress = {},
): Decision<BagDeployment> {
  const fenced = fence(records, environment, hold);
  if ('refused' in fenced) return fenced.refused;
  const deployment = deploymentUnder(records, environment, hold.token);
  if (!deployment)
    return refuse('bad-data', `The release repo has no deployment for this lock on ${environment}.`);
  const state = nextState(deployment.state, event);
  if (state === null) {
    // Written before a crash.
    if (deployment.state === stateAfter(event)) return { kind: 'nothing', value: deployment };
    return refuse('conflict', `A deployment in state ${deployment.state} can’t change by "${event}".`);
  }
  const value: BagDeployment = {
    ...deployment,
    state,
    since: actor.at,
    tests: { ...deployment.tests, ...progress.tests },
    failure: progress.failure === undefined ? deployment.failure : progress.failure,
  };
  return {
    kind: 'change',
    changes: [put('deployment', value)],
    subject: `Bag ${deployment.bag} of ${records.pipeline} in ${environment}: ${state}`,
    value,
  };
}

/** Notes that the bag's image tags are set, in the very commit that sets them. */
export function noteTagged(
  records: PipelineRecords,
  environment: string,
  hold: Hold,
): Decision<BagDeployment> {
  const fenced = fence(records, environment, hold);
  if ('refused' in fenced) return fenced.refused;
  const deployment = deploymentUnder(records, environment, hold.token);
  if (deployment?.state !== 'deploying')
    return refuse('conflict', `No deployment to ${environment} is in progress under this lock.`);
  if (deployment.tagged) return { kind: 'nothing', value: deployment };
  const value = { ...deployment, tagged: true };
  return {
    kind: 'change',
    changes: [put('deployment', value)],
    subject: `Deploy bag ${deployment.bag} to ${environment}`,
    value,
  };
}

/** How every pass's tag begins. */
export const passTagPrefix = 'passed-';

/** The tag `passed-<environment>-<timestamp>` of a pass: seconds in UTC, without what a ref's name cannot hold. */
export const passTag = (environment: string, at: string): string =>
  `${passTagPrefix}${environment}-${at.replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
/**
 * All suites passed: the pass and the release of the lock, in one commit. A bag that was marked bad meanwhile gets no
 * pass; the lock is kept then, as after any failure.
 */
export function recordPass(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  hold: Hold,
  tests: BagDeployment['tests'],
): Decision<{ passed: boolean; bag: number; tag: string }> {
  const { lock, passes, bad } = records.environment(environment);
  const done = deploymentUnder(records, environment, hold.token);
  if (done?.state === 'done' && lock?.ok) {
    const pass = passes.find(({ found }) => found.ok && found.value.operation === done.operation)?.found;
    const tag = pass?.ok ? pass.value.tag : passTag(environment, done.since);
    return { kind: 'nothing', value: { passed: true, bag: done.bag, tag } };
  }
  const fenced = fence(records, environment, hold);
  if ('refused' in fenced) return fenced.refused;
  if (!done) return refuse('bad-data', `The release repo has no deployment for this lock on ${environment}.`);
  if (done.state === 'test-failed')
    return { kind: 'nothing', value: { passed: false, bag: done.bag, tag: '' } };
  const passed = nextState(done.state, 'tests-passed');
  const state = passed && nextState(passed, 'pass-recorded');
  if (!state) return refuse('conflict', `A deployment in state ${done.state} can’t pass.`);
  const after = { ...done, since: actor.at, tests: { ...done.tests, ...tests } };
  const mark = bad.get(done.bag);
  const marked = markedText(records, done.bag);
  if (mark || marked !== null) {
    const who = mark?.ok ? `was marked bad by ${mark.value.by}` : (marked ?? 'has an unreadable bad mark');
    const failure = mark
      ? `Bag ${done.bag} ${who} during its tests, so it does not pass.`
      : `Bag ${done.bag} ${who}. It does not pass.`.slice(0, 500);
    return {
      kind: 'change',
      changes: [put('deployment', { ...after, state: 'test-failed', failure })],
      subject: `No pass for bag ${done.bag} of ${records.pipeline} in ${environment}`,
      value: { passed: false, bag: done.bag, tag: '' },
    };
  }
  const tag = passTag(environment, actor.at);
  return {
    kind: 'change',
    changes: [
      put('pass', {
        pipeline: records.pipeline,
        environment,
        bag: done.bag,
        by: actor.by,
        at: actor.at,
        operation: done.operation,
        tag,
      }),
      put('deployment', { ...after, state, failure: null }),
      put('lock', lockAfter(fenced.lock)),
    ],
    subject: `Pass bag ${done.bag} of ${records.pipeline} in ${environment}`,
    value: { passed: true, bag: done.bag, tag },
  };
}

/**
 * Takes failed tests over, to run them again without a new deployment: the lock goes to the operation that retries,
 * with a higher token, so that the earlier one can neither tag nor release.
 */
export function retryTests(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  wish: { token: number; reason: string },
): Decision<Hold> {
  const { lock, bad } = records.environment(environment);
  if (lock && !lock.ok) return { kind: 'refusal', failure: lock.failure };
  const { operation } = actor;
  if (lock?.value.held?.operation === operation)
    return { kind: 'nothing', value: { operation, token: lock.value.token } };
  if (!lock?.value.held || lock.value.token !== wish.token)
    return refuse('conflict', `The lock on ${environment} has changed.`);
  const deployment = deploymentUnder(records, environment, wish.token);
  const state = deployment && nextState(deployment.state, 'retry-tests');
  if (!deployment || !state)
    return refuse('refused', `There are no failed tests in ${environment} to retry.`);
  if (bad.has(deployment.bag))
    return refuse('refused', `Bag ${deployment.bag} is marked bad in ${environment}, so it can’t pass.`);
  const marked = markedText(records, deployment.bag);
  if (marked !== null) return refuse('refused', `Bag ${deployment.bag} ${marked}. It can’t pass.`);
  const token = wish.token + 1;
  return {
    kind: 'change',
    changes: [
      put('lock', {
        ...lock.value,
        token,
        held: { ...lock.value.held, by: actor.by, email: actor.email, operation, since: actor.at },
      }),
      put('deployment', { ...deployment, token, state, since: actor.at, failure: null }),
    ],
    subject: `Retry the tests of bag ${deployment.bag} of ${records.pipeline} in ${environment}`,
    value: { operation, token },
  };
}
