import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppIntent } from '../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { ended, openRig, operationWhen, type Rig, unwrap } from './testing/rig';

const app = 'publishing-api';
const environment = 'integration';

let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-over-sync-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '20']);
  rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
    { limits: { settle: 200, look: 60_000 } },
  );
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    expect(rig.engine.board().cells.every((one) => one.deployed !== null)).toBe(true);
  });
});

afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const view = () => {
  const found = rig.clusters.get(environment)?.view;
  if (!found) throw new Error('no cluster');
  return found;
};
const versionNow = () =>
  rig.engine.board().cells.find((one) => one.app === app && one.environment === environment)?.ledger
    ?.version ?? '';
const syncNow = () => view().applicationDetail(app)?.currentOperation ?? null;

/** A release whose migration fails is deployed, and Argo CD is about to try again. */
async function failingRelease(): Promise<{ good: string; bad: string }> {
  const good = versionNow();
  const { version: bad } = await practice.control.publishRelease({
    app,
    migration: true,
    breaks: 'migration-fails',
    environments: [environment],
  });
  await until(() => expect(syncNow()).toMatchObject({ version: bad, phase: 'Running' }));
  // As slow as a real one from here on: its retries are not over before anybody can act.
  await practice.control.setSpeed({ speed: 1 });
  await until(() => {
    expect(versionNow()).toBe(bad);
    expect(syncNow()?.retryCount).toBeGreaterThan(0);
  });
  return { good, bad };
}

/** The operation once it has terminated a sync; practice time runs fast again from then on. */
async function onceTerminated(id: string, what: string): Promise<void> {
  await operationWhen(rig.engine, id, ({ steps }) =>
    steps.some(({ saw }) => saw.some(({ text }) => text === `Terminated the sync of ${what}.`)),
  );
  await practice.control.setSpeed({ speed: 20 });
}

it('a rollback ends the failing sync of the version that it leaves, and waits for none of its retries', async () => {
  const { good, bad } = await failingRelease();
  const intent: AppIntent = {
    kind: 'rollback',
    app,
    environment,
    version: good,
    expected: bad,
    reason: 'the migration fails',
    override: ['migration', 'migrations-unknown', 'never-healthy-here'],
  };
  const preview = unwrap(await rig.engine.preview(intent));
  expect(preview.findings).toContainEqual(
    expect.objectContaining({
      code: 'sync-running',
      level: 'info',
      message: expect.stringMatching(
        new RegExp(`^A sync of ${app} to ${bad} is running since .* the rollback terminates it\\.$`),
      ),
    }),
  );
  const { operationId } = unwrap(rig.engine.start(intent, preview.findings));
  await onceTerminated(operationId, `${app} to ${bad}`);
  await operationWhen(
    rig.engine,
    operationId,
    ({ steps }) => steps.find(({ name }) => name === 'rollout')?.state === 'succeeded',
  );
  expect(
    view()
      .rollouts(app)
      .every(({ state }) => state === 'done'),
  ).toBe(true);
  expect(syncNow()).toMatchObject({ state: 'ended', phase: 'Succeeded', version: good, operationId });
  // The hook that ran is gone with its sync.
  expect(
    view()
      .hookJobs(app)
      .every(({ state }) => state !== 'failed'),
  ).toBe(true);
  await ended(rig.engine, operationId);
});

it('a deploy of the fix ends it as well, once it fails', async () => {
  const { bad } = await failingRelease();
  const { version: fix } = await practice.control.publishRelease({ app, deploy: false });
  const intent: AppIntent = {
    kind: 'deploy',
    app,
    environment,
    version: fix,
    expected: bad,
    reason: 'the fix',
    override: ['hold', 'migration', 'migrations-unknown', 'environment-unhealthy'],
  };
  const preview = unwrap(await rig.engine.preview(intent));
  const { operationId } = unwrap(rig.engine.start(intent, preview.findings));
  await onceTerminated(operationId, `${app} to ${bad}`);
  await ended(rig.engine, operationId);
});

it('says since when it waits for a controller that does not end what was terminated', async () => {
  const good = versionNow();
  await practice.control.stopArgoCd({ environment, on: true });
  const { version: fix } = await practice.control.publishRelease({ app, deploy: false });
  const intent: AppIntent = {
    kind: 'deploy',
    app,
    environment,
    version: fix,
    expected: good,
    reason: 'the controller is stopped',
    override: ['hold', 'migration', 'migrations-unknown', 'environment-unhealthy'],
  };
  const preview = unwrap(await rig.engine.preview(intent));
  const { operationId } = unwrap(rig.engine.start(intent, preview.findings));
  await operationWhen(rig.engine, operationId, ({ steps }) =>
    steps.some(({ waitingFor }) => waitingFor?.startsWith('Waiting for app-config to set ') ?? false),
  );
  await practice.control.stopArgoCd({ environment, on: false });
  const operation = await operationWhen(
    rig.engine,
    operationId,
    ({ steps }) => steps.find(({ name }) => name === 'rollout')?.state === 'succeeded',
  );
  expect(operation.failure).toBeNull();
});
