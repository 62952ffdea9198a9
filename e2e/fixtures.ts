import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';
import { type RunningApp, startApp } from '../electron/dev/running-app';

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
