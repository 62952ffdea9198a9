import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { build, createServer, type InlineConfig, type Rolldown } from 'vite';
import mainConfig from '../../vite.main.config';
import preloadConfig from '../../vite.preload.config';
import rendererConfig from '../../vite.renderer.config';
import { hasDisplay } from './display';
import { appArguments, ensureElectron, withEstate } from './electron-runtime';
import { projectRoot } from './project';
import { runCommand, SetupError, say } from './say';
import { ensureSystemPackages } from './system-packages';

/**
 * `npm run dev -- [arguments of the app]`: the app with a renderer that reloads as it is edited, and a main process that
 * is rebuilt and started again. Ends when the window is closed, or by Ctrl-C.
 */
export async function run(args: string[]): Promise<void> {
  await runCommand(() => develop(args));
}

async function develop(args: string[]): Promise<number> {
  if (!hasDisplay()) {
    throw new SetupError(
      'There is no display here to develop on.',
      'Set DISPLAY or WAYLAND_DISPLAY, or play the drill: npm start -- --drill',
    );
  }
  const electron = await ensureElectron();
  await ensureSystemPackages(electron.executable, { withDisplayServer: false });
  const server = await createServer({ ...rendererConfig, configFile: false });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new SetupError('The development server has no address.', 'Look at its messages above.');
  // The app reads this in electron/main.ts: pages come from here instead of dist/renderer.
  const app = restartable(electron.executable, [...appArguments(), ...withEstate(args)], {
    SIGNALBOX_DEV_SERVER: url,
  });
  const watchers = await Promise.all([mainConfig, preloadConfig].map((config) => watch(config, app.restart)));
  const exitCode = await app.ended;
  await Promise.all([server.close(), ...watchers.map((watcher) => watcher.close())]);
  return exitCode;
}

async function watch(config: InlineConfig, built: () => void): Promise<Rolldown.RolldownWatcher> {
  // The preload is built into the folder that the main process is built into: neither may empty it.
  const watcher = await build({
    ...config,
    configFile: false,
    logLevel: 'warn',
    build: { ...config.build, watch: {}, emptyOutDir: false },
  });
  if (!('on' in watcher)) throw new Error('vite did not watch');
  watcher.on('event', (event) => {
    if (event.code === 'END') built();
    if (event.code === 'ERROR') say(`the build failed: ${event.error.message}`);
  });
  return watcher;
}

/** A process that can be started again; `ended` settles with its exit code once it ends by itself. */
function restartable(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): { restart: () => void; ended: Promise<number> } {
  let child: ChildProcess | undefined;
  // The app must not outlive this process, which Ctrl-C or a signal may end.
  process.once('exit', () => child?.kill());
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  let pending: NodeJS.Timeout | undefined;
  let settle: (exitCode: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    settle = resolve;
  });
  const start = async (): Promise<void> => {
    const old = child;
    child = undefined;
    if (old && old.exitCode === null && old.signalCode === null) {
      old.kill();
      await once(old, 'exit');
    }
    say(old ? 'main changed: starting again' : 'starting');
    const next = spawn(program, args, {
      stdio: 'inherit',
      cwd: projectRoot,
      env: { ...process.env, ...environment },
    });
    child = next;
    next.once('exit', (code) => {
      if (child === next) settle(code ?? 1);
    });
  };
  // Both builds end within the same moment when a shared file changes.
  const restart = (): void => {
    clearTimeout(pending);
    pending = setTimeout(() => void start(), 300);
  };
  return { restart, ended };
}
