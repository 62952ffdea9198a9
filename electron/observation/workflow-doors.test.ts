import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argoAccounts, endArgoSessions } from '../practice/argo-servers/accounts';
import { type WorkflowArchive, workflowArchive } from '../practice/argo-servers/argo-workflows/archive';
import { startArgoWorkflowsServer } from '../practice/argo-servers/argo-workflows/server';
import type { GatewayServer } from '../practice/argo-servers/gateway-server';
import { writeKubeconfig } from '../practice/cluster/write-kubeconfig';
import type { Workflow } from '../practice/controllers/kubernetes-shapes';
import { standardRights } from '../practice/rights/standard-rights';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { connectServer } from '../systems/argo/server/server-connection';
import type { ServerCredential } from '../systems/argo/server/server-session';
import { connect } from '../systems/kubernetes/connection';
import { usualArgoSessions } from '../systems/practice/argo-sessions';
import { observeCluster } from './observe-cluster';
import type { Cluster } from './types';

const never = new AbortController().signal;
const place = {
  environment: 'production',
  argoNamespace: 'cluster-services',
  workflowsNamespace: 'apps',
  appsNamespace: 'apps',
  parentApplication: 'app-config',
};
const node = (id: string, more: object) => ({ id, name: id, displayName: id, startedAt: null, ...more });
const failed = {
  metadata: {
    name: 'post-sync-1',
    namespace: 'apps',
    generateName: 'post-sync-',
    labels: { repoName: 'frontend', imageTag: 'v1', 'workflows.argoproj.io/completed': 'true' },
  },
  spec: { workflowTemplateRef: { name: 'post-sync' } },
  status: {
    phase: 'Failed',
    startedAt: '2026-11-30T10:00:00Z',
    finishedAt: '2026-11-30T10:01:00Z',
    nodes: {
      'post-sync-1': node('post-sync-1', { type: 'DAG', phase: 'Failed', children: ['a', 'b'] }),
      a: node('a', { type: 'Pod', phase: 'Succeeded', boundaryID: 'post-sync-1' }),
      b: node('b', { type: 'Pod', phase: 'Failed', boundaryID: 'post-sync-1' }),
    },
  },
};

let there: TestCluster;
let server: GatewayServer;
let archive: WorkflowArchive;
let cluster: Cluster;
let token: string | null;
let signIn: (login: string | null) => void;
let endSessions: () => void;
let isOver = false;
const told: unknown[] = [];

/** A person whose kubeconfig shows pods alone, in production. @param kubeconfig `null`: there is none. */
async function open(
  options: {
    kubernetes?: 'pods' | 'all' | null;
    prefer?: 'server';
    login?: string | null;
    signInPatience?: number;
  } = {},
) {
  const { kubernetes = 'pods', prefer, login = 'practice', signInPatience } = options;
  const sessions = usualArgoSessions();
  const rights = standardRights('govuk');
  const accounts = argoAccounts({
    environment: 'production',
    system: 'argo-workflows',
    secret: 'a secret',
    rights: () => ({
      ...rights,
      teams: { ...rights.teams, 'gov-uk-production-deploy': ['practice'] },
    }),
    sessions: () => sessions,
  });
  isOver = false;
  let waker = new AbortController();
  let leaver = new AbortController();
  signIn = (who) => {
    token = who === null ? null : accounts.signIn(who).token;
    const before = waker;
    waker = new AbortController();
    before.abort();
  };
  endSessions = () => endArgoSessions(sessions, {});
  token = login === null ? null : accounts.signIn(login).token;
  archive = workflowArchive(there.store, there.logs);
  server = await startArgoWorkflowsServer({
    store: there.store,
    logs: there.logs,
    archive,
    accounts,
    now: () => new Date(),
    bookmarkEvery: 25,
  });
  const context = kubernetes === 'all' ? 'test' : 'pods';
  told.length = 0;
  cluster = observeCluster({
    connection: kubernetes === null ? null : await connect({ kubeconfig: [there.kubeconfig], context }),
    place,
    argo: {
      workflows: {
        connection: connectServer({
          place: { environment: 'production', system: 'argo-workflows', url: server.url },
          session: {
            credential: (): ServerCredential | null =>
              token === null ? null : { authorization: `Bearer ${token}`, cookie: null },
            ended: () => {
              token = null;
              isOver = true;
              const before = leaver;
              leaver = new AbortController();
              before.abort(new Error('ended'));
            },
            left: () => leaver.signal,
            hasEnded: () => isOver,
            woken: () => waker.signal,
          },
        }),
        isSignedIn: () => token !== null,
        ...(prefer ? { prefer } : {}),
      },
    },
    timing: { backoffBase: 20, backoffLimit: 100 },
    ...(signInPatience === undefined ? {} : { signInPatience }),
    log: (_, event, fields) => {
      if (event === 'cluster.door') told.push(fields?.through);
    },
  });
}

