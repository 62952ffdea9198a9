import fc from 'fast-check';
import { autopilotMove } from '../autopilot';
import { holderOf } from '../decisions';
import type { DeployWish } from '../deploying';
import { forceUnlock, takeLock, unlockByHand } from '../locks';
import { nextBag } from '../next';
import { packBag } from '../packing';
import { lastBag, lastStarted, type PipelineRecords } from '../pipeline-records';
import { changePolicy, type PolicyChange } from '../policy';
import { chain, held, images, passed, started } from './facts';
import { Model } from './model';
import { begin, proceed, restart } from './run';

/** Random histories of several consoles on one ledger, with kills between intent and effect. */
const times = <T extends string>(
  count: number,
  ...actions: T[]
): { weight: number; arbitrary: fc.Arbitrary<T> } => ({
  weight: count * actions.length,
  arbitrary: fc.constantFrom(...actions),
});
const step = fc.record({
  console: fc.nat({ max: 2 }),
  action: fc.oneof(
    times(24, 'proceed'),
    times(9, 'job-ends'),
    times(6, 'autopilot'),
    times(2, 'kill', 'clear-bad', 'unpin', 'unlock', 'retry'),
    times(1, 'pack', 'manual', 'override', 'mark-bad', 'pin', 'lock', 'give-back'),
  ),
  environment: fc.constantFrom(...chain.environments),
  bag: fc.integer({ min: 1, max: 6 }),
  good: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Notes up to which bag only a person decides from now on, by facts alone. */
function decide(model: Model, before: PipelineRecords, change: PolicyChange & { environment: string }): void {
  const note = (environment: string, bags: readonly number[]): void => {
    model.decided.set(environment, Math.max(model.decided.get(environment) ?? 0, ...bags));
  };
  const place = chain.environments.indexOf(change.environment);
  const [previous, following] = [chain.environments[place - 1], chain.environments[place + 1]];
  note(change.environment, previous === undefined ? [...before.bags.keys()] : passed(before, previous));
  if (change.action === 'clear-bad' && following !== undefined)
    note(following, passed(before, change.environment).includes(change.bag) ? [change.bag] : []);
}

function action(model: Model, one: Step): null {
  const { console: who, environment, bag, good } = one;
  // Every second look at the remote comes too late.
  if (good) model.views[who] = model.records;
  const view = model.views[who] ?? model.records;
  model.count++;
  const person = `person-${model.count}`;
  const actor = model.actor(person, who);
  const policy = (change: PolicyChange & { environment: string }): null => {
    const { records } = model;
    const changed = model.commit(actor, changePolicy(records, chain, actor, change, 'because'));
    if (changed.kind === 'change') decide(model, records, change);
    return null;
  };
  const running = lastStarted(view, environment)?.bag ?? null;
  const wish: DeployWish = {
    bag,
    cause: 'manual',
    byRule: true,
    running,
    reason: '',
    overridden: [],
    leaveRunning: [],
  };
  switch (one.action) {
    case 'proceed':
      for (let one = 0; one < bag; one++) proceed(model, who);
      return null;
    case 'kill':
      return restart(model, who);
    case 'job-ends': {
      const jobs = [...model.deploys.values(), ...model.tests.values()].filter(
        ({ state }) => state === 'running',
      );
      const job = jobs[bag % Math.max(1, jobs.length)];
      if (job) job.state = good || bag > 1 ? 'succeeded' : 'failed';
      return null;
    }
    case 'pack': {
      const version = `v${model.count}`;
      const contents = { api: { version } };
      const last = lastBag(model.records);
      const commit = 'c';
      model.commit(
        actor,
        packBag(model.records, chain.services, actor, {
          contents,
          commit,
          source: 'running',
          last,
          force: false,
          reason: '',
        }),
      );
      return null;
    }
    case 'autopilot': {
      const [here, move] = [environment, ...chain.environments]
        .map((name) => [name, autopilotMove(view, chain, name, true, images)] as const)
        .find(([, found]) => found.action === 'deploy') ?? [environment, { action: 'wait' as const }];
      if (move.action === 'deploy')
        begin(model, who, here, { ...wish, bag: move.bag, cause: 'automatic', running: undefined }, null);
      return null;
    }
    case 'manual': {
      const next = nextBag(view, chain, environment, 'manual', images);
      if (next.state === 'deploy') begin(model, who, environment, { ...wish, bag: next.bag }, null);
      return null;
    }
    case 'override':
      return begin(
        model,
        who,
        environment,
        {
          ...wish,
          byRule: false,
          reason: 'on purpose',
          overridden: ['not-passed', 'bad', 'pinned-elsewhere'],
        },
        null,
      );
    case 'mark-bad':
      return policy({ action: 'mark-bad', environment, bag });
    case 'clear-bad':
      return policy({ action: 'clear-bad', environment, bag });
    case 'pin':
      return policy({ action: good ? 'pin' : 'freeze', environment, bag });
    case 'unpin':
      return policy({ action: 'unpin', environment });
    case 'unlock': {
      const holder = holderOf(model.records, environment);
      const operation = holder.ok ? holder.value?.operation : undefined;
      const isRunning = [model.deploys, model.tests].some(
        (jobs) => jobs.get(operation ?? '')?.state === 'running',
      );
      if (isRunning) return null;
      const { token } = held(model.records, environment);
      model.commit(
        actor,
        forceUnlock(model.records, environment, actor, { token, reason: 'by force' }),
        environment,
      );
      return null;
    }
    case 'lock': {
      const taken = takeLock(model.records, environment, actor, { kind: 'manual', reason: '', until: null });
      if (model.commit(actor, taken).kind === 'change') model.byHand.set(environment, actor.by);
      return null;
    }
    case 'give-back': {
      const given = unlockByHand(model.records, environment, actor, held(view, environment).token);
      if (given.kind === 'change') model.byHand.delete(environment);
      model.commit(actor, given);
      return null;
    }
    case 'retry': {
      const { token } = held(view, environment);
      return begin(model, who, environment, null, token);
    }
  }
}

/** How a walk ended. */
export interface Walk {
  histories: number;
  /** Bags that reached production, over all histories: that the walk gets anywhere. */
  delivered: number;
  deployments: number;
  /** The rule that was broken, and the first history that breaks it. */
  broken: { rule: string; history: readonly Step[] } | null;
}

/** Walks random histories until one breaks what must hold, or all are through. */
export function walk(histories: number, seed: number): Walk {
  let delivered = 0;
  let deployments = 0;
  const property = fc.property(fc.array(step, { minLength: 20, maxLength: 160, size: 'max' }), (steps) => {
    const model = new Model();
    const pack: Step = { console: 0, action: 'pack', environment: 'preview', bag: 1, good: true };
    for (const one of [pack, pack, ...steps]) action(model, one);
    delivered += passed(model.records, 'production').length;
    for (const environment of chain.environments) deployments += started(model.records, environment).length;
  });
  const result = fc.check(property, { numRuns: histories, seed, endOnFailure: true });
  const rule = result.errorInstance instanceof Error ? result.errorInstance.message : null;
  return {
    histories: result.numRuns,
    delivered,
    deployments,
    broken: result.failed ? { rule: rule ?? 'unknown', history: result.counterexample?.[0] ?? [] } : null,
  };
}
