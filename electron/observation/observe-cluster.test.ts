import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connect } from '../systems/kubernetes/connection';
import { connectPatiently } from '../systems/kubernetes/patient-connection';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

const never = new AbortController().signal;
const place = {
  environment: 'staging',
  argoNamespace: 'cluster-services',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};

const application = (name: string, extra: Record<string, unknown> = {}) => ({
  metadata: { name, namespace: 'cluster-services', annotations: { repoName: name, imageTag: 'v1' } },
  spec: {
    project: 'govuk',
    syncPolicy: { automated: { prune: true }, syncOptions: ['ApplyOutOfSyncOnly=true'] },
  },
  status: {
    sync: { status: 'Synced' },
    health: { status: 'Healthy' },
    operationState: { phase: 'Succeeded' },
  },
  ...extra,
});
const workflow = (name: string, phase: string) => ({
  metadata: {
    name,
    namespace: 'apps',
    labels: { repoName: 'frontend', imageTag: 'v1', 'workflows.argoproj.io/workflow-template': 'post-sync' },
  },
  spec: {},
  status: { phase },
});

describe('a cluster that is observed over its API', () => {
  let there: TestCluster;
  let cluster: Cluster;
  const faults: string[] = [];

  beforeEach(async () => {
    faults.length = 0;
    there = await startTestCluster();
    there.store.create('Application', application('frontend') as never);
    cluster = observeCluster({
      connection: await connect({ kubeconfig: [there.kubeconfig], context: 'test' }),
      place,
      log: (_level, event, data) => faults.push(`${event} ${JSON.stringify(data)}`),
    });
    await expect.poll(() => cluster.view.freshness().state).toBe('live');
  });
  afterEach(async () => {
    await cluster.close();
    await there.close();
  });

  it('shows what is there and what comes', async () => {
    expect(cluster.view.applications('frontend')).toMatchObject([
      { name: 'frontend', version: 'v1', health: 'Healthy' },
    ]);
    there.store.create('Workflow', workflow('post-sync-1', 'Running') as never);
    await expect.poll(() => cluster.view.workflows({ app: 'frontend' })).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it('refreshes by the annotation, and sees when the controller took it away', async () => {
    expect(await cluster.actions.refresh('frontend', 'hard', never)).toEqual({ ok: true, value: undefined });
    await expect.poll(() => cluster.actions.refreshPending('frontend')).toBe(true);
    const stored = there.store.get('Application', 'cluster-services', 'frontend');
    expect(stored?.metadata.annotations?.['argocd.argoproj.io/refresh']).toBe('hard');
    there.store.patch('Application', 'cluster-services', 'frontend', 'merge', {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': null } },
    });
    await expect.poll(() => cluster.actions.refreshPending('frontend')).toBe(false);
  });

  it('asks for a sync once, and never in place of another', async () => {
    const request = { operationId: 'op-1', actor: 'someone' };
    expect((await cluster.actions.sync('frontend', request, never)).ok).toBe(true);
    const stored = there.store.get('Application', 'cluster-services', 'frontend') as unknown as Record<
      string,
      unknown
    >;
    expect(stored).toMatchObject({
      operation: {
        info: [{ name: 'signalbox-operation', value: 'op-1' }],
        sync: { prune: true, syncOptions: ['ApplyOutOfSyncOnly=true'] },
      },
    });
    expect((stored.status as Record<string, unknown>).operationState ?? null).toBeNull();
    expect((await cluster.actions.sync('frontend', request, never)).ok).toBe(true);
    const second = await cluster.actions.sync('frontend', { operationId: 'op-2', actor: 'another' }, never);
    expect(second).toMatchObject({ ok: false, failure: { code: 'busy' } });
  });

  it('says what is not there', async () => {
    const answer = await cluster.actions.sync('nothing', { operationId: 'op', actor: 'a' }, never);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'not-found' } });
    expect(await cluster.actions.terminate('frontend', null, never)).toMatchObject({
      ok: false,
      failure: { code: 'refused' },
    });
  });

  it('stops a workflow that runs, and says when it had ended or vanished', async () => {
    there.store.create('Workflow', workflow('running', 'Running') as never);
    there.store.create('Workflow', workflow('ended', 'Succeeded') as never);
    const stop = (name: string) => cluster.actions.stopWorkflow('apps', name, 'Stop', never);
    expect(await stop('running')).toEqual({ ok: true, value: { stopped: true } });
    expect(there.store.get('Workflow', 'apps', 'running')).toMatchObject({ spec: { shutdown: 'Stop' } });
    expect(await stop('ended')).toEqual({ ok: true, value: { stopped: false } });
    expect(await stop('vanished')).toEqual({ ok: true, value: { stopped: false } });
  });

  it('reads past the watches', async () => {
    there.store.create('Workflow', workflow('new', 'Running') as never);
    const read = await cluster.actions.readWorkflows({ app: 'frontend', template: 'post-sync' }, never);
    expect(read).toMatchObject({ ok: true, value: [{ name: 'new' }] });
    const other = await cluster.actions.readWorkflows({ app: 'router', template: 'post-sync' }, never);
    expect(other).toEqual({ ok: true, value: [] });
    expect(await cluster.actions.readApplications('frontend', never)).toMatchObject({
      ok: true,
      value: [{ version: 'v1' }],
    });
  });

  it('finds workflows that carry no label of their template, as those that an event starts', async () => {
    const unlabelled = workflow('by-a-sensor', 'Running');
    there.store.create('Workflow', {
      metadata: { ...unlabelled.metadata, labels: { repoName: 'frontend', imageTag: 'v1' } },
      spec: { workflowTemplateRef: { name: 'post-sync' } },
      status: { phase: 'Running' },
    } as never);
    const read = await cluster.actions.readWorkflows({ app: 'frontend', template: 'post-sync' }, never);
    expect(read).toMatchObject({ ok: true, value: [{ name: 'by-a-sensor' }] });
    const other = await cluster.actions.readWorkflows({ app: 'frontend', template: 'deploy-image' }, never);
    expect(other).toEqual({ ok: true, value: [] });
  });

  it('knows a workflow by its parameters before the controller gave it the labels of its template', async () => {
    there.store.create('Workflow', {
      metadata: { name: 'just-made', namespace: 'apps' },
      spec: {
        workflowTemplateRef: { name: 'post-sync' },
        arguments: {
          parameters: [
            { name: 'repoName', value: 'frontend' },
            { name: 'imageTag', value: 'v2' },
            { name: 'promoteDeployment', value: true },
          ],
        },
      },
    } as never);
    const filter = { app: 'frontend', template: 'post-sync' };
    const read = await cluster.actions.readWorkflows(filter, never);
    expect(read).toMatchObject({
      ok: true,
      value: [
        { name: 'just-made', labels: { repoName: 'frontend', imageTag: 'v2', promoteDeployment: 'true' } },
      ],
    });
    await expect
      .poll(() => cluster.view.workflows({ ...filter, version: 'v2' }))
      .toMatchObject([{ name: 'just-made' }]);
  });

  it('keeps what it saw when the cluster goes away, and says so', async () => {
    await there.server.close();
    await expect.poll(() => cluster.view.freshness().state).toBe('unreachable');
    expect(cluster.view.applications('frontend')).toHaveLength(1);
  });
});

