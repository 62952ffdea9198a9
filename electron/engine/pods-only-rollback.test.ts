/** A rollback by somebody whose kubeconfig shows pods, Deployments and ReplicaSets, and nothing of Argo. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppIntent } from '../../shared/domain/operation/intent';
import { needsAttention } from '../../shared/domain/preflight/finding';
import { type PracticeProcess, startPracticeProcess } from '../testing/practice-process';
import { until } from '../testing/until';
import { openRig, type Rig, unwrap } from './testing/rig';

const app = 'frontend';
const environment = 'production';
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-pods-rollback-'));
  const rights = ['--rights', 'govuk-pods-only'];
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60', ...rights]);
  const { estateFile } = practice.ready;
  const { ledger, github } = practice.credentials;
  const access = { estateFile, ledgerPassword: ledger.password, githubToken: github.token };
  rig = await openRig(access, path.join(folder, 'console'), { limits: { settle: 200, look: 60_000 } });
  await rig.engine.recover();
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cell = () => rig.engine.board().cells.find((one) => one.app === app && one.environment === environment);

it('is asked nothing about what nobody here may see, and one click does it', async () => {
  await until(() => expect(cell()?.rollbackTarget).toMatchObject({ evidence: 'ran-long' }));
  await until(() => expect(cell()?.running?.by).toBe('pods'));
  const target = cell()?.rollbackTarget?.version ?? '';
  const expected = cell()?.ledger?.version ?? null;
  const intent: AppIntent = {
    kind: 'rollback',
    app,
    environment,
    version: target,
    expected,
    reason: 'errors',
  };
  const { findings, route } = unwrap(await rig.engine.preview(intent));
  const levels = new Set(findings.map(({ level }) => level));
  expect({ levels, findings }).toEqual({ levels: new Set(['info', 'pass']), findings: expect.anything() });
  expect(needsAttention(findings)).toBe(false);
  // What is not visible is told at the environment, and not at each action.
  for (const { message } of findings) expect(message).not.toMatch(/not visible to you|sync window|Argo CD/i);
  expect(route.taken).toBe('actions');

  const { operationId } = unwrap(rig.engine.start(intent, findings));
  const reached = (name: string) => {
    const got = rig.engine.get(operationId);
    return got.ok ? got.value.steps.find((one) => one.name === name)?.state : undefined;
  };
  await until(() => expect(reached('rollout')).toBe('succeeded'));
  expect(reached('sync')).toBe('succeeded');
  expect(reached('nudge')).toBe('skipped');
  await until(() => expect(cell()?.running?.version).toBe(target));
  // The hold waits for the review of its pull request; nothing else is open.
  const operation = unwrap(rig.engine.get(operationId));
  expect(operation.steps.filter(({ state }) => state === 'failed' || state === 'unknown')).toEqual([]);
});

it('says once, at the environment, what is not visible', () => {
  const here = rig.engine.board().environments.find(({ name }) => name === environment);
  const kinds = here?.gaps.map(({ kind }) => kind) ?? [];
  expect(kinds).toEqual(expect.arrayContaining(['applications', 'workflows']));
  expect(here?.cluster.state).toBe('live');
});
