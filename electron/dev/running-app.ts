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
 * V8's inspector loses the answer of a question to the main process when garbage is collected in that moment ("Resulting
 * promise was garbage collected"). Such a question is asked again; what tests ask there can be asked twice.
 */
function askAgain(electron: ElectronApplication): ElectronApplication {
  const ask = electron.evaluate.bind(electron) as (...args: unknown[]) => Promise<unknown>;
  electron.evaluate = (async (...args: unknown[]) => {
    for (let left = 3; ; left -= 1) {
      try {
        return await ask(...args);
      } catch (error) {
        if (left === 0 || !String(error).includes('promise was garbage collected')) throw error;
      }
    }
  }) as ElectronApplication['evaluate'];
  return electron;
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
  const electron = askAgain(
    await _electron.launch({
      executablePath: requireElectron().executable,
      args: [...appArguments(), `--user-data-dir=${userData}`, ...extra],
      env: { ...(process.env as Record<string, string>), ...environment },
    }),
  );
  const child = electron.process();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const page = await electron.firstWindow();
  return {
    electron,
    page,
    userData,
    async close() {
      // Operations that run are left: a person would be asked.
      await electron
        .evaluate(({ dialog }) => {
          dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
        })
        .catch(() => undefined);
      await electron.close();
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
