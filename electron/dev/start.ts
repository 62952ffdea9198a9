import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buildApp, buildMain } from './build';
import { hasDisplay, withDisplay } from './display';
import { appArguments, type ElectronRuntime, ensureElectron, withEstate } from './electron-runtime';
import { inProject } from './project';
import { runCommand, say } from './say';
import { ensureSystemPackages } from './system-packages';

/**
 * `npm start -- [arguments]`: opens the app, on the practice estate unless the arguments name another.
 * `--drill [bags|routes] [--json]` plays an incident through the app's window instead; so does a start without a display.
 * `--ledger <repo> --print json` prints a release repo's board and needs neither Electron nor a display.
 */
export async function run(args: string[]): Promise<void> {
  await runCommand(() => start(args));
}

async function start(args: string[]): Promise<number> {
  if (args.includes('--print')) return printBoard(args);
  const windowless = !hasDisplay();
  const electron = await ensureElectron();
  await ensureSystemPackages(electron.executable, { withDisplayServer: windowless });
  await buildApp();
  if (args.includes('--drill')) return drill(args);
  if (windowless) {
    say(
      'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): playing the drill on a virtual one',
    );
    return drill(['--drill', ...args.filter((argument) => argument === '--json')]);
  }
  return openApp(electron, args);
}

async function printBoard(args: string[]): Promise<number> {
  await buildMain();
  return runToEnd(process.execPath, [inProject('dist', 'electron', 'print-board.js'), ...args]);
}

/** The drill is a tool for developers, not part of the app: it runs from its source. */
async function drill(args: string[]): Promise<number> {
  const entry = inProject('electron', 'dev', 'drill', 'main.ts');
  if (!existsSync(entry)) {
    say('there is no drill yet (electron/dev/drill/main.ts)');
    return 1;
  }
  return withDisplay((environment) => {
    return runToEnd(process.execPath, ['--import', import.meta.resolve('tsx'), entry, ...args], environment);
  });
}

function openApp(electron: ElectronRuntime, args: string[]): Promise<number> {
  const newest = electron.kind === 'official' ? '' : ' (the fallback for development)';
  say(`opening Signalbox on Electron ${electron.version}${newest}`);
  return runToEnd(electron.executable, [...appArguments(), ...withEstate(args)]);
}

/**
 * Runs a process on this terminal and answers its exit code. Relative paths among its arguments are the caller's:
 * npm moves to the project's folder and leaves in INIT_CWD where it was called.
 */
export function runToEnd(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: 'inherit',
      cwd: process.env.INIT_CWD ?? process.cwd(),
      env: { ...process.env, ...environment },
    });
    // Ctrl-C reaches the child by itself; what is sent to this process alone is passed on. Either way the child ends
    // in its own time, and this process after it.
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    const ignore = () => {};
    process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', ignore);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', ignore);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
