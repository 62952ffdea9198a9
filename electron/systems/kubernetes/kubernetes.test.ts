import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Freshness } from '../../../shared/domain/freshness';
import { makeCertificates } from '../../practice/cluster/certificates';
import { kubeconfig } from '../../practice/cluster/kubeconfig';
import type { KubeObject as Stored } from '../../practice/cluster/objects';
import { somePod, startTestCluster, type TestCluster } from '../../practice/cluster/testing';
import { connect } from './connection';
import { KubeError } from './failures';
import { listContexts } from './kubeconfig-files';
import { streamLogs } from './logs';
import {
  changeObject,
  createObject,
  deleteObject,
  getObject,
  listObjects,
  patchObject,
  replaceObject,
} from './objects';
import { probe } from './probe';
import type {
  Connection,
  KubeObject,
  LogLine,
  LogRequest,
  LogState,
  WatchBatch,
  WatchOptions,
} from './types';
import { watchResource } from './watch';

let cluster: TestCluster;
let connection: Connection;
let folder: string;
let stop: AbortController;
let running: Promise<unknown>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-kubernetes-'));
  cluster = await startTestCluster({ server: { bookmarkEvery: 25 } });
  connection = connect({ kubeconfig: [cluster.kubeconfig], requestTimeout: 5000 });
  stop = new AbortController();
  running = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  connection.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

const failureOf = async (act: Promise<unknown>): Promise<KubeError['failure']> => {
  try {
    await act;
  } catch (error) {
    if (error instanceof KubeError) return error.failure;
    throw error;
  }
  throw new Error('did not fail');
};

