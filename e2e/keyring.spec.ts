import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@playwright/test';
import { stringify } from 'yaml';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { processesWith } from '../electron/testing/processes-with';
import { heapSnapshot } from './heap-snapshot';
import { ask } from './screen';
import { answerQuestions } from './sign-in-ground';

const secret = 'planted-git-token-Kq83zR';
const account = 'planted-account-Hd64wQ';
const programs = ['dbus-run-session', 'gnome-keyring-daemon'];
const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0);

let folder: string;
let userData: string;
test.beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-keyring-'));
  userData = path.join(folder, 'user-data');
  await writeFile(
    path.join(folder, 'signalbox.yaml'),
    // Nothing answers there: what is kept is not asked for.
    stringify({
      name: 'Estate of the test',
      ledger: { url: 'https://127.0.0.1:9/o/r.git' },
      environments: [{ name: 'production' }],
      pipelines: [{ name: 'apps', kind: 'apps', environments: ['production'] }],
    }),
  );
});
test.afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A session bus of its own with an unlocked keyring, as a desktop has; `close` ends both. */
async function keyring(): Promise<{ environment: Record<string, string>; close(): void }> {
  const home = path.join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const script =
    'echo | gnome-keyring-daemon --unlock --components=secrets >/dev/null; echo "$DBUS_SESSION_BUS_ADDRESS"; cat';
  const child = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home },
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('dbus-run-session ended')));
  });
  return {
    environment: { DBUS_SESSION_BUS_ADDRESS: address },
    // It waits for the end of its input.
    close: () => child.stdin.end(),
  };
}

const start = (store: string, environment: Record<string, string> = {}): Promise<RunningApp> =>
  startApp(
    userData,
    [`--password-store=${store}`, '--estate', path.join(folder, 'signalbox.yaml')],
    environment,
  );
const ledgerOf = async (app: RunningApp) => {
  const { unavailableBecause, credentials } = await ask(app.page, 'credentials.get', {});
  return { unavailableBecause, state: credentials.find(({ name }) => name === 'ledger')?.state };
};
const filesHold = async (text: string): Promise<string[]> => {
  const found: string[] = [];
  for (const entry of await readdir(userData, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    // Chromium clears up while it ends.
    const content = entry.isFile() ? await readFile(file, 'latin1').catch(() => '') : '';
    if (content.includes(text)) found.push(file);
  }
  return found;
};

test('a real keyring keeps a credential, and signing out forgets it with all else', async () => {
  test.skip(process.platform !== 'linux' || missing.length > 0, `not installed: ${missing.join(', ')}`);
  const { environment, close } = await keyring();
  try {
    const first = await start('gnome-libsecret', environment);
    expect(await ledgerOf(first)).toEqual({ unavailableBecause: null, state: 'missing' });
    await ask(first.page, 'credentials.set', { name: 'ledger', account, secret });
    expect(await ledgerOf(first)).toEqual({ unavailableBecause: null, state: 'kept' });
    await first.close();
    expect(await filesHold(secret)).toEqual([]);
    expect(await filesHold(Buffer.from(secret).toString('base64'))).toEqual([]);

    const again = await start('gnome-libsecret', environment);
    expect(await ledgerOf(again)).toEqual({ unavailableBecause: null, state: 'kept' });
    // Used, so that main has it in its hands; what comes of it is an error.
    expect(await ask(again.page, 'credentials.test', { name: 'ledger' })).toMatchObject({ ok: false });
    const heap = await heapSnapshot(again.page);
    expect(heap).toContain('Estate of the test');
    for (const form of [
      secret,
      Buffer.from(secret).toString('base64'),
      Buffer.from(`${account}:${secret}`).toString('base64'),
    ])
      expect(heap.includes(form)).toBe(false);
    expect(await processesWith([secret, Buffer.from(`${account}:${secret}`).toString('base64')])).toEqual([]);
    // Typed into the page it would be found there: the search sees it.
    await again.page.evaluate((text) => Object.assign(window, { planted: `${text}!` }), secret);
    expect((await heapSnapshot(again.page)).includes(secret)).toBe(true);
    const questions = await answerQuestions(again, 0);
    expect(await ask(again.page, 'session.sign-out', {})).toEqual({ done: false });
    expect(await questions()).toEqual([expect.stringContaining('delete everything')]);
    expect(await ledgerOf(again)).toMatchObject({ state: 'kept' });
    await answerQuestions(again, 1);
    // Playwright starts it the next time.
    await again.electron.evaluate(({ app }) => {
      app.relaunch = () => undefined;
    });
    const ended = new Promise((resolve) => again.electron.process().once('exit', resolve));
    const asked = ask(again.page, 'session.sign-out', {}).catch(() => null);
    await ended;
    await asked;

    const after = await start('gnome-libsecret', environment);
    expect(await ledgerOf(after)).toEqual({ unavailableBecause: null, state: 'missing' });
    expect(await filesHold(account)).toEqual([]);
    await after.close();
  } finally {
    close();
  }
});

test('without a keyring a credential is used for this run, told so, and never written', async () => {
  test.skip(process.platform !== 'linux', 'other systems have a keychain');
  const first = await start('basic');
  expect(await ledgerOf(first)).toEqual({
    unavailableBecause: expect.stringContaining('until Signalbox quits'),
    state: 'missing',
  });
  await ask(first.page, 'credentials.set', { name: 'ledger', account, secret });
  expect(await ledgerOf(first)).toMatchObject({ state: 'held' });
  await first.close();
  expect(await filesHold(secret)).toEqual([]);
  const again = await start('basic');
  expect(await ledgerOf(again)).toMatchObject({ state: 'missing' });
  await again.close();
});
