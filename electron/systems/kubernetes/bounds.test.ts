import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from '../../../shared/domain/board/freshness';
import { writeKubeconfig } from '../../practice/cluster/write-kubeconfig';
import { patience } from '../../testing/patience';
import { connect } from './connection';
import { changeObject, getObject, listObjects } from './objects';
import { stillThere } from './ping';
import { probe } from './probe';
import { reviewRight, whoAmI } from './reviews';
import { clusterForEachTest } from './testing/cluster';
import type { Connection, WatchTiming } from './types';
import { watchResource } from './watch';

const now = clusterForEachTest();

/** A server that answers as a test says, and counts. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];
let connection: Connection;
const timers: NodeJS.Timeout[] = [];

const json = { 'content-type': 'application/json' };
const isWatch = (request: IncomingMessage) => (request.url ?? '').includes('watch=true');
const list = (items: readonly unknown[] = [], next?: string) =>
  JSON.stringify({ metadata: { resourceVersion: '1', ...(next ? { continue: next } : {}) }, items });
const pod = (name: string) => ({ metadata: { name, namespace: 'apps', uid: name, resourceVersion: '2' } });

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.writeHead(200, json).end(list());
  const { cert, key, ca } = now.cluster.certificates;
  server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const path = join(now.folder, 'bounds');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeKubeconfig(path, [{ name: 'bad', server: url, ca, token: 'secret' }]);
  connection = await connect({ kubeconfig: [path], requestTimeout: 500 });
});
afterEach(async () => {
  for (const one of timers.splice(0)) clearInterval(one);
  now.stop.abort();
  await Promise.all(now.running);
  connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function watch(plural: string, timing: Partial<WatchTiming>) {
  const states: Freshness[] = [];
  const skipped: unknown[] = [];
  const names: string[] = [];
  now.running.push(
    watchResource<null>({
      connection,
      apiVersion: 'v1',
      plural,
      namespace: 'apps',
      trim: () => null,
      onBatch: ({ upserts }) => names.push(...upserts.map(({ name }) => name)),
      onState: (state) => states.push(state),
      onSkipped: (one) => skipped.push(one),
      signal: now.stop.signal,
      timing,
    }),
  );
  const last = () => states.at(-1);
  return { states, names, skipped, last, failure: () => failureOf(last()) };
}
const failureOf = (state: Freshness | undefined) => (state?.state === 'unreachable' ? state.failure : null);
const quick = { batchDelay: 1, backoffBase: 10, backoffLimit: 40 };
const kinds = Array.from({ length: 20 }, (_, index) => `kinds${index}`);
/** Waits so long by the clock, in which what should not happen might. */
const pass = async (milliseconds: number) => {
  const begun = performance.now();
  await expect.poll(() => performance.now() - begun).toBeGreaterThan(milliseconds);
};

describe('a cluster that is asked no more than it can bear', () => {
  it.each(['99999999', '1e300', 'Fri, 31 Dec 9999 23:59:59 GMT'])('Retry-After: %s', async (after) => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': after }).end('{}');
    const { failure } = watch('pods', quick);
    await expect.poll(() => failure()?.code).toBe('rate-limited');
    await pass(300);
    expect(asked).toHaveLength(1);
  });

  it('twenty kinds whose watches end after a second: in turns, and told', async () => {
    answer = (request, response) => {
      response.writeHead(200, json);
      if (!isWatch(request)) response.end(list());
      else {
        response.flushHeaders();
        timers.push(setTimeout(() => response.end(), 1_050));
      }
    };
    for (const kind of kinds) watch(kind, {});
    await pass(6_000);
    // A list and a watch of each, and a few that were opened again.
    expect(asked.length).toBeLessThan(75);
  });

  it('a watch that ends at once, again and again: is told, and found again when it lasts', async () => {
    let ends = true;
    answer = (request, response) => {
      response.writeHead(200, json);
      if (isWatch(request) && !ends) response.flushHeaders();
      else response.end(isWatch(request) ? '' : list());
    };
    const { failure, last } = watch('pods', { ...quick, steadyAfter: 100 });
    await expect.poll(() => failure()?.message).toBe('The cluster bad keeps ending the watch.');
    ends = false;
    await expect.poll(() => last()?.state).toBe('live');
  });

  it('twenty kinds of one that is down: one asks for all, and all are back with it', async () => {
    let down = true;
    answer = (request, response) => {
      if (down) response.writeHead(503, json).end('{}');
      else {
        response.writeHead(200, json);
        if (isWatch(request)) response.flushHeaders();
        else response.end(list());
      }
    };
    const watches = kinds.map((kind) => watch(kind, { batchDelay: 1, backoffBase: 100, backoffLimit: 100 }));
    await expect.poll(() => watches.every(({ failure }) => failure() !== null)).toBe(true);
    const before = asked.length;
    await pass(1_000);
    expect(asked.length - before).toBeLessThan(25);
    down = false;
    await expect.poll(() => watches.every(({ last }) => last()?.state === 'live')).toBe(true);
  });
});

