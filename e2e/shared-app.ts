import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from '@playwright/test';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { consoleUser } from '../electron/practice/estate/people';
import { type Practice, practiceOf } from './practice';
import { ask, boardReady } from './screen';

/** One running app, with its practice estate. */
export interface Running extends RunningApp {
  practice: Practice;
}

/**
 * Starts an app on the practice estate of a user-data folder.
 * @param options.ready whether to wait until everything on the board is live and healthy (it is, on a new estate).
 */
export async function startOnPractice(
  userData: string,
  { speed = 20, ready = true, args = [] }: { speed?: number; ready?: boolean; args?: string[] } = {},
): Promise<Running> {
  const app = await startApp(userData, ['--practice-speed', String(speed), ...args]);
  try {
    const practice = await practiceOf(userData);
    // The same name on every machine, instead of whoever runs the tests.
    await ask(app.page, 'settings.set', { identity: { name: consoleUser.name, email: consoleUser.email } });
    if (ready) await boardReady(app.page);
    return { ...app, practice };
  } catch (error) {
    await attachLog(userData);
    await app.close();
    throw error;
  }
}

/** A fresh user-data folder. */
export const newUserData = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'signalbox-e2e-'));

/** Deletes a user-data folder; a process that just ended may still be writing its last words. */
export const removeUserData = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/**
 * One app for all tests of a file, since a start costs seconds; every test begins on the board. After a failed test
 * Playwright begins a new worker, and so a new app on a new estate.
 * @returns asks for the app, within a test.
 */
export function sharedApp(speed = 20): () => Running {
  let running: Running | undefined;
  const app = (): Running => {
    if (!running) throw new Error('the app runs only within a test');
    return running;
  };
  test.beforeAll(async () => {
    running = await startOnPractice(await newUserData(), { speed });
  });
  keepLogs(() => app().userData);
  test.afterAll(async () => {
    await running?.close();
    if (running) await removeUserData(running.userData);
  });
  return app;
}

/** Keeps the log of the app of a file whose test failed. */
export function keepLogs(userData: () => string): void {
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are needed from the pattern
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) await attachLog(userData());
  });
}

/** Keeps what the main process and the practice estate said beside the trace of a failed test. */
async function attachLog(userData: string): Promise<void> {
  const log = await readFile(path.join(userData, 'logs', 'main.log'), 'utf8').catch(() => '(no log)');
  await test.info().attach('main.log', { body: log.slice(-200_000), contentType: 'text/plain' });
}
