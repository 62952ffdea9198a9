import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { entryText } from '../../log/entry-text';
import type { Log } from '../../log/log';
import { runGit } from '../../systems/git/run-git';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';

const seconds = 1_000;
const pipeline = 'notify';
const [preview, staging, production] = ['notify-preview', 'notify-staging', 'notify-production'] as const;
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

const open = (name: string, options: Parameters<typeof openRig>[2] = {}): Promise<Rig> =>
  openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, name),
    { limits: { settle: 200, look: 60 * seconds }, watch: [preview, staging, production], ...options },
  );

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-bags-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await open('console');
  await rig.engine.recover();
  await live(rig);
});

afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const live = (one: Rig): Promise<void> =>
  until(() => {
    for (const { cluster } of one.engine.bags.pipeline(pipeline).stages) expect(cluster.state).toBe('live');
  });

async function start(intent: BagIntent, one: Rig = rig): Promise<string> {
  const seen = await one.engine.bags.preview(intent);
  return unwrap(one.engine.start(intent, seen.findings)).operationId;
}
const stage = (environment: string, one: Rig = rig) => {
  const found = one.engine.bags.pipeline(pipeline).stages.find((each) => each.environment === environment);
  if (!found) throw new Error(environment);
  return found;
};
const passTags = async (): Promise<string[]> => {
  const gitDir = path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git');
  const { stdout } = await runGit(['for-each-ref', '--format=%(refname:short)', 'refs/tags'], { gitDir });
  return stdout.toString().trim().split('\n');
};
const states = ({ steps }: Operation) => Object.fromEntries(steps.map((step) => [step.name, step.state]));

/** A new release of a service, packed into a bag. */
async function packNew(breaks?: 'crash-loop'): Promise<number> {
  await practice.control.publishRelease({ app: 'notify-api', ...(breaks ? { breaks } : {}) });
  const wanted = await until(async () => {
    const found = await rig.engine.bags.packPreview(pipeline, 'published');
    expect(found.differs).toBe(true);
    return found;
  });
  const { contents, last, bag } = wanted;
  const id = await start({
    kind: 'pack-bag',
    pipeline,
    environment: preview,
    source: 'published',
    contents,
    last,
    force: false,
  });
  expect((await ended(rig.engine, id)).failure).toBeNull();
  return bag;
}

const deployTo = (environment: string, bag: number): BagIntent => ({
  kind: 'deploy-bag',
  pipeline,
  environment,
  bag,
  cause: 'manual',
  byRule: true,
  running: stage(environment).running?.bag ?? null,
  leaveRunning: [],
  override: ['failed-before', 'same', 'older'],
  reason: 'rehearsal',
});

