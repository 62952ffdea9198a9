import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readApplication } from './read-application';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { url: string; authorization: string }[];
const token = 'secret-token-of-nobody';

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => {
  answer = (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/release/`;
const read = (id = 'content-store') => readApplication({ url: url(), token, id }, fetch, Date.now);

/** As `ApplicationSerializer` of alphagov/release answers (its test "when format is json"). */
const real = {
  name: 'Content Store',
  shortname: 'content-store',
  deploy_freeze: false,
  notes: '',
  repository_url: 'https://github.com/example/content-store',
  repository_default_branch: 'main',
  continuously_deployed: false,
};

it('asks for the app by its slug, with the token, and reads its note and its flag', async () => {
  json({ ...real, notes: ' Ask the\n\tsearch team\u202e first. ', deploy_freeze: true });
  expect(await read()).toEqual({
    state: 'known',
    facts: { notes: expect.stringMatching(/^Ask the search team\S* first\.$/), automaticOff: true },
  });
  expect(asked).toEqual([
    { url: '/release/applications/content-store.json', authorization: `Bearer ${token}` },
  ]);
});

it.each([
  ['no note', { ...real, notes: null }, { notes: '', automaticOff: false }],
  ['an empty one', real, { notes: '', automaticOff: false }],
  [
    'one that is too long',
    { ...real, notes: 'x'.repeat(1_200) },
    { notes: `${'x'.repeat(1_000)}…`, automaticOff: false },
  ],
  ['an app without a slug', { ...real, shortname: null }, { notes: '', automaticOff: false }],
])('%s', async (_, body, facts) => {
  json(body);
  expect(await read()).toEqual({ state: 'known', facts });
});

it.each<[string, () => void, string]>([
  [
    'another app, found by its number',
    () => json({ ...real, shortname: 'router' }),
    'It answered for another app.',
  ],
  [
    'another shape',
    () => json({ ...real, notes: { text: 'x' } }),
    'Its answer is not one of the Release app.',
  ],
  ['a list', () => json([]), 'Its answer is not one of the Release app.'],
  [
    'an endless note',
    () => json({ ...real, notes: 'x'.repeat(60_000) }),
    'Its answer is not one of the Release app.',
  ],
  ['too much', () => json({ ...real, notes: 'x'.repeat(100_000) }), 'Its answer is too large.'],
  [
    'no JSON',
    () => {
      answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{');
    },
    'Its answer is not one of the Release app.',
  ],
  [
    'a page',
    () => {
      answer = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    },
    'It answered with a page instead of data.',
  ],
  ['a token that it does not know', () => json({}, 401), 'It does not accept the token.'],
  ['no right', () => json({}, 403), 'It does not accept the token.'],
  ['the login page of Signon', () => json('', 302, { location: '/login' }), 'It does not accept the token.'],
  ['a server error', () => json({}, 500), 'It answered 500.'],
  [
    'a broken connection',
    () => {
      answer = (_, response) => void response.destroy();
    },
    'The connection broke.',
  ],
])('%s is not known, in words that repeat nothing of it', async (_, prepare, because) => {
  prepare();
  const found = await read();
  expect(found).toMatchObject({ state: 'failed', because });
  expect(JSON.stringify(found)).not.toContain(token);
});

it('an app that it does not have is told apart; a wait that it asks for is kept', async () => {
  answer = (_, response) => response.writeHead(404, { 'content-type': 'text/plain' }).end('404 error');
  expect(await read()).toEqual({ state: 'absent' });
  json({}, 429, { 'retry-after': '30' });
  expect(await read()).toEqual({ state: 'failed', because: 'It answered 429.', afterMs: 30_000 });
});

it('follows no redirect: the token goes to its own place alone', async () => {
  json('', 307, { location: `${url()}elsewhere` });
  await read();
  expect(asked).toHaveLength(1);
});

it('a name can’t leave its place in the address', async () => {
  json(real);
  await read('../deployments');
  expect(asked[0]?.url).toBe('/release/applications/..%2Fdeployments.json');
});
