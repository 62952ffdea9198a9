import fc from 'fast-check';
import { autopilotMove } from '../autopilot';
import { type Actor, type Decision, deploymentUnder, type Hold, holderOf } from '../decisions';
import { advance, type DeployWish, recordPass, retryTests, startDeployment } from '../deploying';
import { forceUnlock, releaseLock, takeLock } from '../locks';
import { type BagChain, nextBag } from '../next';
import { packBag } from '../packing';
import { gatherRecords, lastBag, lastStarted, type PipelineRecords, readEntry } from '../pipeline-records';
import { changePolicy } from '../policy';
import type { BagDeployment } from '../records';

/**
 * Random histories of several consoles on one ledger, with kills between intent and effect. What lands is decided by
 * the real rules; what must always hold is checked against facts that this model keeps by itself.
 */
const chain: BagChain = { environments: ['preview', 'staging', 'production'], services: ['api'] };
const pipeline = 'notify';
const images = { missingImages: () => [] };

const times = <T extends string>(
  count: number,
  ...acts: T[]
): { weight: number; arbitrary: fc.Arbitrary<T> } => ({
  weight: count * acts.length,
  arbitrary: fc.constantFrom(...acts),
});
const step = fc.record({
  console: fc.nat({ max: 2 }),
  act: fc.oneof(
    times(24, 'proceed'),
    times(9, 'job-ends'),
    times(6, 'autopilot'),
    times(2, 'kill', 'clear-bad', 'unpin', 'unlock', 'retry'),
    times(1, 'pack', 'manual', 'override', 'mark-bad', 'pin'),
  ),
  environment: fc.constantFrom(...chain.environments),
  bag: fc.integer({ min: 1, max: 6 }),
  good: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One operation as its console's journal has it. */
interface Run {
  id: string;
  environment: string;
  wish: DeployWish | null;
  retries: number | null;
  hold: Hold | null;
  at: 'lock' | 'start' | 'submit' | 'deploy' | 'tests-begin' | 'submit-tests' | 'test' | 'lost' | 'end';
  intended: boolean;
}

interface Job {
  operation: string;
  state: 'running' | 'succeeded' | 'failed';
}

/** A rule that was broken. */
class Broken extends Error {}
const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Broken(what);
};

class Model {
  files = new Map<string, string>();
  records: PipelineRecords = gatherRecords(pipeline, []);
  /** Each console's view may be older than the ledger. */
  views: PipelineRecords[] = [this.records, this.records, this.records];
  journals = new Map<number, Run>();
  memory = new Map<number, Run>();
  deploys = new Map<string, Job>();
  tests = new Map<string, Job>();
  clock = Date.parse('2026-01-01T00:00:00Z');
  count = 0;

  actor(operation: string): Actor {
    this.clock += 1_000;
    return {
      by: `person of ${operation}`,
      email: 'p@example.invalid',
      operation,
      at: new Date(this.clock).toISOString(),
    };
  }

  /** One commit, all or nothing, on the newest snapshot: what a compare-and-swap with retries comes to. */
  commit<T>(operation: string, decision: Decision<T>, forced = false): Decision<T> {
    if (decision.kind !== 'change') return decision;
    const before = this.records;
    for (const { path, text } of decision.changes) {
      if (text === null) this.files.delete(path);
      else this.files.set(path, text);
    }
    this.records = gatherRecords(
      pipeline,
      [...this.files].flatMap(([path, text]) => entryOf(path, text) ?? []),
    );
    for (const environment of chain.environments)
      checkChange(before, this.records, environment, operation, forced, this);
    return decision;
  }
}

/** Texts repeat over thousands of histories. */
const parsed = new Map<string, ReturnType<typeof readEntry>>();
function entryOf(path: string, text: string): ReturnType<typeof readEntry> {
  const key = `${path}\n${text}`;
  let known = parsed.get(key);
  if (known === undefined) {
    if (parsed.size > 20_000) parsed.clear();
    known = readEntry(path, text);
    parsed.set(key, known);
  }
  return known;
}

const held = (records: PipelineRecords, environment: string) => {
  const { lock } = records.environment(environment);
  return lock?.ok ? { token: lock.value.token, holder: lock.value.held } : { token: 0, holder: null };
};
const passed = (records: PipelineRecords, environment: string): number[] =>
  records.environment(environment).passes.map(({ bag }) => bag);
const started = (records: PipelineRecords, environment: string): BagDeployment[] =>
  records.environment(environment).deployments.flatMap(({ found }) => (found.ok ? [found.value] : []));
const keepsLock = ['deploying', 'deployed', 'testing', 'test-failed', 'deploy-failed', 'deploy-unknown'];

/** What must hold of one commit in one environment, by facts alone: none of the rules under test is asked. */
function checkChange(
  before: PipelineRecords,
  after: PipelineRecords,
  environment: string,
  operation: string,
  forced: boolean,
  model: Model,
): void {
  const [was, is] = [held(before, environment), held(after, environment)];
  must(is.token >= was.token, 'a token never falls');
  if (is.holder?.operation !== was.holder?.operation && is.holder) {
    must(is.token > was.token, 'a new holder has a higher token');
    const retry = started(after, environment).some(
      (one) => one.token === is.token && one.state === 'testing',
    );
    must(was.holder === null || retry, 'at most one lock holder');
  }
  const news = started(after, environment).filter(
    (one) => !started(before, environment).some(({ operation: other }) => other === one.operation),
  );
  const open = started(after, environment).filter(({ state }) => keepsLock.includes(state));
  must(open.length <= 1, 'at most one deployment under way in an environment');
  for (const one of open)
    must(is.token === one.token && is.holder !== null, 'the lock is kept until the end, and after a failure');
  if (was.holder && !is.holder && !forced)
    must(was.holder.operation === operation, 'only the holder releases, or a person by force');
  for (const one of news) {
    must(
      was.holder?.operation === one.operation && was.token === one.token,
      'nothing is deployed without its lock',
    );
    const { pin, bad } = before.environment(environment);
    const place = chain.environments.indexOf(environment);
    const previous = chain.environments[place - 1];
    const candidates = previous === undefined ? [...before.bags.keys()] : passed(before, previous);
    if (one.reason === '') {
      must(candidates.includes(one.bag), 'never a bag that has not passed before');
      must(!bad.has(one.bag), 'never a bag that is bad there');
      if (pin) must(pin.ok && pin.value.bag === one.bag, 'a pin is kept');
      else
        must(
          one.bag === Math.max(...candidates.filter((bag) => !bad.has(bag))),
          'the order is that of the numbers alone',
        );
    }
    if (one.cause === 'automatic') {
      const earlier = started(before, environment);
      must(!earlier.some(({ bag }) => bag === one.bag), 'nothing is started twice by itself');
      const running = earlier.at(-1)?.bag ?? 0;
      must(one.bag > running, 'an older bag never replaces a newer one by itself');
    }
  }
  const fresh = after
    .environment(environment)
    .passes.filter(
      ({ found }) =>
        found.ok &&
        !before
          .environment(environment)
          .passes.some((one) => one.found.ok && one.found.value.operation === found.value.operation),
    );
  for (const { bag, found } of fresh) {
    must(was.holder?.operation === operation, 'only the holder passes a bag');
    must(!before.environment(environment).bad.has(bag), 'a bag that is bad gets no pass');
    must(is.holder === null, 'a pass releases the lock in the same commit');
    must(
      found.ok && model.tests.get(`${operation}`)?.state === 'succeeded',
      'only tests that passed make a pass',
    );
  }
}

/** Carries one operation on by one step; a kill may come before and after each. */
function proceed(model: Model, who: number): null {
  const run = model.memory.get(who);
  if (!run || run.at === 'end') return null;
  const { environment, id } = run;
  const actor = model.actor(id);
  const write = (change: Partial<Run>): null => {
    Object.assign(run, change);
    model.journals.set(who, { ...run });
    return null;
  };
  const { records } = model;
  const hold = run.hold ?? { operation: id, token: 0 };
  switch (run.at) {
    case 'lock': {
      const decision = model.commit(
        id,
        run.retries === null
          ? takeLock(records, environment, actor, { kind: 'bag', reason: '', until: null })
          : retryTests(records, environment, actor, { token: run.retries, reason: '' }),
      );
      if (decision.kind === 'refusal') write(run.retries === null ? {} : { at: 'end' });
      else write({ hold: decision.value, at: run.retries === null ? 'start' : 'submit-tests' });
      return null;
    }
    case 'start': {
      if (!run.wish) return null;
      const decision = model.commit(
        id,
        startDeployment(records, chain, environment, actor, hold, run.wish, images),
      );
      if (decision.kind !== 'refusal') return write({ at: 'submit' });
      model.commit(id, releaseLock(model.records, environment, hold));
      return write({ at: 'end' });
    }
    case 'submit': {
      // The intent is in the journal before the effect; the kill may come in between.
      if (!run.intended) return write({ intended: true });
      const deployment = deploymentUnder(records, environment, hold.token);
      const lock = held(records, environment);
      if (lock.holder?.operation !== id || lock.token !== hold.token || deployment?.state !== 'deploying')
        return write({ at: 'end' });
      must(!model.deploys.has(id), 'a deploy is never started twice');
      model.deploys.set(id, { operation: id, state: 'running' });
      run.at = 'deploy';
      return null;
    }
    case 'deploy': {
      const job = model.deploys.get(id);
      if (job?.state === 'running') return write({ at: 'deploy' });
      const failure = job?.state === 'succeeded' ? null : 'it failed';
      const event = failure === null ? 'deploy-done' : 'deploy-failed';
      const decision = model.commit(id, advance(records, environment, actor, hold, event, { failure }));
      return write({ at: decision.kind === 'refusal' || failure !== null ? 'end' : 'tests-begin' });
    }
    case 'lost': {
      model.commit(id, advance(records, environment, actor, hold, 'outcome-lost', { failure: 'lost' }));
      return write({ at: 'end' });
    }
    case 'tests-begin': {
      const decision = model.commit(id, advance(records, environment, actor, hold, 'tests-begin'));
      return write({ at: decision.kind === 'refusal' ? 'end' : 'submit-tests' });
    }
    case 'submit-tests':
      // Tests may be asked for twice: their object's name is fixed.
      if (!model.tests.has(id)) model.tests.set(id, { operation: id, state: 'running' });
      return write({ at: 'test' });
    case 'test': {
      const job = model.tests.get(id);
      if (job?.state === 'running') return null;
      if (job?.state === 'succeeded')
        model.commit(id, recordPass(records, environment, actor, hold, { suite: 'passed' }));
      else model.commit(id, advance(records, environment, actor, hold, 'tests-failed', { failure: 'red' }));
      // Done, failed, or unlocked by force meanwhile: nothing more can be done in any case.
      return write({ at: 'end' });
    }
    default:
      return null;
  }
}

/** The console starts again from its journal: an intent without a result is asked for, never repeated. */
function restart(model: Model, who: number): null {
  const run = model.journals.get(who);
  if (!run) {
    model.memory.delete(who);
    return null;
  }
  const again = { ...run };
  if (again.at === 'submit' && again.intended) again.at = model.deploys.has(again.id) ? 'deploy' : 'lost';
  model.memory.set(who, again);
  return null;
}

function begin(
  model: Model,
  who: number,
  environment: string,
  wish: DeployWish | null,
  retries: number | null,
): null {
  const current = model.memory.get(who);
  if (current && current.at !== 'end') return null;
  model.count++;
  const run: Run = {
    id: `operation-${model.count}`,
    environment,
    wish,
    retries,
    hold: null,
    at: 'lock',
    intended: false,
  };
  model.memory.set(who, run);
  model.journals.set(who, { ...run });
  return null;
}

function act(model: Model, one: Step): null {
  const { console: who, environment, bag, good } = one;
  // Every second look at the remote comes too late.
  if (good) model.views[who] = model.records;
  const view = model.views[who] ?? model.records;
  model.count++;
  const person = `person-${model.count}`;
  const actor = model.actor(person);
  const policy = (change: Parameters<typeof changePolicy>[3]): null => {
    model.commit(person, changePolicy(model.records, chain, actor, change, 'because'));
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
  switch (one.act) {
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
        person,
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
        .find(([, found]) => found.act === 'deploy') ?? [environment, { act: 'wait' as const }];
      if (move.act === 'deploy')
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
      return policy({ act: 'mark-bad', environment, bag });
    case 'clear-bad':
      return policy({ act: 'clear-bad', environment, bag });
    case 'pin':
      return policy({ act: good ? 'pin' : 'freeze', environment, bag });
    case 'unpin':
      return policy({ act: 'unpin', environment });
    case 'unlock': {
      const holder = holderOf(model.records, environment);
      const operation = holder.ok ? holder.value?.operation : undefined;
      const isRunning = [model.deploys, model.tests].some(
        (jobs) => jobs.get(operation ?? '')?.state === 'running',
      );
      if (isRunning) return null;
      const { token } = held(model.records, environment);
      model.commit(
        person,
        forceUnlock(model.records, environment, actor, { token, reason: 'by force' }),
        true,
      );
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
    const pack: Step = { console: 0, act: 'pack', environment: 'preview', bag: 1, good: true };
    for (const one of [pack, pack, ...steps]) act(model, one);
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
