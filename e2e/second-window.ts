import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { startApp } from '../electron/dev/running-app';
import { statePaths } from '../electron/practice/estate/state-folder';
import { practiceCredentialsSchema } from '../electron/systems/practice/practice-ready';
import { ask } from './screen';
import { newUserData, removeUserData } from './shared-app';

/**
 * A second console of another user on the practice estate of a running app: a process, a window, a journal and a mirror
 * of its own. A machine without a keyring keeps no token for it, so its user's is in a netrc file, which Git reads
 * by itself; GitHub's API knows it not.
 */
export async function secondWindow(
  userData: string,
  identity: { name: string; email: string },
): Promise<{ page: Page; close(): Promise<void> }> {
  const paths = statePaths(path.join(userData, 'practice'));
  const { others } = practiceCredentialsSchema.parse(JSON.parse(await readFile(paths.credentials, 'utf8')));
  const home = await mkdtemp(path.join(tmpdir(), 'signalbox-home-'));
  const netrc = `machine 127.0.0.1 login rival password ${others.rival}\n`;
  await writeFile(path.join(home, '.netrc'), netrc, { mode: 0o600 });
  const own = await newUserData();
  const app = await startApp(own, ['--estate', paths.estateFile], { HOME: home });
  await ask(app.page, 'settings.set', { identity });
  return {
    page: app.page,
    async close() {
      await app.close();
      await Promise.all([removeUserData(own), rm(home, { recursive: true, force: true })]);
    },
  };
}