describe('an answer without end', () => {
  it.each([
    ['leads back to itself', () => list([pod('a')], 'again'), 'bad-data'],
    ['is empty and leads on', () => list([], String(asked.length)), 'bad-data'],
    ['leads on with one more', () => list([pod(`p${asked.length}`)], String(asked.length)), 'too-large'],
  ])('a list that %s', async (_, body, code) => {
    answer = (__, response) => response.writeHead(200, json).end(body());
    const { failure } = watch('pods', { ...quick, backoffBase: 60_000, backoffLimit: 60_000 });
    await expect.poll(() => failure()?.code).toBe(code);
    expect(asked.length).toBeLessThan(2_100);
    const listed = await listObjects(connection, { apiVersion: 'v1', plural: 'pods', namespace: 'apps' });
    expect(listed).toMatchObject({ ok: false, failure: { code } });
  });

  it('a list whose bytes trickle', async () => {
    answer = (_, response) => {
      response.writeHead(200, json);
      timers.push(setInterval(() => response.write(' '), 50));
    };
    const { failure } = watch('pods', { ...quick });
    await expect.poll(() => failure()?.code).toBe('timeout');
    expect(failure()?.message).toContain('was incomplete after 4 s');
  });

  it('a watch event that grows', async () => {
    let sent = 0;
    answer = (request, response) => {
      response.writeHead(200, json);
      if (!isWatch(request)) {
        response.end(list());
        return;
      }
      const more = () => {
        do sent += 65_536;
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    const { failure } = watch('pods', quick);
    await expect.poll(() => failure()?.code).toBe('too-large');
    expect(sent).toBeLessThan(40_000_000);
    await pass(300);
    expect(asked).toHaveLength(2);
  });

  it('a watch event whose bytes trickle: is no sign of life', async () => {
    answer = (request, response) => {
      response.writeHead(200, json);
      if (isWatch(request)) timers.push(setInterval(() => response.write('x'), 20));
      else response.end(list());
    };
    const { failure } = watch('pods', { ...quick, stallAfter: 300 });
    await expect.poll(() => failure()?.code).toBe('unreachable');
  });

  it('a list whose pages are too large is read in small ones', async () => {
    connection.close();
    // The size is to end it, and not the time that so much takes on a busy machine.
    connection = await connect({ kubeconfig: [join(now.folder, 'bounds')], requestTimeout: patience });
    const filler = 'x'.repeat(70 * 1024 * 1024);
    answer = (request, response) => {
      response.writeHead(200, json);
      if (isWatch(request)) response.flushHeaders();
      else response.end(request.url?.includes('limit=500') ? `"${filler}"` : list([pod('a')]));
    };
    const { names, last } = watch('pods', quick);
    await expect.poll(() => last()?.state).toBe('live');
    expect(names).toEqual(['a']);
  });
});

describe('an answer of another shape', () => {
  const never = new AbortController().signal;
  const ref = { apiVersion: 'v1', plural: 'pods', namespace: 'apps' };
  const right = { verb: 'get', group: '', resource: 'pods', subresource: null, namespace: 'apps' } as never;

  it.each(['null', '[]', '7', '{}', '{"metadata":null}', '{"status":null,"items":7}'])('%s', async (body) => {
    answer = (_, response) => response.writeHead(200, json).end(body);
    const badData = { ok: false, failure: { code: 'bad-data' } };
    expect(await getObject(connection, { ...ref, name: 'a' })).toMatchObject(badData);
    expect(await changeObject(connection, { ...ref, name: 'a' }, () => ({ leave: true }))).toMatchObject(
      badData,
    );
    expect(await listObjects(connection, ref)).toMatchObject(badData);
    expect(await probe(connection)).toMatchObject(badData);
    expect(await reviewRight(connection, right, never)).toMatchObject({
      allowed: null,
      reason: 'The cluster bad sent an answer that Signalbox can’t read.',
    });
    expect(await whoAmI(connection, never)).toBeNull();
    await expect(stillThere(connection)).rejects.toMatchObject({ failure: { code: 'bad-data' } });
    const { failure } = watch('pods', quick);
    await expect.poll(() => failure()?.code).toBe('bad-data');
  });

  it.each(['null', '[]', '7', '{}', '{"type":"ADDED"}', '{"type":"ADDED","object":null}', '{"type":7}'])(
    'a watch event: %s',
    async (body) => {
      answer = (request, response) => {
        response.writeHead(200, json);
        if (isWatch(request)) response.write(`${body}\n`);
        else response.end(list());
      };
      const { failure } = watch('pods', quick);
      await expect.poll(() => failure()?.code).toBe('bad-data');
    },
  );

  it('one item of a list: the others are shown', async () => {
    answer = (request, response) => {
      response.writeHead(200, json);
      if (isWatch(request)) response.flushHeaders();
      else response.end(list([null, 7, {}, { metadata: {} }, pod('a')]));
    };
    const { last, names, skipped } = watch('pods', quick);
    await expect.poll(() => last()?.state).toBe('live');
    expect(names).toEqual(['a']);
    expect(skipped).toHaveLength(4);
    expect(await listObjects(connection, ref)).toMatchObject({ ok: true, value: [pod('a')] });
  });

  it.each([403, 404])('a page with status %i is no refusal of the cluster', async (status) => {
    answer = (_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html></html>');
    const read = await getObject(connection, { ...ref, name: 'a' });
    expect(read).toMatchObject({ ok: false, failure: { code: 'bad-data', status: null } });
  });
});

describe('an API server that starts', () => {
  it.each([
    [429, 'storage is (re)initializing', 'starting'],
    [503, 'apiserver not ready', 'starting'],
    [503, 'apiserver is shutting down', 'shutting down'],
    [
      503,
      'the request has been made before all known HTTP paths have been installed, please retry',
      'starting',
    ],
    [500, '[-]poststarthook/rbac/bootstrap-roles failed: reason withheld', 'starting'],
  ])('with %i: %s', async (status, message, does) => {
    answer = (_, response) =>
      response
        .writeHead(status, { ...json, 'retry-after': '1' })
        .end(JSON.stringify({ kind: 'Status', message }));
    const { failure } = watch('pods', quick);
    await expect.poll(() => failure()?.message).toBe(`The API server of the cluster bad is ${does}.`);
    expect(failure()?.code).toBe('unreachable');
  });
});

describe('the time of an outage', () => {
  it('is when the connection broke, however long ago it last said something', async () => {
    let down = false;
    const open: ServerResponse[] = [];
    answer = (request, response) => {
      if (down) {
        request.socket.destroy();
        return;
      }
      response.writeHead(200, json);
      if (!isWatch(request)) response.end(list());
      else {
        response.flushHeaders();
        open.push(response);
      }
    };
    const { last } = watch('pods', { ...quick, steadyAfter: 10 });
    await expect.poll(() => last()?.state).toBe('live');
    await pass(1_500);
    const before = new Date().toISOString();
    down = true;
    for (const one of open) one.destroy();
    const after = new Date(Date.now() + 1).toISOString();
    await expect.poll(() => last()?.state).toBe('unreachable');
    await pass(500);
    const state = last();
    if (state?.state !== 'unreachable') throw new Error('it is away');
    expect(state.since >= before).toBe(true);
    expect(state.asOf).toBe(state.since);
    // Some milliseconds until the end of a connection is noticed.
    expect(Date.parse(state.since) - Date.parse(after)).toBeLessThan(1_000);
  });

  it('is when the cluster last answered, where it fell silent', async () => {
    let silent = false;
    answer = (request, response) => {
      if (silent) return;
      response.writeHead(200, json);
      if (isWatch(request)) response.flushHeaders();
      else response.end(request.url === '/version' ? '{"gitVersion":"v1.34.0"}' : list());
    };
    const { last } = watch('pods', { ...quick, heartbeat: 50, askAfter: 50 });
    await expect.poll(() => last()?.state).toBe('live');
    const first = last();
    // Answers count as signs of life, though the watch itself says nothing.
    await expect
      .poll(() => {
        const state = last();
        return state?.state === 'live' && first?.state === 'live' && state.asOf > first.asOf;
      })
      .toBe(true);
    silent = true;
    await expect.poll(() => last()?.state).toBe('unreachable');
    const state = last();
    expect(state?.state === 'unreachable' && state.since === state.asOf).toBe(true);
  });
});
