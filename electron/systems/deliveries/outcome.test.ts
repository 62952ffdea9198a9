import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { listenOnLoopback } from '../../practice/estate/listen-on-loopback';
import { outcomeOfError, outcomeOfStatus, retryAfterMs } from './outcome';
import { postJson } from './post-json';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server that answers whatever comes with these bytes, then ends the connection. */
async function answering(bytes: string | null): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (bytes === null ? socket.destroy() : socket.end(bytes)));
  });
  const { port, close } = await listenOnLoopback(server);
  ends.push(close);
  return `http://127.0.0.1:${port}/x`;
}
const answer = (status: string, headers = ''): string =>
  `HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n${headers}\r\n`;
const post = (url: string) => postJson({ url, headers: {}, body: '{}' }, fetch, () => 0);

describe('what became of a message', () => {
  it.each([
    ['200 OK', '', { state: 'sent' }],
    ['204 No Content', '', { state: 'sent' }],
    ['429 Too Many Requests', 'retry-after: 7\r\n', { state: 'later', afterMs: 7_000 }],
    [
      '503 Service Unavailable',
      'retry-after: Thu, 01 Jan 1970 00:00:09 GMT\r\n',
      { state: 'later', afterMs: 9_000 },
    ],
    ['503 Service Unavailable', 'retry-after: soon\r\n', { state: 'later', afterMs: null }],
    ['500 Internal Server Error', '', { state: 'unknown' }],
    ['502 Bad Gateway', '', { state: 'unknown' }],
    ['504 Gateway Timeout', '', { state: 'unknown' }],
    ['400 Bad Request', '', { state: 'refused' }],
    ['401 Unauthorized', '', { state: 'refused' }],
    ['302 Found', 'location: http://127.0.0.1:1/evil\r\n', { state: 'refused' }],
    ['307 Temporary Redirect', 'location: http://127.0.0.1:1/evil\r\n', { state: 'refused' }],
  ])('is told by %s (%s)', async (status, headers, outcome) => {
    expect(await post(await answering(answer(status, headers)))).toMatchObject(outcome);
  });

  it('is unknown where the connection breaks before the answer, and certain where none was made', async () => {
    expect(await post(await answering(null))).toMatchObject({ state: 'unknown' });
    const url = await answering(null);
    await ends.pop()?.();
    expect(await post(url)).toMatchObject({ state: 'later', because: 'It can’t be reached (ECONNREFUSED).' });
  });

  it.each([
    ['net::ERR_CONNECTION_REFUSED', 'later'],
    ['net::ERR_NAME_NOT_RESOLVED', 'later'],
    ['net::ERR_CERT_AUTHORITY_INVALID', 'later'],
    ['net::ERR_CONNECTION_RESET', 'unknown'],
    ['net::ERR_EMPTY_RESPONSE', 'unknown'],
    ['net::ERR_TIMED_OUT', 'unknown'],
    ['unexpected redirect', 'refused'],
  ])('is judged by Chromium’s %s', (message, state) => {
    expect(outcomeOfError(new Error(message)).state).toBe(state);
  });

  it('never repeats what an error or address says', () => {
    const secret = 'https://hooks.slack.example/services/T0/B0/verysecret';
    const outcome = outcomeOfError(new TypeError(`fetch failed ${secret}`, { cause: new Error(secret) }));
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('waits no longer than an hour, whatever it is asked', () => {
    expect(retryAfterMs('999999999', 0)).toBe(3_600_000);
    expect(retryAfterMs('-5', 0)).toBeNull();
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:00 GMT', 60_000)).toBe(0);
    expect(outcomeOfStatus(425, null).state).toBe('later');
  });
});
