import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { GitError } from './errors';
import { flushPkt, pkt } from './pkt-line';
import { openSmartHttp, type SmartHttp } from './smart-http';

const ref = 'refs/heads/main';
const [old, commit] = ['a'.repeat(40), 'b'.repeat(40)];
const change = { ref, old, commit };
const auth = {
  origin: 'https://elsewhere.example',
  username: 'x',
  password: 'secret',
  header: 'Basic c2VjcmV0',
};

/** Asks a server that answers so. @returns what came of it: the value, or kind and detail of the error. */
async function against<T>(
  answer: RequestListener,
  ask: (http: SmartHttp) => Promise<T>,
): Promise<T | { kind: string; detail: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = openSmartHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/o/r.git/`);
  try {
    return await ask(http).catch(({ kind, detail }: GitError) => ({ kind, detail }));
  } finally {
    http.close();
    server.closeAllConnections();
    server.close();
  }
}

const band = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.concat([Buffer.from([number]), Buffer.from(content)]);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};
const report = (...lines: string[]): Buffer =>
  Buffer.concat([...lines.map((line) => pkt(`${line}\n`)), flushPkt]);
/** Byte by byte, so that no packet comes in one piece. */
const trickle =
  (...parts: Buffer[]): RequestListener =>
  (_request, response) => {
    for (const byte of Buffer.concat(parts)) response.write(Buffer.from([byte]));
    response.end();
  };
const push = (http: SmartHttp): Promise<void> => http.push(change, Buffer.from('PACK'));

describe('a push by our own means', () => {
  it('is done only when the server says so of this very ref', async () => {
    const done = band(1, report('unpack ok', `ok ${ref}`));
    expect(await against(trickle(band(2, 'hello'), band(1, ''), done, flushPkt), push)).toBeUndefined();
    const other = band(1, report('unpack ok', 'ok refs/heads/other'));
    expect(await against(trickle(other, flushPkt), push)).toMatchObject({ kind: 'connection-lost' });
  });
  it.each([
    ['protected branch hook declined', 'forbidden'],
    ['push declined due to repository rule violations', 'forbidden'],
    ["cannot lock ref 'refs/heads/main': is at c but expected a", 'moved'],
    ['failed to update ref', 'moved'],
    ['Internal Server Error', 'connection-lost'],
  ])('that is refused with "%s" is %s, with what the server printed', async (reason, kind) => {
    const answer = trickle(
      band(2, 'error: GH006: Protected branch update failed.\n'),
      band(1, report('unpack ok', `ng ${ref} ${reason}`)),
      flushPkt,
    );
    const end = await against(answer, push);
    expect(end).toMatchObject({ kind });
    expect(end).toMatchObject({ detail: expect.stringContaining('GH006') });
  });
  it('whose answer breaks off, is no answer of Git or is an error of the server is not known', async () => {
    const halfway = band(1, report('unpack ok', `ok ${ref}`)).subarray(0, 20);
    expect(await against(trickle(halfway), push)).toMatchObject({ kind: 'connection-lost' });
    const page: RequestListener = (_request, response) => response.end('<html>Sign in to the network</html>');
    expect(await against(page, push)).toMatchObject({ kind: 'connection-lost' });
    const bad: RequestListener = (_request, response) => response.writeHead(502).end();
    expect(await against(bad, push)).toMatchObject({ kind: 'connection-lost' });
  });
  it('is limited, not forbidden, where the server answers to too many requests so', async () => {
    const many: RequestListener = (_request, response) => response.writeHead(429).end();
    expect(await against(many, push)).toMatchObject({ kind: 'limited' });
    const secondary: RequestListener = (_request, response) =>
      response.writeHead(403, { 'retry-after': '60' }).end();
    expect(await against(secondary, push)).toMatchObject({ kind: 'limited' });
    const no: RequestListener = (_request, response) => response.writeHead(403).end();
    expect(await against(no, push)).toMatchObject({ kind: 'forbidden' });
  });
  it('follows no redirect, and carries its credentials to no other origin', async () => {
    const headers: (string | undefined)[] = [];
    const redirect: RequestListener = (request, response) => {
      headers.push(request.headers.authorization);
      response.writeHead(301, { location: 'http://127.0.0.1:1/' }).end();
    };
    const end = await against(redirect, (http) => http.push(change, Buffer.alloc(0), { auth }));
    expect(end).toMatchObject({ kind: 'redirected' });
    expect(headers).toEqual([undefined]);
  });
});

describe('a remote that sends a byte now and then', () => {
  /** Begins to answer, and goes on for ever. */
  const endless: RequestListener = (_request, response) => {
    const timer = setInterval(() => response.write('0'), 5);
    response.on('close', () => clearInterval(timer));
  };
  const asks: Record<string, (http: SmartHttp) => Promise<unknown>> = {
    'a look': (http: SmartHttp) => http.refAt(ref),
    'a push': push,
    'what came since': (http: SmartHttp) => http.packSince(commit, old),
  };
  it.each(Object.entries(asks))('is left when the time of %s is up', async (_what, ask) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const begun = new Promise<void>((resolve) => {
        const listener: RequestListener = (request, response) => {
          // The first packet is long and never whole.
          response.write('ffff');
          endless(request, response);
          resolve();
        };
        end = against(listener, ask);
      });
      await begun;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await end).toMatchObject({ kind: 'too-slow' });
    } finally {
      vi.useRealTimers();
    }
  });
  let end: Promise<unknown>;

  it('keeps no connection busy when all that was wanted is there', async () => {
    let closed = 0;
    const listener: RequestListener = (request, response) => {
      response.write(report(`${commit} ${ref}`));
      response.on('close', () => closed++);
      endless(request, response);
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await against(listener, async (http) => {
        expect(await http.refAt(ref)).toBe(commit);
        await vi.advanceTimersByTimeAsync(30_000);
        await expect.poll(() => closed).toBe(1);
      });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a look at a ref by our own means', () => {
  const look = (http: SmartHttp) => http.refAt(ref);
  it('tells where it stands, and that it is not there', async () => {
    const lines = report(`${old} ${ref}x`, `${commit} ${ref}`);
    expect(await against(trickle(lines), look)).toBe(commit);
    expect(await against(trickle(report(`${old} ${ref}x`)), look)).toBeNull();
  });
  it('keeps its connection, but not through a sleep of the computer, in which the network may have changed', async () => {
    const ports: (number | undefined)[] = [];
    const answer: RequestListener = (request, response) => {
      ports.push(request.socket.remotePort);
      response.end(report(`${commit} ${ref}`));
    };
    const lookAndLeave = async (http: SmartHttp) => {
      await look(http);
      // The connection is free once the answer has ended.
      await new Promise(setImmediate);
    };
    await against(answer, async (http) => {
      await lookAndLeave(http);
      await lookAndLeave(http);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      try {
        await look(http);
      } finally {
        vi.useRealTimers();
      }
    });
    expect(ports).toHaveLength(3);
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });
  it('never takes an error or a page for "not there"', async () => {
    for (const text of ['0032ERR Repository access is disabled for a while.', '<html>', ''])
      expect(await against((_request, response) => response.end(text), look)).toMatchObject({
        kind: 'connection-lost',
      });
  });
});
