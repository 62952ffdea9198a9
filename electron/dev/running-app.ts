import { _electron, type ElectronApplication, type Page } from 'playwright';
import { appArguments, requireElectron } from './electron-runtime';

/** The built app on a user-data folder of its own, driven through its window. */
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
 * @param environment variables besides those of this process.
 */
export async function startApp(
  userData: string,
  extra: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const electron = await _electron.launch({
    executablePath: requireElectron().executable,
    args: [...appArguments(), `--user-data-dir=${userData}`, ...extra],
    env: { ...(process.env as Record<string, string>), ...environment },
  });
  const child = electron.process();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
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
      child.kill('SIGKILL');
      await exited;
    },
  };
}
