import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const memorySchema = z.object({ electron: z.string(), at: z.iso.datetime() });
const day = 24 * 60 * 60_000;

/**
 * Remembers for a day that the graphics card could not be used (`graphics.json` of the user-data folder): each start would
 * wait again for the processes that fail on it, half a second where there is no card and half a minute where its driver
 * hangs. Of another Electron, or not readable: not remembered.
 */
export function graphicsMemory(userData: string, electron: string) {
  const file = path.join(userData, 'graphics.json');
  return {
    isUnusable(now = Date.now()): boolean {
      try {
        const kept = memorySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
        const age = now - Date.parse(kept.at);
        return kept.electron === electron && age >= 0 && age < day;
      } catch {
        // None there, or a damaged one: the card is tried.
        return false;
      }
    },
    /** Only a hint for the next start: where it cannot be written, that one finds out again. */
    keepUnusable(now = Date.now()): void {
      try {
        writeFileSync(file, JSON.stringify({ electron, at: new Date(now).toISOString() }), { mode: 0o600 });
      } catch {
        // The disk is full or protected, which is told elsewhere.
      }
    },
  };
}
