import { createServer } from 'node:http';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { RunningApp } from '../electron/dev/running-app';
import { argoAccounts } from '../electron/practice/argo-servers/accounts';
import { type Dex, startDex } from '../electron/practice/argo-servers/dex';
import { signInPages } from '../electron/practice/argo-servers/sign-in-pages';
import { makeCertificates } from '../electron/practice/cluster/certificates';
import { consoleUser } from '../electron/practice/estate/people';
import { standardRights } from '../electron/practice/rights/standard-rights';
import { usualArgoSessions } from '../electron/systems/practice/argo-sessions';
import { lookAt } from './look';
import { ask, goTo } from './screen';
import {
  answerQuestions,
  inSignInPage,
  openEstate,
  openSite,
  page,
  type Site,
  signInTitles,
} from './sign-in-ground';

/** The server of an environment, and where attackers sit. */
let site: Site;
let foreign: Site;
let dex: Dex;
let app: RunningApp;
let close: () => Promise<void>;
const sessions = usualArgoSessions();
const production = { environment: 'production', system: 'argo-cd' } as const;

const accounts = argoAccounts({
  environment: 'production',
  system: 'argo-cd',
  secret: 'a secret',
  rights: () => standardRights('govuk'),
  sessions: () => sessions,
});

test.beforeAll(async () => {
  site = await openSite();
  foreign = await openSite();
  dex = await startDex({});
  ({ app, close } = await openEstate({ production: { url: site.url } }));
});
test.afterAll(async () => {
  await close();
  await Promise.all([site.close(), foreign.close(), dex.close()]);
});
test.beforeEach(async () => {
  await closeWindow();
  site.asked.length = 0;
  foreign.asked.length = 0;
  foreign.answer = (_request, response) => page(response, 'Your password?');
});

const account = async () => (await ask(app.page, 'argo-servers.list', {}))[0];
const openWindow = (): Promise<unknown> => ask(app.page, 'argo-servers.open-window', production);
/** The window has gone, and the list says why. */
async function closedBecause(message: RegExp): Promise<void> {
  await expect.poll(async () => (await account())?.trouble?.message ?? '').toMatch(message);
  expect(await account()).toMatchObject({ signingIn: null, session: { state: 'signed-out' } });
  await expect.poll(() => signInTitles(app)).toEqual([]);
}
/** The window shows a page of the server that does what an attack does. */
async function onPage(body: string): Promise<void> {
  site.answer = (_request, response) => page(response, `<title>Innocent</title>${body}`);
  await openWindow();
  await expect.poll(() => signInTitles(app)).toEqual([`Sign in to Argo CD in production — ${site.host}`]);
  await expect.poll(() => inSignInPage(app, 'document.readyState')).toBe('complete');
}
async function closeWindow(): Promise<void> {
  await ask(app.page, 'argo-servers.close-window', production);
  await expect.poll(() => signInTitles(app)).toEqual([]);
}

test('a page is a stranger’s: no bridge, no Node, no developer tools, and its title is ours', async () => {
  await onPage('<h1>Log in</h1>');
  expect(
    await inSignInPage(
      app,
      `[typeof signalbox, typeof require, typeof process, typeof module, location.protocol].join()`,
    ),
  ).toBe('undefined,undefined,undefined,undefined,http:');
  const facts = await app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows().find((one) => one.getTitle().startsWith('Sign in to'));
    window?.webContents.openDevTools();
    return {
      devTools: window?.webContents.isDevToolsOpened(),
      own: window?.webContents.session !== undefined,
      path: window?.webContents.session.getStoragePath(),
    };
  });
  expect(facts).toEqual({ devTools: false, own: true, path: null });
  await closeWindow();
});

for (const [how, body] of [
  ['goes to', (url: string) => `<script>location.href = '${url}/login'</script>`],
  [
    'posts a form to',
    (url: string) => `<form method=post action="${url}/x"></form><script>document.forms[0].submit()</script>`,
  ],
  ['refreshes itself into', (url: string) => `<meta http-equiv=refresh content="0;url=${url}/x">`],
] as const) {
  test(`a page that ${how} a foreign host is asked about, and closed by a no`, async () => {
    const questions = await answerQuestions(app, 0);
    site.answer = (_request, response) => page(response, body(foreign.url));
    await openWindow();
    await closedBecause(new RegExp(`stopped: you did not allow ${foreign.host}`));
    expect(await questions()).toEqual([`Allow the sign-in to go to ${foreign.host}?`]);
    expect(foreign.asked).toEqual([]);
  });
}

