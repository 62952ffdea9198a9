import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';

/** A chain with an environment that most apps are not in: what is not there promotes nothing, and keeps nothing waiting. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-missing-before-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  const estateFile = path.join(folder, 'signalbox.yaml');
  const estate = parse(await readFile(practice.ready.estateFile, 'utf8')) as { pipelines: object[] };
  const pipelines = [
    { name: 'apps', kind: 'apps', environments: ['integration', 'staging', 'notify-preview', 'production'] },
  ];
  await writeFile(estateFile, stringify({ ...estate, pipelines }));
  rig = await openRig(accessTo(practice, estateFile), path.join(folder, 'console'), {
    limits: { settle: 200, look: 60_000, hold: 10_000 },
  });
  await rig.engine.recover();
  await until(() => {
    for (const name of ['notify-preview', 'production'])
      expect(rig.clusters.get(name)?.view.freshness('applications', 'workflows').state).toBe('live');
    expect(cell('production')?.ledger).toBeTruthy();
  });
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cell = (environment: string) =>
  rig.engine.board().cells.find((one) => one.app === 'collections' && one.environment === environment);

it('a rollback of an app that is missing in the environment before ends, and its hold is told as effective', async () => {
  expect(cell('notify-preview')).toBeUndefined();
  const expected = cell('production')?.ledger?.version ?? '';
  const intent: AppIntent = {
    kind: 'rollback',
    app: 'collections',
    environment: 'production',
    version: `v${Number(expected.slice(1)) - 1}`,
    expected,
    reason: 'rehearsal',
    override: ['behind-running', 'migration', 'not-tested-before', 'hold', 'never-healthy-here'],
  };
  const preview = unwrap(await rig.engine.preview(intent));
  const operation = await ended(rig.engine, unwrap(rig.engine.start(intent, preview.findings)).operationId);
  expect(operation.failure).toBeNull();
  const step = operation.steps.find(({ name }) => name === 'hold-effective');
  expect(step).toMatchObject({ state: 'succeeded' });
  expect(step?.saw.map(({ text }) => text).join(' ')).toContain(
    'collections has no Application in notify-preview, so no promotion comes from there',
  );
  expect(cell('production')?.hold).toMatchObject({
    state: 'effective',
    detail: 'It has no Application in notify-preview, so no promotion comes from there.',
  });
});

it('a freeze of that environment ends as well', async () => {
  const scope = { app: null, environment: 'production', pipeline: null };
  const { operationId } = unwrap(
    rig.engine.start(
      {
        kind: 'freeze',
        scope,
        from: null,
        until: null,
        automatic: true,
        manual: 'warn',
        reason: 'Budget day',
      },
      [],
    ),
  );
  const operation = await ended(rig.engine, operationId);
  expect(operation.failure).toBeNull();
  expect(operation.steps.find(({ name }) => name === 'freeze-effective')?.state).toMatch(/succeeded|skipped/);
});