const shown = () => cluster.view.workflow('apps', 'post-sync-1')?.phase ?? null;
const state = () => cluster.view.freshness('workflows').state;

beforeEach(async () => {
  const verbs = ['get', 'list', 'watch'];
  const rules = [
    { apiGroups: [''], resources: ['pods', 'services'], verbs },
    { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets'], verbs },
  ];
  there = await startTestCluster({
    server: {
      tokens: { 'token-of-test': { username: 'test' }, 'token-of-pods': { username: 'pods', rules } },
    },
  });
  await writeKubeconfig(
    there.kubeconfig,
    ['test', 'pods'].map((name) => ({
      name,
      server: there.server.url,
      ca: there.certificates.ca,
      namespace: 'apps',
      token: `token-of-${name}`,
    })),
  );
  there.store.create('Workflow', failed as never);
  for (const name of ['deploy-image', 'post-sync'])
    there.store.create('WorkflowTemplate', { metadata: { name, namespace: 'apps' }, spec: {} } as never);
});
afterEach(async () => {
  await cluster.close();
  await server.close();
  archive.close();
  await there.close();
});

describe('workflows through Argo’s own server', () => {
  it('are seen where the Kubernetes API does not show them, and change as they change', async () => {
    await open();
    await expect.poll(() => [shown(), state()]).toEqual(['Failed', 'live']);
    expect(cluster.view.gaps().map(({ kind }) => kind)).not.toContain('workflows');
    there.store.modify('Workflow', 'apps', 'post-sync-1', (one) => {
      (one as unknown as typeof failed).status.phase = 'Running';
    });
    await expect.poll(shown).toBe('Running');
    there.store.delete('Workflow', 'apps', 'post-sync-1');
    await expect.poll(shown).toBeNull();
    expect(told).toEqual(['server']);
    expect(cluster.status().doors).toMatchObject([
      {
        system: 'argo-workflows',
        through: 'server',
        because: expect.stringMatching(/permission/),
        since: expect.stringMatching(/^\d{4}-/),
        ways: [
          { through: 'kubernetes', state: 'closed', why: expect.stringMatching(/permission/) },
          { through: 'server', state: 'used', why: null },
        ],
      },
    ]);
  });

  it('are asked of the Kubernetes API alone where it shows them, until it is away', async () => {
    await open({ kubernetes: 'all' });
    await expect.poll(() => [shown(), state()]).toEqual(['Failed', 'live']);
    expect(server.openStreams()).toBe(0);
    expect(cluster.status().doors[0]?.ways).toEqual([
      { through: 'kubernetes', state: 'used', why: null },
      { through: 'server', state: 'not-asked', why: null },
    ]);
    await there.server.faults.reachability('refused');
    await expect.poll(() => server.openStreams()).toBe(1);
    await expect.poll(state).toBe('live');
    there.store.delete('Workflow', 'apps', 'post-sync-1');
    await expect.poll(shown).toBeNull();
    await there.server.faults.reachability('up');
    await expect.poll(() => server.openStreams()).toBe(0);
    expect(told).toEqual(['server', 'kubernetes']);
  });

  it('are asked of it first where the estate says so, and without any Kubernetes API', async () => {
    await open({ kubernetes: 'all', prefer: 'server' });
    await expect.poll(() => [shown(), state(), server.openStreams()]).toEqual(['Failed', 'live', 1]);
    await cluster.close();
    await server.close();
    await open({ kubernetes: null });
    await expect.poll(() => [shown(), state()]).toEqual(['Failed', 'live']);
  });

  it('are no news to whoever is not signed in, and are there once somebody is', async () => {
    await open({ login: null });
    await expect.poll(() => cluster.view.gaps().map(({ kind }) => kind)).toContain('workflows');
    expect(cluster.view.gaps().find(({ kind }) => kind === 'workflows')?.because.code).toBe('forbidden');
    await expect.poll(() => cluster.view.freshness().state).toBe('live');
    await expect.poll(() => cluster.view.access('submit-workflow').state).toBe('denied');
    signIn('practice');
    await expect.poll(() => [shown(), state()]).toEqual(['Failed', 'live']);
    expect(cluster.view.access('submit-workflow')).toMatchObject({ state: 'unknown', onlyTrying: true });
    endSessions();
    server.faults.cutStreams();
    await expect
      .poll(() => cluster.view.freshness('workflows'))
      .toMatchObject({ failure: { code: 'unauthorised' } });
    expect(cluster.view.freshness().state).toBe('live');
    expect(shown()).toBe('Failed');
    signIn('practice');
    await expect.poll(state).toBe('live');
  });

  it.each(['pods', null] as const)(
    'are not called hidden for good before somebody had the time to sign in (Kubernetes: %s)',
    async (kubernetes) => {
      const gap = () => cluster.view.gaps().find(({ kind }) => kind === 'workflows');
      await open({ kubernetes, login: null });
      const settled: unknown[] = [];
      cluster.view.onChange(() => settled.push(...(gap() && !gap()?.pending ? [gap()] : [])));
      await expect.poll(gap).toMatchObject({ pending: true });
      signIn('practice');
      await expect.poll(() => [shown(), state(), gap()]).toEqual(['Failed', 'live', undefined]);
      expect(settled).toEqual([]);
      await cluster.close();
      await server.close();
      await open({ kubernetes, login: null, signInPatience: 1 });
      await expect.poll(() => gap() && gap()?.pending === undefined).toBe(true);
    },
  );

  it('are submitted and resubmitted once, however often the answer is lost', async () => {
    await open();
    await expect.poll(state).toBe('live');
    const submit = () =>
      cluster.actions.submitWorkflow(
        {
          id: 'op-1',
          name: 'deploy-image-op-1',
          template: 'deploy-image',
          parameters: { imageTag: 'a=b,c' },
          labels: { repoName: 'frontend' },
          annotations: { 'workflows.argoproj.io/title': 'one, two' },
        },
        never,
      );
    server.faults.loseAnswer(/^POST /);
    expect(await submit()).toEqual({ ok: true, value: { namespace: 'apps', name: 'deploy-image-op-1' } });
    expect(await submit()).toMatchObject({ ok: true });
    expect(there.store.get('Workflow', 'apps', 'deploy-image-op-1')).toMatchObject({
      metadata: { labels: { repoName: 'frontend', 'signalbox.dev/operation': 'op-1' } },
      spec: { arguments: { parameters: [{ name: 'imageTag', value: 'a=b,c' }] } },
    });
    const again = () => cluster.actions.resubmitWorkflow('apps', 'post-sync-1', { id: 'click-1' }, never);
    server.faults.loseAnswer(/^POST /);
    const [first, second] = [await again(), await again()];
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(first);
    expect(there.store.list('Workflow')).toHaveLength(3);
    expect(cluster.view.access('submit-workflow').state).toBe('allowed');
  });

  it('that somebody else made under the name are not taken for ours', async () => {
    await open();
    await expect.poll(state).toBe('live');
    there.store.create('Workflow', {
      metadata: { name: 'deploy-image-op-1', namespace: 'apps' },
      spec: {},
    } as never);
    const request = { id: 'op-1', name: 'deploy-image-op-1', template: 'deploy-image', parameters: {} };
    expect(await cluster.actions.submitWorkflow(request, never)).toMatchObject({
      failure: { code: 'conflict' },
    });
  });

  it('are retried, stopped, suspended and resumed, each once for a click', async () => {
    await open();
    await expect.poll(state).toBe('live');
    const { actions } = cluster;
    const phaseOf = (name = 'post-sync-1') =>
      (there.store.get('Workflow', 'apps', name) as unknown as typeof failed).status.phase;
    server.faults.loseAnswer(/retry$/);
    expect(await actions.retryWorkflow('apps', 'post-sync-1', { id: 'click-2' }, never)).toMatchObject({
      ok: true,
    });
    expect(phaseOf()).toBe('');
    expect(await actions.retryWorkflow('apps', 'post-sync-1', { id: 'click-2' }, never)).toMatchObject({
      ok: true,
    });
    expect(await actions.retryWorkflow('apps', 'post-sync-1', {}, never)).toMatchObject({
      failure: { code: 'refused' },
    });
    const gates = {
      metadata: { name: 'gates', namespace: 'apps' },
      spec: {},
      status: { phase: 'Running', nodes: { one: node('one', { type: 'Suspend', phase: 'Running' }) } },
    };
    there.store.create('Workflow', gates as never);
    expect(await actions.suspendWorkflow('apps', 'gates', never)).toEqual({
      ok: true,
      value: { changed: true },
    });
    expect(await actions.suspendWorkflow('apps', 'gates', never)).toEqual({
      ok: true,
      value: { changed: false },
    });
    server.faults.loseAnswer(/resume$/);
    const resume = (id: string) => actions.resumeWorkflow('apps', 'gates', { id, actor: 'Ada' }, never);
    expect(await resume('click-3')).toEqual({ ok: true, value: { changed: true } });
    there.store.modify('Workflow', 'apps', 'gates', (one) => {
      Object.assign((one as unknown as typeof gates).status.nodes, {
        two: node('two', { type: 'Suspend', phase: 'Running' }),
      });
    });
    // The next gate stays closed to the click before.
    expect(await resume('click-3')).toEqual({ ok: true, value: { changed: true } });
    expect(there.store.get('Workflow', 'apps', 'gates')).toMatchObject({
      status: { nodes: { one: { phase: 'Succeeded' }, two: { phase: 'Running' } } },
    });
    server.faults.loseAnswer(/stop$/);
    expect(await actions.stopWorkflow('apps', 'gates', 'Stop', never)).toEqual({
      ok: true,
      value: { stopped: true },
    });
    expect(await actions.stopWorkflow('apps', 'gates', 'Terminate', never)).toMatchObject({ ok: true });
    expect(there.store.get('Workflow', 'apps', 'gates')).toMatchObject({ spec: { shutdown: 'Terminate' } });
    expect(await actions.stopWorkflow('apps', 'nothing', 'Stop', never)).toEqual({
      ok: true,
      value: { stopped: false },
    });
  });

  it('that the server refuses are refused in its words, which is remembered until somebody else signs in', async () => {
    await open({ login: 'tamsin-okoro' });
    await expect.poll(state).toBe('live');
    const stop = () => cluster.actions.stopWorkflow('apps', 'post-sync-1', 'Stop', never);
    there.store.modify('Workflow', 'apps', 'post-sync-1', (one) => {
      (one as unknown as typeof failed).status.phase = 'Running';
    });
    expect(await stop()).toMatchObject({
      failure: { code: 'forbidden', meaning: expect.stringMatching(/cannot patch resource/) },
    });
    expect(cluster.view.access('stop-workflow')).toMatchObject({
      state: 'denied',
      why: expect.stringMatching(/cannot patch/),
    });
    // Nor is it said of anybody once their session has ended.
    endSessions();
    expect(await stop()).toMatchObject({ ok: false });
    expect(cluster.view.access('stop-workflow').why).not.toMatch(/cannot patch/);
    signIn('practice');
    await expect.poll(() => cluster.view.access('stop-workflow')).toMatchObject({ state: 'unknown' });
    expect(await stop()).toMatchObject({ ok: true });
  });

  it('are read past the watch for a decision', async () => {
    await open();
    await expect.poll(state).toBe('live');
    const labels = { repoName: 'frontend', 'workflows.argoproj.io/workflow-template': 'post-sync' };
    there.store.create('Workflow', {
      metadata: { name: 'running', namespace: 'apps', labels },
      spec: {},
      status: { phase: 'Running' },
    } as never);
    const read = await cluster.actions.readWorkflows({ app: 'frontend', template: 'post-sync' }, never);
    expect(read).toMatchObject({ ok: true, value: [{ name: 'running' }] });
  });

  it('have their steps of the server where the cluster holds none, each version once, and say why where it cannot be asked', async () => {
    await open({ kubernetes: 'all' });
    await expect.poll(state).toBe('live');
    const nodes = () => cluster.view.workflow('apps', 'post-sync-1')?.nodes.map(({ id }) => id) ?? [];
    const why = () => cluster.view.workflow('apps', 'post-sync-1')?.nodesUnavailable;
    await expect.poll(nodes).toEqual(['post-sync-1', 'a', 'b']);
    const stored = there.store.get<Workflow>('Workflow', 'apps', 'post-sync-1');
    if (stored) archive.offload(stored);
    await expect.poll(() => cluster.view.workflow('apps', 'post-sync-1')?.offloaded).toBe('fnv:1664525');
    await expect.poll(nodes).toEqual(['post-sync-1', 'a', 'b']);
    expect(why()).toBeNull();
    const asked = server.requests();
    there.store.patch('Workflow', 'apps', 'post-sync-1', 'merge', { metadata: { annotations: { a: 'b' } } });
    await expect
      .poll(() => there.store.get('Workflow', 'apps', 'post-sync-1')?.metadata.annotations)
      .toEqual({ a: 'b' });
    expect([nodes().length, server.requests()]).toEqual([3, asked]);
    signIn(null);
    there.store.patch('Workflow', 'apps', 'post-sync-1', 'merge', {
      status: { offloadNodeStatusVersion: 'fnv:2' },
    });
    // What was seen before stays until the newer steps can be read.
    await expect.poll(() => cluster.view.workflow('apps', 'post-sync-1')?.offloaded).toBe('fnv:2');
    expect(nodes()).toHaveLength(3);
  });

  it('say that their steps can’t be seen where nobody is signed in, and show them once somebody is', async () => {
    await open({ kubernetes: 'all', login: null });
    const stored = there.store.get<Workflow>('Workflow', 'apps', 'post-sync-1');
    if (stored) archive.offload(stored);
    const seen = () => cluster.view.workflow('apps', 'post-sync-1');
    await expect.poll(() => seen()?.nodesUnavailable).toMatch(/database.*not signed in/);
    signIn('practice');
    await expect.poll(() => seen()?.nodes.length).toBe(3);
    // Its steps can't be changed through the Kubernetes API: the server does it.
    expect(await cluster.actions.retryWorkflow('apps', 'post-sync-1', { id: 'r' }, never)).toMatchObject({
      ok: true,
    });
  });

  it('are listed and read out of the archive when the cluster has forgotten them, and run again from there', async () => {
    await open();
    await expect.poll(shown).toBe('Failed');
    const uid = there.store.get('Workflow', 'apps', 'post-sync-1')?.metadata.uid;
    there.store.delete('Workflow', 'apps', 'post-sync-1');
    await expect.poll(shown).toBeNull();
    const { archive: read, actions } = cluster;
    const listed = await read?.list(10, never);
    expect(listed).toMatchObject({
      value: [{ name: 'post-sync-1', archivedUid: uid, nodes: [], nodesUnavailable: expect.any(String) }],
    });
    expect(await read?.find('apps', 'post-sync-1', never)).toMatchObject({
      archivedUid: uid,
      nodes: [{ id: 'post-sync-1' }, { id: 'a' }, { id: 'b' }],
    });
    expect(await read?.find('elsewhere', 'post-sync-1', never)).toBeNull();
    const made = await actions.resubmitWorkflow('apps', 'post-sync-1', { id: 'again' }, never);
    const name = made.ok ? made.value.name : '';
    expect(there.store.get('Workflow', 'apps', name)?.metadata.labels).not.toHaveProperty([
      'workflows.argoproj.io/workflow-archiving-status',
    ]);
    server.faults.loseAnswer(/archived-workflows.*retry$/);
    const retried = () => actions.retryWorkflow('apps', 'post-sync-1', { id: 'once' }, never);
    expect(await retried()).toEqual({ ok: true, value: undefined });
    await expect.poll(shown).not.toBeNull();
    expect(await retried()).toEqual({ ok: true, value: undefined });
  });
});
