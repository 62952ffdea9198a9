/** Logs through Argo's own servers, over the same port as those of the Kubernetes API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argoAccounts, endArgoSessions } from '../practice/argo-servers/accounts';
import { startArgoCdServer } from '../practice/argo-servers/argo-cd/server';
import { type WorkflowArchive, workflowArchive } from '../practice/argo-servers/argo-workflows/archive';
import { startArgoWorkflowsServer } from '../practice/argo-servers/argo-workflows/server';
import type { GatewayServer } from '../practice/argo-servers/gateway-server';
import type { Pod, Workflow } from '../practice/controllers/kubernetes-shapes';
import { podNameOf } from '../practice/controllers/workflow-pod';
import { standardRights } from '../practice/rights/standard-rights';
import { startTestCluster, type TestCluster } from '../practice/testing/cluster';
import { LogEntries } from '../systems/argo/server/log-entries';
import { connectServer } from '../systems/argo/server/server-connection';
import type { ServerCredential } from '../systems/argo/server/server-session';
import { connect } from '../systems/kubernetes/connection';
import { usualArgoSessions } from '../systems/practice/argo-sessions';
import { observeCluster } from './observe-cluster';
import type { Cluster, LogEvent } from './types';

const pod = 'frontend-7c9-x1';
const step = podNameOf('post-sync-1', 'run', 'post-sync-1.run');

let there: TestCluster;
let servers: Record<'argo-cd' | 'argo-workflows', GatewayServer>;
let archive: WorkflowArchive;
let cluster: Cluster;
let token: string | null;
let signIn: () => void;
let endSessions: () => void;
const stops: AbortController[] = [];

/** @param kubernetes `null`: there is none. */
async function open(kubernetes: 'test' | null = null, prefer?: 'server'): Promise<void> {
  const sessions = usualArgoSessions();
  const people = (system: 'argo-cd' | 'argo-workflows') =>
    argoAccounts({
      environment: 'production',
      system,
      secret: 'a secret',
      rights: () => standardRights('everything'),
      sessions: () => sessions,
    });
  const accounts = { 'argo-cd': people('argo-cd'), 'argo-workflows': people('argo-workflows') };
  const tokens = new Map<string, string>();
  let waker = new AbortController();
  signIn = () => {
    for (const system of ['argo-cd', 'argo-workflows'] as const)
      tokens.set(system, accounts[system].signIn('practice').token);
    token = 'signed in';
    const before = waker;
    waker = new AbortController();
    before.abort();
  };
  signIn();
  endSessions = () => endArgoSessions(sessions, {});
  archive = workflowArchive(there.store, there.logs);
  const shared = { store: there.store, logs: there.logs, now: () => new Date() };
  servers = {
    'argo-cd': await startArgoCdServer({ ...shared, accounts: accounts['argo-cd'] }),
    'argo-workflows': await startArgoWorkflowsServer({
      ...shared,
      archive,
      accounts: accounts['argo-workflows'],
      bookmarkEvery: 25,
    }),
  };
  const connection = (system: 'argo-cd' | 'argo-workflows') =>
    connectServer({
      place: { environment: 'production', system, url: servers[system].url },
      session: {
        credential: (): ServerCredential | null =>
          token === null ? null : { authorization: `Bearer ${tokens.get(system)}`, cookie: null },
        ended: () => {
          token = null;
        },
        woken: () => waker.signal,
      },
    });
  const more = prefer ? { prefer } : {};
  cluster = observeCluster({
    connection: kubernetes && (await connect({ kubeconfig: [there.kubeconfig], context: kubernetes })),
    place: {
      environment: 'production',
      argoNamespace: 'cluster-services',
      workflowsNamespace: 'apps',
      appsNamespace: 'apps',
      parentApplication: 'app-config',
    },
    argo: {
      cd: { connection: connection('argo-cd'), ...more },
      workflows: { connection: connection('argo-workflows'), isSignedIn: () => token !== null, ...more },
    },
    timing: { backoffBase: 20, backoffLimit: 100 },
    log: () => undefined,
  });
  await expect
    .poll(() => [
      cluster.view.application('frontend')?.name,
      cluster.view.workflow('apps', 'post-sync-1')?.phase,
    ])
    .toEqual(['frontend', 'Running']);
}

