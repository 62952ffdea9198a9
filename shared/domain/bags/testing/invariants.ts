import type { Actor } from '../decisions';
import type { PipelineRecords } from '../pipeline-records';
import { chain, type Facts, held, must, passed, started } from './facts';

const keepsLock = ['deploying', 'deployed', 'testing', 'test-failed', 'deploy-failed', 'deploy-unknown'];

/** What must hold of one commit in one environment, by facts alone: none of the rules under test is asked. */
export function checkChange(
  before: PipelineRecords,
  after: PipelineRecords,
  environment: string,
  { operation, by }: Pick<Actor, 'operation' | 'by'>,
  forced: boolean,
  facts: Facts,
): void {
  const byHand = facts.byHand.get(environment);
  const [was, is] = [held(before, environment), held(after, environment)];
  must(is.token >= was.token, 'a token never falls');
  if (is.holder?.operation !== was.holder?.operation && is.holder) {
    must(is.token > was.token, 'a new holder has a higher token');
    const retry = started(after, environment).some(
      (one) => one.token === is.token && one.state === 'testing',
    );
    const under = was.holder?.kind === 'manual' && is.holder.byHand?.operation === was.holder.operation;
    const back = is.holder.kind === 'manual' && was.holder?.byHand?.operation === is.holder.operation;
    must(was.holder === null || retry || under || back, 'at most one lock holder');
    if (back) must(was.holder?.operation === operation, 'only the holder releases, or a person by force');
  }
  const news = started(after, environment).filter(
    (one) => !started(before, environment).some(({ operation: other }) => other === one.operation),
  );
  const open = started(after, environment).filter(({ state }) => keepsLock.includes(state));
  must(open.length <= 1, 'at most one deployment under way in an environment');
  for (const one of open)
    must(is.token === one.token && is.holder !== null, 'the lock is kept until the end, and after a failure');
  if (was.holder && !is.holder && !forced)
    must(
      was.holder.kind === 'manual' ? was.holder.by === by : was.holder.operation === operation,
      'only the holder releases, or a person by force',
    );
  if (byHand !== undefined)
    must(
      (is.holder?.kind === 'manual' ? is.holder.by : is.holder?.byHand?.by) === byHand,
      'a lock by hand stays until it is given back',
    );
  for (const one of news) {
    must(
      was.holder?.operation === one.operation && was.token === one.token,
      'nothing is deployed without its lock',
    );
    if (byHand !== undefined)
      must(
        one.by === byHand && one.cause !== 'automatic',
        'nobody deploys under a lock by hand but its holder',
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
      must(one.bag > (facts.decided.get(environment) ?? 0), 'a changed policy deploys nothing');
      must(
        previous === undefined || !before.environment(previous).bad.has(one.bag),
        'a bag that is bad where it passed goes no further by itself',
      );
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
    must(is.holder?.kind !== 'bag', 'a pass releases the lock in the same commit');
    must(found.ok && facts.tests.get(operation)?.state === 'succeeded', 'only tests that passed make a pass');
  }
}
