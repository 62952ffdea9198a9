import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { appArguments, requireElectron } from '../electron/dev/electron-runtime';
import { projectRoot } from '../electron/dev/project';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { callChannel, openChannel } from '../shared/contract/channels';
import { procedureNames, streamNames } from '../shared/contract/names';
import { expect, test } from './fixtures';
import { expectUnmoved } from './fuzz-calls';
import { lookAt } from './look';
import { practiceOf } from './practice';
import { ask, boardReady, ended, goTo, startDeploy, versionOf } from './screen';
import { newUserData, removeUserData, startOnPractice } from './shared-app';

/** Where the one window is and what it calls itself: asked in the main process, since Playwright gives up a crashed page. */
const windowNow = (electron: ElectronApplication): Promise<{ url: string; title: string }> =>
  electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return { url: contents?.getURL() ?? '', title: contents?.getTitle() ?? '' };
  });

/** Presses a key in the window, as a person would. */
const press = (electron: ElectronApplication, keyCode: string): Promise<void> =>
  electron.evaluate(({ BrowserWindow }, key) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    for (const type of ['keyDown', 'keyUp'] as const) contents?.sendInputEvent({ type, keyCode: key });
  }, keyCode);

test.describe('in one window, which stays as it was', () => {
  let app: RunningApp;
  test.beforeAll(async () => {
    app = await startApp(await newUserData(), ['--practice-speed', '20']);
  });
  test.afterAll(async () => {
    await app.close();
    await removeUserData(app.userData);
  });

  test('the window has no Node, and only the bridge of the contract', async () => {
    const seen = await app.page.evaluate(() => ({
      require: typeof (globalThis as Record<string, unknown>).require,
      process: typeof (globalThis as Record<string, unknown>).process,
      bridge: Object.keys(window.signalbox ?? {}).sort(),
      // contextBridge freezes what it exposes: the page can't put something else in its place.
      frozen: Object.isFrozen(window.signalbox),
    }));
    expect(seen).toEqual({
      require: 'undefined',
      process: 'undefined',
      bridge: ['call', 'open'],
      frozen: true,
    });
  });

  test('the policy blocks inline scripts, eval and other origins', async () => {
    const blocked = await app.page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const directives = new Set<string>();
          document.addEventListener('securitypolicyviolation', (event) => {
            directives.add(`${event.effectiveDirective} ${event.blockedURI}`);
            if (directives.size === 3) resolve([...directives].sort());
          });
          const inline = document.createElement('script');
          inline.textContent = 'window.inlineRan = true';
          document.head.append(inline);
          // In a task of its own: what the debugger evaluates is let through.
          setTimeout(() => {
            try {
              // biome-ignore lint/security/noGlobalEval: that it fails is what is tested
              eval('window.evalRan = true');
            } catch {}
            fetch('https://example.org/').catch(() => {});
          }, 0);
        }),
    );
    expect(blocked).toEqual([
      'connect-src https://example.org/',
      'script-src eval',
      'script-src-elem inline',
    ]);
    expect(await app.page.evaluate(() => 'inlineRan' in window || 'evalRan' in window)).toBe(false);
  });

  test('the main process listens on the channels of the contract alone', async () => {
    const channels = await app.electron.evaluate(({ ipcMain }) => [
      ...ipcMain.eventNames().map(String),
      ...((ipcMain as unknown as { _invokeHandlers: Map<string, unknown> })._invokeHandlers?.keys() ?? []),
    ]);
    const named = [...procedureNames.map(callChannel), ...streamNames.map(openChannel)];
    expect(channels.filter((channel) => channel !== 'error').sort()).toEqual(named.sort());
    const offered = await app.page.evaluate(() => Object.keys(window.signalbox?.call ?? {}));
    expect(offered.sort()).toEqual([...procedureNames].sort());
  });

  test('the scheme serves the renderer’s folder and nothing outside of it', async () => {
    const statuses = await app.page.evaluate(() =>
      Promise.all(
        ['/index.html', '/%2e%2e/electron/main.js', '/..%2felectron/main.js', '/nothing.js'].map((path) =>
          fetch(path).then(({ status }) => status),
        ),
      ),
    );
    expect(statuses).toEqual([200, 404, 404, 404]);
  });

  test('a call with data that is not allowed is refused with a reason', async () => {
    const answer = await app.page.evaluate(() => window.signalbox?.call['app.get']({ app: '' }));
    expect(answer).toMatchObject({ ok: false, failure: { code: 'invalid-input' } });
  });

  test('calls that nobody means are answered, and change nothing', async () => {
    await boardReady(app.page);
    const practice = await practiceOf(app.userData);
    const told = await expectUnmoved(app.page, practice, { calls: 1_000, seed: 15 });
    expect(app.electron.windows()).toHaveLength(1);
    test.info().annotations.push({ type: 'fuzz', description: told });
  });

  test('a page or a frame that is not ours is not answered', async () => {
    const preload = path.join(projectRoot, 'dist/electron/preload.cjs');
    const heard = await app.electron.evaluate(async ({ BrowserWindow }, script) => {
      const window = new BrowserWindow({
        show: false,
        webPreferences: { preload: script, sandbox: true, nodeIntegrationInSubFrames: true },
      });
      const ask = `window.signalbox.call['settings.get']({}).then(() => 'answered', String)`;
      const listen = `new Promise((resolve) => {
        window.signalbox.open.events({}, () => resolve('answered'), () => resolve('ended'));
        setTimeout(resolve, 1000, 'silent');
      })`;
      const said: string[] = [];
      for (const url of [
        'data:text/html,other',
        'about:blank',
        'data:text/html,<iframe srcdoc="inner"></iframe>',
      ]) {
        await window.loadURL(url);
        for (const frame of window.webContents.mainFrame.framesInSubtree)
          said.push(
            String(await frame.executeJavaScript(ask)),
            String(await frame.executeJavaScript(listen)),
          );
      }
      window.destroy();
      return said;
    }, preload);
    expect(heard).toHaveLength(8);
    for (const one of heard) expect(one).toMatch(/may not call Signalbox|^silent$|^ended$/);
    expect(heard.filter((one) => one.includes('may not call'))).toHaveLength(4);
  });

  test('the content is hidden with the screen, answers nothing meanwhile, and comes back where it was', async () => {
    const { desktop } = await ask(app.page, 'settings.get', {});
    await goTo(app.page, '#/settings');
    await app.page.getByRole('switch', { name: 'Lock with the screen' }).click({ force: true });
    await expect(app.page.getByRole('switch', { name: 'Lock with the screen' })).toBeChecked();
    await lookAt(app, 'settings-desktop');
    await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('lock-screen'));
    await expect(app.page.getByRole('heading', { name: 'Signalbox is locked' })).toBeVisible();
    await expect(app.page.getByRole('heading')).toHaveCount(1);
    expect(await app.page.evaluate(() => document.body.innerText)).not.toContain('frontend');
    const answer = app.page.evaluate(() => window.signalbox?.call['board.get']({}).then(() => 'ok', String));
    expect(await answer).toContain('Signalbox is locked');
    // Playwright waits for navigations that end, and this one is answered by main.
    await app.page.getByRole('link', { name: 'Unlock' }).click({ noWaitAfter: true });
    await expect(app.page.getByRole('heading', { name: 'Settings' })).toBeVisible();
    await ask(app.page, 'settings.set', { desktop });
    await goTo(app.page, '#/');
    await expect(app.page.getByRole('grid')).toBeVisible();
  });

  test('a second start shows the first window and ends', async () => {
    await expect(app.page.getByRole('grid')).toBeVisible();
    const second = spawn(
      requireElectron().executable,
      [...appArguments(), `--user-data-dir=${app.userData}`],
      {
        stdio: 'ignore',
      },
    );
    const code = await new Promise((resolve) => second.once('exit', resolve));
    expect(code).toBe(0);
    expect(app.electron.windows()).toHaveLength(1);
  });

  // The last: after a navigation that was refused Playwright waits for one that never ends.
  test('the window goes nowhere else, opens nothing and is permitted nothing', async () => {
    const before = app.page.url();
    expect(before).toMatch(/^app:\/\/signalbox\//);
    const answers = await app.page.evaluate(async () => {
      location.href = 'https://example.org/';
      return {
        opened: window.open('https://example.org/') === null,
        notifications: await Notification.requestPermission(),
        microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(
          () => 'granted',
          () => 'denied',
        ),
      };
    });
    expect(answers).toEqual({ opened: true, notifications: 'denied', microphone: 'denied' });
    expect(app.page.url()).toBe(before);
    expect(app.electron.windows()).toHaveLength(1);
  });
});