function follow(request: Partial<Parameters<Cluster['followLog']>[0]> = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const lines: string[] = [];
  const stamps: (string | null)[] = [];
  const states: Extract<LogEvent, { type: 'state' }>[] = [];
  const over = cluster.followLog(
    { namespace: 'apps', pod, container: 'app', previous: false, tailLines: 1000, ...request },
    (event) => {
      if (event.type === 'lines') {
        lines.push(...event.lines.map(({ text }) => text));
        stamps.push(...event.lines.map(({ at }) => at));
      }
      if (event.type === 'state') states.push(event);
    },
    stop.signal,
  );
  return { lines, stamps, states, over, last: () => states.at(-1)?.state ?? null };
}

const write = (text: string, name = pod, container = 'app') =>
  there.logs.append('apps', name, container, text);

beforeEach(async () => {
  there = await startTestCluster();
  const { store } = there;
  store.create('Application', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'frontend', namespace: 'cluster-services', annotations: { repoName: 'frontend' } },
    spec: {
      project: 'govuk',
      source: { repoURL: 'https://git.example', path: '.' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'apps' },
    },
    status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
  } as never);
  store.create<Pod>('Pod', {
    metadata: {
      name: pod,
      namespace: 'apps',
      labels: { 'app.kubernetes.io/instance': 'frontend' },
      annotations: { 'argocd.argoproj.io/tracking-id': `frontend:/Pod:apps/${pod}` },
    },
    spec: { containers: [{ name: 'app', image: 'app:v1' }], restartPolicy: 'Always' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
    },
  } as never);
  const node = (id: string, more: object) => ({
    id,
    name: id,
    displayName: id,
    startedAt: '2026-11-30T10:00:00Z',
    phase: 'Running',
    ...more,
  });
  store.create<Workflow>('Workflow', {
    metadata: {
      name: 'post-sync-1',
      namespace: 'apps',
      labels: { repoName: 'frontend', imageTag: 'v1' },
    },
    spec: { workflowTemplateRef: { name: 'post-sync' } },
    status: {
      phase: 'Running',
      startedAt: '2026-11-30T10:00:00Z',
      nodes: {
        'post-sync-1': node('post-sync-1', { type: 'Steps', children: ['n1'] }),
        n1: node('n1', { name: 'post-sync-1.run', type: 'Pod', templateName: 'run' }),
      },
    },
  } as never);
  store.create<Pod>('Pod', {
    metadata: {
      name: step,
      namespace: 'apps',
      labels: { 'workflows.argoproj.io/workflow': 'post-sync-1' },
      annotations: { 'workflows.argoproj.io/node-id': 'n1' },
    },
    spec: { containers: [{ name: 'main', image: 'tests:v1' }], restartPolicy: 'Never' },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: { running: {} } }],
    },
  } as never);
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await cluster.close();
  for (const server of Object.values(servers)) await server.close();
  archive.close();
  await there.close();
});

