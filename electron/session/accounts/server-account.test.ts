import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import { noLog } from '../../log/log';
import { type ArgoAccounts, argoAccounts, endArgoSessions } from '../../practice/argo-servers/accounts';
import { type Dex, startDex } from '../../practice/argo-servers/dex';
import { sendJson } from '../../practice/argo-servers/pages';
import { signInPages } from '../../practice/argo-servers/sign-in-pages';
import { listenOnLoopback } from '../../practice/estate/listen-on-loopback';
import { consoleUser } from '../../practice/estate/people';
import { standardRights } from '../../practice/rights/standard-rights';
import { connectServer } from '../../systems/argo/server/server-connection';
import { type ArgoSessions, usualArgoSessions } from '../../systems/practice/argo-sessions';
import type { FoundSession, SavedSession, SessionStore, SignInRequest, SignInWindows } from './ports';
import { createServerAccounts, type ServerAccounts } from './server-accounts';

let dex: Dex;
let sessions: ArgoSessions;
/** Parts of the paths of questions that are answered with no. */
let denied: string[];
let now: number;
/** By how much the clock here is ahead of the servers'. */
let skew: number;
let saved: Map<string, SavedSession>;
/** Why nothing is written, and how often something was to be. */
let kept: string | null;
let writes: number;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  sessions = usualArgoSessions();
  denied = [];
  now = Date.now();
  skew = 0;
  saved = new Map();
  kept = null;
  writes = 0;
  dex = await startDex({});
  closing.push(() => dex.close());
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(system: ArgoSystem): Promise<{ url: string; accounts: ArgoAccounts }> {
  const accounts = argoAccounts({
    environment: 'production',
    system,
    secret: 'a secret',
    rights: () => standardRights('govuk'),
    sessions: () => sessions,
    now: () => now,
  });
  const pages = signInPages({ system, accounts, dex, sessions: () => sessions, secret: 's', server: system });
  const server = createServer(async (request, response) => {
    if (await pages.answer(request, response)) return;
    if (!accounts.personOf(request.headers))
      return sendJson(response, 401, { message: 'invalid session', code: 16 });
    sendJson(response, 200, { value: denied.some((path) => request.url?.includes(path)) ? 'no' : 'yes' });
  });
  const { port, close } = await listenOnLoopback(server);
  closing.push(close);
  return { url: `http://127.0.0.1:${port}`, accounts };
}

const store: SessionStore = {
  get: ({ system }) => saved.get(system) ?? null,
  set: ({ system }, session) => {
    writes += 1;
    if (kept !== null) return kept;
    if (session) saved.set(system, session);
    else saved.delete(system);
    return null;
  },
};

/** A window that is driven by the test: what Electron's does is tested end to end (e2e/sign-in.spec.ts). */
function drivenWindows() {
  const opened: SignInRequest[] = [];
  const cleared: string[] = [];
  let finish: () => void = () => undefined;
  const windows: SignInWindows = {
    open(request) {
      opened.push(request);
      const done = new Promise<null>((resolve) => {
        finish = () => resolve(null);
      });
      return { done, show: () => undefined, close: finish };
    },
    clear: async ({ system }) => void cleared.push(system),
    allowedHosts: () => [],
    forgetHost: () => undefined,
  };
  const find = async (found: FoundSession) => {
    const said = await opened.at(-1)?.look(found);
    if (said !== 'not-yet') finish();
    return said;
  };
  return { windows, opened, cleared, find };
}

function open(
  servers: { cd?: string; workflows?: string },
  windows: SignInWindows | null = null,
): ServerAccounts {
  const server = (url: string | undefined) =>
    url ? { url, signInHosts: [new URL(dex.url).host] } : undefined;
  const all = createServerAccounts({
    environments: [
      {
        name: 'production',
        tier: 'production',
        argo: { cd: server(servers.cd), workflows: server(servers.workflows) },
      },
    ] as unknown as Parameters<typeof createServerAccounts>[0]['environments'],
    store,
    windows,
    log: noLog,
    now: () => now + skew,
  });
  closing.push(() => all.close());
  return all;
}
const candidate = (authorization: string) => [{ authorization, expires: null }];

