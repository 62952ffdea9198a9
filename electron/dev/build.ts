import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { InlineConfig } from 'vite';
import { inProject, projectRoot } from './project';
import { SetupError, say } from './say';

/**
 * A part that is built by itself: from which sources, how (in this order), and into which folder.
 * The configurations are read only when it must be built: they and vite take longer to load than the app to start.
 */
interface Part {
  name: string;
  sources: readonly string[];
  configs: () => Promise<{ default: InlineConfig }>[];
  output: string;
}

const lockfile = 'package-lock.json';
const mainPart: Part = {
  name: 'main process',
  sources: ['electron', 'shared', 'vite.main.config.ts', 'vite.preload.config.ts', lockfile],
  configs: () => [import('../../vite.main.config'), import('../../vite.preload.config')],
  output: 'dist/electron',
};
const rendererPart: Part = {
  name: 'renderer',
  sources: ['renderer', 'shared', 'vite.renderer.config.ts', lockfile],
  configs: () => [import('../../vite.renderer.config')],
  output: 'dist/renderer',
};

/** Builds what changed since it was last built; answers whether anything did. */
export async function buildApp(): Promise<boolean> {
  const built = await Promise.all([buildPart(mainPart), buildPart(rendererPart)]);
  return built.includes(true);
}

/** Like {@link buildApp}, for what runs without a window. */
export async function buildMain(): Promise<boolean> {
  return buildPart(mainPart);
}

async function buildPart(part: Part): Promise<boolean> {
  const output = inProject(part.output);
  const stamp = join(output, '.built-from');
  const wanted = await fingerprint(part.sources);
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return false;
  say(`building the ${part.name}`);
  // A build that is interrupted must not pass for the one before it.
  await rm(stamp, { force: true });
  const { build } = await import('vite');
  for (const { default: config } of await Promise.all(part.configs())) {
    await build({ ...config, configFile: false, logLevel: 'warn' }).catch((error: Error) => {
      throw new SetupError(`The ${part.name} does not build: ${error.message}`, 'Mend that in the sources.', {
        cause: error,
      });
    });
  }
  await mkdir(output, { recursive: true });
  await writeFile(stamp, wanted);
  return true;
}

/**
 * A hash over the names and contents of files and folders (relative to the project), tests left out. Contents rather
 * than times: a fresh clone and a switched branch set times that say nothing.
 */
export async function fingerprint(paths: readonly string[], root = projectRoot): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of (await filesUnder(join(root, path))).sort()) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(await readFile(file));
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