test('a redirect to a foreign host is asked about before anything is sent there', async () => {
  const questions = await answerQuestions(app, 0);
  site.answer = (_request, response) => response.writeHead(302, { location: `${foreign.url}/steal` }).end();
  await openWindow();
  await closedBecause(/you did not allow/);
  expect(await questions()).toHaveLength(1);
  expect(foreign.asked).toEqual([]);
});

for (const url of [
  'http://192.0.2.1/login',
  'file:///etc/passwd',
  'mailto:a@example.org',
  'app://signalbox/index.html',
]) {
  test(`a page never goes to ${url}`, async () => {
    const questions = await answerQuestions(app, 1);
    site.answer = (_request, response) => page(response, `<script>location.href = '${url}'</script>`);
    await openWindow();
    // Chromium itself keeps a page from files: then the window stays on the page.
    if (url.startsWith('file:')) {
      await expect.poll(() => inSignInPage(app, 'location.protocol')).toBe('http:');
      await closeWindow();
    } else await closedBecause(/tried to open/);
    expect(await questions()).toEqual([]);
  });
}

test('new windows, permissions, downloads and foreign frames are refused', async () => {
  await onPage(`<iframe src="${foreign.url}/frame"></iframe>`);
  expect(await inSignInPage(app, `String(window.open('${site.url}/other'))`)).toBe('null');
  expect(await inSignInPage(app, 'Notification.requestPermission()')).toBe('denied');
  expect(
    await inSignInPage(
      app,
      `new Promise((told) => navigator.geolocation.getCurrentPosition(() => told('known'), ({ code }) => told(code)))`,
    ),
  ).toBe(1);
  expect(
    await inSignInPage(
      app,
      `navigator.mediaDevices?.getUserMedia({ video: true }).then(() => 'seen', (e) => e.name)`,
    ),
  ).not.toBe('seen');
  expect(
    await inSignInPage(app, `navigator.clipboard?.readText().then(() => 'read', (e) => e.name) ?? 'none'`),
  ).not.toBe('read');
  site.answer = (_request, response) =>
    response.writeHead(200, { 'content-disposition': 'attachment; filename=evil.sh' }).end('echo evil');
  await inSignInPage(app, `location.href = '/download'`);
  await expect
    .poll(() => signInTitles(app))
    .toEqual([`Sign in to Argo CD in production — ${site.host} — a download was refused`]);
  expect(foreign.asked).toEqual([]);
  expect(app.electron.windows()).toHaveLength(2);
  await closeWindow();
});

test('a page that does not want to be left is left, and its dialogs never show', async () => {
  await onPage(
    `<script>addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'x' })</script>`,
  );
  await inSignInPage(app, `alert('Your computer is locked')`);
  await closeWindow();
  expect(await account()).toMatchObject({ signingIn: null, trouble: null });
});

test('a certificate for another name is never clicked away', async () => {
  const { key, cert } = await makeCertificates({ names: ['another.example.org'] });
  const tls = await openSite({ key, cert });
  site.answer = (_request, response) => response.writeHead(302, { location: `${tls.url}/login` }).end();
  const questions = await answerQuestions(app, 1);
  await openWindow();
  await closedBecause(new RegExp(`The certificate of ${tls.host} is not valid`));
  expect(tls.asked).toEqual([]);
  expect(await questions()).toEqual([`Allow the sign-in to go to ${tls.host}?`]);
  await ask(app.page, 'argo-servers.forget-host', { ...production, host: tls.host });
  await goTo(app.page, '#/settings');
  await expect(app.page.getByText(`The certificate of ${tls.host} is not valid.`)).toBeVisible();
  await lookAt(app, 'sign-in-trouble');
  await tls.close();
});

test('a server that is away is told', async () => {
  const away = await openSite();
  await away.close();
  site.answer = (_request, response) => response.writeHead(302, { location: away.url }).end();
  await answerQuestions(app, 1);
  await openWindow();
  await closedBecause(/can’t be reached/);
  await ask(app.page, 'argo-servers.forget-host', { ...production, host: away.host });
});

