import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** A person whose kubeconfig shows pods and Deployments alone, signed in to Argo Workflows' own server. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-by-server-'));
  const dir = path.join(folder, 'estate');
  practice = await startPracticeProcess(['--dir', dir, '--speed', '60', '--rights', 'govuk']);
  const estateFile = await routedEstate(practice.ready.estateFile, path.join(folder, 'signalbox.yaml'), [
    { kind: 'workflow' },
    { kind: 'pull-request' },
  ]);
  rig = await openRig(accessTo(practice, estateFile), path.join(folder, 'console'), {
    limits: { settle: 200, look: 60_000 },
    watch: ['staging', 'production'],
  });
  await rig.engine.recover();
  await until(() => {
    for (const name of ['staging', 'production'])
      expect(rig.clusters.get(name)?.view.freshness('workflows').state).toBe('live');
    expect(rig.engine.board().cells.find(({ app }) => app === 'collections')?.ledger?.version).toBeTruthy();
  });
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const versionIn = (environment: string): string =>
  rig.engine.board().cells.find((one) => one.app === 'collections' && one.environment === environment)?.ledger
    ?.version ?? '';

it('deploys an older version into production, and the bot commits it', async () => {
  const expected = versionIn('production');
  const version = `v${Number(expected.slice(1)) - 1}`;
  const intent: AppIntent = {
    kind: 'deploy',
    app: 'collections',
    environment: 'production',
    version,
    expected,
    reason: 'rehearsal',
    override: ['behind-running', 'migration', 'not-tested-before', 'hold'],
  };
  const preview = unwrap(await rig.engine.preview(intent));
  expect(preview.route.taken).toBe('workflow');
  // What the server tells only when it is tried warns of nothing.
  expect(preview.findings.filter(({ code }) => code === 'permission')).toEqual([]);
  const id = unwrap(rig.engine.start(intent, preview.findings)).operationId;
  const operation = await ended(rig.engine, id);
  expect(operation.steps.find(({ name }) => name === 'commit')).toMatchObject({ state: 'succeeded' });
  await expect.poll(() => versionIn('production')).toBe(version);
  const commits = unwrap(await rig.ledger.log([], 50));
  expect(commits.find(({ commit }) => commit === operation.commit)?.authorName).toBe('govuk-ci');
});
