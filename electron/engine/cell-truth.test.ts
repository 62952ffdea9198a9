import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../shared/domain/board/board';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { openRig, type Rig } from './testing/rig';

let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-cells-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  rig = await openRig(
    {
      estateFile: practice.ready.estateFile,
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, 'console'),
  );
  await rig.engine.recover();
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    for (const cell of rig.engine.board().cells) expect(cell.deployed).not.toBeNull();
  });
});

afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cell = (app: string, environment: string): Cell => {
  const found = rig.engine.board().cells.find((one) => one.app === app && one.environment === environment);
  if (!found) throw new Error(`no cell ${app} ${environment}`);
  return found;
};
const wantedIn = (app: string, environment: string): string => cell(app, environment).ledger?.version ?? '';
/** What a cell claims, in one line. */
const claim = (app: string, environment: string) => {
  const { running, stage, health, ledger } = cell(app, environment);
  return {
    runs: running?.version,
    wants: ledger?.version,
    stage: stage?.state,
    failing: stage?.failing,
    health,
  };
};

describe('a cell of the practice estate', () => {
  it('says what its pods run, in every environment', () => {
    for (const { app, environment, ledger, running, stage } of rig.engine.board().cells)
      expect([app, environment, running?.version, running?.by, stage?.state]).toEqual([
        app,
        environment,
        ledger?.version,
        'pods',
        'running',
      ]);
  });

  it('names the hook whose image can’t be pulled, beside the version that runs on', async () => {
    const app = 'publishing-api';
    const environment = 'integration';
    const old = wantedIn(app, environment);
    const { version } = await practice.control.publishRelease({ app, breaks: 'image-missing' });
    await until(() => {
      expect(claim(app, environment)).toEqual({
        runs: old,
        wants: version,
        stage: 'hooks',
        failing: true,
        health: 'Healthy',
      });
    });
    const { stage, applications } = cell(app, environment);
    expect(stage?.hook).toMatchObject({
      name: 'publishing-api-dbmigrate',
      type: 'PreSync',
      state: 'failing',
    });
    expect(stage?.text).toMatch(/dbmigrate can’t start: (ErrImagePull|ImagePullBackOff): .*not found/);
    // Argo CD itself only waits.
    expect(applications[0]?.operation?.phase).toBe('Running');
    const view = rig.clusters.get(environment)?.view;
    expect(view?.hookJobs(app)[0]).toMatchObject({ state: 'running', message: '1 pod running' });
    expect(view?.hookJobs(app)[0]?.trouble).toMatch(/^can’t start: /);
    const pod = await rig.clusters.get(environment)?.failingPod(app, AbortSignal.timeout(60_000));
    expect(pod).toMatchObject({ deployment: 'publishing-api-dbmigrate' });
    expect(pod?.events.map(({ reason }) => reason)).toContain('Failed');

    await practice.control.heal({ app });
    await until(() => {
      expect(claim(app, environment)).toMatchObject({ runs: version, stage: 'running', failing: false });
    });
  });

  it('says that tests failed, though another one deployed and the app is healthy', async () => {
    const app = 'router';
    const environment = 'integration';
    const { version } = await practice.control.publishRelease({ app, breaks: 'tests-fail' });
    await until(() => {
      expect(claim(app, environment)).toMatchObject({ runs: version, stage: 'running', health: 'Healthy' });
      expect(cell(app, environment).tests?.state).toBe('failed');
    });
    const { tests } = cell(app, environment);
    expect(tests?.workflow?.name).toMatch(/^post-sync-/);
    expect(tests?.text).toContain('isn’t promoted');
    expect(wantedIn(app, 'staging')).not.toBe(version);
    expect(cell('static', environment).tests?.state).not.toBe('failed');
  });

  it('pairs no version with the health of another while the controller is stopped', async () => {
    const app = 'static';
    const environment = 'production';
    const old = wantedIn(app, environment);
    const version = `v${Number(old.slice(1)) - 1}`;
    await practice.control.stopArgoCd({ environment, on: true });
    await practice.control.deployAsSomeoneElse({ app, environment, version });
    await until(() => {
      expect(claim(app, environment)).toEqual({
        runs: old,
        wants: version,
        stage: 'committed',
        failing: false,
        health: 'Healthy',
      });
    });

    // Somebody helps himself with kubectl, past Git, in another app whose commit Argo CD had applied.
    const drifted = 'collections';
    const was = wantedIn(drifted, environment);
    const other = `v${Number(was.slice(1)) - 1}`;
    await practice.control.setImage({ app: drifted, environment, version: other });
    await until(() => {
      expect(claim(drifted, environment)).toMatchObject({ runs: other, wants: was, stage: 'drifted' });
      expect(cell(drifted, environment).rollout).toBeNull();
    });
    expect(cell(drifted, environment).stage?.text).toContain(`${drifted} is set to ${other}`);

    await practice.control.stopArgoCd({ environment, on: false });
    await until(() => {
      expect(claim(app, environment)).toMatchObject({ runs: version, stage: 'running' });
      expect(claim(drifted, environment)).toMatchObject({ runs: was, stage: 'running' });
    });
  });
});
