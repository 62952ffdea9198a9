import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StageView } from '../../shared/domain/bags/view';
import type { BagIntent, Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { followBuildLog } from './follow-build-log';
import type { Session } from './open-session';
import { concourseEstate, concoursePipelineName as pipeline } from './testing/concourse-estate';

let estate: Awaited<ReturnType<typeof concourseEstate>>;
let session: Session;
let stopTime: () => Promise<void>;

beforeEach(async () => {
  estate = await concourseEstate();
  session = await estate.open();
  stopTime = estate.pump(session);
  await session.ledger.refresh();
  await expect.poll(() => session.engine.bags.pipeline(pipeline).ledger.state).toBe('live');
});
afterEach(async () => {
  await stopTime();
  await session.close();
  await estate.close();
});

const stage = (environment: string): StageView => {
  const found = session.engine.bags.pipeline(pipeline).stages.find((one) => one.environment === environment);
  if (!found) throw new Error(`no ${environment}`);
  return found;
};
const operation = (id: string): Operation => {
  const found = session.engine.get(id);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
};
/** What a person does: looks at the preview, overrides what warns with a reason, and sends it. */
async function send(intent: BagIntent): Promise<string> {
  const { findings } = await session.engine.bags.preview(intent);
  const override = findings.flatMap(({ code, level }) =>
    level === 'info' || level === 'pass' ? [] : [code],
  );
  const sent = {
    ...intent,
    ...('override' in intent || ['change-policy', 'pack-bag', 'retry-tests'].includes(intent.kind)
      ? { override }
      : {}),
  } as BagIntent;
  const started = session.engine.start({ reason: 'As agreed', ...sent }, findings);
  if (!started.ok) throw new Error(started.failure.message);
  return started.value.operationId;
}
const ended = async (id: string): Promise<Operation> => {
  await expect.poll(() => operation(id).finishedAt).not.toBeNull();
  return operation(id);
};
const place = (environment: string) => ({ pipeline, environment });
const deploy = (environment: string, bag: number, running: number | null): BagIntent => ({
  kind: 'deploy-bag',
  ...place(environment),
  bag,
  running,
  leaveRunning: [],
  override: [],
  cause: 'manual',
  byRule: true,
});
const packed = async (bag: number) => {
  estate.practice.publish();
  await expect.poll(() => session.engine.bags.pipeline(pipeline).lastBag).toBe(bag);
};

describe('a pipeline that a Concourse runs', () => {
  it('is shown as every pipeline of bags', async () => {
    const view = session.engine.bags.pipeline(pipeline);
    expect(view).toMatchObject({ kind: 'concourse', lastBag: 1, problems: [] });
    expect(view.services.sort()).toEqual(['admin', 'api', 'template-preview']);
    for (const { environment } of view.stages)
      expect(stage(environment)).toMatchObject({
        running: { bag: 1, state: 'done', by: 'Concourse', cause: 'automatic', tests: { test: 'passed' } },
        lock: null,
        next: { automatic: { state: 'nothing', bag: 1 }, manual: { state: 'deploy', warnings: ['same'] } },
      });
    const { bags } = session.engine.bags.list(pipeline);
    expect(bags).toHaveLength(1);
    expect(bags[0]?.lanes.map(({ environment, passes }) => [environment, passes.length])).toEqual([
      ['preview', 1],
      ['staging', 1],
      ['production', 1],
    ]);
    expect(session.engine.bags.get(pipeline, 1).services.api).toEqual({ version: 'a1' });
    // What only a Concourse deploys to is no column of the board of apps.
    expect(session.engine.board().environments.map(({ name }) => name)).toEqual(['integration']);
    expect(JSON.stringify([view, bags])).not.toContain('s3cret');
  });

  it('packs, goes on by itself to production, and deploys again by hand through every job (rule 6)', async () => {
    const packing = await send({
      kind: 'pack-bag',
      ...place('preview'),
      source: 'published',
      contents: {},
      last: 1,
      force: false,
    });
    expect(await ended(packing)).toMatchObject({ state: 'succeeded' });
    await expect.poll(() => stage('production').running).toMatchObject({ bag: 2, state: 'done' });
    const { findings } = await session.engine.bags.preview(deploy('preview', 2, 2));
    expect(findings.map(({ message }) => message).join(' ')).toContain(
      'deploy, test, signal-deploy-completion do not follow by themselves',
    );
    const again = await ended(await send(deploy('preview', 2, 2)));
    expect(again).toMatchObject({ state: 'succeeded' });
    expect(again.jobs.map(({ name, state }) => [name, state])).toEqual([
      ['start-deploy', 'succeeded'],
      ['deploy', 'succeeded'],
      ['test', 'succeeded'],
      ['signal-deploy-completion', 'succeeded'],
    ]);
    expect(stage('preview').lock).toBeNull();
    expect(stage('preview').running).toMatchObject({ by: 'pip', cause: 'manual' });
  });

  it('runs flaky tests again, alone, and says which try it is', async () => {
    estate.practice.faults.failTests.preview = 2;
    await packed(2);
    await expect.poll(() => stage('preview').running?.state).toBe('test-failed');
    const retry = (): BagIntent => ({
      kind: 'retry-tests',
      ...place('preview'),
      bag: 2,
      token: stage('preview').lock?.token ?? 0,
      suites: 'failed',
    });
    const { findings } = await session.engine.bags.preview(retry());
    expect(findings.map(({ message }) => message)).toContain('test runs again with the same bag: try 2.');
    expect(await ended(await send(retry()))).toMatchObject({ state: 'failed' });
    expect(stage('preview').lock).not.toBeNull();
    expect(await ended(await send(retry()))).toMatchObject({ state: 'succeeded' });
    await expect.poll(() => stage('preview').running?.state).toBe('done');
    const deploys = estate.practice.job('preview', 'deploy').builds;
    expect(deploys).toHaveLength(2);
  });

  it('keeps the lock after a failed deploy, until it is released by force with a reason', async () => {
    estate.practice.faults.failDeploys.preview = 1;
    await packed(2);
    await expect.poll(() => stage('preview').running?.state).toBe('deploy-failed');
    const { lock } = stage('preview');
    expect(lock).toMatchObject({ by: 'Concourse', bag: 2, mine: false });
    const unlock: BagIntent = {
      kind: 'force-unlock',
      ...place('preview'),
      token: lock?.token ?? 0,
      reason: 'The deploy failed',
      override: [],
    };
    expect(await ended(await send(unlock))).toMatchObject({ state: 'succeeded' });
    await expect.poll(() => stage('preview')).toMatchObject({ lock: null, running: { state: 'abandoned' } });
    const [build] = estate.practice.job('preview', 'force-unlock-pipeline').builds;
    expect(build?.comment).toBe('Unlocked by Ada: The deploy failed');
  });

  it('rolls back in one operation, and says before that a skipped bag starts by itself', async () => {
    const { concourse, job } = estate.practice;
    concourse.pauseJob(job('staging', 'start-deploy'), 'sam');
    await packed(2);
    await expect.poll(() => stage('preview').running).toMatchObject({ bag: 2, state: 'done' });
    await packed(3);
    await expect.poll(() => stage('preview').running).toMatchObject({ bag: 3, state: 'done' });
    await expect.poll(() => stage('staging').next.manual.bag).toBe(3);
    concourse.pauseJob(job('staging', 'start-deploy'), null);
    await expect.poll(() => stage('staging').running).toMatchObject({ bag: 3, state: 'done' });
    const back: BagIntent = {
      kind: 'roll-back-bag',
      ...place('staging'),
      bag: 2,
      bad: 3,
      running: 3,
      how: 'mark-bad',
      leaveRunning: [],
      override: [],
      reason: 'Letters are lost',
    };
    const { findings } = await session.engine.bags.preview(back);
    expect(findings.find(({ level }) => level === 'warn')?.message).toContain(
      'Disabling bag 3 makes bag 2, which was skipped, start by itself in staging',
    );
    const done = await ended(await send(back));
    expect(done).toMatchObject({ state: 'succeeded' });
    expect(stage('staging')).toMatchObject({
      running: { bag: 2, state: 'done' },
      lock: null,
      bad: [{ bag: 3, by: 'Ada', reason: 'Letters are lost' }],
    });
    // It started by itself: nothing was started beside it.
    const builds = job('staging', 'start-deploy').builds;
    expect(builds.at(-1)).toMatchObject({ createdBy: null, status: 'succeeded' });
    expect(builds).toHaveLength(3);
  });

  it('rolls back to a bag that was deployed before, which only a start by hand brings', async () => {
    await packed(2);
    await expect.poll(() => stage('staging').running).toMatchObject({ bag: 2, state: 'done' });
    const done = await ended(
      await send({
        kind: 'roll-back-bag',
        ...place('staging'),
        bag: 1,
        bad: 2,
        running: 2,
        how: 'mark-bad',
        leaveRunning: [],
        override: [],
        reason: 'Letters are lost',
      }),
    );
    expect(done).toMatchObject({ state: 'succeeded' });
    expect(stage('staging')).toMatchObject({ running: { bag: 1, state: 'done' }, lock: null });
  });

  it('freezes by a pin with a comment, and lets nothing else come until it is unpinned', async () => {
    const change = (action: 'freeze' | 'unpin'): BagIntent => ({
      kind: 'change-policy',
      pipeline,
      change:
        action === 'freeze'
          ? { action, environment: 'production', bag: 1 }
          : { action, environment: 'production' },
      reason: 'Election night',
    });
    expect(await ended(await send(change('freeze')))).toMatchObject({ state: 'succeeded' });
    expect(stage('production').pin).toMatchObject({
      bag: 1,
      by: 'Ada',
      reason: 'Election night',
      freeze: true,
    });
    await packed(2);
    await expect.poll(() => stage('staging').running).toMatchObject({ bag: 2, state: 'done' });
    expect(stage('production')).toMatchObject({
      running: { bag: 1 },
      next: { automatic: { state: 'nothing', bag: 1 } },
    });
    await expect
      .poll(() => session.engine.bags.get(pipeline, 2).lanes.map(({ environment }) => environment))
      .toContain('production');
    const { findings } = await session.engine.bags.preview(change('unpin'));
    expect(findings.map(({ message }) => message).join()).toContain('Unpinning makes bag 2 start by itself');
    await ended(await send(change('unpin')));
    await expect.poll(() => stage('production').running).toMatchObject({ bag: 2, state: 'done' });
  });

  it('shows notes, and refuses marked versions, outside of hours and in freezes, as every pipeline does', async () => {
    const land = async (intent: Intent) => {
      const started = session.engine.start(intent, []);
      if (!started.ok) throw new Error(started.failure.message);
      expect(await ended(started.value.operationId)).toMatchObject({ state: 'succeeded' });
    };
    await land({ kind: 'write-note', app: 'api', text: 'Warm its cache.', seen: null });
    await land({ kind: 'write-note', app: 'frontend', text: 'Of no service.', seen: null });
    await land({ kind: 'mark-version', app: 'api', version: 'a1', reason: 'Letters are lost' });
    await land({
      kind: 'freeze',
      scope: { app: null, environment: 'preview', pipeline: null },
      from: null,
      until: null,
      automatic: false,
      manual: 'block',
      reason: 'Election night',
    });
    const found = async (intent: BagIntent) =>
      (await session.engine.bags.preview(intent)).findings.map(
        ({ code, level, message }) => `${code} ${level}: ${message}`,
      );
    const note = 'note info: Warm its cache.';
    const marked = 'Bag 1 has api a1, which is marked bad. Ada marked api a1 bad: Letters are lost.';
    const frozen = expect.stringMatching(/^freeze block: Preview is frozen by Ada .*Election night$/);
    const asked = await found(deploy('preview', 1, 1));
    expect(asked).toEqual(expect.arrayContaining([note, `bad block: ${marked}`, frozen]));
    expect(asked.join()).not.toContain('Of no service.');
    expect(await found(deploy('production', 1, 1))).not.toContainEqual(frozen);

    const pack: BagIntent = {
      kind: 'pack-bag',
      ...place('preview'),
      source: 'published',
      contents: {},
      last: 1,
      force: false,
    };
    // Concourse packs the newest, marked or not, and deploys it to the first environment by itself.
    expect(await found(pack)).toEqual(expect.arrayContaining([note, `bad warn: ${marked}`, frozen]));
    const refused = session.engine.start(pack, []);
    if (!refused.ok) throw new Error(refused.failure.message);
    expect((await ended(refused.value.operationId)).failure?.message).toContain('Election night');
    expect(estate.practice.job('preview', 'start-deploy').builds).toHaveLength(1);
    expect(await ended(await send(pack))).toMatchObject({ state: 'succeeded' });

    // What starts because a bag is let in again is a deployment, too.
    await expect.poll(() => stage('preview').running).toMatchObject({ bag: 2, state: 'done' });
    const { concourse, job } = estate.practice;
    concourse.pauseJob(job('preview', 'start-deploy'), 'sam');
    await packed(3);
    const out: BagIntent = {
      kind: 'change-policy',
      pipeline,
      change: { action: 'mark-bad', environment: 'preview', bag: 3 },
      reason: 'x',
    };
    expect(await ended(await send(out))).toMatchObject({ state: 'succeeded' });
    concourse.pauseJob(job('preview', 'start-deploy'), null);
    await expect
      .poll(() => found({ ...out, change: { action: 'clear-bad', environment: 'preview', bag: 3 } }))
      .toContainEqual(frozen);
    expect(
      await found({ ...out, change: { action: 'freeze', environment: 'production', bag: 1 } }),
    ).not.toContainEqual(note);
  });

  it('is told of as every pipeline is: started, done, failed, rolled back, unlocked by force', async () => {
    const { faults } = estate.practice;
    const events = () =>
      estate.receivers.received.webhook.map(({ body }) => {
        const { type, data } = JSON.parse(body) as {
          type: string;
          data: { what: string; pipeline: string; environments: string[]; why: string };
        };
        return `${type}: ${data.what} (${data.pipeline}, ${data.environments.join()}): ${data.why}`;
      });
    await ended(await send(deploy('preview', 1, 1)));
    await expect
      .poll(events)
      .toEqual([
        'deploy-started: bag 1 of notify (notify, preview): As agreed',
        'deploy-done: bag 1 of notify (notify, preview): As agreed',
      ]);
    faults.failDeploys.preview = 1;
    await ended(await send(deploy('preview', 1, 1)));
    await expect.poll(() => stage('preview').running?.state).toBe('deploy-failed');
    await ended(
      await send({
        kind: 'force-unlock',
        ...place('preview'),
        token: stage('preview').lock?.token ?? 0,
        reason: 'It failed',
        override: [],
      }),
    );
    await expect
      .poll(() => events().slice(2))
      .toEqual([
        'deploy-started: bag 1 of notify (notify, preview): As agreed',
        'deploy-failed: bag 1 of notify (notify, preview): As agreed',
        'force-unlock: notify (notify, preview): It failed',
      ]);
    await packed(2);
    await expect.poll(() => stage('staging').running).toMatchObject({ bag: 2, state: 'done' });
    await ended(
      await send({
        kind: 'roll-back-bag',
        ...place('staging'),
        bag: 1,
        bad: 2,
        running: 2,
        how: 'mark-bad',
        leaveRunning: [],
        override: [],
        reason: 'Letters are lost',
      }),
    );
    await expect
      .poll(() => events().slice(5))
      .toEqual([
        'rollback-started: notify to bag 1 (notify, staging): Letters are lost',
        'rolled-back: notify to bag 1 (notify, staging): Letters are lost',
      ]);
  });

  it('shows what somebody did in Concourse itself as such', async () => {
    const { concourse, resource } = estate.practice;
    const bags = resource('production', 'deployment-bag');
    const [bag] = bags.versions;
    if (!bag) throw new Error('no bag');
    concourse.pin(bags, bag);
    if (bags.pin) bags.pin.comment = 'hold it';
    await expect
      .poll(() => stage('production').pin)
      .toMatchObject({
        by: 'somebody in Concourse',
        at: null,
        reason: 'hold it',
      });
  });

  it('refuses what Concourse can’t do, and why', async () => {
    await packed(2);
    await expect.poll(() => stage('preview').running).toMatchObject({ bag: 2, state: 'done' });
    const refusals = async (intent: BagIntent) =>
      (await session.engine.bags.preview(intent)).findings
        .filter(({ level, overridable }) => level === 'block' && !overridable)
        .map(({ message }) => message);
    expect(await refusals(deploy('preview', 1, 2))).toEqual([
      'Concourse would take bag 2, not bag 1: it takes no other. Pin bag 1, or disable the newer ones first.',
    ]);
    expect(await refusals({ kind: 'lock', ...place('preview'), reason: 'x', until: null })).toEqual([
      expect.stringContaining('taken by start-deploy alone'),
    ]);
  });

  it('goes on with a deployment after the server was away, and after a restart', async () => {
    const { server, faults } = estate.practice;
    faults.deploySeconds = 400;
    const id = await send(deploy('preview', 1, 1));
    await expect.poll(() => operation(id).jobs.find(({ name }) => name === 'deploy')?.state).toBe('running');
    server.faults.reachability('refused');
    await expect.poll(() => session.engine.bags.pipeline(pipeline).ledger.state).toBe('unreachable');
    server.faults.reachability('up');
    await expect.poll(() => session.engine.bags.pipeline(pipeline).ledger.state).toBe('live');
    await stopTime();
    await session.close();
    session = await estate.open();
    stopTime = estate.pump(session);
    expect(await ended(id)).toMatchObject({ state: 'succeeded' });
    expect(estate.practice.job('preview', 'deploy').builds).toHaveLength(2);
    expect(estate.practice.job('preview', 'start-deploy').builds).toHaveLength(2);
  });

  it('follows a build’s log in the same viewer, live, from before it starts to its end', async () => {
    const { concourse, job } = estate.practice;
    const build = concourse.trigger(job('preview', 'deploy'), 'pip');
    const lines: string[] = [];
    const states: string[] = [];
    const stop = new AbortController();
    const done = followBuildLog(session.concourses.views)(
      { pipeline, build: build.id },
      { append: (came) => lines.push(...came.map(({ text }) => text)), is: (state) => states.push(state) },
      stop.signal,
    );
    await done;
    expect([...new Set(states)]).toEqual(['waiting', 'following', 'ended']);
    expect(lines).toContain('deploying bag-0001 to preview');
    stop.abort();
  });

  it('tells who is signed in, and that nobody is', async () => {
    expect(await session.concourses.test(estate.practice.server.url)).toEqual({
      ok: true,
      text: expect.stringContaining('Signed in as pip: pipeline-operator in preview'),
    });
    estate.practice.kept.secret = null;
    expect(await session.concourses.test(estate.practice.server.url)).toMatchObject({ ok: false });
    await expect
      .poll(() => session.engine.bags.pipeline(pipeline).ledger)
      .toMatchObject({ state: 'unreachable', failure: { code: 'unauthorised' } });
    const { findings } = await session.engine.bags.preview(deploy('preview', 1, 1));
    expect(findings.map(({ code }) => code)).toContain('environment-unreachable');
  });
});