describe('a pod’s log by Argo CD’s server', () => {
  it('is read and followed over streams that break, without losing or repeating a line', async () => {
    write('one\n\ntwo  with blanks\n日本');
    await open();
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['one', '', 'two  with blanks', '日本']);
    expect(log.last()).toBe('following');
    for (let round = 1; round <= 3; round++) {
      servers['argo-cd'].faults.cutStreams();
      write(`after cut ${round}`);
      await expect.poll(() => log.lines.at(-1)).toBe(`after cut ${round}`);
    }
    expect(log.lines).toHaveLength(7);
    // As the kubelet stamps them: to the nanosecond.
    expect(log.stamps.every((at) => at !== null && /\.\d{9}Z$/.test(at))).toBe(true);
  });

  it('is told once, however much of it comes again', async () => {
    // Argo's servers take no time to begin at but in seconds before now.
    for (let second = 0; second < 30; second++)
      there.logs.append(
        'apps',
        pod,
        'app',
        `line ${second}`,
        new Date(Date.now() - (30 - second) * 1000).toISOString(),
      );
    await open();
    const log = follow();
    await expect.poll(() => log.lines).toHaveLength(30);
    servers['argo-cd'].faults.cutStreams();
    write('after');
    await expect.poll(() => log.lines.at(-1)).toBe('after');
    expect(log.lines).toHaveLength(31);
  });

  it('is read to its end, and the run before its last restart as well', async () => {
    write('first run');
    there.logs.restart('apps', pod, 'app');
    write('second run');
    await open();
    const before = follow({ previous: true });
    const now = follow({ follow: false });
    await Promise.all([before.over, now.over]);
    expect([before.lines, now.lines]).toEqual([['first run'], ['second run']]);
    expect([before.last(), now.last()]).toEqual(['ended', 'ended']);
  });

  it('begins with the last lines where only those are asked for', async () => {
    write(Array.from({ length: 50 }, (_, n) => `line ${n}`).join('\n'));
    await open();
    const log = follow({ follow: false, tailLines: 3 });
    await log.over;
    expect(log.lines).toEqual(['line 47', 'line 48', 'line 49']);
  });

  it('says what the cluster says: it waits to start, or there is no run before', async () => {
    await open();
    const none = follow({ previous: true });
    await none.over;
    expect(none.last()).toBe('gone');
    expect(none.states.at(-1)?.text).toContain('previous terminated container');
    expect(none.lines).toEqual([]);
  });

  it('is gone with its pod, and says so', async () => {
    write('last words');
    await open();
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['last words']);
    there.store.delete('Pod', 'apps', pod);
    there.logs.remove('apps', pod);
    await log.over;
    expect(log.last()).toBe('gone');
    expect(log.states.at(-1)?.text).toContain('Argo CD');
  });

  it('waits for a sign-in when the session ends on its way, and goes on with what came meanwhile', async () => {
    write('before');
    await open();
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['before']);
    endSessions();
    servers['argo-cd'].faults.cutStreams();
    await expect.poll(() => log.last()).toBe('reconnecting');
    await expect.poll(() => log.states.at(-1)?.text).toMatch(/session|signed in/);
    write('meanwhile');
    signIn();
    await expect.poll(() => log.lines).toEqual(['before', 'meanwhile']);
    expect(log.last()).toBe('following');
  });

  it('tells a login page in its place, and never takes it for lines', async () => {
    write('a line');
    await open();
    servers['argo-cd'].faults.answer(/\/logs$/, 200, 'text/html', '<html>Sign in</html>', 1);
    const log = follow({ follow: false });
    await log.over;
    expect(log.lines).toEqual([]);
    expect(log.states.at(-1)).toMatchObject({ state: 'failed', text: expect.stringContaining('login page') });
  });

  it('is none of an Application’s that the pod is not part of', async () => {
    await open();
    const log = follow({ pod: 'frontend-of-somebody-else', follow: false });
    await log.over;
    expect(log.last()).toBe('gone');
  });
});

describe('which door gives a log', () => {
  it('is the Kubernetes API first, and Argo CD’s server where that refuses, told once', async () => {
    write('by the server');
    await open('test');
    there.server.faults.answer({ code: 403, path: /pods\/[^/]+\/log/ });
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['by the server']);
    expect(log.states.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Following through Argo CD in production: .*permission/),
    ]);
  });

  it('is the other one from the line on where the first broke off', async () => {
    write('one');
    await open('test');
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['one']);
    await there.server.faults.reachability('refused');
    write('two');
    await expect.poll(() => log.lines).toEqual(['one', 'two']);
    expect(log.states.at(-1)?.text).toContain('through Argo CD');
  });

  it('is the server where the estate prefers it', async () => {
    write('one');
    await open('test', 'server');
    there.server.faults.answer({ code: 403, path: /pods\/[^/]+\/log/ });
    const log = follow();
    await expect.poll(() => log.lines).toEqual(['one']);
    expect(log.states.map(({ text }) => text)).toEqual(['Following']);
  });
});