describe('a cluster whose context the kubeconfig does not have', () => {
  it('is unreachable, saying why, until the file is put right', async () => {
    const there = await startTestCluster();
    const whole = await readFile(there.kubeconfig, 'utf8');
    await writeFile(there.kubeconfig, whole.replaceAll('name: test', 'name: another'));
    const cluster = observeCluster({
      connection: connectPatiently({ kubeconfig: [there.kubeconfig], context: 'test' }),
      place,
      timing: { backoffBase: 10, backoffLimit: 50 },
      log: noLog,
    });
    try {
      await expect
        .poll(() => cluster.view.freshness())
        .toMatchObject({
          state: 'unreachable',
          failure: { message: expect.stringContaining('no context "test"') },
        });
      expect(await cluster.actions.refresh('frontend', 'normal', never)).toMatchObject({ ok: false });
      await writeFile(there.kubeconfig, whole);
      await expect.poll(() => cluster.view.freshness().state).toBe('live');
    } finally {
      await cluster.close();
      await there.close();
    }
  });
});

describe('a namespace that several environments share', () => {
  let there: TestCluster;
  let cluster: Cluster;
  const ours = { environment: 'staging' };
  const theirs = { environment: 'integration' };
  const labelled = (name: string, labels: Record<string, string>) => {
    const object = application(name);
    return { ...object, metadata: { ...object.metadata, labels } } as never;
  };
  const run = (name: string, extra: Record<string, string>) => {
    const object = workflow(name, 'Running');
    return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...extra } } };
  };
  const pod = (name: string, labels: Record<string, string>) =>
    ({ metadata: { name, namespace: 'apps', labels }, spec: { containers: [{ name: 'app' }] } }) as never;
  /** How many objects came over each watch, by what the API server was asked. */
  const seen = () =>
    Object.fromEntries(
      cluster.status().watches.map(({ kind, selector, objects }) => [`${kind} ${selector ?? ''}`, objects]),
    );
  const podsOfApps = 'pods part-of=govuk,!workflows.argoproj.io/workflow,!batch.kubernetes.io/job-name';
  const podsOfJobs = 'pods batch.kubernetes.io/job-name,!workflows.argoproj.io/workflow';

  beforeEach(async () => {
    there = await startTestCluster();
    const { store } = there;
    store.create('Application', labelled('app-config', {}));
    store.create('Application', labelled('frontend', ours));
    store.create('Application', labelled('frontend-integration', theirs));
    store.create('Workflow', run('ours', ours) as never);
    store.create('Workflow', run('theirs', theirs) as never);
    store.create('Pod', pod('app', { 'part-of': 'govuk' }));
    store.create('Pod', pod('other', {}));
    store.create('Pod', pod('hook', { 'batch.kubernetes.io/job-name': 'migrate' }));
    store.create('Pod', pod('step', { 'part-of': 'govuk', 'workflows.argoproj.io/workflow': 'ours' }));
    cluster = observeCluster({
      connection: await connect({ kubeconfig: [there.kubeconfig], context: 'test' }),
      place: {
        ...place,
        labels: {
          applications: 'environment=staging',
          pods: 'part-of=govuk',
          workflows: 'environment=staging',
        },
      },
      log: noLog,
    });
    await expect.poll(() => cluster.view.freshness().state).toBe('live');
  });
  afterEach(async () => {
    await cluster.close();
    await there.close();
  });

  it('is listed and watched by the labels of the estate alone, with what Argo makes without them', async () => {
    expect(seen()).toMatchObject({
      'applications environment=staging,metadata.name!=app-config': 1,
      'applications metadata.name=app-config': 1,
      'workflows environment=staging': 1,
      [podsOfApps]: 1,
      [podsOfJobs]: 1,
      'pods workflows.argoproj.io/workflow': 1,
      'deployments ': 0,
    });
    expect(cluster.view.application('app-config')).not.toBeNull();
    expect(cluster.view.application('frontend-integration')).toBeNull();
    // And what comes afterwards: the ones that are not ours first.
    there.store.create('Application', labelled('router-integration', theirs));
    there.store.create('Pod', pod('other-2', {}));
    there.store.create('Application', labelled('router', ours));
    there.store.create('Pod', pod('app-2', { 'part-of': 'govuk' }));
    await expect
      .poll(seen)
      .toMatchObject({ 'applications environment=staging,metadata.name!=app-config': 2, [podsOfApps]: 2 });
    // An object whose label is taken away leaves.
    there.store.patch('Application', 'cluster-services', 'router', 'merge', { metadata: { labels: null } });
    await expect.poll(() => cluster.view.application('router')).toBeNull();
  });

  it('has nothing of the others read or changed', async () => {
    const { actions } = cluster;
    const ask = { operationId: 'op', actor: 'someone' };
    const refused = { ok: false, failure: { code: 'refused' } };
    expect(await actions.sync('frontend-integration', ask, never)).toMatchObject(refused);
    expect(await actions.refresh('frontend-integration', 'hard', never)).toMatchObject(refused);
    expect(await actions.terminate('frontend-integration', null, never)).toMatchObject(refused);
    expect(await actions.stopWorkflow('apps', 'theirs', 'Stop', never)).toMatchObject(refused);
    expect(await actions.suspendWorkflow('apps', 'theirs', never)).toMatchObject(refused);
    expect(await actions.resubmitWorkflow('apps', 'theirs', { id: 'op' }, never)).toMatchObject(refused);
    expect(there.store.get('Application', 'cluster-services', 'frontend-integration')).not.toHaveProperty(
      'operation',
    );
    expect(there.store.get('Workflow', 'apps', 'theirs')).toHaveProperty('spec', {});
    expect((await actions.sync('frontend', ask, never)).ok).toBe(true);
    expect((await actions.refresh('app-config', 'normal', never)).ok).toBe(true);
    const running = await actions.readWorkflows({ app: 'frontend', template: 'post-sync' }, never);
    expect(running).toMatchObject({ ok: true, value: [{ name: 'ours' }] });
    expect(running.ok && running.value).toHaveLength(1);
  });

  it('sees the workflows that it submits itself', async () => {
    const request = { id: 'op-1', template: 'post-sync', parameters: {}, labels: { repoName: 'frontend' } };
    const made = await cluster.actions.submitWorkflow(request, never);
    expect(made.ok).toBe(true);
    const name = made.ok ? made.value.name : '';
    await expect.poll(() => cluster.view.workflow('apps', name)).not.toBeNull();
  });
});