it('a session that a window finds counts once the server has taken it', async () => {
  const { url, accounts } = await serve('argo-cd');
  const driven = drivenWindows();
  const all = open({ cd: url }, driven.windows);
  const account = all.account('production', 'argo-cd');
  const woken = account.woken();
  account.openWindow();
  expect(all.list()[0]).toMatchObject({
    session: { state: 'signed-out' },
    signingIn: { host: new URL(url).host },
  });
  expect(driven.opened[0]).toMatchObject({ start: `${url}/applications`, named: [new URL(dex.url).host] });
  // Of an earlier login: the server does not take it, and the window stays.
  expect(await driven.find({ candidates: candidate('Bearer a.b.c'), cookies: [] })).toBe('not-yet');
  const { token, expires } = accounts.signIn(consoleUser.login);
  expect(await driven.find({ candidates: candidate(`Bearer ${token}`), cookies: [] })).toBe('taken');
  expect(account.credential()).toEqual({ authorization: `Bearer ${token}`, cookie: null });
  expect(woken.aborted).toBe(true);
  expect(saved.get('argo-cd')).toMatchObject({
    name: consoleUser.email,
    by: 'window',
    expires: expires.getTime(),
  });
  await expect.poll(() => all.list()[0]).toMatchObject({ signingIn: null, trouble: null });
  expect(await account.test()).toMatchObject({
    ok: true,
    text: expect.stringContaining('see Applications, sync'),
  });
});

it('a session that the server ends is told once, what waits is woken by the next, and an older refusal changes nothing', async () => {
  const { url, accounts } = await serve('argo-cd');
  const all = open({ cd: url });
  const account = all.account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn(consoleUser.login).token });
  const connection = connectServer({
    place: { environment: 'production', system: 'argo-cd', url },
    session: account,
  });
  closing.push(async () => connection.close());
  const ask = () => connection.json({ path: '/api/v1/applications' });
  expect(await ask()).toEqual({ value: 'yes' });
  endArgoSessions(sessions, {});
  let told = 0;
  all.onChange(() => {
    told += 1;
  });
  const used = account.credential();
  const waiting = account.woken();
  const reading = account.left();
  const refusals = await Promise.allSettled([ask(), ask(), ask()]);
  expect(refusals.every(({ status }) => status === 'rejected')).toBe(true);
  expect(told).toBe(1);
  expect(all.list()[0]?.session).toMatchObject({ state: 'ended', name: consoleUser.email, why: 'refused' });
  expect(saved.size).toBe(0);
  // What is read as that person ends with the session, as it does where they sign out.
  expect(reading.aborted).toBe(true);
  expect(reading.reason).toMatchObject({ failure: { code: 'unauthorised' } });
  await expect(ask()).rejects.toThrow('Your session at Argo CD in production has ended.');
  await expect(ask()).rejects.toMatchObject({ failure: { code: 'unauthorised' } });
  expect(waiting.aborted).toBe(false);
  await account.signIn({ way: 'password', username: 'admin', password: 'practice' });
  expect(waiting.aborted).toBe(true);
  if (used) account.ended(used);
  expect(await ask()).toEqual({ value: 'yes' });
  await account.signOut();
  await expect(ask()).rejects.toMatchObject({
    failure: { code: 'signed-out', message: 'You are not signed in to Argo CD in production.' },
  });
});

it('a session ends at its time, and the next start knows it', async () => {
  const { url, accounts } = await serve('argo-cd');
  sessions.lastSeconds = 60;
  const first = open({ cd: url });
  await first
    .account('production', 'argo-cd')
    .signIn({ way: 'token', token: accounts.signIn('practice').token });
  // Saved, and read again.
  expect(open({ cd: url }).list()[0]?.session).toMatchObject({ state: 'signed-in', by: 'token' });
  const reading = first.account('production', 'argo-cd').left();
  now += 61_000;
  expect(first.account('production', 'argo-cd').credential()).toBeNull();
  expect(reading.aborted).toBe(true);
  expect(first.list()[0]?.session).toMatchObject({ state: 'ended', why: 'expired' });
  expect(open({ cd: url }).list()[0]?.session).toEqual({ state: 'signed-out' });
});

