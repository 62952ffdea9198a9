import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';

/**
 * Argo CD's sync windows (https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/): a deny window keeps automatic
 * syncs back; with `manualSync: true` a sync that somebody asks for goes through.
 */
const environment = 'production';
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
const apps = ['frontend', 'collections', 'static'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-sync-window-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(accessTo(practice), path.join(folder, 'console'), {
    limits: { settle: 200, look: 60_000 },
    watch: ['staging', environment],
  });
  await rig.engine.recover();
  await until(() =>
    expect(rig.clusters.get(environment)?.view.freshness('applications', 'projects').state).toBe('live'),
  );
});
beforeEach(() => practice.control.setSyncWindows({ environment, windows: [] }));
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const deny = (manualSync: boolean) =>
  practice.control.setSyncWindows({
    environment,
    windows: [
      {
        kind: 'deny',
        schedule: '* * * * *',
        duration: '24h',
        manualSync,
        description: 'Nothing ships over Christmas',
      },
    ],
  });
const windows = (app: string) => rig.clusters.get(environment)?.view.syncWindows(app)?.state;
const override = [
  'behind-running',
  'migration',
  'migrations-unknown',
  'not-tested-before',
  'never-healthy-here',
  'checks',
];
const intentOf = (app: string, kind: 'deploy' | 'rollback', more: string[]): AppIntent => {
  const expected =
    rig.engine.board().cells.find((one) => one.app === app && one.environment === environment)?.ledger
      ?.version ?? '';
  const version = `v${Number(expected.slice(1)) - 1}`;
  return { kind, app, environment, version, expected, reason: 'rehearsal', override: [...override, ...more] };
};
const windowFinding = async (intent: AppIntent) =>
  unwrap(await rig.engine.preview(intent)).findings.find(({ code }) => code === 'sync-window');

it('a window that allows manual syncs is told as that, and a deploy goes through it once that is confirmed', async () => {
  const app = apps.shift() ?? '';
  await deny(true);
  await until(() => expect(windows(app)).toBe('manual-only'));
  const intent = intentOf(app, 'deploy', []);
  const finding = await windowFinding(intent);
  expect(finding).toMatchObject({
    level: 'warn',
    message: expect.stringMatching(/This deployment requests a manual sync, which is allowed\.$/),
    evidence: expect.stringContaining('AppProject govuk'),
  });
  // Without a word on it nothing goes out.
  const { findings } = unwrap(await rig.engine.preview(intent));
  const refused = await ended(rig.engine, unwrap(rig.engine.start(intent, findings)).operationId);
  expect(refused).toMatchObject({ state: 'failed', commit: null });
  const confirmed = intentOf(app, 'deploy', ['sync-window']);
  const done = await ended(rig.engine, unwrap(rig.engine.start(confirmed, findings)).operationId);
  expect(done.failure).toBeNull();
  expect(done.steps.find(({ name }) => name === 'sync')).toMatchObject({ state: 'succeeded' });
  await until(() => expect(rig.clusters.get(environment)?.view.applications(app)[0]?.sync).toBe('Synced'));
});

it('a window that allows none blocks a deploy, and only warns a rollback, whose sync goes on once the window is over', async () => {
  const app = apps.shift() ?? '';
  await deny(false);
  await until(() => expect(windows(app)).toBe('closed'));
  expect(await windowFinding(intentOf(app, 'deploy', []))).toMatchObject({
    level: 'block',
    message: expect.stringContaining('Argo CD would not apply it before the window opens'),
  });
  const intent = intentOf(app, 'rollback', ['sync-window']);
  expect(await windowFinding(intent)).toMatchObject({ level: 'warn' });
  const { findings } = unwrap(await rig.engine.preview(intent));
  const { operationId } = unwrap(rig.engine.start(intent, findings));
  // The parent gives the app its version, and is kept back as well: what waits says by what.
  await operationWhen(
    rig.engine,
    operationId,
    ({ state, steps }) =>
      state !== 'running' || steps.some((one) => one.waitingFor?.includes('Nothing ships over Christmas')),
    60_000,
  );
  expect(unwrap(rig.engine.get(operationId)).state).toBe('running');
  await practice.control.setSyncWindows({ environment, windows: [] });
  const done = await ended(rig.engine, operationId);
  expect(done.failure).toBeNull();
  expect(done.steps.find(({ name }) => name === 'sync')).toMatchObject({ state: 'succeeded' });
});
