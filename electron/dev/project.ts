import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder that holds package.json, absolute. */
export const projectRoot = resolve(import.meta.dirname, '..', '..');

/** A path inside the project, absolute. */
export const inProject = (...parts: string[]): string => join(projectRoot, ...parts);

/** Stamps that `npm ci` may well delete: what was installed and built from what. */
export const stampFolder = inProject('node_modules', '.cache', 'signalbox');

/**
 * The folder for downloads that should outlive `npm ci`: `$XDG_CACHE_HOME/signalbox`, else `~/.cache/signalbox`
 * (XDG Base Directory Specification), else, where neither can be written, {@link stampFolder}. It exists afterwards.
 */
export function cacheFolder(): string {
  const configured = process.env.XDG_CACHE_HOME;
  const base = configured?.startsWith('/') ? configured : join(homedir(), '.cache');
  const wanted = join(base, 'signalbox');
  try {
    mkdirSync(wanted, { recursive: true });
    accessSync(wanted, constants.W_OK);
    return wanted;
  } catch {
    mkdirSync(stampFolder, { recursive: true });
    return stampFolder;
  }
}
