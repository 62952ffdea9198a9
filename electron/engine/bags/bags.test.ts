import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BagIntent } from '../../../shared/domain/bags/intents';
import type { Operation } from '../../../shared/domain/operation';
import { runGit } from '../../systems/git/run-git';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { ended, openRig, type Rig, unwrap } from '../testing/rig';

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
}, 90 * seconds);

afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
}, 30 * seconds);

const live = (one: Rig): Promise<void> =>
  vi.waitFor(
    () => {
      for (const { cluster } of one.engine.bags.pipeline(pipeline).stages) expect(cluster.state).toBe('live');
    },
    { timeout: 40 * seconds },
  );

async function start(intent: BagIntent, one: Rig = rig): Promise<string> {
  const seen = await one.engine.bags.preview(intent);
  return unwrap(one.engine.start(intent, seen.findings)).operationId;
}
const stage = (environment: string, one: Rig = rig) => {
  const found = one.engine.bags.pipeline(pipeline).stages.find((each) => each.environment === environment);
  if (!found) throw new Error(environment);
  return found;
};
const states = ({ steps }: Operation) => Object.fromEntries(steps.map((step) => [step.name, step.state]));

/** A new release of a service, packed into a bag. */
async function packNew(breaks?: 'crash-loop'): Promise<number> {
  await practice.control.publishRelease({ app: 'notify-api', ...(breaks ? { breaks } : {}) });
  const wanted = await vi.waitFor(async () => {
    const found = await rig.engine.bags.packPreview(pipeline, 'published');
    expect(found.differs).toBe(true);
    return found;
  }, { timeout: 60 * seconds, interval: 1_000 });
  const { contents, last, bag } = wanted;
  const id = await start({ kind: 'pack-bag', pipeline, environment: preview, source: 'published', contents, last, force: false });
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

describe('bags on the practice estate', { timeout: 240 * seconds }, () => {
  it('packs a bag and deploys it: lock, jobs, suites, pass and unlock', async () => {
    const bag = await packNew();
    const id = await start(deployTo(preview, bag));
    const end = await ended(rig.engine, id, 200 * seconds);
    expect(end.failure).toBeNull();
    expect(states(end)).toEqual({ preflight: 'succeeded', lock: 'succeeded', deploy: 'succeeded', test: 'succeeded', pass: 'succeeded' });
    expect(end.jobs.map(({ name, state }) => [name, state])).toEqual(end.jobs.map(({ name }) => [name, 'succeeded']));
    expect(stage(preview).lock).toBeNull();
    expect(stage(preview).running).toMatchObject({ bag, state: 'done' });
    expect(stage(staging).next.manual).toMatchObject({ state: 'deploy', bag });
    const { stdout } = await runGit(['ls-remote', '--tags', rig.estate.ledger.url.replace('http://', `http://x:${practice.credentials.ledger.password}@`)], {});
    expect(stdout.toString()).toContain(`passed-${preview}-`);
  });
});