describe('a step’s log by Argo Workflows’ server', () => {
  const end = (phase: 'Failed' | 'Succeeded', artifacts: object[] = []) =>
    there.store.modify<Workflow>('Workflow', 'apps', 'post-sync-1', ({ status }) => {
      Object.assign(status?.nodes?.n1 ?? {}, { phase, outputs: { artifacts } });
    });
  const main = { pod: step, container: 'main' };

  it('is offered where no pods can be seen, and followed until the step ends, though the workflow goes on', async () => {
    write('test 1', step, 'main');
    await open();
    const shown = cluster.view.workflow('apps', 'post-sync-1')?.nodes.find(({ id }) => id === 'n1');
    expect(shown?.pod).toBe(step);
    const log = follow(main);
    await expect.poll(() => log.lines).toEqual(['test 1']);
    servers['argo-workflows'].faults.cutStreams();
    write('test 2', step, 'main');
    await expect.poll(() => log.lines).toEqual(['test 1', 'test 2']);
    write('the end', step, 'main');
    end('Failed');
    await log.over;
    expect(log.lines).toEqual(['test 1', 'test 2', 'the end']);
    expect(log.last()).toBe('ended');
  });

  it('is read to its end where the step is over and its pod still there', async () => {
    write('only line', step, 'main');
    await open();
    end('Failed');
    await expect
      .poll(() => cluster.view.workflow('apps', 'post-sync-1')?.nodes.find(({ id }) => id === 'n1')?.phase)
      .toBe('Failed');
    for (const more of [{}, { follow: false }]) {
      const log = follow({ ...main, ...more });
      await log.over;
      expect([log.lines, log.last()]).toEqual([['only line'], 'ended']);
    }
  });

  it('is the stored one where the pod is gone, and says so where none was stored', async () => {
    write('kept\nlines', step, 'main');
    await open();
    end('Succeeded', [{ name: 'main-logs', s3: { key: 'main.log' } }]);
    there.store.delete('Pod', 'apps', step);
    there.logs.remove('apps', step);
    await expect
      .poll(
        () => cluster.view.workflow('apps', 'post-sync-1')?.nodes.find(({ id }) => id === 'n1')?.storedLog,
      )
      .toBe(true);
    const log = follow(main);
    await log.over;
    expect([log.lines, log.last()]).toEqual([['kept', 'lines'], 'ended']);
    end('Succeeded');
    await expect
      .poll(
        () => cluster.view.workflow('apps', 'post-sync-1')?.nodes.find(({ id }) => id === 'n1')?.storedLog,
      )
      .toBeUndefined();
    const none = follow(main);
    await none.over;
    expect([none.lines, none.last()]).toEqual([[], 'gone']);
    expect(none.states.at(-1)?.text).toContain('no log was stored');
  });
});

describe('what a server that is no Argo sends', () => {
  const entries = (limit?: number) =>
    new LogEntries({ context: 'production', server: 'https://argo.example', system: 'Argo CD' } as never, {
      entry: ({ content }) => ({ line: String(content) }),
      atEnd: () => undefined,
      ...(limit === undefined ? {} : { limit }),
    });
  const texts = (reader: LogEntries, text: string) =>
    reader.push(Buffer.from(text)).map(({ bytes }) => bytes.toString('utf8'));

  it('is refused where it is no message, and bounded where it has no end', () => {
    expect(() => texts(entries(), 'hello\n')).toThrow(/sent an answer/);
    expect(() => texts(entries(), '{"result":5}\n')).toThrow();
    expect(() => texts(entries(), '{"error":{"http_code":403,"message":"no logs for you"}}\n')).toThrow(
      /permission/,
    );
    const reader = entries(1024);
    for (let n = 0; n < 100; n++) texts(reader, 'x'.repeat(1000));
    expect(texts(reader, `\n{"result":{"content":"after"}}\n`)).toEqual(['after']);
  });

  it('is read as events and as bare lines, with signs of life between', () => {
    const reader = entries();
    expect(
      texts(reader, ':\n\ndata: {"result":{"content":"a"}}\n\n{"result":{"content":"b\\nc"}}\n'),
    ).toEqual(['a', 'b c']);
    expect(texts(reader, '{"result":{"con')).toEqual([]);
    expect(reader.rest()).toBeNull();
  });
});
