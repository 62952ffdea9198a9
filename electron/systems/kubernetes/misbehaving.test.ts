import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from '../../../shared/domain/board/freshness';
import { makeCertificates } from '../../practice/cluster/certificates';
import { writeKubeconfig } from '../../practice/cluster/write-kubeconfig';
import { somePod } from '../../practice/testing/cluster';
import { connect } from './connection';
import { streamLogs } from './stream-logs';
import { clusterForEachTest } from './testing/cluster';
import type { Connection, LogState, WatchTiming } from './types';
import { watchResource } from './watch';

const now = clusterForEachTest();

/** A server that answers as a test says; TLS and the certificate are those of the practice cluster. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { path: string; at: number }[];
let connection: Connection;

const json = { 'content-type': 'application/json' };
const isWatch = (request: IncomingMessage) => (request.url ?? '').includes('watch=true');
const emptyList = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] });
const pod = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: 'apps', uid: name, resourceVersion },
});
const event = (name: string, version: string) =>
  `${JSON.stringify({ type: 'ADDED', object: pod(name, version) })}\n`;

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.writeHead(200, json).end(emptyList);
  const { cert, key, ca } = now.cluster.certificates;
  server = createServer({ cert, key }, (request, response) => {
    asked.push({ path: request.url ?? '', at: performance.now() });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const path = join(now.folder, 'misbehaving');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeKubeconfig(path, [{ name: 'bad', server: url, ca, token: 'secret' }]);
  connection = await connect({ kubeconfig: [path], requestTimeout: 500 });
});
afterEach(async () => {
  now.stop.abort();
  await Promise.all(now.running);
  connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function watchPods(timing: Partial<WatchTiming> = {}, over = connection) {
  const names: string[] = [];
  const states: Freshness[] = [];
  now.running.push(
    watchResource<string>({
      connection: over,
      apiVersion: 'v1',
      plural: 'pods',
      namespace: 'apps',
      trim: ({ metadata }) => metadata.name,
      onBatch: ({ upserts, removed }) => {
        names.push(...upserts.map(({ name }) => name), ...removed.map(({ name }) => `-${name}`));
      },
      onState: (state) => states.push(state),
      signal: now.stop.signal,
      timing: { batchDelay: 1, backoffBase: 10, backoffLimit: 40, ...timing },
    }),
  );
  return { names, states, state: () => states.at(-1) };
}
const failure = (state: Freshness | undefined) => (state?.state === 'unreachable' ? state.failure : null);

describe('a cluster that answers wrongly', () => {
  it('with a login page instead of a list, or sends elsewhere: nothing is followed', async () => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>');
    const watch = watchPods();
    await expect.poll(() => failure(watch.state())?.code).toBe('bad-data');
    answer = (_, response) => response.writeHead(302, { location: 'https://login.example.org' }).end();
    await expect.poll(() => failure(watch.state())?.message).toMatch(/redirects elsewhere \(302\)/);
    expect(failure(watch.state())?.meaning).toMatch(/did not follow it or send your credentials/);
  });

  it('with a page instead of a watch: it is not taken for live', async () => {
    answer = (request, response) => {
      if (isWatch(request)) response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
      else response.writeHead(200, json).end(emptyList);
    };
    const watch = watchPods();
    await expect.poll(() => failure(watch.state())?.code).toBe('bad-data');
    expect(watch.states.map(({ state }) => state)).not.toContain('live');
  });

  it('with half an event: it comes again whole, and once', async () => {
    let watches = 0;
    answer = (request, response) => {
      response.writeHead(200, json);
      if (!isWatch(request)) {
        response.end(emptyList);
        return;
      }
      watches++;
      const since = new URL(request.url ?? '', 'https://x').searchParams.get('resourceVersion');
      if (watches === 1) response.end(`${event('a', '2')}${event('b', '3').slice(0, 20)}`);
      else response.write(since === '2' ? event('b', '3') : '');
    };
    const watch = watchPods();
    await expect.poll(() => watch.names).toEqual(['a', 'b']);
    expect(watch.states.map(({ state }) => state)).not.toContain('unreachable');
  });

  it.each([
    ['rubbish between two events', '{"type": rubbish}\n', 'bad-data'],
    ['an object without a version', '{"type":"ADDED","object":{"metadata":{"name":"x"}}}\n', 'bad-data'],
    [
      'an error of its own',
      '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd is tired","metadata":{}}}\n',
      'unreachable',
    ],
  ])('with %s: what came before stays, and it is told', async (_, text, code) => {
    let broken = true;
    answer = (request, response) => {
      response.writeHead(200, json);
      if (!isWatch(request)) response.end(emptyList);
      else if (broken) response.write(`${event('a', '2')}${text}`);
      else response.write(event('b', '3'));
    };
    const watch = watchPods();
    await expect.poll(() => failure(watch.state())?.code).toBe(code);
    expect(watch.names).toEqual(['a']);
    broken = false;
    await expect.poll(() => watch.names).toEqual(['a', 'b']);
    await expect.poll(() => watch.state()?.state).toBe('live');
  });

  it('with 429: it is asked again when it said so, not before', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '1' }).end('{}');
    const watch = watchPods();
    await expect.poll(() => asked.length).toBe(2);
    expect((asked[1]?.at ?? 0) - (asked[0]?.at ?? 0)).toBeGreaterThan(950);
    expect(failure(watch.state())?.code).toBe('rate-limited');
  });

  it('with one 500 under way: nobody is told, nothing is lost', async () => {
    let watches = 0;
    answer = (request, response) => {
      if (!isWatch(request)) {
        response.writeHead(200, json).end(emptyList);
        return;
      }
      watches++;
      if (watches === 2) response.writeHead(500, json).end('{}');
      else {
        response.writeHead(200, json).write(event(`p${watches}`, String(watches + 1)));
        // One that ends too soon counts as a failure of its own.
        if (watches === 1) setTimeout(() => response.end(), 1_100);
      }
    };
    const watch = watchPods({ steadyAfter: 1_000 });
    await expect.poll(() => watch.names).toEqual(['p1', 'p3']);
    expect(watch.states.map(({ state }) => state)).not.toContain('unreachable');
  });

  it('slowly: it is told, and what comes in time again is taken', async () => {
    const open: ServerResponse[] = [];
    answer = (_, response) => open.push(response);
    const watch = watchPods();
    await expect.poll(() => failure(watch.state())?.code).toBe('timeout');
    expect(failure(watch.state())?.message).toContain('did not answer within 0.5 s');
    answer = (request, response) => {
      response.writeHead(200, json);
      if (isWatch(request)) response.write(event('a', '2'));
      else response.end(emptyList);
    };
    await expect.poll(() => watch.state()?.state).toBe('live');
    for (const response of open) response.destroy();
  });

  it('with 410 to a watch: it lists again, and nobody is told', async () => {
    let watches = 0;
    answer = (request, response) => {
      if (!isWatch(request))
        response.writeHead(200, json).end(
          JSON.stringify({
            metadata: { resourceVersion: String(watches + 1) },
            items: watches > 0 ? [pod('a', '2')] : [],
          }),
        );
      else if (++watches === 1) response.writeHead(410, json).end('{"reason":"Expired","code":410}');
      else response.writeHead(200, json).flushHeaders();
    };
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    expect(watch.names).toEqual(['a']);
    expect(watch.states.map(({ state }) => state)).not.toContain('unreachable');
  });

  it('with no answer to a log that has no line yet: it is followed, and no fault', async () => {
    const running = { name: 'app', restartCount: 0, state: { running: {} } };
    const held: ServerResponse[] = [];
    answer = (request, response) => {
      if (request.url?.includes('/log?')) held.push(response);
      else
        response
          .writeHead(200, json)
          .end(JSON.stringify({ ...pod('a', '1'), status: { containerStatuses: [running] } }));
    };
    const quick = await connect({ kubeconfig: [join(now.folder, 'misbehaving')], requestTimeout: 150 });
    const lines: string[] = [];
    const states: LogState[] = [];
    now.running.push(
      streamLogs(
        {
          connection: quick,
          namespace: 'apps',
          pod: 'a',
          container: 'app',
          follow: true,
          timing: { quietAfter: 20, batchDelay: 1, backoffBase: 5, backoffLimit: 10 },
        },
        (some) => lines.push(...some.map(({ text }) => text)),
        (state) => states.push(state),
        now.stop.signal,
      ).finally(() => quick.close()),
    );
    await expect.poll(() => states.at(-1)?.state).toBe('following');
    // Longer than any other answer may take.
    const begun = performance.now();
    await expect.poll(() => performance.now() - begun).toBeGreaterThan(400);
    expect(held).toHaveLength(1);
    held[0]?.writeHead(200, { 'content-type': 'text/plain' }).write('2026-11-27T10:00:00.1Z at last\n');
    await expect.poll(() => lines).toEqual(['at last']);
    expect(states.every(({ state }) => state === 'following')).toBe(true);

    // The cluster goes away while a log is waited for: the pod, which is looked at meanwhile, tells.
    const fine = answer;
    let looks = 0;
    answer = (request, response) => {
      if (request.url?.includes('/log?') || ++looks === 1) fine(request, response);
      else response.writeHead(503, json).end('{}');
    };
    held[0]?.destroy();
    await expect.poll(() => held.length).toBe(2);
    await expect
      .poll(() => states.at(-1))
      .toMatchObject({
        state: 'reconnecting',
        failure: { message: expect.stringContaining('(503)') },
      });
  });

  it('with a list that expires between two pages: it is read whole, and nothing twice', async () => {
    answer = (request, response) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      if (isWatch(request)) response.writeHead(200, json).flushHeaders();
      else if (query.get('continue')) response.writeHead(410, json).end('{"reason":"Expired"}');
      else
        response.writeHead(200, json).end(
          JSON.stringify({
            metadata: { resourceVersion: '9', ...(query.get('limit') ? { continue: 'more' } : {}) },
            items: query.get('limit') ? [pod('a', '1'), pod('gone', '2')] : [pod('a', '1'), pod('b', '3')],
          }),
        );
    };
    const watch = watchPods();
    await expect.poll(() => watch.state()?.state).toBe('live');
    expect(watch.names.sort()).toEqual(['a', 'b']);
  });
});

describe('a connection that dies without a word', () => {
  const sockets = new Set<Socket>();
  let silent = false;
  let front: net.Server;
  let over: Connection;

  /** A way to the practice cluster that may fall silent for what is open, or for everything. */
  beforeEach(async () => {
    silent = false;
    front = net.createServer((client) => {
      sockets.add(client);
      client.on('error', () => undefined);
      if (silent) return;
      const upstream = net.connect(now.cluster.server.port, '127.0.0.1');
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const path = join(now.folder, 'front');
    const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const { ca } = now.cluster.certificates;
    await writeKubeconfig(path, [{ name: 'front', server: url, ca, token: 'token-of-test' }]);
    over = await connect({ kubeconfig: [path], requestTimeout: 500 });
  });
  afterEach(async () => {
    over.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => front.close(resolve));
  });
  const swallow = () => {
    for (const socket of sockets) socket.unpipe().resume();
  };

  it('under TLS: the watch is opened again over another, and loses nothing', async () => {
    const watch = watchPods({ stallAfter: 600 }, over);
    await expect.poll(() => now.cluster.server.openWatches()).toBe(1);
    swallow();
    now.cluster.store.create('Pod', somePod('a'));
    await expect.poll(() => watch.names).toEqual(['a']);
  });

  it('before TLS is agreed on: it is told as no answer', async () => {
    silent = true;
    const watch = watchPods({}, over);
    await expect.poll(() => failure(watch.state())?.code).toBe('timeout');
    silent = false;
    await expect.poll(() => watch.state()?.state).toBe('live');
  });

  it('while it is kept for the next request: only the first of them waits for its time-out', async () => {
    await Promise.all([1, 2, 3].map(() => over.json({ path: '/version' })));
    swallow();
    await expect(over.json({ path: '/version' })).rejects.toMatchObject({ failure: { code: 'timeout' } });
    expect(await over.json({ path: '/version' })).toMatchObject({ major: '1' });
  });

  it('with a certificate that expired meanwhile: the watch tells it, and why nothing more is shown', async () => {
    const watch = watchPods({ stallAfter: 600_000 });
    const { certificates, server: cluster } = now.cluster;
    const direct = watchPods({}, now.connection);
    await expect.poll(() => direct.state()?.state).toBe('live');
    cluster.useCertificates(
      await makeCertificates({
        from: new Date('2020-01-01'),
        until: new Date('2020-02-01'),
        authority: certificates,
      }),
    );
    await expect.poll(() => failure(direct.state())?.message).toMatch(/certificate .* has expired/);
    expect(
      failure(direct.state())
        ?.next.map(({ label }) => label)
        .join(),
    ).toMatch(/renew the certificate/);
    // Another cluster goes on as if nothing were.
    expect(watch.state()?.state).not.toBe('unreachable');
  });
});