describe('bags on the practice estate', () => {
  it('shows what to know of its services and of all apps where a bag is deployed, and of no other app', async () => {
    const note = async (app: string | null, text: string): Promise<void> => {
      const started = unwrap(rig.engine.start({ kind: 'write-note', app, text, seen: null }, []));
      expect((await ended(rig.engine, started.operationId)).failure).toBeNull();
    };
    await note('notify-api', 'Warm its cache.');
    await note(null, 'Ask in the channel first.');
    await note('frontend', 'Of no service.');
    const bag = stage(preview).running?.bag ?? 0;
    const { findings } = await rig.engine.bags.preview(deployTo(preview, bag));
    expect(
      findings.flatMap(({ code, level, message, evidence }) =>
        code === 'note' ? [`${level}: ${message} ${evidence.replace(/, \d.*$/, '')}`] : [],
      ),
    ).toEqual([
      'info: Warm its cache. Note on notify-api by Ada Morrow',
      'info: Ask in the channel first. Note for all apps by Ada Morrow',
    ]);
  });

  it('packs a bag and deploys it: lock, jobs, suites, pass and unlock', async () => {
    const bag = await packNew();
    const id = await start(deployTo(preview, bag));
    const end = await ended(rig.engine, id);
    expect(end.failure).toBeNull();
    expect(states(end)).toEqual({
      preflight: 'succeeded',
      lock: 'succeeded',
      deploy: 'succeeded',
      test: 'succeeded',
      pass: 'succeeded',
    });
    expect(end.jobs.map(({ name, state }) => [name, state])).toEqual(
      end.jobs.map(({ name }) => [name, 'succeeded']),
    );
    expect(stage(preview).lock).toBeNull();
    expect(stage(preview).running).toMatchObject({ bag, state: 'done' });
    expect(stage(staging).next.manual).toMatchObject({ state: 'deploy', bag });
    // What is packed from what runs holds the digests that its pods pulled.
    const { services } = await rig.engine.bags.packPreview(pipeline, 'running');
    expect(services.map(({ digest }) => digest)).toEqual(
      services.map(() => expect.stringMatching(/^sha256:[0-9a-f]{64}$/)),
    );
    expect(await passTags()).toContainEqual(
      expect.stringMatching(new RegExp(`^passed-${preview}-\\d{8}T\\d{6}Z$`)),
    );
  });

  it('goes all the way to production by autopilots, each deployment done by exactly one of two consoles', async () => {
    const bag = rig.engine.bags.pipeline(pipeline).lastBag ?? 0;
    const said: string[] = [];
    const log: Log = (_level, event, data) => said.push(entryText(event, data));
    const other = await open('second', { name: 'Kim Osei', autopilot: true, log });
    try {
      await other.engine.recover();
      await live(other);
      rig.engine.bags.thisConsole(pipeline, true);
      await expect
        .poll(() => stage(production).running, { timeout: 200 * seconds })
        .toMatchObject({ bag, state: 'done' });
      // Suites that run every so often are started by one of the two, once per period.
      const suites = rig.engine.bags.periodic(pipeline).flatMap(({ runs }) => runs.map(({ name }) => name));
      expect(suites.length).toBeGreaterThan(0);
      expect(suites).toEqual([...new Set(suites)]);
      rig.engine.bags.thisConsole(pipeline, false);
      other.engine.bags.thisConsole(pipeline, false);
      // Each console says what its own autopilot did and why, on its screen and in its log.
      const decisions = [rig, other].flatMap(({ engine }) => engine.bags.pipeline(pipeline).decisions);
      for (const environment of [staging, production])
        expect(decisions).toContainEqual(
          expect.objectContaining({
            about: 'deploy',
            environment,
            outcome: 'started',
            bag,
            why: `Bag ${bag} is next in ${environment}.`,
          }),
        );
      await expect
        .poll(() => other.engine.bags.pipeline(pipeline).decisions[0])
        .toMatchObject({ about: 'pipeline', why: 'The autopilot is off in this console.' });
      for (const { at, ...one } of other.engine.bags.pipeline(pipeline).decisions)
        expect(said).toContain(entryText('autopilot.decision', { pipeline, ...one }));
      const { lanes } = rig.engine.bags.get(pipeline, bag);
      expect(
        lanes.map(({ environment, deployments, passes }) => [environment, deployments.length, passes.length]),
      ).toEqual([
        [preview, 1, 1],
        [staging, 1, 1],
        [production, 1, 1],
      ]);
      await Promise.all([rig.engine.idle(), other.engine.idle()]);
      const ends = [...rig.engine.list({ limit: 50 }), ...other.engine.list({ limit: 50 })];
      const automatic = ends.filter(
        ({ intent }) => intent.kind === 'deploy-bag' && intent.cause === 'automatic',
      );
      expect(automatic.filter(({ state }) => state === 'succeeded')).toHaveLength(2);
      expect(automatic.filter(({ state }) => state !== 'succeeded').map(({ state }) => state)).toEqual(
        automatic.filter(({ state }) => state !== 'succeeded').map(() => 'cancelled'),
      );
    } finally {
      await other.close();
    }
  });

  it('keeps the lock when a suite fails, and runs that suite again, alone', async () => {
    const bag = await packNew();
    await practice.control.breakSuite({ environment: preview, suite: 'functional-tests', outcome: 'flaky' });
    const first = await ended(rig.engine, await start(deployTo(preview, bag)));
    // The suite and the test, as a release manager knows them.
    expect(first.failure?.message).toMatch(
      /^functional-tests failed: tests\/functional-tests\/\S+\.py::test_\w+\.$/,
    );
    expect(stage(preview).lock).toMatchObject({ kind: 'bag', bag });
    expect(stage(preview).running).toMatchObject({ bag, state: 'test-failed' });
    const token = stage(preview).lock?.token ?? 0;
    const commits = unwrap(await rig.ledger.log(['charts'], 500)).length;
    const retry = await ended(
      rig.engine,
      await start({ kind: 'retry-tests', pipeline, environment: preview, bag, token, suites: 'failed' }),
    );
    expect(retry.failure).toBeNull();
    expect(retry.jobs.map(({ name }) => name)).toEqual(['functional-tests']);
    expect(stage(preview)).toMatchObject({ lock: null, running: { bag, state: 'done' } });
    expect(unwrap(await rig.ledger.log(['charts'], 500))).toHaveLength(commits);
  });

  it('aborts tests that run, keeps the lock, and never stops a deploy', async () => {
    const bag = stage(preview).running?.bag ?? 0;
    const id = await start(deployTo(preview, bag));
    await operationWhen(rig.engine, id, ({ steps }) =>
      steps.some(({ name, state }) => name === 'deploy' && state === 'running'),
    );
    expect(rig.engine.cancel(id)).toMatchObject({ ok: false, failure: { code: 'refused' } });
    const token = stage(preview).lock?.token ?? 0;
    const abort: BagIntent = { kind: 'abort-tests', pipeline, environment: preview, bag, token };
    expect((await ended(rig.engine, await start(abort))).failure).toMatchObject({ code: 'refused' });
    await operationWhen(rig.engine, id, ({ jobs }) =>
      jobs.some(({ phase, state, workflow }) => phase === 'test' && state === 'running' && workflow),
    );
    await practice.control.setSpeed({ speed: 1 });
    expect((await ended(rig.engine, await start(abort))).failure).toBeNull();
    await practice.control.setSpeed({ speed: 60 });
    const end = await ended(rig.engine, id);
    expect(states(end)).toMatchObject({ deploy: 'succeeded', test: 'failed' });
    expect(end.jobs.some(({ state }) => state === 'aborted')).toBe(true);
    expect(stage(preview)).toMatchObject({ lock: { token }, running: { bag, state: 'test-failed' } });
    const retry: BagIntent = {
      kind: 'retry-tests',
      pipeline,
      environment: preview,
      bag,
      token,
      suites: 'all',
    };
    expect((await ended(rig.engine, await start(retry))).failure).toBeNull();
  });

  it('keeps the lock after a failed deploy, until somebody unlocks by force with a reason', async () => {
    const bag = await packNew('crash-loop');
    const id = await start(deployTo(preview, bag));
    const end = await ended(rig.engine, id);
    expect(states(end)).toMatchObject({ deploy: 'failed', test: 'skipped', pass: 'skipped' });
    expect(stage(preview)).toMatchObject({ lock: { bag }, running: { bag, state: 'deploy-failed' } });
    expect(stage(preview).next.automatic.state).toBe('nothing');
    const token = stage(preview).lock?.token ?? 0;
    const unlock = { kind: 'force-unlock' as const, pipeline, environment: preview, token, override: [] };
    expect(rig.engine.start({ ...unlock, reason: ' ' }, [])).toMatchObject({ ok: false });
    const freed = await ended(rig.engine, await start({ ...unlock, reason: 'it crash-loops: looked at' }));
    expect(freed.failure).toBeNull();
    expect(stage(preview)).toMatchObject({ lock: null, running: { bag, state: 'abandoned' } });
    // Back to the bag before, in one step that also keeps the broken one out.
    const back = await ended(
      rig.engine,
      await start({
        kind: 'roll-back-bag',
        pipeline,
        environment: preview,
        bag: bag - 1,
        bad: bag,
        how: 'mark-bad',
        running: bag,
        leaveRunning: [],
        override: [],
        reason: 'it crash-loops',
      }),
    );
    expect(back.failure).toBeNull();
    expect(stage(preview)).toMatchObject({
      lock: null,
      running: { bag: bag - 1, state: 'done' },
      bad: [{ bag }],
    });
    expect(stage(preview).next.automatic).toMatchObject({ state: 'nothing', bag: bag - 1 });
  });

  it('locks an environment of apps by hand: nobody deploys there but the holder', async () => {
    const locked = await ended(
      rig.engine,
      await start({
        kind: 'lock',
        pipeline: 'govuk',
        environment: 'integration',
        reason: 'load test',
        until: null,
      }),
    );
    expect(locked.failure).toBeNull();
    const other = await open('third', { name: 'Kim Osei', watch: [] });
    try {
      const intent = {
        kind: 'deploy',
        app: 'static',
        environment: 'integration',
        version: 'v1',
        expected: null,
      } as const;
      const theirs = unwrap(await other.engine.preview(intent)).findings;
      expect(theirs).toContainEqual(
        expect.objectContaining({ code: 'locked', level: 'block', overridable: false }),
      );
      const mine = unwrap(await rig.engine.preview(intent)).findings;
      expect(mine).not.toContainEqual(expect.objectContaining({ code: 'locked' }));
    } finally {
      await other.close();
    }
    const unlocked = await ended(
      rig.engine,
      await start({ kind: 'unlock', pipeline: 'govuk', environment: 'integration', token: 1 }),
    );
    expect(unlocked.failure).toBeNull();
  });

  it('deploys nothing because a pin was set or taken away, and says what would be next', async () => {
    const bag = stage(preview).running?.bag ?? 0;
    const there = stage(staging).running?.bag ?? 0;
    expect(bag).toBeGreaterThan(there);
    const frozen = await ended(
      rig.engine,
      await start({
        kind: 'change-policy',
        pipeline,
        change: { action: 'freeze', environment: staging, bag: there },
        reason: 'holidays',
      }),
    );
    expect(frozen.failure).toBeNull();
    expect(stage(staging)).toMatchObject({
      pin: { bag: there, freeze: true, by: 'Ada Morrow' },
      next: { automatic: { state: 'nothing', bag: there } },
    });
    const unpin: BagIntent = {
      kind: 'change-policy',
      pipeline,
      change: { action: 'unpin', environment: staging },
    };
    expect((await rig.engine.bags.preview(unpin)).nextAfter).toMatchObject({ state: 'deploy', bag });
    expect((await ended(rig.engine, await start(unpin))).failure).toBeNull();
    expect(stage(staging).running).toMatchObject({ bag: there });
  });
});