test('the window comes back from about: pages', async ({ app }) => {
  await expect(app.page.getByRole('grid')).toBeVisible();
  for (const away of ['about:blank', 'about:blank#away']) {
    const reached = await app.electron.evaluate(async ({ BrowserWindow }, url) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const gone = new Promise<string>((resolve) =>
        contents?.once('did-navigate', (_event, at) => resolve(at)),
      );
      void contents?.executeJavaScript(`setTimeout(() => location.assign(${JSON.stringify(url)}), 0); 0`);
      return gone;
    }, away);
    expect(reached).toBe(away);
    await expect
      .poll(async () => (await windowNow(app.electron)).url)
      .toContain('app://signalbox/index.html');
    await expect(app.page.getByRole('grid')).toBeVisible();
  }
});

test('a renderer that crashes can be opened again', async ({ app, userData }) => {
  await expect(app.page.getByRole('grid')).toBeVisible();
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  await expect
    .poll(() => windowNow(app.electron))
    .toEqual({ url: 'app://signalbox/crashed', title: 'Signalbox: the window stopped' });
  // A dump would hold the memory of a process, and so what is secret in it: none is written.
  const dumps = await app.electron.evaluate(({ app: main }) => main.getPath('crashDumps'));
  for (const folder of [userData, dumps])
    expect(
      (await readdir(folder, { recursive: true }).catch(() => [])).filter((file) =>
        /\.(?:dmp|core)$/.test(file),
      ),
    ).toEqual([]);
  // By the keyboard alone: to the one link, and through it.
  await press(app.electron, 'Tab');
  await press(app.electron, 'Enter');
  await expect.poll(async () => (await windowNow(app.electron)).url).toContain('app://signalbox/index.html');
});