describe('an account that may see and do only a part', () => {
  let there: TestCluster;
  let cluster: Cluster;

  beforeEach(async () => {
    there = await startTestCluster();
    there.store.create('Workflow', workflow('post-sync-1', 'Running') as never);
    cluster = observeCluster({
      connection: await connect({ kubeconfig: [there.kubeconfig], context: 'reader' }),
      place,
      log: noLog,
    });
  });
  afterEach(async () => {
    await cluster.close();
    await there.close();
  });

  it('sees the rest live, and is told what it does not see and why', async () => {
    const { view } = cluster;
    await expect.poll(() => view.freshness().state).toBe('live');
    expect(view.freshness('workflows', 'rollouts', 'pods').state).toBe('live');
    expect(view.workflows({ app: 'frontend' })).toHaveLength(1);
    expect(view.freshness('applications')).toMatchObject({
      state: 'unreachable',
      failure: { code: 'forbidden', meaning: expect.stringContaining('cannot list resource "applications"') },
    });
    expect(view.gaps()).toMatchObject([
      { kind: 'applications', namespace: 'cluster-services', topics: ['applications'] },
      { kind: 'appprojects', namespace: 'cluster-services', topics: ['projects'] },
    ]);
  });

  it('is told what it may do, who it is, and how the cluster is watched', async () => {
    await expect.poll(() => cluster.status().latency.samples).toBe(1);
    const status = cluster.status();
    expect(status).toMatchObject({
      environment: 'staging',
      context: 'reader',
      insecure: null,
      freshness: { state: 'live' },
      version: expect.stringMatching(/^v1\./),
      identity: { username: 'reader' },
    });
    const state = (action: string) => status.access.find((one) => one.action === action)?.state;
    expect([state('read-logs'), state('sync'), state('stop-workflow')]).toEqual([
      'allowed',
      'denied',
      'denied',
    ]);
    expect(cluster.view.access('sync').why).toContain(
      'get applications.argoproj.io in cluster-services, patch applications.argoproj.io in cluster-services',
    );
    const watched = status.watches.find(({ kind }) => kind === 'workflows');
    expect(watched).toMatchObject({ namespace: 'apps', objects: 1, restarts: 0, state: { state: 'live' } });
  });

  it('has what it may do asked again when the cluster comes back', async () => {
    await expect.poll(() => cluster.view.access('read-logs').state).toBe('allowed');
    await there.server.faults.reachability('refused');
    await expect.poll(() => cluster.view.freshness().state).toBe('unreachable');
    const asked = there.server.requests();
    await there.server.faults.reachability('up');
    await expect.poll(() => cluster.view.freshness().state).toBe('live');
    await expect.poll(() => cluster.status().latency.samples).toBeGreaterThan(1);
    // Watches (five lists and watches at least), reviews of ten rights, and who one is.
    await expect.poll(() => there.server.requests() - asked).toBeGreaterThan(20);
  });
});