it('a session that the server just took is not ended by a clock that is ahead', async () => {
  const { url, accounts } = await serve('argo-cd');
  const { token, expires } = accounts.signIn('practice');
  const all = open({ cd: url });
  const account = all.account('production', 'argo-cd');
  skew = expires.getTime() - now + 3_600_000;
  await account.signIn({ way: 'token', token });
  expect(account.credential()).not.toBeNull();
  skew += 11 * 60_000;
  expect(account.credential()).toBeNull();
});

it('signing out forgets the token and what the window kept', async () => {
  const { url, accounts } = await serve('argo-cd');
  const driven = drivenWindows();
  const all = open({ cd: url }, driven.windows);
  const account = all.account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn('practice').token });
  account.openWindow();
  await account.signOut();
  expect(driven.cleared).toEqual(['argo-cd']);
  expect([account.credential(), saved.size]).toEqual([null, 0]);
  // What the window finds after that is not taken.
  const late = accounts.signIn('practice').token;
  expect(await driven.opened[0]?.look({ candidates: candidate(`Bearer ${late}`), cookies: [] })).toBe(
    'not-yet',
  );
  expect(all.list()[0]).toMatchObject({ session: { state: 'signed-out' }, signingIn: null });
});

it('what is read as one person ends when they sign out, and when somebody else signs in', async () => {
  const { url, accounts } = await serve('argo-cd');
  const account = open({ cd: url }).account('production', 'argo-cd');
  const signIn = (login: string) => account.signIn({ way: 'token', token: accounts.signIn(login).token });
  await signIn(consoleUser.login);
  const first = account.left();
  await signIn(consoleUser.login);
  expect(first.aborted).toBe(false);
  await account.signIn({ way: 'password', username: 'admin', password: 'practice' });
  expect(first.aborted).toBe(true);
  expect(String(first.reason)).toContain('You are not signed in');
  const second = account.left();
  expect(second.aborted).toBe(false);
  await account.signOut();
  expect(second.aborted).toBe(true);
});

it('a cookie that changes with each answer is written once a minute, and at the end', async () => {
  const { url, accounts } = await serve('argo-cd');
  const all = open({ cd: url });
  const account = all.account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn('practice').token });
  let told = 0;
  all.onChange(() => {
    told += 1;
  });
  writes = 0;
  const renew = (value: number): void => {
    const used = account.credential();
    if (used) account.renewed(used, [`_proxy=${value}; Path=/`]);
  };
  for (let value = 0; value < 20; value++) renew(value);
  expect([account.credential()?.cookie, writes, told]).toEqual(['_proxy=19', 1, 0]);
  now += 61_000;
  renew(20);
  renew(21);
  expect([writes, saved.get('argo-cd')?.cookies[0]?.value]).toEqual([2, '20']);
  await account.close();
  expect([writes, saved.get('argo-cd')?.cookies[0]?.value]).toEqual([3, '21']);
});

it('signing out says so where the keychain keeps the session', async () => {
  const { url, accounts } = await serve('argo-cd');
  const account = open({ cd: url }).account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn('practice').token });
  kept = 'The keychain is locked.';
  await expect(account.signOut()).rejects.toThrow('could not be removed');
  expect(account.credential()).toBeNull();
});

it.each([
  ['a token of something else', { way: 'token', token: 'nonsense' }, 'This is not a token of Argo CD.'],
  ['a token that the server does not take', { way: 'token', token: 'a.b.c' }, 'did not accept this session'],
  [
    'a wrong password',
    { way: 'password', username: 'admin', password: 'x' },
    'refused this user name and password',
  ],
] as const)('%s changes nothing', async (_, by, message) => {
  const { url, accounts } = await serve('argo-cd');
  const account = open({ cd: url }).account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn('practice').token });
  const before = account.credential();
  await expect(account.signIn(by)).rejects.toThrow(message);
  expect(account.credential()).toBe(before);
});

