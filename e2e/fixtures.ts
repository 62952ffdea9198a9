import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { appArguments, requireElectron } from '../electron/dev/electron-runtime';

/** The built app on a user-data folder of its own. */
export interface RunningApp {
  electron: ElectronApplication;
  page: Page;
  userData: string;
  /** Ends the app the polite way and waits for it. */
  close(): Promise<void>;
  /** Ends the app as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Starts the app and waits for its first window.
 * @param extra arguments after the project's folder, as `npm start --` takes them.
 */
export async function startApp(userData: string, extra: readonly string[] = []): Promise<RunningApp> {
  const electron = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...appArguments(), `--user-data-dir=${userData}`, ...extra],
  });
  const process_ = electron.process();
  const exited = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  const page = await electron.firstWindow();
  return {
    electron,
    page,
    userData,
    async close() {
      await electron.close();
      await exited;
    },
    async kill() {
      process_.kill('SIGKILL');
      await exited;
    },
  };
}

/** Playwright's `test` with a user-data folder per test, and the app on a practice estate whose time runs fast. */
export const test = base.extend<{ userData: string; app: RunningApp; speed: number; appArgs: string[] }>({
  speed: [20, { option: true }],
  appArgs: [[], { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are needed from the pattern
  userData: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  app: async ({ userData, speed, appArgs }, use) => {
    const app = await startApp(userData, ['--practice-speed', String(speed), ...appArgs]);
    await use(app);
    await app.close();
  },
});

export { expect } from '@playwright/test';
