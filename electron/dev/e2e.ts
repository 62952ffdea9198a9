import { buildApp } from './build';
import { hasDisplay } from './display';
import { ensureElectron } from './electron-runtime';
import { runCommand } from './say';
import { ensureSystemPackages } from './system-packages';
import { runEndToEnd } from './test-runners';

/** `npm run e2e -- [arguments of Playwright]`: builds what changed and runs end-to-end tests, all or those named. */
export async function run(args: string[]): Promise<void> {
  await runCommand(async () => {
    const electron = await ensureElectron();
    await ensureSystemPackages(electron.executable, { withDisplayServer: !hasDisplay() });
    await buildApp();
    return runEndToEnd(args);
  });
}