const workflows = { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', namespace: 'apps' };
const pods = { apiVersion: 'v1', plural: 'pods', namespace: 'apps' };

describe('connections', () => {
  it('reads several files, the first of one name wins, missing ones are skipped', async () => {
    const entry = { server: 'https://127.0.0.1:1', ca: cluster.certificates.ca, token: 'x' };
    const other = join(folder, 'other');
    await writeFile(
      other,
      kubeconfig([
        { ...entry, name: 'test' },
        { ...entry, name: 'far', namespace: 'n' },
      ]),
    );
    const contexts = listContexts([join(folder, 'none'), cluster.kubeconfig, other]);
    expect(contexts).toEqual([
      { name: 'test', server: cluster.server.url, namespace: 'apps', current: true, insecure: false },
      { name: 'reader', server: cluster.server.url, namespace: 'apps', current: false, insecure: false },
      { name: 'far', server: 'https://127.0.0.1:1', namespace: 'n', current: false, insecure: false },
    ]);
  });

  it.each([
    ['no file', undefined, 'not-found'],
    ['nonsense', 'clusters: [', 'bad-data'],
    ['an empty file', '', 'bad-data'],
    ['no context', stringify({ clusters: [], contexts: [], users: [] }), 'bad-data'],
  ])('says what is wrong with %s', async (_, text, code) => {
    const path = join(folder, 'config');
    if (text !== undefined) await writeFile(path, text);
    expect(() => connect({ kubeconfig: [path] })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code, place: { path } }) }) as Error,
    );
  });

  it('reports insecure-skip-tls-verify', async () => {
    const path = join(folder, 'config');
    const config = kubeconfig([
      { name: 'a', server: cluster.server.url, ca: cluster.certificates.ca, token: 'token-of-test' },
    ]);
    await writeFile(path, config.replace(/certificate-authority-data: .*/, 'insecure-skip-tls-verify: true'));
    const insecure = connect({ kubeconfig: [path] });
    expect(insecure.insecure).toBe(true);
    expect(await probe(insecure)).toMatchObject({ ok: true });
    insecure.close();
  });

  it('probes version, readiness and latency', async () => {
    expect(await probe(connection)).toEqual({
      ok: true,
      value: {
        at: expect.any(String),
        latency: expect.any(Number),
        version: 'v1.34.0-practice',
        ready: true,
      },
    });
  });

  it('asks a command for credentials, once for many requests, and again after a 401', async () => {
    const command = join(folder, 'login');
    const log = join(folder, 'log');
    const token = join(folder, 'token');
    await writeFile(token, 'token-of-nobody');
    await writeFile(
      command,
      `#!/bin/sh\necho x >> ${log}\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$(cat ${token})'"}}'\n`,
    );
    await chmod(command, 0o700);
    const path = join(folder, 'config');
    const config = kubeconfig([
      { name: 'a', server: cluster.server.url, ca: cluster.certificates.ca, token: 'x' },
    ]);
    const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}}`;
    await writeFile(path, config.replace('token: x', exec));
    const byCommand = connect({ kubeconfig: [path] });
    expect(await failureOf(byCommand.json({ path: '/api' }))).toMatchObject({
      code: 'unauthorised',
      status: 401,
    });
    await writeFile(token, 'token-of-test');
    const answers = await Promise.all([1, 2, 3].map(() => byCommand.json({ path: '/api' })));
    expect(answers).toHaveLength(3);
    byCommand.close();
    await writeFile(command, '#!/bin/sh\necho "secret-token is no JSON"\n');
    const broken = connect({ kubeconfig: [path] });
    const failure = await failureOf(broken.json({ path: '/api' }));
    expect(failure.code).toBe('unauthorised');
    expect(JSON.stringify(failure)).not.toContain('secret');
    await rm(command);
    const missing = await failureOf(connect({ kubeconfig: [path] }).json({ path: '/api' }));
    expect(missing.detail).toContain('is not there');
  });
});

describe('failures that a release manager can act on', () => {
  const ask = () => connection.json({ path: '/api/v1/namespaces/apps/pods', timeout: 300 });

  it.each<[string, () => unknown, string, RegExp]>([
    [
      'refused connections',
      () => cluster.server.faults.reachability('refused'),
      'unreachable',
      /refuses connections/,
    ],
    [
      'a cluster that hangs',
      () => cluster.server.faults.reachability('hanging'),
      'timeout',
      /did not answer within/,
    ],
    [
      '401',
      () => cluster.server.faults.answer({ code: 401 }),
      'unauthorised',
      /does not accept your credentials/,
    ],
    ['403', () => cluster.server.faults.answer({ code: 403 }), 'forbidden', /may not do this/],
    ['429', () => cluster.server.faults.answer({ code: 429, retryAfter: 3 }), 'rate-limited', /slow down/],
    [
      '500',
      () => cluster.server.faults.answer({ code: 500 }),
      'unreachable',
      /answers with an error \(500\)/,
    ],
    ['half JSON', () => cluster.server.faults.halfJson(1), 'unreachable', /connection .* broke/],
  ])('%s', async (_, break_, code, message) => {
    await break_();
    const failure = await failureOf(ask());
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(failure.next.length).toBeGreaterThan(0);
  });

  it('a certificate that has expired, one of another authority, one for another name', async () => {
    const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
    cluster.server.useCertificates(await makeCertificates({ ...past, authority: cluster.certificates }));
    expect((await failureOf(ask())).message).toMatch(/has expired/);
    cluster.server.useCertificates(await makeCertificates());
    expect((await failureOf(ask())).message).toMatch(/not from the authority/);
    cluster.server.useCertificates(
      await makeCertificates({ names: ['other.example'], authority: cluster.certificates }),
    );
    expect((await failureOf(ask())).message).toMatch(/is for another name/);
  });

  it('a name that cannot be resolved, and a server that speaks no TLS', async () => {
    const path = join(folder, 'config');
    const plain = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };
    const entry = { ca: cluster.certificates.ca, token: 'x' };
    await writeFile(
      path,
      kubeconfig([
        { ...entry, name: 'dns', server: 'https://no-such-host.invalid' },
        { ...entry, name: 'plain', server: `https://127.0.0.1:${port}` },
      ]),
    );
    const dns = await failureOf(connect({ kubeconfig: [path] }).json({ path: '/api' }));
    expect(dns.message).toMatch(/cannot be resolved/);
    const noTls = await failureOf(connect({ kubeconfig: [path], context: 'plain' }).json({ path: '/api' }));
    expect(noTls.message).toMatch(/speaks no TLS/);
    await new Promise((resolve) => plain.close(resolve));
  });

  it('throws the reason when it is aborted', async () => {
    await cluster.server.faults.reachability('hanging');
    const asked = connection.json({ path: '/api', signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('objects', () => {
  const make = (name: string) => createObject(connection, workflows, { metadata: { name }, spec: { n: 0 } });

  it('creates, reads, patches, lists and deletes', async () => {
    expect(await make('a')).toMatchObject({ ok: true });
    expect(await make('a')).toMatchObject({
      ok: false,
      failure: { code: 'conflict', reason: 'AlreadyExists' },
    });
    const ref = { ...workflows, name: 'a' };
    await patchObject(connection, ref, 'merge', { spec: { shutdown: 'Stop' } });
    const json = await patchObject(connection, ref, 'json', [{ op: 'test', path: '/spec/n', value: 1 }]);
    expect(json).toMatchObject({ ok: false, failure: { code: 'refused', status: 422 } });
    expect(await getObject(connection, ref)).toMatchObject({
      ok: true,
      value: { spec: { n: 0, shutdown: 'Stop' } },
    });
    expect(await deleteObject(connection, ref)).toEqual({ ok: true, value: undefined });
    expect(await deleteObject(connection, ref)).toEqual({ ok: true, value: undefined });
    expect(await getObject(connection, ref)).toMatchObject({
      ok: false,
      failure: { code: 'not-found', status: 404 },
    });
  });

  it('lists in pages, also when the pages expire on the way', async () => {
    for (let i = 0; i < 1100; i++) cluster.store.create('Pod', somePod(`pod-${i}`));
    const whole = await listObjects(connection, pods);
    expect(whole).toMatchObject({ ok: true });
    expect(whole.ok && whole.value.length).toBe(1100);
  });

  it('says conflict for a stale resourceVersion, and refuses a blind replacement', async () => {
    await make('a');
    const ref = { ...workflows, name: 'a' };
    const read = await getObject(connection, ref);
    if (!read.ok) throw new Error('unread');
    await patchObject(connection, ref, 'merge', { spec: { n: 1 } });
    const stale = await replaceObject(connection, ref, { ...read.value, spec: { n: 2 } });
    expect(stale).toMatchObject({
      ok: false,
      failure: { code: 'conflict', reason: 'Conflict', status: 409 },
    });
    await expect(replaceObject(connection, ref, { metadata: { name: 'a' } })).rejects.toThrow(
      /resourceVersion/,
    );
  });

  it('loses no change when many write at once', async () => {
    await make('a');
    const add = () =>
      changeObject(
        connection,
        { ...workflows, name: 'a' },
        (now) => ({ write: { ...now, spec: { n: (now.spec as { n: number }).n + 1 } } }),
        { attempts: 50 },
      );
    const results = await Promise.all(Array.from({ length: 8 }, add));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(cluster.store.get<Stored & { spec: unknown }>('Workflow', 'apps', 'a')?.spec).toEqual({ n: 8 });
  });
});

/** A watch whose batches are applied to a map, as its users do. */
function watchPods(options: Partial<WatchOptions<string>> = {}) {
  const shown = new Map<string, string>();
  const batches: WatchBatch<string>[] = [];
  const states: Freshness[] = [];
  const { timing, ...rest } = options;
  const done = watchResource<string>({
    connection,
    ...pods,
    trim: (object: KubeObject) => (object.status as { phase: string } | undefined)?.phase ?? '',
    onBatch: (batch) => {
      batches.push(batch);
      for (const { name } of batch.removed) shown.delete(name);
      for (const { name, value } of batch.upserts) shown.set(name, value);
    },
    onState: (state) => states.push(state),
    signal: stop.signal,
    timing: { batchDelay: 1, backoffBase: 10, backoffLimit: 50, ...timing },
    ...rest,
  });
  running.push(done);
  return { shown, batches, states, done, names: () => [...shown.keys()].sort(), state: () => states.at(-1) };
}

const setPhase = (name: string, phase: string) =>
  cluster.store.modify<Stored & { status?: object }>('Pod', 'apps', name, (draft) => {
    draft.status = { phase };
  });

describe('watchResource', () => {
  it('lists, then follows, with selectors', async () => {
    cluster.store.create('Pod', somePod('a', { app: 'x' }));
    cluster.store.create('Pod', somePod('z', { app: 'y' }));
    const watch = watchPods({ labelSelector: 'app=x' });
    await expect.poll(() => [watch.names(), watch.state()?.state]).toEqual([['a'], 'live']);
    cluster.store.create('Pod', somePod('b', { app: 'x' }));
    setPhase('a', 'Failed');
    cluster.store.patch('Pod', 'apps', 'b', 'merge', { metadata: { labels: { app: 'y' } } });
    cluster.store.create('Pod', somePod('c', { app: 'x' }));
    await expect
      .poll(() => [...watch.shown].sort())
      .toEqual([
        ['a', 'Failed'],
        ['c', 'Running'],
      ]);
    expect(watch.states[0]).toEqual({ state: 'connecting', asOf: null });
  });

  it('says that there is nothing, once', async () => {
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    expect(watch.batches).toEqual([{ source: 'list', upserts: [], removed: [] }]);
  });

  it('comes back after cut watches without telling anything twice or anyone', async () => {
    cluster.store.create('Pod', somePod('a'));
    const watch = watchPods();
    for (let round = 0; round < 3; round++) {
      await expect.poll(() => cluster.server.openWatches()).toBe(1);
      const asked = cluster.server.requests();
      cluster.server.faults.cutWatches();
      // In the same tick: nobody watches while it is created.
      cluster.store.create('Pod', somePod(`b${round}`));
      await expect.poll(() => cluster.server.requests()).toBeGreaterThan(asked);
    }
    await expect.poll(watch.names).toEqual(['a', 'b0', 'b1', 'b2']);
    const told = watch.batches.flatMap((batch) => batch.upserts.map(({ name }) => name));
    expect(told).toEqual(['a', 'b0', 'b1', 'b2']);
  });

  it('after 410 lists again and tells the difference alone', async () => {
    for (const name of ['a', 'b', 'c']) cluster.store.create('Pod', somePod(name));
    const watch = watchPods();
    await expect.poll(() => cluster.server.openWatches()).toBe(1);
    const before = watch.batches.length;
    cluster.server.faults.refuseWatches(true);
    cluster.store.delete('Pod', 'apps', 'a');
    setPhase('b', 'Failed');
    cluster.store.create('Pod', somePod('d'));
    cluster.store.compact();
    await expect.poll(() => watch.state()?.state).toBe('unreachable');
    cluster.server.faults.refuseWatches(false);
    await expect.poll(watch.names).toEqual(['b', 'c', 'd']);
    const after = watch.batches.slice(before);
    expect(after.map((batch) => batch.source)).toEqual(['list']);
    expect(after[0]?.upserts.map(({ name }) => name).sort()).toEqual(['b', 'd']);
    expect(after[0]?.removed.map(({ name }) => name)).toEqual(['a']);
  });

  it('keeps what was seen while a cluster is away, says since when, and catches up', async () => {
    cluster.store.create('Pod', somePod('a'));
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    await cluster.server.faults.reachability('refused');
    await expect.poll(() => watch.state()?.state).toBe('unreachable');
    const away = watch.state();
    expect(away).toMatchObject({
      failure: { code: 'unreachable' },
      since: expect.any(String),
      asOf: expect.any(String),
    });
    cluster.store.create('Pod', somePod('b'));
    await cluster.server.faults.reachability('up');
    await expect.poll(() => [watch.names(), watch.state()?.state]).toEqual([['a', 'b'], 'live']);
    const since = watch.states.flatMap((state) => (state.state === 'unreachable' ? [state.since] : []));
    expect(new Set(since).size).toBe(1);
  });

  it.each([
    [401, 'unauthorised'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [500, 'unreachable'],
  ] as const)('says why at %d, and goes on when it is over', async (code, expected) => {
    cluster.server.faults.answer({ code });
    const watch = watchPods();
    await expect
      .poll(() => watch.state())
      .toMatchObject({ state: 'unreachable', asOf: null, failure: { code: expected } });
    cluster.server.faults.answer(null);
    await expect.poll(() => watch.state()?.state).toBe('live');
  });

  it('notices a half-open connection by its silence', async () => {
    const watch = watchPods({ timing: { stallAfter: 150 } });
    await expect.poll(() => cluster.server.openWatches()).toBe(1);
    const asked = cluster.server.requests();
    cluster.server.faults.silenceWatches(true);
    cluster.store.create('Pod', somePod('a'));
    await expect.poll(() => cluster.server.requests()).toBeGreaterThan(asked);
    cluster.server.faults.silenceWatches(false);
    await expect.poll(watch.names).toEqual(['a']);
  });

  it('asks whether a silent cluster is still there, long before the silence is too long', async () => {
    const watch = watchPods({ timing: { heartbeat: 20, askAfter: 60, stallAfter: 600_000 } });
    await expect.poll(() => watch.state()?.state).toBe('live');
    await cluster.server.faults.reachability('hanging');
    await expect
      .poll(() => watch.state(), { timeout: 15_000 })
      .toMatchObject({ state: 'unreachable', failure: { code: 'timeout' } });
    await cluster.server.faults.reachability('up');
    await expect.poll(() => watch.state()?.state, { timeout: 15_000 }).toBe('live');
  });

  it('leaves out an object that cannot be read, and says so', async () => {
    const skipped: string[] = [];
    cluster.store.create('Pod', somePod('bad'));
    cluster.store.create('Pod', somePod('good'));
    const watch = watchPods({
      trim: (object) => {
        if (object.metadata.name === 'bad') throw new Error('bad');
        return 'ok';
      },
      onSkipped: ({ key }) => skipped.push(key.name),
    });
    await expect.poll(watch.names).toEqual(['good']);
    expect(skipped).toEqual(['bad']);
  });

  it('is quiet once it is aborted', async () => {
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    stop.abort();
    await watch.done;
    const told = watch.states.length;
    cluster.store.create('Pod', somePod('a'));
    await expect.poll(() => cluster.server.openWatches()).toBe(0);
    expect([watch.states.length, watch.names()]).toEqual([told, []]);
  });
});

describe('streamLogs', () => {
  const podWith = (state: object, restartCount = 0): void => {
    const pod = {
      ...somePod('a'),
      status: { phase: 'Running', containerStatuses: [{ name: 'app', restartCount, state }] },
    };
    if (cluster.store.get('Pod', 'apps', 'a'))
      cluster.store.patch('Pod', 'apps', 'a', 'merge', { status: pod.status });
    else cluster.store.create('Pod', pod);
  };

  function follow(request: Partial<LogRequest> = {}) {
    const lines: LogLine[] = [];
    const states: LogState[] = [];
    const done = streamLogs(
      {
        connection,
        namespace: 'apps',
        pod: 'a',
        container: 'app',
        follow: true,
        timing: { batchDelay: 1, backoffBase: 5, backoffLimit: 20 },
        ...request,
      },
      (batch) => lines.push(...batch),
      (state) => states.push(state),
      stop.signal,
    );
    running.push(done);
    return {
      lines,
      states,
      done,
      texts: () => lines.map(({ text }) => text),
      last: () => states.at(-1)?.state,
    };
  }

  it('follows to the end of the container', async () => {
    podWith({ running: {} });
    cluster.logs.append('apps', 'a', 'app', 'one\ntwo\nthree');
    const log = follow({ tailLines: 2 });
    await expect.poll(log.texts).toEqual(['two', 'three']);
    cluster.logs.append('apps', 'a', 'app', Buffer.from([0x66, 0xff]));
    await expect
      .poll(() => log.lines.at(-1))
      .toEqual({ at: expect.stringMatching(/\.\d{9}Z$/), text: 'f\ufffd' });
    podWith({ terminated: { exitCode: 0 } });
    await log.done;
    expect(log.last()).toBe('ended');
  });

  it('neither repeats nor loses a line over many breaks', async () => {
    podWith({ running: {} });
    const log = follow();
    await expect.poll(log.last).toBe('following');
    const written: string[] = [];
    const write = (count: number) => {
      for (let i = 0; i < count; i++) {
        // Equal stamps and equal texts among them.
        const text = `line ${Math.floor(written.length / 3)}`;
        written.push(text);
        cluster.logs.append('apps', 'a', 'app', text, new Date().toISOString());
      }
    };
    for (let round = 0; round < 8; round++) {
      write(20);
      if (round % 2) await expect.poll(() => log.lines.length).toBe(written.length);
      cluster.server.faults.cutLogs();
      write(20);
      await expect.poll(() => log.lines.length).toBe(written.length);
    }
    expect(log.texts()).toEqual(written);
    expect(log.states.some(({ state }) => state === 'reconnecting')).toBe(true);
  });

  it('loses nothing that came while a tail without lines was cut', async () => {
    podWith({ running: {} });
    const log = follow({ tailLines: 1 });
    await expect.poll(log.last).toBe('following');
    cluster.server.faults.cutLogs();
    for (let i = 0; i < 5; i++) cluster.logs.append('apps', 'a', 'app', `line ${i}`);
    await expect.poll(log.texts).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
  });

  it('reads the rest of an instance that restarted while the stream was away, then ends', async () => {
    podWith({ running: {} });
    cluster.logs.append('apps', 'a', 'app', 'one');
    const log = follow();
    await expect.poll(log.texts).toEqual(['one']);
    await cluster.server.faults.reachability('refused');
    cluster.logs.append('apps', 'a', 'app', 'last words');
    cluster.logs.restart('apps', 'a', 'app');
    podWith({ running: {} }, 1);
    cluster.logs.append('apps', 'a', 'app', 'a new life');
    await expect.poll(log.last).toBe('reconnecting');
    await cluster.server.faults.reachability('up');
    await log.done;
    expect([log.texts(), log.last()]).toEqual([['one', 'last words'], 'ended']);
  });

  it('waits for a container that has not started', async () => {
    podWith({ waiting: { reason: 'ContainerCreating' } });
    const log = follow();
    await expect.poll(log.last).toBe('reconnecting');
    podWith({ running: {}, waiting: null });
    cluster.logs.append('apps', 'a', 'app', 'hello');
    await expect.poll(log.texts).toEqual(['hello']);
  });

  it('opens a silent log anew without a word', async () => {
    podWith({ running: {} });
    cluster.logs.append('apps', 'a', 'app', 'one');
    const log = follow({ timing: { batchDelay: 1, backoffBase: 5, backoffLimit: 20, stallAfter: 60 } });
    await expect.poll(log.texts).toEqual(['one']);
    const asked = cluster.server.requests();
    await expect.poll(() => cluster.server.requests()).toBeGreaterThan(asked + 2);
    cluster.logs.append('apps', 'a', 'app', 'two');
    await expect.poll(log.texts).toEqual(['one', 'two']);
    expect(log.states.every(({ state }) => state === 'following')).toBe(true);
  });

  it('reads a previous log, and says gone for what is not there', async () => {
    podWith({ running: {} }, 1);
    cluster.logs.append('apps', 'a', 'app', 'before');
    cluster.logs.restart('apps', 'a', 'app');
    const previous = follow({ previous: true });
    await previous.done;
    expect([previous.texts(), previous.last()]).toEqual([['before'], 'ended']);
    const none = follow({ pod: 'none' });
    await none.done;
    expect(none.last()).toBe('gone');
    const wrong = follow({ container: 'wrong' });
    await wrong.done;
    expect(wrong.last()).toBe('gone');
  });
});
