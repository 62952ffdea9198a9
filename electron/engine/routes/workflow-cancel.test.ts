import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** A console whose versions are committed by a bot that a workflow runs: what a cancellation comes to, and when. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
let access: Parameters<typeof openRig>[0];

const open = (): Promise<Rig> =>
  openRig(access, path.join(folder, 'console'), { limits: { settle: 200, look: 60_000, landing: 3_000 } });

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-cancel-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  access = {
    estateFile: await routedEstate(practice.ready.estateFile, path.join(folder, 'signalbox.yaml'), [
      { kind: 'workflow' },
    ]),
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  rig = await open();
  await rig.engine.recover();
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await practice.control.setGitFaults({ latencyMs: 0, botWaits: false });
  await until(() => {
    for (const { cluster } of rig.engine.board().environments) expect(cluster.state).toBe('live');
    expect(rig.engine.board().cells.every((one) => one.deployed !== null)).toBe(true);
  });
});

const environment = 'staging';
const inRepo = async (app: string): Promise<string> =>
  (await practice.control.status()).tags[environment]?.[app]?.imageTag ?? '';
const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;

async function start(app: string): Promise<{ id: string; before: string; wanted: string }> {
  const before = await inRepo(app);
  const intent: AppIntent = {
    kind: 'deploy',
    app,
    environment,
    version: older(before),
    expected: before,
    reason: 'rehearsal',
    override: ['behind-running', 'migration', 'not-tested-before', 'hold', 'cluster-unknown'],
  };
  const { findings } = unwrap(await rig.engine.preview(intent));
  const override = findings.map(({ code }) => code);
  const { operationId } = unwrap(rig.engine.start({ ...intent, override }, findings));
  return { id: operationId, before, wanted: older(before) };
}
const sayings = ({ steps }: Operation): string =>
  steps.flatMap(({ saw }) => saw.map(({ text }) => text)).join('\n');
const workflowsOf = (id: string, app: string) =>
  (rig.clusters.get(environment)?.view.workflows({ app, template: 'deploy-image' }) ?? []).filter(
    ({ name }) => name.includes(id),
  );

describe('a workflow that is cancelled', () => {
  it('before it commits, is stopped, and it is said that nothing was deployed', async () => {
    const app = 'frontend';
    await practice.control.setGitFaults({ botWaits: true });
    const { id, before } = await start(app);
    await operationWhen(rig.engine, id, ({ workflows }) => workflows.length > 0);
    expect(unwrap(rig.engine.get(id)).cancel).toEqual({ allowed: true });
    unwrap(rig.engine.cancel(id));
    expect(unwrap(rig.engine.get(id)).cancel).toMatchObject({ because: 'It is being cancelled.' });
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('cancelled');
    expect(sayings(end)).toMatch(/was stopped.* does not have v\d+/);
    expect(await inRepo(app)).toBe(before);
    await until(() => expect(workflowsOf(id, app)).toMatchObject([{ shutdown: 'Stop', phase: 'Failed' }]));
  });

  it('after its commit, which this console had not seen, goes on: there is nothing to cancel any more', async () => {
    const app = 'collections';
    const { id, wanted } = await start(app);
    await practice.control.setGitFaults({ latencyMs: 3_000 });
    await expect.poll(() => inRepo(app)).toBe(wanted);
    const { cancel } = unwrap(rig.engine.get(id));
    if (cancel.allowed) unwrap(rig.engine.cancel(id));
    await practice.control.setGitFaults({ latencyMs: 0 });
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('succeeded');
    expect(end.commit).not.toBeNull();
    if (cancel.allowed) expect(sayings(end)).toContain('before it could be cancelled');
  });

  it('is not offered once its commit was seen', async () => {
    const { id } = await start('static');
    const done = await operationWhen(rig.engine, id, ({ commit }) => commit !== null);
    expect(done.cancel).toMatchObject({ allowed: false });
    await ended(rig.engine, id);
  });

  it('right before the console ends, is stopped by its next start', async () => {
    const app = 'signon';
    await practice.control.setGitFaults({ botWaits: true });
    const { id, before } = await start(app);
    await operationWhen(rig.engine, id, ({ workflows }) => workflows.length > 0);
    unwrap(rig.engine.cancel(id));
    await rig.close();
    rig = await open();
    await rig.engine.recover();
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('cancelled');
    expect(await inRepo(app)).toBe(before);
    await until(() => expect(workflowsOf(id, app)).toMatchObject([{ phase: 'Failed' }]));
  });

  it('by somebody who deletes it, is not waited for: what became of it is not known', async () => {
    const app = 'smart-answers';
    await practice.control.setGitFaults({ botWaits: true });
    const { id } = await start(app);
    await until(() => expect(workflowsOf(id, app)).toHaveLength(1));
    const [{ name, namespace } = { name: '', namespace: '' }] = workflowsOf(id, app);
    const config = new KubeConfig();
    config.loadFromFile(practice.ready.kubeconfig);
    config.setCurrentContext(environment);
    await config.makeApiClient(CustomObjectsApi).deleteNamespacedCustomObject({
      group: 'argoproj.io',
      version: 'v1alpha1',
      plural: 'workflows',
      namespace,
      name,
    });
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('unknown');
    expect(JSON.stringify(end.steps)).toContain('no longer has the workflow');
  });

  it('while the cluster is away, is not submitted when that is back', async () => {
    const app = 'router';
    await practice.control.clusterDown({ environment });
    await until(() =>
      expect(rig.engine.board().environments.find(({ name }) => name === environment)?.cluster.state).toBe(
        'unreachable',
      ),
    );
    const { id, before } = await start(app);
    await operationWhen(rig.engine, id, ({ steps }) =>
      steps.some(({ name, waitingFor }) => name === 'commit' && waitingFor !== null),
    );
    unwrap(rig.engine.cancel(id));
    await practice.control.clusterUp({ environment });
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('cancelled');
    await until(() =>
      expect(rig.engine.board().environments.find(({ name }) => name === environment)?.cluster.state).toBe(
        'live',
      ),
    );
    expect(workflowsOf(id, app)).toEqual([]);
    expect(await inRepo(app)).toBe(before);
  });
});