test('the window stands where it stood', async ({ app, userData }) => {
  const place = { x: 40, y: 30, width: 1100, height: 700 };
  const boundsOf = (electron: ElectronApplication) =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds());
  await app.electron.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    place,
  );
  await expect.poll(() => boundsOf(app.electron)).toEqual(place);
  await app.close();
  const again = await startApp(userData);
  try {
    expect(await boundsOf(again.electron)).toEqual(place);
  } finally {
    await again.close();
  }
});

test('leaving while an operation runs is asked about, and it goes on after the next start', async ({
  userData,
}) => {
  const app = await startOnPractice(userData);
  const { electron, page, practice } = app;
  const main = electron.process();
  const isAwake = () =>
    electron.evaluate(({ powerSaveBlocker }) =>
      [0, 1, 2, 3, 4, 5].some((id) => powerSaveBlocker.isStarted(id)),
    );
  try {
    expect(await isAwake()).toBe(false);
    await practice.control.setSpeed({ speed: 1 });
    const now = await versionOf(page, 'whitehall', 'integration');
    const { candidates } = await ask(page, 'candidates.list', { app: 'whitehall', query: '', limit: 20 });
    const version = candidates.find((one) => one.version !== now)?.version ?? '';
    const operation = await startDeploy(page, { app: 'whitehall', environment: 'integration', version });
    await expect.poll(isAwake).toBe(true);
    const asked = await electron.evaluateHandle(({ dialog }) => {
      const questions: Electron.MessageBoxOptions[] = [];
      // The answer of somebody who stays.
      dialog.showMessageBox = (async (...given: unknown[]) => {
        questions.push(given.at(-1) as Electron.MessageBoxOptions);
        return { response: 0, checkboxChecked: false };
      }) as typeof dialog.showMessageBox;
      return questions;
    });
    const question = expect.objectContaining({
      message: expect.stringMatching(/^Deploy whitehall .* to integration \(/),
      detail: expect.stringContaining('Signalbox continues from there'),
      buttons: ['Don’t quit', 'Quit anyway'],
    });
    await electron.evaluate((parts) => parts.app.quit());
    await expect.poll(() => asked.jsonValue()).toEqual([question]);
    await electron.evaluate((parts) => parts.BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => asked.jsonValue()).toEqual([question, question]);
    // Its close answers that it leaves all the same; it goes on after the next start.
    await app.close();
    const again = await startOnPractice(userData, { ready: false });
    await ended(again.page, operation);
    await again.close();
  } finally {
    main.kill('SIGKILL');
  }
});
