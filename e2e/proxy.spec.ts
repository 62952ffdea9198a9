import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { ask } from './screen';
import { newUserData, removeUserData } from './shared-app';

const run = promisify(execFile);

/** What the proxy was asked for, by the address in the request line. */
const asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
const account = `Basic ${Buffer.from('me:se cret').toString('base64')}`;
let proxy: Server;
let folder: string;
let app: RunningApp | null = null;

/** An HTTP proxy on this computer that is GitHub itself: the name in the address leads nowhere else. */
test.beforeEach(async () => {
  folder = await newUserData();
  asked.length = 0;
  proxy = createServer(({ url = '', headers }, response) => {
    asked.push({ url, headers });
    if (headers['proxy-authorization'] !== account)
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
    else if (url === 'http://api.github.test/old/user')
      response.writeHead(302, { location: 'http://api.github.test/user' }).end();
    else
      response
        .writeHead(200, { 'content-type': 'application/json', 'x-oauth-scopes': 'repo' })
        .end(JSON.stringify({ login: 'octo' }));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
test.afterEach(async () => {
  await app?.close();
  app = null;
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await removeUserData(folder);
});

/** Asks the estate's GitHub who one is, behind the proxy. */
async function whoAmI(apiUrl: string, noProxy = '') {
  const repo = path.join(folder, 'release-repo.git');
  await run('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', repo]);
  const estate = path.join(folder, 'signalbox.yaml');
  await writeFile(
    estate,
    `name: Behind a proxy
ledger:
  url: ${repo}
  github: { apiUrl: '${apiUrl}', owner: example, repo: releases }
environments: [{ name: staging }]
`,
  );
  const { port } = proxy.address() as AddressInfo;
  app = await startApp(path.join(folder, 'user-data'), ['--estate', estate], {
    HTTP_PROXY: `http://me:se%20cret@127.0.0.1:${port}`,
    NO_PROXY: noProxy,
  });
  return ask(app.page, 'credentials.test', { name: 'github' });
}
const addresses = () => asked.map(({ url }) => url);

test('GitHub is asked through the proxy of the environment, with its account, and over redirects', async () => {
  const answer = await whoAmI('http://api.github.test/old');
  expect(answer).toMatchObject({ ok: true, text: expect.stringContaining('octo; scopes: repo') });
  expect(addresses()).toContain('http://api.github.test/old/user');
  expect(addresses().at(-1)).toBe('http://api.github.test/user');
});

test('what NO_PROXY names is not asked for at the proxy', async () => {
  const answer = await whoAmI('http://api.direct.test', 'other.test,direct.test');
  expect(answer).toMatchObject({ ok: false, text: expect.stringContaining('did not answer') });
  expect(addresses()).toEqual([]);
});
