import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { listenOnLoopback } from '../../practice/estate/listen-on-loopback';
import { testDestination } from './test-destination';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** What the test of the Release app says where it answers so. */
async function answering(status: number, headers: Record<string, string> = {}) {
  const server = createServer((_, response) => response.writeHead(status, headers).end());
  const { port, close } = await listenOnLoopback(server);
  closing.push(close);
  return testDestination('release', {
    config: { release: { url: `http://127.0.0.1:${port}`, owner: 'acme', applications: {}, recordedBy: [] } },
    secret: 'a-token',
    estate: 'E',
    fetch,
    now: Date.now,
  });
}

it.each<[number, Record<string, string>, boolean, RegExp]>([
  [200, {}, true, /accepts the token/],
  [406, {}, true, /accepts the token/],
  [401, {}, false, /does not accept the token\. An administrator of Signon makes a new one/],
  [
    302,
    { location: '/login' },
    false,
    /does not accept the token\. An administrator of Signon makes a new one/,
  ],
  [
    403,
    {},
    false,
    /knows the token, but its user lacks a permission .* An administrator of Signon grants it/,
  ],
  [500, {}, false, /answered 500/],
])(
  'of the Release app’s answer %i says what is missing and who grants it',
  async (status, headers, ok, text) => {
    const found = await answering(status, headers);
    expect(found.ok).toBe(ok);
    expect(found.text).toMatch(text);
  },
);
