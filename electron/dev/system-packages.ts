import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { SetupError, say } from './say';

/**
 * What an Electron needs of a Debian or Ubuntu, and what the tests need beside it. A need with two names was renamed
 * with the 64-bit time_t transition (Debian 13, Ubuntu 24.04): the first name that the system offers is taken.
 */
const packageNames: readonly (readonly string[])[] = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
  ['libxss1'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['git'],
  ['xvfb'],
  ['dbus'],
];

/** The shared libraries that `ldd` could not find for an executable, by name (`libgtk-3.so.0`). */
export function missingLibraries(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name as string);
}

/** The first name of each need that has an installation candidate, by what `apt-cache policy <names>` printed. */
export function availablePackages(policyOutput: string, needs = packageNames): string[] {
  const available = new Set(
    [...policyOutput.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm)].map(
      ([, name]) => name,
    ),
  );
  return needs.map((names) => names.find((name) => available.has(name)) ?? (names.at(-1) as string));
}

/** Libraries that Electron opens while it runs, so that `ldd` does not know of them. */
const openedLater = ['libgtk-3.so.0'];

/** Which of the libraries that Electron opens late are missing from what `ldconfig -p` printed. */
export function missingLateLibraries(ldconfigOutput: string): string[] {
  return openedLater.filter((name) => !ldconfigOutput.includes(`\t${name} `));
}

/** Whether a program is on the PATH. */
function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Makes sure that Electron's system libraries are there, and Xvfb where `withDisplayServer` asks for one. Installs
 * them with apt as root; for anybody else, or without apt, the error carries the one line to run.
 * Does nothing outside Linux.
 */
export async function ensureSystemPackages(
  electron: string,
  options: { withDisplayServer: boolean; signal?: AbortSignal },
): Promise<void> {
  if (process.platform !== 'linux') return;
  const missing = await whatIsMissing(electron, options.withDisplayServer);
  if (missing.length === 0) return;
  say(`this system lacks ${missing.join(', ')}`);
  await installWithApt(missing, options.signal);
  const still = await whatIsMissing(electron, options.withDisplayServer);
  if (still.length > 0) {
    throw new SetupError(
      `${still.join(', ')} still missing after installing Electron's packages.`,
      'Find the package of your distribution that holds them, install it, and run the command again.',
    );
  }
}

async function whatIsMissing(electron: string, withDisplayServer: boolean): Promise<string[]> {
  const [linked, installed] = await Promise.all([
    execa('ldd', [electron], { reject: false }),
    // Not on every user's PATH.
    execa('/sbin/ldconfig', ['-p'], { reject: false }),
  ]);
  const programs = ['git', ...(withDisplayServer ? ['Xvfb'] : [])];
  return [
    ...missingLibraries(linked.stdout),
    ...(installed.exitCode === 0 ? missingLateLibraries(installed.stdout) : []),
    ...programs.filter((program) => !isOnPath(program)),
  ];
}

async function installWithApt(missing: string[], signal?: AbortSignal): Promise<void> {
  if (!isOnPath('apt-get')) {
    throw new SetupError(
      `Electron can't start without ${missing.join(', ')}.`,
      'Install GTK 3, NSS, ALSA, GBM, libXss, AT-SPI, git, Xvfb and D-Bus with the package manager of this system.',
    );
  }
  if (process.getuid?.() !== 0) {
    const names = availablePackages(await aptPolicy());
    throw new SetupError(
      `Electron can't start without ${missing.join(', ')}, and only root can install them.`,
      `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    );
  }
  say('installing them with apt');
  // One unreachable source among several fails an update; the packages may still be had from the others.
  await apt(['update'], signal).catch((error: SetupError) => say(error.message));
  await apt(['install', '-y', '--no-install-recommends', ...availablePackages(await aptPolicy())], signal);
}

async function aptPolicy(): Promise<string> {
  const { stdout } = await execa('apt-cache', ['policy', ...packageNames.flat()], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  return stdout;
}

async function apt(args: string[], signal?: AbortSignal): Promise<void> {
  const result = await execa('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=180', ...args], {
    reject: false,
    stdin: 'ignore',
    all: true,
    timeout: 15 * 60_000,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    ...(signal ? { cancelSignal: signal } : {}),
  });
  if (result.exitCode === 0) return;
  throw new SetupError(
    `apt-get ${args[0]} failed: ${result.all.trim().split('\n').slice(-4).join(' / ')}`,
    'Mend what apt complains about, then run the command again.',
  );
}
