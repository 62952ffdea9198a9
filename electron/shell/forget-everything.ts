import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Its presence says that everything is to go before anything is opened. */
const marker = 'forget-everything';

/** What Chromium holds its single instance by: of the process that runs now. */
const ofThisProcess = /^(?:Singleton(?:Lock|Socket|Cookie)|lockfile)$/;

/** Has the next start forget everything; written last, so that a kill before it forgets nothing by halves. */
export const forgetAtNextStart = (userData: string): void =>
  writeFileSync(path.join(userData, marker), 'Signalbox deletes this folder’s content at its next start.\n', {
    mode: 0o600,
  });

/**
 * Deletes what lies in the user-data folder, where that was asked for: before anything of it is opened, since files that
 * are open can't be deleted everywhere. The marker goes last, so that a kill in between goes on at the next start.
 * @returns what could not be deleted; empty: nothing, or nothing was asked for.
 */
export function forgetIfAsked(userData: string): string[] {
  if (!existsSync(path.join(userData, marker))) return [];
  const left: string[] = [];
  for (const name of readdirSync(userData)) {
    if (name === marker || ofThisProcess.test(name)) continue;
    try {
      rmSync(path.join(userData, name), { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Told to the person: it is theirs to delete.
      left.push(name);
    }
  }
  if (left.length === 0) rmSync(path.join(userData, marker), { force: true });
  return left;
}
