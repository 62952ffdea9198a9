import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { inProject } from './project';

/** A packaged Signalbox, driven through its window. */
export interface PackagedApp {
  page: Page;
  process: ChildProcess;
  /** What it wrote on its standard streams. */
  said(): string;
  /** Its exit code, once it has ended by itself. */
  ended: Promise<number | null>;
  /** Ends it as a system that shuts down does, and waits for it. */
  close(): Promise<void>;
}

/** The folder that `npm run package -- --dir` made for this Linux. */
const madeHere = inProject('release', 'linux-unpacked');

/**
 * Who the packaged app runs as here. Chromium runs no sandbox as root, so that of root a user without rights is made,
 * where the system lets such a user make the sandbox's namespaces; `sandboxed` says whether there is one.
 */
export function whoRuns(): { user: number | null; sandboxed: boolean } {
  if (process.getuid?.() !== 0) return { user: null, sandboxed: true };
  const user = 65_534;
  try {
    execFileSync(
      'setpriv',
      [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'unshare', '-U', 'true'],
      {
        stdio: 'ignore',
      },
    );
    return { user, sandboxed: true };
  } catch {
    // A container without user namespaces.
    return { user: null, sandboxed: false };
  }
}

/**
 * Lays the packaged app, and an empty home, where whoever runs it can read them.
 * @returns their folders; `home` is that user's own.
 */
export async function layOut(): Promise<{ program: string; home: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-packaged-'));
  const program = join(folder, 'signalbox');
  // What is reachable for root alone (a checkout in its home) is copied.
  await cp(madeHere, program, { recursive: true, verbatimSymlinks: true });
  const home = await mkdtemp(join(folder, 'home-'));
  const { user } = whoRuns();
  if (user !== null) {
    execFileSync('chmod', ['755', folder]);
    await chown(home, user, user);
  }
  return { program: join(program, 'signalbox'), home };
}

/** Where the program keeps its data in a home without anything set (XDG Base Directory Specification). */
export const userDataIn = (home: string): string => join(home, '.config', 'signalbox');

/** The command and environment that start the packaged app as its user. */
function packagedCommand(
  { program, home }: { program: string; home: string },
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): { file: string; args: string[]; env: NodeJS.ProcessEnv } {
  const { user, sandboxed } = whoRuns();
  const own = [...(sandboxed ? [] : ['--no-sandbox']), ...args];
  const { PATH, DISPLAY, WAYLAND_DISPLAY, LANG } = process.env;
  // Nothing of the developer's: no variable of theirs may be what makes it run.
  const env: NodeJS.ProcessEnv = {
    HOME: home,
    ...(PATH ? { PATH } : {}),
    ...(DISPLAY ? { DISPLAY } : {}),
    ...(WAYLAND_DISPLAY ? { WAYLAND_DISPLAY } : {}),
    ...(LANG ? { LANG } : {}),
    ...environment,
  };
  return user === null
    ? { file: program, args: own, env }
    : {
        file: 'setpriv',
        args: [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', program, ...own],
        env,
      };
}

/**
 * Starts the packaged app with no option of ours on what lies in a home, and waits for its window. With its fuses Node's
 * inspector can't be had, so that it is driven over Chromium's own debugging port.
 */
export async function startPackaged(
  place: { program: string; home: string },
  options: { args?: readonly string[]; environment?: Readonly<Record<string, string>> } = {},
): Promise<PackagedApp> {
  const { args = [], environment = {} } = options;
  const command = packagedCommand(place, ['--remote-debugging-port=0', ...args], environment);
  const child = spawn(command.file, command.args, {
    env: command.env,
    cwd: place.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString('utf8')).slice(-200_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    // Chromium says so on its standard error once it listens.
    child.stderr.on('data', () => {
      const told = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (told) resolve(told);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the packaged app ended with ${code}: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(address);
  const context = browser.contexts()[0];
  if (!context) throw new Error('the packaged app has no window');
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  return {
    page,
    process: child,
    said: () => said,
    ended: exited,
    async close() {
      // `browser.close()` over this protocol would end the window alone.
      child.kill('SIGTERM');
      await exited;
      await browser.close().catch(() => undefined);
    },
  };
}

/** The command lines of what the app started of its own kind, by process id. */
export async function helpersOf(program: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const pids = execFileSync('ps', ['-eo', 'pid='], { encoding: 'utf8' }).split('\n').map(Number);
  for (const pid of pids) {
    if (!pid || !existsSync(`/proc/${pid}`)) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.startsWith(program)) found.set(pid, line.replaceAll('\0', ' ').trim());
  }
  return found;
}
