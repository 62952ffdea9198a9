import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder that holds package.json, absolute. */
export const projectRoot = resolve(import.meta.dirname, '..', '..');

/** A path inside the project, absolute. */
export const inProject = (...parts: string[]): string => join(projectRoot, ...parts);

/**
 * The folder for downloads that should outlive `npm ci`: `$XDG_CACHE_HOME/signalbox`, else `~/.cache/signalbox`
 * (XDG Base Directory Specification), else, where neither can be written, a folder in
 * node_modules. It exists afterwards.
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
    const inside = inProject('node_modules', '.cache', 'signalbox');
    mkdirSync(inside, { recursive: true });
    return inside;
  }
}
