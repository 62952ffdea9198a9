import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, mergeConfig } from 'vite';
import mainConfig from '../../vite.main.config';
import { programs, programsVariable } from './programs';

const root = join(import.meta.dirname, '..', '..');
/** Beside the packages, which the programs load from there. */
const cache = join(root, 'node_modules', '.cache', 'signalbox');

/**
 * Builds the programs that tests start, once for all test files and only for this run: nothing is stale, and two runs
 * at a time don't meet. Takes a third of a second.
 * @returns what takes them away again.
 */
export async function setup(): Promise<() => Promise<void>> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'programs-'));
  const config = mergeConfig(mainConfig, { build: { outDir: folder, sourcemap: false } });
  config.build.rolldownOptions.input = programs;
  await build({ ...config, configFile: false, logLevel: 'warn' });
  process.env[programsVariable] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
