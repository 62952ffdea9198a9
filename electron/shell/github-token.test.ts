import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noLog } from '../log/log';
import { createDeviceFlow } from '../practice/github/device-flow';
import type { GitHubToken } from '../systems/github/device-flow';
import { credentialStore } from './credential-store';
import { gitHubTokens } from './github-token';

const hour = 3_600_000;
const clientId = 'Iv23liPracticeConsole';
let server: Server;
let apiUrl: string;
let clock: number;
let granted: string[];
let renewals: number;
let away: boolean;
/** A proxy answers with its own login. */
let inTheWay: boolean;
let broken: boolean;
let unavailable: string | null;
let kept: Map<string, string>;

beforeEach(async () => {
  clock = Date.parse('2026-12-01T10:00:00Z');
  granted = [];
  renewals = 0;
  away = false;
  inTheWay = false;
  broken = false;
  unavailable = null;
  kept = new Map();
  const flow = createDeviceFlow({
    grant: (token) => granted.push(token),
    revoke: (token) => {
      granted = granted.filter((one) => one !== token);
    },
    now: () => clock,
  });
  server = createServer((request, response) => {
    if (away) return void request.socket.destroy();
    if (inTheWay)
      return void response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Log in"}');
    if (request.url === '/login/oauth/access_token') renewals += 1;
    void flow.answer(request, response, new URL(request.url ?? '/', apiUrl));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function opened(url = `${apiUrl}/o/r.git`) {
  const estate = {
    ledger: { url, github: { apiUrl, owner: 'o', repo: 'r', clientId } },
    sources: undefined,
  } as never;
  const store = credentialStore({
    get: (name) => kept.get(name) ?? null,
    set: (name, secret) => {
      if (secret === null) kept.delete(name);
      else if (broken || unavailable !== null) throw new Error('The keychain did not take it.');
      else kept.set(name, secret);
    },
    unavailableBecause: () => unavailable,
    isHeld: () => false,
    clear: () => undefined,
  });
  store.bindTo(estate);
  return { store, tokens: gitHubTokens({ estate, store, fetch, now: () => clock, log: noLog }) };
}

/** What a person gets who signs in. */
async function signedIn(): Promise<GitHubToken> {
  const send = async (path: string, body: Record<string, string>) =>
    (
      await fetch(`${apiUrl}${path}`, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(body),
      })
    ).text();
  const code = JSON.parse(await send('/login/device/code', { client_id: clientId }));
  await send('/login/device', { user_code: code.user_code, decision: 'authorize' });
  const given = JSON.parse(
    await send('/login/oauth/access_token', {
      client_id: clientId,
      device_code: code.device_code,
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    }),
  );
  renewals = 0;
  return {
    token: given.access_token,
    expires: clock + given.expires_in * 1000,
    renewal: { token: given.refresh_token, expires: clock + given.refresh_token_expires_in * 1000 },
  };
}

it.each([
  ['kept', null],
  ['held for this run', 'No keychain.'],
])('a token that is %s is renewed before it ends, once for all who ask', async (_, because) => {
  unavailable = because;
  const first = await signedIn();
  const { store, tokens } = opened();
  expect(store.keepGitHub(first)).toBe(because);
  expect(store.describe(['github']).credentials).toContainEqual({
    name: 'github',
    state: because === null ? 'kept' : 'held',
    account: null,
  });
  expect(kept.size > 0).toBe(because === null);
  expect(await tokens.github()).toBe(first.token);
  clock += 7 * hour + 56 * 60_000;
  const asked = await Promise.all([tokens.github(), tokens.github(), tokens.ledger()]);
  expect(granted).toHaveLength(1);
  expect(asked).toEqual([granted[0], granted[0], { username: 'x-access-token', password: granted[0] }]);
  expect(renewals).toBe(1);
});

it('a token is used on while GitHub is away, and not asked about at every request', async () => {
  const first = await signedIn();
  const { store, tokens } = opened();
  store.keepGitHub(first);
  clock += 7 * hour + 56 * 60_000;
  away = true;
  expect([await tokens.github(), await tokens.github()]).toEqual([first.token, first.token]);
  away = false;
  expect(await tokens.github()).toBe(first.token);
  expect(renewals).toBe(0);
  clock += 61_000;
  expect(await tokens.github()).toBe(granted[0]);
});

it('a renewed token is not lost where the keychain does not take it: the one before has ended', async () => {
  const { store, tokens } = opened();
  store.keepGitHub(await signedIn());
  clock += 8 * hour;
  broken = true;
  expect(await tokens.github()).toBe(granted[0]);
  expect(await tokens.github()).toBe(granted[0]);
  clock += 8 * hour;
  expect(await tokens.github()).toBe(granted[0]);
  expect(renewals).toBe(2);
});

it('a renewal that GitHub no longer takes is not tried again', async () => {
  const first = await signedIn();
  const { store, tokens } = opened();
  store.keepGitHub({ ...first, renewal: { token: 'ghr_old', expires: null } });
  clock += 8 * hour;
  expect(await tokens.github()).toBe(first.token);
  clock += hour;
  await tokens.github();
  expect(renewals).toBe(1);
});

it('a renewal that somebody on the way refused is tried again', async () => {
  const { store, tokens } = opened();
  store.keepGitHub(await signedIn());
  clock += 8 * hour;
  inTheWay = true;
  await tokens.github();
  inTheWay = false;
  clock += 61_000;
  expect(await tokens.github()).toBe(granted[0]);
  expect(renewals).toBe(1);
});

it('a token that was typed takes the place of what a sign-in gave', async () => {
  const { store, tokens } = opened();
  store.keepGitHub(await signedIn());
  store.set({ name: 'github', account: null, secret: 'typed' });
  clock += 9 * hour;
  expect(await tokens.github()).toBe('typed');
  expect(renewals).toBe(0);
  unavailable = 'No keychain.';
  const { store: other, tokens: held } = opened();
  other.keepGitHub(await signedIn());
  other.set({ name: 'github', account: null, secret: null });
  expect(await held.github()).toBeNull();
});

it('the release repo gets GitHub’s token only where it lies at that GitHub, and its own before', async () => {
  const elsewhere = opened('https://git.example/o/r.git');
  elsewhere.store.keepGitHub(await signedIn());
  expect(await elsewhere.tokens.ledger()).toBeNull();
  const here = opened();
  here.store.keepGitHub(await signedIn());
  here.store.set({ name: 'ledger', account: 'ada', secret: 'own' });
  expect(await here.tokens.ledger()).toEqual({ username: 'ada', password: 'own' });
});
