import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Timeline } from '../../shared/domain/timeline/timeline';
import { openObservations } from '../archive/observations';
import { entryText } from '../log/entry-text';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { readEstateFile } from './choose-estate';
import { estateFolder, openSession, type Session } from './open-session';

let folder: string;
let practice: PracticeProcess;
let session: Session;
const faults: string[] = [];

const open = async (): Promise<Session> =>
  openSession({
    estate: await readEstateFile(practice.ready.estateFile),
    mode: 'practice',
    dir: folder,
    inPlace: false,
    identity: () => ({ name: 'A Release Manager', email: 'release@example.org' }),
    ledgerCredentials: async () => practice.credentials.ledger,
    githubToken: async () => practice.credentials.github.token,
    log: (level, event, data) => {
      if (level === 'warn' || level === 'error') faults.push(entryText(event, data));
    },
  });
const states = ({ stages }: Timeline): Record<string, string> =>
  Object.fromEntries(stages.map(({ name, state }) => [name, state]));

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-timelines-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'practice'), '--speed', '60']);
  session = await open();
  await until(() => {
    const board = session.engine.board();
    expect(board.environments.every(({ cluster }) => cluster.state === 'live')).toBe(true);
    expect(board.history.ready).toBe(true);
  });
});
afterAll(async () => {
  await session.close();
  await practice.stop();
  await rm(folder, { recursive: true, force: true });
});

it('follows a deployment that nobody started here, and tells it after the cluster is gone', async () => {
  const app = 'publishing-api';
  const { version } = await practice.control.publishRelease({ app, migration: true });
  const timeline = (environment: string): Promise<Timeline> => session.timelines.get(app, environment, null);
  await until(async () => {
    const staging = await timeline('staging');
    expect(staging.version).toBe(version);
    expect(states(staging)).toMatchObject({
      run: 'succeeded',
      commit: 'succeeded',
      refresh: 'succeeded',
      sync: 'succeeded',
      hooks: 'succeeded',
      rollout: 'succeeded',
      tests: 'succeeded',
      promotion: 'succeeded',
    });
  });
  const staging = await timeline('staging');
  expect(staging).toMatchObject({ operationId: null, at: null });
  expect(staging.kind).not.toBe('deploy');
  for (const { tookMs } of staging.stages) expect(tookMs ?? 0).toBeGreaterThanOrEqual(0);
  expect(staging.stages.find(({ name }) => name === 'tests')?.workflows).not.toEqual([]);
  expect(staging.stages.find(({ name }) => name === 'rollout')?.finishedAt?.source).toBe('Kubernetes');
  // The migration's Job tells when it ran, and Argo CD when the sync ended.
  expect(staging.stages.find(({ name }) => name === 'hooks')?.finishedAt?.source).toBe('Kubernetes');
  expect(staging.stages.find(({ name }) => name === 'sync')?.finishedAt?.source).toBe('Argo CD');

  // What was seen is kept without anybody looking; a console that starts without the cluster tells it, marked.
  await until(async () => {
    const production = await timeline('production');
    expect(production.version).toBe(version);
    expect(production.stages.find(({ name }) => name === 'tests')?.state).toBe('succeeded');
  });
  const commit = staging.commit;
  const file = path.join(estateFolder(folder, session.estate.ledger), 'observations.sqlite');
  const store = openObservations(file);
  await until(() => {
    const saved = JSON.stringify(store.savedDeployment(app, 'staging', commit));
    for (const name of ['rollout', 'tests', 'promotion']) expect(saved).toContain(`\\"name\\":\\"${name}\\"`);
  });
  store.close();
  await session.close();
  await practice.control.clusterDown({ environment: 'staging' });
  session = await open();
  await until(async () => {
    const later = await session.timelines.get(app, 'staging', commit);
    expect(states(later)).toMatchObject({ rollout: 'succeeded', tests: 'succeeded', promotion: 'succeeded' });
    expect(later.stages.find(({ name }) => name === 'rollout')?.asOf).not.toBeNull();
  });
  await practice.control.clusterUp({ environment: 'staging' });
  expect(faults.filter((fault) => !fault.includes('staging'))).toEqual([]);
});

it('says where a deployment is stuck, and that one is not known', async () => {
  const app = 'frontend';
  const { version } = await practice.control.publishRelease({
    app,
    breaks: 'crash-loop',
    environments: ['integration'],
  });
  await until(async () => {
    const { version: now, at } = await session.timelines.get(app, 'integration', null);
    expect(now).toBe(version);
    expect(at).toMatchObject({ stage: 'rollout', why: expect.stringMatching(/CrashLoopBackOff|Error/) });
  });
  await expect(session.timelines.get(app, 'integration', 'f'.repeat(40))).rejects.toThrow(
    /No known deployment of frontend/,
  );
});
