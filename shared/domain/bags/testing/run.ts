import { deploymentUnder } from '../decisions';
import { advance, type DeployWish, recordPass, retryTests, startDeployment } from '../deploying';
import { releaseLock, takeLock } from '../locks';
import { chain, held, images, must } from './facts';
import type { Model, Run } from './model';

/** Carries one operation on by one step; a kill may come before and after each. */
export function proceed(model: Model, who: number): null {
  const run = model.memory.get(who);
  if (!run || run.at === 'end') return null;
  const { environment, id } = run;
  const actor = model.actor(id, who);
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
        actor,
        run.retries === null
          ? takeLock(records, environment, actor, {
              kind: 'bag',
              reason: '',
              until: null,
              overOwn: run.wish?.cause !== 'automatic',
            })
          : retryTests(records, environment, actor, { token: run.retries, reason: '' }),
      );
      if (decision.kind === 'refusal') write(run.retries === null ? {} : { at: 'end' });
      else write({ hold: decision.value, at: run.retries === null ? 'start' : 'submit-tests' });
      return null;
    }
    case 'start': {
      if (!run.wish) return null;
      const decision = model.commit(
        actor,
        startDeployment(records, chain, environment, actor, hold, run.wish, images),
      );
      if (decision.kind !== 'refusal') return write({ at: 'submit' });
      model.commit(actor, releaseLock(model.records, environment, hold));
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
      const decision = model.commit(actor, advance(records, environment, actor, hold, event, { failure }));
      return write({ at: decision.kind === 'refusal' || failure !== null ? 'end' : 'tests-begin' });
    }
    case 'lost': {
      model.commit(actor, advance(records, environment, actor, hold, 'outcome-lost', { failure: 'lost' }));
      return write({ at: 'end' });
    }
    case 'tests-begin': {
      const decision = model.commit(actor, advance(records, environment, actor, hold, 'tests-begin'));
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
        model.commit(actor, recordPass(records, environment, actor, hold, { suite: 'passed' }));
      else
        model.commit(actor, advance(records, environment, actor, hold, 'tests-failed', { failure: 'red' }));
      // Done, failed, or unlocked by force meanwhile: nothing more can be done in any case.
      return write({ at: 'end' });
    }
    default:
      return null;
  }
}

/** The console starts again from its journal: an intent without a result is asked for, never repeated. */
export function restart(model: Model, who: number): null {
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

export function begin(
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