test('a person signs in through the window, over an identity provider that is asked about once', async () => {
  const pages = signInPages({
    system: 'argo-cd',
    accounts,
    dex,
    sessions: () => sessions,
    secret: 's',
    server: 'argo-cd.production',
  });
  site.answer = async (request, response) => {
    if (!(await pages.answer(request, response))) response.writeHead(404).end();
  };
  const questions = await answerQuestions(app, 1);
  await goTo(app.page, '#/settings');
  await app.page.getByRole('button', { name: 'Sign in to Argo CD in production', exact: true }).click();
  const host = new URL(dex.url).host;
  await expect.poll(() => signInTitles(app)).toEqual([`Sign in to Argo CD in production — ${host}`]);
  await expect(app.page.getByText(`The sign-in window is open at ${host}.`)).toBeVisible();
  await app.page.screenshot({ path: path.join(import.meta.dirname, 'screenshots', 'sign-in-open.png') });
  await inSignInPage(app, `document.querySelector('button[value="${consoleUser.login}"]').click()`);
  await expect(
    app.page.getByText(new RegExp(`As ${consoleUser.email}, until .*, by its sign-in page`)),
  ).toBeVisible();
  await expect.poll(() => signInTitles(app)).toEqual([]);
  expect(await questions()).toEqual([`Allow the sign-in to go to ${host}?`]);
  // The session lies with Signalbox alone: not in the window's cookies.
  const cookies = await app.electron.evaluate(async ({ session, BrowserWindow }) => {
    const all = await Promise.all(
      [session.defaultSession, ...BrowserWindow.getAllWindows().map((one) => one.webContents.session)].map(
        (one) => one.cookies.get({}),
      ),
    );
    return all.flat().map(({ name }) => name);
  });
  expect(cookies).not.toContain('argocd.token');
  expect(JSON.stringify(await account())).not.toMatch(/eyJ|Bearer/);
  await lookAt(app, 'signed-in');

  // Signed out and in again: nothing is asked anew.
  await app.page.getByRole('button', { name: 'Sign out of Argo CD in production' }).click();
  await expect(app.page.getByText('You are not signed in.')).toBeVisible();
  await app.page.getByRole('button', { name: 'Sign in to Argo CD in production', exact: true }).click();
  await expect.poll(() => signInTitles(app)).toEqual([`Sign in to Argo CD in production — ${host}`]);
  expect(await questions()).toHaveLength(1);
  await closeWindow();
  await app.page.getByRole('button', { name: `Forget ${host} for Argo CD in production` }).click();
  await expect.poll(async () => (await account())?.allowedHosts).toEqual([]);
});

test('a proxy before the server is passed in the same window, and its cookie is sent along', async () => {
  sessions.proxy = true;
  const questions = await answerQuestions(app, 1);
  await openWindow();
  const button = `document.querySelector('button[value="${consoleUser.login}"]')`;
  // The proxy's login first, then the server's.
  for (const path of ['/practice-proxy/callback', '/auth/callback']) {
    await expect
      .poll(() =>
        inSignInPage(app, `Boolean(${button}) && decodeURIComponent(location.search).includes('${path}')`),
      )
      .toBe(true);
    await inSignInPage(app, `${button}.click()`);
  }
  await expect.poll(async () => (await account())?.session.state).toBe('signed-in');
  expect(await ask(app.page, 'argo-servers.test', production)).toMatchObject({ ok: true });
  expect(await questions()).toHaveLength(1);
  await ask(app.page, 'argo-servers.sign-out', production);
  sessions.proxy = false;
});

test('a login that nobody finishes is closed and told', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const { port } = silent.address() as { port: number };
  const opened = await openEstate(
    { staging: { url: `http://127.0.0.1:${port}` } },
    { SIGNALBOX_SIGN_IN_PATIENCE_MS: '4000' },
  );
  const staging = { environment: 'staging', system: 'argo-cd' } as const;
  await ask(opened.app.page, 'argo-servers.open-window', staging);
  await expect.poll(() => signInTitles(opened.app)).toHaveLength(1);
  await expect
    .poll(async () => (await ask(opened.app.page, 'argo-servers.list', {}))[0]?.trouble?.message)
    .toMatch(/^The sign-in to Argo CD in staging was not finished/);
  await expect.poll(() => signInTitles(opened.app)).toEqual([]);
  silent.closeAllConnections();
  silent.close();
  await opened.close();
});
