import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Freshness } from '../../../../shared/domain/board/freshness';
import type { Connection, WatchBatch, WatchTiming } from '../../kubernetes/types';
import { watchObjects } from '../../watch/watch-objects';
import { connectServer } from './server-connection';
import { type ArgoStream, argoStream } from './stream-source';

/** One of Argo's servers, reduced to a list and its streams, each answered as the test says. */
interface Asked {
  url: URL;
  response: ServerResponse;
}
let server: Server;
let connection: Connection;
let lists: Asked[];
let streams: Asked[];
let stop: AbortController;
let running: Promise<void>[];

const object = (name: string, version: number, more: object = {}) => ({
  metadata: { name, namespace: 'apps', uid: `uid-${name}`, resourceVersion: String(version) },
  ...more,
});

beforeEach(async () => {
  [lists, streams, running] = [[], [], []];
  stop = new AbortController();
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    if (url.pathname === '/version') response.writeHead(200, json).end('{"version":"v4.0.0"}');
    else (url.pathname === '/list' ? lists : streams).push({ url, response });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  connection = connectServer({
    place: { environment: 'staging', system: 'argo-workflows', url },
    session: {
      credential: () => ({ authorization: 'Bearer t0ken', cookie: null }),
      ended: () => {},
      woken: () => new AbortController().signal,
    },
  });
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json = { 'content-type': 'application/json' };

function watch(replay: ArgoStream['replay'], timing: Partial<WatchTiming> = {}) {
  const shown = new Map<string, string>();
  const batches: WatchBatch<string>[] = [];
  const states: Freshness[] = [];
  const source = argoStream({
    connection,
    replay,
    list: { path: '/list' },
    stream: ({ from }) => ({ path: '/stream', query: { from: from ?? undefined } }),
    member: replay === 'until-listed' ? 'application' : 'object',
    sign: '/version',
  });
  running.push(
    watchObjects<string>(source, {
      trim: ({ metadata }) => metadata.resourceVersion ?? '',
      onBatch: (batch) => {
        batches.push(batch);
        for (const { name } of batch.removed) shown.delete(name);
        for (const { name, value } of batch.upserts) shown.set(name, value);
      },
      onState: (state) => states.push(state),
      signal: stop.signal,
      timing: { batchDelay: 1, backoffBase: 5, backoffLimit: 20, ...timing },
    }),
  );
  return {
    batches,
    shown: () => Object.fromEntries([...shown].sort()),
    states: () => [...new Set(states.map(({ state }) => state))],
    state: () => states.at(-1),
  };
}

/** The next list or stream that was asked for. */
async function next(of: Asked[]): Promise<Asked> {
  await expect.poll(() => of.length).toBeGreaterThan(0);
  return of.shift() as Asked;
}
async function list(...items: object[]): Promise<void> {
  const { response } = await next(lists);
  response
    .writeHead(200, json)
    .end(JSON.stringify({ metadata: {}, items: items.length === 0 ? null : items }));
}
async function stream(member: 'application' | 'object' = 'object') {
  const { url, response } = await next(streams);
  return {
    from: url.searchParams.get('from'),
    response,
    tell: (type: string, told: object) =>
      response.write(`data: ${JSON.stringify({ result: { type, [member]: told } })} \n\n\n`),
    fail: (code: number, status: number, message: string) =>
      response.end(
        `data: ${JSON.stringify({ error: { grpc_code: code, http_code: status, message } })} \n\n`,
      ),
    open: () => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n'),
  };
}

describe('a stream of Argo Workflows’ server', () => {
  it('is followed from the end of its replay, and tells what went while nobody looked', async () => {
    const seen = watch('until-bookmark', { steadyAfter: 1 });
    await list(object('running', 5));
    // What the archive holds already is in no list of the living.
    await expect.poll(seen.shown).toEqual({ running: '5' });
    const first = await stream();
    expect(first.from).toBeNull();
    first.open();
    first.tell('ADDED', object('running', 5));
    first.tell('ADDED', object('archived', 3));
    first.tell('BOOKMARK', object('', 9));
    await expect.poll(seen.shown).toEqual({ archived: '3', running: '5' });
    first.tell('MODIFIED', object('running', 11));
    await expect.poll(seen.shown).toEqual({ archived: '3', running: '11' });
    // Its time is over, or a load balancer's: it goes on where it stopped.
    first.fail(8, 429, 'EOF');
    const second = await stream();
    expect(second.from).toBe('11');
    second.open();
    second.response.destroy();
    const third = await stream();
    expect(third.from).toBe('11');
    third.open();
    third.fail(3, 400, 'The resourceVersion for the provided watch is too old.');
    await list(object('running', 11), object('new', 21));
    await expect.poll(seen.shown).toEqual({ archived: '3', new: '21', running: '11' });
    const fourth = await stream();
    expect(fourth.from).toBeNull();
    fourth.open();
    fourth.tell('ADDED', object('new', 21));
    fourth.tell('ADDED', object('running', 11));
    fourth.tell('BOOKMARK', object('', 22));
    await expect.poll(seen.shown).toEqual({ new: '21', running: '11' });
    expect(seen.states()).toEqual(['connecting', 'live']);
    const told = seen.batches.flatMap(({ upserts }) => upserts.map(({ name }) => name));
    expect(told).toEqual(['running', 'archived', 'running', 'new']);
  });

  it('is live before its head comes, which a quiet one sends late', async () => {
    const seen = watch('until-bookmark', { stallAfter: 100 });
    await list();
    await expect.poll(() => seen.state()?.state).toBe('live');
    await stream();
    // Nothing came: whoever answers is asked for everything again.
    await list(object('a', 1));
    await expect.poll(seen.shown).toEqual({ a: '1' });
    expect(seen.states()).toEqual(['connecting', 'live']);
  });

  it('is not half-open while signs of life come, and is taken for it without', async () => {
    watch('until-bookmark', { stallAfter: 400 });
    await list();
    const first = await stream();
    first.open();
    let beats = 0;
    const life = setInterval(() => beats++ < 20 && first.response.write(':\n'), 50);
    await expect.poll(() => beats).toBeGreaterThan(16);
    expect(streams).toHaveLength(0);
    clearInterval(life);
    await list();
  });

  it('that is refused is told in the server’s words', async () => {
    const seen = watch('until-bookmark');
    await list(object('a', 1));
    (await stream()).response
      .writeHead(403, json)
      .end(JSON.stringify({ code: 7, message: 'not allowed to watch workflows', details: [] }));
    await expect
      .poll(seen.state)
      .toMatchObject({ state: 'unreachable', failure: { meaning: 'not allowed to watch workflows' } });
    expect(seen.shown()).toEqual({ a: '1' });
  });
});

describe('a stream of Argo CD’s server', () => {
  it('is open while the list is read, so that nothing falls between the two', async () => {
    const seen = watch('until-listed');
    const first = await stream('application');
    first.open();
    first.tell('ADDED', object('a', 5));
    first.tell('ADDED', object('b', 6));
    first.tell('ADDED', object('c', 7));
    const asked = await next(lists);
    // While the list is on its way: it knows none of this.
    first.tell('MODIFIED', object('a', 10));
    first.tell('DELETED', object('b', 11));
    first.tell('ADDED', object('d', 12));
    await expect.poll(seen.shown).toEqual({ a: '10', c: '7', d: '12' });
    const items = [object('a', 5), object('b', 6), object('c', 7)];
    asked.response.writeHead(200, json).end(JSON.stringify({ metadata: {}, items }));
    await expect
      .poll(() => seen.batches.some(({ source }) => source === 'list') || seen.shown())
      .toEqual(true);
    expect(seen.shown()).toEqual({ a: '10', c: '7', d: '12' });
    first.response.destroy();
    const second = await stream('application');
    second.open();
    second.tell('ADDED', object('a', 10));
    await list(object('a', 10), object('d', 12));
    await expect.poll(seen.shown).toEqual({ a: '10', d: '12' });
    expect(seen.states()).toEqual(['connecting', 'live']);
  });

  it('goes back to nothing older, whichever of several servers answers', async () => {
    const seen = watch('until-listed');
    const first = await stream('application');
    first.open();
    first.tell('ADDED', object('a', 20));
    await list(object('a', 20));
    await expect.poll(seen.shown).toEqual({ a: '20' });
    first.response.destroy();
    const second = await stream('application');
    second.open();
    second.tell('ADDED', object('a', 9));
    second.tell('ADDED', object('b', 21));
    await expect.poll(seen.shown).toEqual({ a: '20', b: '21' });
  });

  it('whose list fails is opened again with it, and the failure told', async () => {
    const seen = watch('until-listed');
    (await stream('application')).open();
    (await next(lists)).response.writeHead(403, json).end(JSON.stringify({ message: 'permission denied' }));
    await expect.poll(seen.state).toMatchObject({ failure: { meaning: 'permission denied' } });
    (await stream('application')).open();
    await list(object('a', 1));
    await expect.poll(() => [seen.state()?.state, seen.shown()]).toEqual(['live', { a: '1' }]);
  });
});
