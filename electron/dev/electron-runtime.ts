import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { fallbackExecutable, fallbackFits, fallbackVersion, makeFallbackElectron } from './fallback-electron';
import { cacheFolder, inProject, projectRoot } from './project';
import { SetupError, say } from './say';

/** An Electron on this machine. `official` is the newest supported one, which is also what is shipped. */
export interface ElectronRuntime {
  executable: string;
  version: string;
  kind: 'official' | 'fallback';
}

const packageFolder = inProject('node_modules', 'electron');
/** For about 120 MB; and where the fallback would do meanwhile. */
const officialTimeoutMs = 180_000;
const officialTimeoutWithFallbackMs = 20_000;
const askAgainAfterMs = 24 * 60 * 60_000;

/**
 * The Electron to run the app on, if one is there: the official one, else the fallback. Looks at files only, so it
 * is for tests and scripts that run after {@link ensureElectron}.
 */
function findElectron(): ElectronRuntime | undefined {
  return findOfficial() ?? findFallback();
}

/** {@link findElectron}, or an error that says how to get one. */
export function requireElectron(): ElectronRuntime {
  const found = findElectron();
  if (found) return found;
  throw new SetupError(
    'There is no Electron on this machine yet.',
    'Run `npm start` or `npm test` once: they fetch one.',
  );
}

/** Arguments of the app, with the practice estate where they name none: the installed app asks what to open instead. */
export const withEstate = (args: readonly string[]): string[] =>
  args.some((argument) => /^--(estate|ledger|practice)\b/.test(argument))
    ? [...args]
    : [...args, '--practice'];

/**
 * The arguments that open the built app on an Electron: the project's folder, after `--no-sandbox` where the user is
 * root, since Chromium refuses to run its sandbox as root. Nowhere else is the sandbox switched off.
 */
export function appArguments(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox', projectRoot] : [projectRoot];
}

/** Gets an Electron when there is none: the official binary, or where its host can't be reached the fallback. */
export async function ensureElectron(signal?: AbortSignal): Promise<ElectronRuntime> {
  const official = findOfficial();
  if (official) return official;
  const fallback = findFallback();
  if (fallback && (await recentlyUnreachable())) return fallback;
  if (await installOfficial(fallback ? officialTimeoutWithFallbackMs : officialTimeoutMs, signal)) {
    const installed = findOfficial();
    if (installed) return installed;
  }
  await noteUnreachable();
  if (fallback) return fallback;
  if (!fallbackFits) {
    throw new SetupError(
      "Electron's release host can't be reached, and there is no fallback for this platform.",
      'Check the network, or set ELECTRON_MIRROR to a host that has Electron releases, then run the command again.',
    );
  }
  say(
    `the official Electron ${officialVersion()} can't be fetched here; falling back to ${fallbackVersion} (development only)`,
  );
  const executable = await makeFallbackElectron(cacheFolder(), signal);
  return { executable, version: fallbackVersion, kind: 'fallback' };
}

/** The version of the official Electron that package.json asks for. */
export function officialVersion(): string {
  return (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string })
    .version;
}

/** Reads what electron/install.js leaves: `path.txt` names the executable, `dist/version` the version in place. */
function findOfficial(): ElectronRuntime | undefined {
  const pathFile = join(packageFolder, 'path.txt');
  const versionFile = join(packageFolder, 'dist', 'version');
  if (!existsSync(pathFile) || !existsSync(versionFile)) return undefined;
  const version = readFileSync(versionFile, 'utf8').trim().replace(/^v/, '');
  const executable = join(packageFolder, 'dist', readFileSync(pathFile, 'utf8'));
  return version === officialVersion() && existsSync(executable)
    ? { executable, version, kind: 'official' }
    : undefined;
}

function findFallback(): ElectronRuntime | undefined {
  const executable = fallbackExecutable(cacheFolder());
  return existsSync(executable) ? { executable, version: fallbackVersion, kind: 'fallback' } : undefined;
}

async function installOfficial(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  say(`fetching Electron ${officialVersion()}`);
  const result = await execa(process.execPath, [join(packageFolder, 'install.js')], {
    reject: false,
    timeout: timeoutMs,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  if (result.exitCode === 0) return true;
  const reason = result.timedOut
    ? 'no answer in time'
    : (result.stderr.match(/(?:E[A-Z]{4,}|HTTPError|TypeError).*/)?.[0] ?? '');
  say(`its release host can't be reached${reason ? ` (${reason})` : ''}`);
  // A half-written dist would look installed to the electron package.
  await rm(join(packageFolder, 'dist'), { recursive: true, force: true });
  return false;
}

const unreachableNote = (): string => join(cacheFolder(), `electron-${officialVersion()}-unreachable`);

/** A failed fetch is remembered for a day, so that a start behind a silent firewall doesn't wait for it again. */
async function recentlyUnreachable(): Promise<boolean> {
  const note = unreachableNote();
  return existsSync(note) && Date.now() - Number(readFileSync(note, 'utf8')) < askAgainAfterMs;
}

async function noteUnreachable(): Promise<void> {
  await mkdir(dirname(unreachableNote()), { recursive: true });
  await writeFile(unreachableNote(), String(Date.now()));
}
