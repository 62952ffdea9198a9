/** Signing in by code, against the practice GitHub and against answers as they go wrong. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeviceFlow } from '../../practice/github/device-flow';
import { askForCode, type DeviceCode, renewToken, waitForToken, webUrlOf } from './device-flow';

const minute = 60_000;
let clock: number;
let granted: Set<string>;
let server: Server;
let asked: string[];
/** What answers in the place of GitHub, once each. */
let instead: ((request: IncomingMessage, response: ServerResponse) => void)[];
let apiUrl: string;

beforeEach(async () => {
  clock = Date.parse('2026-12-01T10:00:00Z');
  granted = new Set();
  asked = [];
  instead = [];
  const flow = createDeviceFlow({
    grant: (token) => granted.add(token),
    revoke: (token) => granted.delete(token),
    now: () => clock,
  });
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? 'as nobody'}`);
    const other = instead.shift();
    if (other) return other(request, response);
    void flow.answer(request, response, new URL(request.url ?? '/', apiUrl));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const oauthApp = 'Ov23liPracticeConsole';
const gitHubApp = 'Iv23liPracticeConsole';
const codeOf = (clientId = oauthApp) => askForCode({ apiUrl, clientId }, () => clock);
const json =
  (body: unknown, status = 200) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Decides on GitHub's page, as a person does. */
const decide = async (userCode: string, decision: 'authorize' | 'cancel'): Promise<string> => {
  const body = new URLSearchParams({ user_code: userCode, decision });
  return (await fetch(`${apiUrl}/login/device`, { method: 'POST', body })).text();
};

/** Waits with time that passes at once; `during` is done in the nth pause. */
function wait(code: DeviceCode, during: Record<number, () => unknown> = {}, clientId = oauthApp) {
  const pauses: number[] = [];
  const token = waitForToken({ apiUrl, clientId }, code, {
    signal: new AbortController().signal,
    now: () => clock,
    pause: async (milliseconds) => {
      clock += milliseconds;
      pauses.push(milliseconds / 1000);
      await during[pauses.length]?.();
    },
  });
  return { token, pauses };
}
const failureOf = (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: { failure?: unknown }) => error.failure,
  );

describe('signing in at GitHub by code', () => {
  it('shows a code, waits for the person, and gets a token with the scopes that were asked for', async () => {
    const code = await codeOf();
    expect(code).toMatchObject({
      userCode: expect.stringMatching(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/),
      page: `${apiUrl}/login/device`,
      interval: 5_000,
      expires: clock + 15 * minute,
    });
    const { token, pauses } = wait(code, { 3: () => decide(code.userCode, 'authorize') });
    const given = await token;
    expect([...granted]).toEqual([given.token]);
    expect(given).toMatchObject({ expires: null, renewal: null });
    expect(pauses).toEqual([5, 5, 5]);
    // Whoever signs in is nobody yet.
    expect(asked.every((one) => one.endsWith('as nobody'))).toBe(true);
  });

  it('is refused by the person', async () => {
    const code = await codeOf();
    const { token } = wait(code, { 2: () => decide(code.userCode, 'cancel') });
    expect(await failureOf(token)).toMatchObject({ message: 'The sign-in was cancelled on GitHub’s page.' });
    expect(granted.size).toBe(0);
  });

  it('ends with the code, also where GitHub’s clock is ahead', async () => {
    const code = await codeOf();
    expect(await failureOf(wait(code).token)).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('expired'),
    });
    expect(await failureOf(wait({ ...code, expires: clock + 60 * minute }).token)).toMatchObject({
      code: 'timeout',
    });
  });

  it('asks less often from then on when it is told to slow down', async () => {
    const code = await codeOf();
    instead = [
      json({ error: 'slow_down', interval: 12 }),
      json({ error: 'authorization_pending' }),
      json({ error: 'slow_down' }),
    ];
    const { token, pauses } = wait(code, { 4: () => decide(code.userCode, 'authorize') });
    await token;
    expect(pauses).toEqual([5, 12, 12, 17]);
  });

  it('goes on after answers that a network lost', async () => {
    const code = await codeOf();
    instead = [
      (request) => request.socket.destroy(),
      json({ message: 'Server Error' }, 502),
      json({ error: 'authorization_pending' }),
    ];
    const { token } = wait(code, { 4: () => decide(code.userCode, 'authorize') });
    expect((await token).token).toMatch(/^gho_/);
  });

  it('asks no more once it was stopped', async () => {
    const code = await codeOf();
    const own = new AbortController();
    const token = waitForToken({ apiUrl, clientId: oauthApp }, code, {
      signal: own.signal,
      now: () => clock,
    });
    own.abort(new Error('stopped'));
    await expect(token).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['does not know', 'Ov23liNobody', 'GitHub does not know this app.'],
    [
      'lets nobody sign in by code with',
      'Ov23liPracticeDisabled',
      'GitHub does not let this app sign people in by code.',
    ],
  ])('says that GitHub %s the app', async (_, clientId, message) => {
    expect(await failureOf(codeOf(clientId))).toMatchObject({ message });
  });

  it.each([
    ['another app’s code', { error: 'incorrect_client_credentials' }, 'GitHub does not know this app.'],
    ['a code that it forgot', { error: 'incorrect_device_code' }, 'GitHub no longer knows this code.'],
    ['what this version does not know', { error: 'brand_new' }, 'GitHub refused the sign-in (brand_new).'],
  ])('says that GitHub answers %s', async (_, body, message) => {
    const code = await codeOf();
    instead = [json({ error_description: 'a-secret', ...body })];
    const failure = await failureOf(wait(code).token);
    expect(failure).toMatchObject({ message });
    expect(JSON.stringify(failure)).not.toContain('a-secret');
  });

  it.each([
    ['of another host', { verification_uri: 'https://evil.example/login/device' }],
    ['that is no address', { verification_uri: 'javascript:alert(1)' }],
  ])('sends nobody to a page %s', async (_, change) => {
    const usual = {
      device_code: 'd',
      user_code: 'ABCD-1234',
      verification_uri: `${apiUrl}/login/device`,
      expires_in: 900,
      interval: 5,
    };
    instead = [json({ ...usual, ...change })];
    expect(await failureOf(codeOf())).toMatchObject({ code: 'bad-data' });
    instead = [json({ ...usual, user_code: '<b>x</b>' })];
    expect(await failureOf(codeOf())).toMatchObject({ code: 'bad-data' });
  });

  it('believes no token that is none, and no page', async () => {
    const code = await codeOf();
    instead = [json({ token_type: 'bearer', scope: 'repo', access_token: 7 })];
    expect(await failureOf(wait(code).token)).toMatchObject({ code: 'bad-data' });
    instead = [
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in</p>'),
    ];
    expect(await failureOf(wait(code).token)).toMatchObject({ code: 'bad-data' });
  });

  it('does not ask over plain http on a network', async () => {
    expect(
      await failureOf(askForCode({ apiUrl: 'http://ghe.example/api/v3', clientId: oauthApp }, () => clock)),
    ).toBeDefined();
    expect(asked).toEqual([]);
  });
});

describe('a token of a GitHub App', () => {
  it('ends, and is renewed once without a secret', async () => {
    const code = await codeOf(gitHubApp);
    const first = await wait(code, { 1: () => decide(code.userCode, 'authorize') }, gitHubApp).token;
    expect(first).toMatchObject({
      token: expect.stringMatching(/^ghu_/),
      expires: clock + 8 * 60 * minute,
      renewal: { token: expect.stringMatching(/^ghr_/) },
    });
    const renewal = first.renewal?.token ?? '';
    const place = { apiUrl, clientId: gitHubApp };
    const second = await renewToken(place, renewal, () => clock);
    expect([...granted]).toEqual([second.token]);
    expect(await failureOf(renewToken(place, renewal, () => clock))).toMatchObject({ code: 'unauthorised' });
  });
});

describe('GitHub’s pages', () => {
  it.each([
    ['https://api.github.com', 'https://github.com'],
    ['https://api.example.ghe.com/', 'https://example.ghe.com'],
    ['https://github.example/api/v3', 'https://github.example'],
    ['https://github.example/api/v3/', 'https://github.example'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('of the API at %s are at %s', (api, web) => {
    expect(webUrlOf(api)).toBe(web);
  });
});
