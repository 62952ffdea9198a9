import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { versionKey } from '../../../shared/domain/concourse/answers';
import { mostRequests } from '../../../shared/domain/concourse/polling';
import { effectOf } from '../../../shared/domain/concourse/scheduling';
import { noLog } from '../../log/log';
import { type ConcourseView, observeConcourse } from './observe-concourse';
import { bagOf, buildsOf, lockOf, type PipelineState, startInput, takersOf } from './pipeline-state';
import { type PracticeForClient, practiceForClient, watchedPipelines } from './testing/practice';

let practice: PracticeForClient;
let view: ConcourseView;
const observe = (speed = 50): ConcourseView =>
  observeConcourse({
    client: practice.client,
    pipelines: watchedPipelines,
    log: noLog,
    now: () => new Date(),
    speed,
  });
const state = (environment: string): PipelineState => {
  const found = view.state(environment);
  if (!found) throw new Error(`nothing of ${environment}`);
  return found;
};
const live = () => expect.poll(() => view.freshness().state).toBe('live');
const statuses = (environment: string, job: string) =>
  buildsOf(state(environment), job).map(({ name, status }) => `${name} ${status}`);

beforeEach(async () => {
  practice = await practiceForClient();
  view = observe();
});
afterEach(async () => {
  view.close();
  await practice.close();
});

describe('a Concourse that is followed', () => {
  it('shows jobs, bags, who took them, and the lock, of every environment', async () => {
    await live();
    for (const { environment } of watchedPipelines) {
      const [bag] = state(environment).versions;
      expect(bag?.version.tag).toBe('bag-0001');
      expect(takersOf(state(environment), versionKey(bag?.version ?? {})).map(({ job }) => job)).toEqual([
        'signal-deploy-completion',
        'test',
        'deploy',
        'start-deploy',
      ]);
      expect(lockOf(state(environment))).toMatchObject({
        state: 'free',
        by: { job: 'signal-deploy-completion' },
      });
    }
    expect(view.user()?.name).toBe('pip');
  });

  it('sees builds begin and end, the lock taken, and who waits for it', async () => {
    await live();
    practice.faults.failTests.preview = 1;
    practice.publish();
    practice.concourse.settle(150);
    practice.publish();
    practice.concourse.settle(150);
    await expect.poll(() => statuses('preview', 'start-deploy')[0]).toBe('3 started');
    await expect.poll(() => lockOf(state('preview'))).toMatchObject({ state: 'held', by: { name: '2' } });
    const [waiting] = buildsOf(state('preview'), 'start-deploy');
    // The lists come before what each build took.
    await expect.poll(() => bagOf(state('preview'), waiting?.id ?? 0)?.version.number).toBe('3');
    expect(statuses('preview', 'test')[0]).toBe('2 failed');
    // The rerun of an older build is in no list of jobs (rule 8).
    const [failed] = practice.job('preview', 'test').builds.filter(({ status }) => status === 'failed');
    if (!failed) throw new Error('no test failed');
    practice.concourse.rerun(failed, 'pip');
    await expect.poll(() => statuses('preview', 'test')[0]).toBe('2.1 pending');
    practice.concourse.settle();
    await expect.poll(() => statuses('preview', 'test').slice(0, 2)).toContain('2.1 succeeded');
    await expect.poll(() => lockOf(state('preview'))?.state).toBe('free');
  });

  it('knows what is needed to say what a change starts', async () => {
    await live();
    const resource = practice.resource('staging', 'deployment-bag');
    const startDeploy = practice.job('staging', 'start-deploy');
    practice.concourse.pauseJob(startDeploy, 'sam');
    for (let round = 0; round < 2; round += 1) {
      practice.publish();
      practice.concourse.settle(250);
    }
    // The build that waited takes the newest: bag 2 is skipped.
    practice.concourse.pauseJob(startDeploy, null);
    practice.concourse.settle();
    await view.look();
    const input = startInput(state('staging'));
    const [newest] = resource.versions;
    expect(input && effectOf(input, { kind: 'disable', id: newest?.id ?? 0 })).toMatchObject({
      starts: { version: { number: '2' } },
      wasSkipped: true,
    });
  });

  it('is shown as of when it was seen last while it is away, and is back by itself', async () => {
    await live();
    practice.server.faults.reachability('refused');
    await expect
      .poll(() => view.freshness())
      .toMatchObject({ state: 'unreachable', asOf: expect.any(String) });
    expect(state('preview').versions).toHaveLength(1);
    practice.publish();
    practice.concourse.settle();
    practice.server.faults.reachability('up');
    await live();
    await expect.poll(() => statuses('production', 'signal-deploy-completion')[0]).toBe('2 succeeded');
  });

  it('goes on after a session that ended, with a password by itself, with a token once there is a new one', async () => {
    await live();
    const { accounts, kept } = practice;
    accounts.expireAll();
    practice.publish();
    practice.concourse.settle();
    await expect.poll(() => statuses('production', 'test')[0]).toBe('2 succeeded');
    kept.secret = { account: null, secret: accounts.signIn('pip', 'pip')?.token ?? '' };
    await view.look();
    expect(view.freshness().state).toBe('live');
    accounts.expireAll();
    await expect
      .poll(() => view.freshness())
      .toMatchObject({ state: 'unreachable', failure: { code: 'unauthorised' } });
    kept.secret = { account: null, secret: accounts.signIn('pip', 'pip')?.token ?? '' };
    await view.look();
    expect(view.freshness().state).toBe('live');
  });

  it('asks with whoever looks, and holds nothing of a resource’s source', async () => {
    await live();
    const told = JSON.stringify(
      watchedPipelines.map(({ environment }) => [...state(environment).builds.values(), state(environment)]),
    );
    expect(told).not.toContain('s3cret');
    expect(practice.requests.some((path) => /config|\/inputs$/.test(path))).toBe(false);
  });
});

describe('requests', () => {
  /** As many as in a minute at ordinary pace: 60 / speed seconds. */
  const inAMinute = async (speed: number): Promise<number> => {
    const before = practice.requests.length;
    const until = performance.now() + 60_000 / speed;
    await expect.poll(() => performance.now() > until).toBe(true);
    return practice.requests.length - before;
  };

  it('stay within the plan while three environments are idle', async () => {
    view.close();
    practice.concourse.settle();
    view = observe(40);
    await live();
    const idle = await inAMinute(40);
    expect(idle).toBeLessThanOrEqual(mostRequests({ environments: 3, unfinished: 0, events: 0 }) + 2);
  });

  it('and while they deploy', async () => {
    view.close();
    practice.concourse.settle();
    view = observe(40);
    await live();
    practice.publish();
    const until = performance.now() + 1_500;
    const before = practice.requests.length;
    while (performance.now() < until) {
      practice.concourse.second();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const made = practice.concourse.builds().length;
    const busy = practice.requests.length - before;
    expect(busy).toBeLessThanOrEqual(mostRequests({ environments: 3, unfinished: 2, events: 2 * made }));
  });
});
