import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { killedConsole } from '../testing/killed-console';
import { type EstateAccess, ended, openRig, type Rig, unwrap } from '../testing/rig';

const seconds = 1_000;
const pipeline = 'notify';
const environment = 'notify-preview';
const limits = { settle: 100, look: 60 * seconds, tag: 100 };
let folder: string;
let practice: PracticeProcess;
let access: EstateAccess;
let observer: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-bags-crash-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '120']);
  access = {
    estateFile: practice.ready.estateFile,
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  observer = await openRig(access, path.join(folder, 'observer'), { watch: [environment], limits });
  await observer.engine.recover();
  await until(() => expect(stage().cluster.state).toBe('live'));
  await packNew();
});

/** Packs a bag with a new release in it. */
async function packNew(breaks?: 'crash-loop'): Promise<void> {
  await practice.control.publishRelease({ app: 'notify-api', ...(breaks ? { breaks } : {}) });
  const { contents, last } = await observer.engine.bags.packPreview(pipeline, 'published');
  const pack: BagIntent = {
    kind: 'pack-bag',
    pipeline,
    environment,
    source: 'published',
    contents,
    last,
    force: true,
  };
  const { operationId } = unwrap(observer.engine.start(pack, []));
  expect((await ended(observer.engine, operationId)).failure).toBeNull();
}

afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

function stage(console = observer) {
  const found = console.engine.bags.pipeline(pipeline).stages.find((one) => one.environment === environment);
  if (!found) throw new Error(`no stage ${environment}`);
  return found;
}

/** The tag of the newest bag's last pass. */
function newestPass(): string | undefined {
  const { lastBag } = observer.engine.bags.pipeline(pipeline);
  const lane = observer.engine.bags.get(pipeline, lastBag ?? 0).lanes[0];
  return lane?.passes
    .map(({ tag }) => tag)
    .sort()
    .at(-1);
}

const intent = (): BagIntent => ({
  kind: 'deploy-bag',
  pipeline,
  environment,
  bag: observer.engine.bags.pipeline(pipeline).lastBag ?? 0,
  cause: 'manual',
  byRule: true,
  running: stage().running?.bag ?? null,
  leaveRunning: [],
  override: ['failed-before', 'same', 'older', 'never-here'],
  reason: 'rehearsal',
});

/** Where a console died: the state of the deployment, the record of the journal, and what the next start comes to. */
const kills: readonly {
  state: string;
  at: string;
  end: 'succeeded' | 'unknown' | 'failed';
  suite?: 'fail';
  /** The pass is on the ledger, and its console does not come back for now. */
  passed?: true;
  /** Its image crashes. */
  crashes?: true;
}[] = [
  { state: 'queued', at: 'after:requested', end: 'succeeded' },
  { state: 'queued, the lock on its way', at: 'after:side-effect-intended/lock/lock', end: 'succeeded' },
  { state: 'locked, not yet noted', at: 'before:side-effect-result/lock/lock', end: 'succeeded' },
  { state: 'locked', at: 'after:side-effect-result/lock/lock', end: 'succeeded' },
  { state: 'deploying, not yet noted', at: 'before:side-effect-result/lock/start', end: 'succeeded' },
  {
    state: 'deploying, a job intended and not started',
    at: 'after:side-effect-intended/deploy/job',
    end: 'unknown',
  },
  { state: 'deploying, a job started', at: 'before:side-effect-result/deploy/job', end: 'succeeded' },
  {
    state: 'deploying, the image tags on their way',
    at: 'after:side-effect-intended/deploy/tags',
    end: 'succeeded',
  },
  { state: 'deploying, the image tags set', at: 'before:side-effect-result/deploy/tags', end: 'succeeded' },
  { state: 'deployed', at: 'after:side-effect-result/deploy/deploy-done', end: 'succeeded' },
  { state: 'testing, a suite intended', at: 'after:side-effect-intended/test/job', end: 'succeeded' },
  { state: 'testing, a suite started', at: 'before:side-effect-result/test/job', end: 'succeeded' },
  { state: 'test-failed', at: 'before:side-effect-result/test/tests-failed', end: 'failed', suite: 'fail' },
  { state: 'passed, the pass on its way', at: 'after:side-effect-intended/pass/pass', end: 'succeeded' },
  {
    state: 'passed, between the pass and its tag',
    at: 'before:side-effect-result/pass/pass',
    end: 'succeeded',
    passed: true,
  },
  { state: 'done, the tag on its way', at: 'after:side-effect-intended/pass/tag', end: 'succeeded' },
  {
    state: 'deploy-failed',
    at: 'before:side-effect-result/deploy/deploy-failed',
    end: 'failed',
    crashes: true,
  },
];

describe('a console that is killed while it deploys a bag', () => {
  it.each(kills)(
    '$state: goes on, or says that it does not know',
    async ({ at, end, suite, crashes, passed }) => {
      if (crashes) await packNew('crash-loop');
      if (suite)
        await practice.control.breakSuite({ environment, suite: 'functional-tests', outcome: suite });
      const console = await mkdtemp(path.join(folder, 'console-'));
      const order = { access, folder: console, watch: [environment], intent: intent() };
      expect(await killedConsole(order, at)).toBe(`${at} SIGKILL`);
      if (suite)
        await practice.control.breakSuite({ environment, suite: 'functional-tests', outcome: 'pass' });
      // Whoever sees the pass makes its tag.
      if (passed)
        await expect.poll(async () => unwrap(await observer.ledger.tags('passed-'))).toContain(newestPass());
      const rig = await openRig(access, console, { watch: [environment], limits, name: 'Kim Osei' });
      try {
        await rig.engine.recover();
        const [operation] = rig.engine.list({ limit: 10 });
        if (!operation) throw new Error(`${at}: the operation is lost`);
        const over = await ended(rig.engine, operation.id);
        expect(over, JSON.stringify(over, null, 1)).toMatchObject({ state: end });
        unwrap(await observer.ledger.refresh());
        const log = unwrap(await observer.ledger.log([], 2_000));
        const kinds = log.flatMap(({ message }) => {
          const trailers = parseTrailers(message);
          return trailers?.operation === over.id ? [trailers.kind] : [];
        });
        // Each step of it is on the ledger once at most, whatever was done again.
        expect(kinds).toEqual([...new Set(kinds)]);
        const { lock, running } = stage();
        if (end === 'succeeded') {
          expect(lock).toBeNull();
          expect(running).toMatchObject({ operation: over.id, state: 'done' });
          expect(kinds.filter((kind) => kind === 'bag' || kind === 'bag-pass')).toHaveLength(2);
          return;
        }
        expect(lock).toMatchObject({ operation: over.id });
        expect(running).toMatchObject({
          operation: over.id,
          state: end === 'unknown' ? 'deploy-unknown' : crashes ? 'deploy-failed' : 'test-failed',
        });
        // Whoever has not seen the cluster yet is asked for a reason to go on in spite of it.
        await expect.poll(() => stage(rig).cluster.state).toBe('live');
        const token = lock?.token ?? 0;
        const free = unwrap(
          rig.engine.start(
            { kind: 'force-unlock', pipeline, environment, token, reason: 'rehearsal', override: [] },
            [],
          ),
        );
        expect((await ended(rig.engine, free.operationId)).failure).toBeNull();
      } finally {
        await rig.close();
        unwrap(await observer.ledger.refresh());
      }
    },
  );
});