it('the test of Argo CD says what the account may not do, and who grants it', async () => {
  denied = ['/applications/sync/'];
  const { url, accounts } = await serve('argo-cd');
  const account = open({ cd: url }).account('production', 'argo-cd');
  await account.signIn({ way: 'token', token: accounts.signIn(consoleUser.login).token });
  const { ok, text } = await account.test();
  expect(ok).toBe(true);
  expect(text).toContain('Not in all projects: sync. Whoever administers Argo CD grants it');
});

it.each([
  ['argo-cd', /Whoever administers Argo CD grants it/],
  ['argo-workflows', /Whoever administers Argo Workflows grants it/],
] as const)(
  'the test of %s says who grants what an account without a role lacks',
  async (system, granter) => {
    const server = createServer((_, response) =>
      sendJson(response, 403, { message: 'not allowed', code: 7 }),
    );
    const { port, close } = await listenOnLoopback(server);
    closing.push(close);
    const url = `http://127.0.0.1:${port}`;
    const account = open(system === 'argo-cd' ? { cd: url } : { workflows: url }).account(
      'production',
      system,
    );
    account.bring({ authorization: 'Bearer a.b.c', name: 'Ada', expires: null, by: 'token' });
    const { ok, text } = await account.test();
    expect(ok).toBe(false);
    expect(text).toMatch(granter);
  },
);

it('Argo Workflows takes its cookie’s value as a token', async () => {
  const { url, accounts } = await serve('argo-workflows');
  const all = open({ workflows: url });
  const account = all.account('production', 'argo-workflows');
  await account.signIn({ way: 'token', token: `Bearer ${accounts.signIn(consoleUser.login).token}` });
  expect(all.list()[0]?.session).toMatchObject({ state: 'signed-in', name: consoleUser.name });
  expect(await account.test()).toMatchObject({ text: expect.stringContaining('service account read-write') });
  await expect(account.signIn({ way: 'command-line' })).rejects.toThrow('keeps no session');
});

it('cookies of a proxy before the server are sent along, and renewed as it renews them', async () => {
  const { url, accounts } = await serve('argo-cd');
  sessions.proxy = true;
  const driven = drivenWindows();
  const all = open({ cd: url }, driven.windows);
  const account = all.account('production', 'argo-cd');
  expect(await account.offers()).toMatchObject({ password: null, page: null });
  // As the window does: the proxy's login first.
  const code = new URL(
    (
      await fetch(`${dex.url}/auth`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ redirect_uri: `${url}/x`, state: '/', login: 'practice' }),
      })
    ).headers.get('location') ?? '',
  ).searchParams.get('code');
  const through = await fetch(`${url}/practice-proxy/callback?code=${code}&state=/`, { redirect: 'manual' });
  const [name = '', value = ''] = (through.headers.getSetCookie()[0]?.split(';')[0] ?? '').split(/=(.*)/s);
  account.openWindow();
  const { token } = accounts.signIn('practice');
  const cookie = { name, value, path: '/', expires: null };
  await driven.find({ candidates: candidate(`Bearer ${token}`), cookies: [cookie] });
  const connection = connectServer({
    place: { environment: 'production', system: 'argo-cd', url },
    session: account,
  });
  closing.push(async () => connection.close());
  const woken = account.woken();
  await expect(connection.json({ path: '/x' })).resolves.toEqual({ value: 'yes' });
  account.renewed(account.credential() ?? { authorization: '', cookie: null }, [`${name}=renewed; Path=/`]);
  expect(account.credential()?.cookie).toBe(`${name}=renewed`);
  expect(saved.get('argo-cd')?.cookies).toMatchObject([{ value: 'renewed' }]);
  // Nobody waits for a renewal.
  expect(woken.aborted).toBe(false);
  // A proxy's session that is over ends the whole, since only its login page gives another.
  await expect(connection.json({ path: '/x' })).rejects.toThrow('A login page answers in place of');
  expect(all.list()[0]?.session).toMatchObject({ state: 'ended' });
});
