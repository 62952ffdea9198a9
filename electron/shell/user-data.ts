import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Failure } from '../../shared/domain/failure/failure';
import { storageFailure } from '../../shared/domain/failure/storage-failure';

/**
 * Makes the user-data folder, for its owner alone, and tries whether it can be written. Chromium itself does not say: its
 * lock of the single instance cannot be taken there, which looks as if another Signalbox ran.
 * @returns why it cannot be used; `null`: it can.
 */
export function prepareUserData(dir: string): Failure | null {
  const probe = path.join(dir, `.writable-${process.pid}`);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
    writeFileSync(probe, 'Signalbox checked whether it can write to this folder.\n', { mode: 0o600 });
    rmSync(probe);
    return null;
  } catch (error) {
    try {
      rmSync(probe, { force: true });
    } catch {
      // It was not made: a file lies where the folder should.
    }
    const failure = storageFailure(error);
    const isFull = failure?.code === 'disk-full';
    return {
      code: failure?.code ?? 'refused',
      message: isFull
        ? 'Signalbox can’t start: the disk is full.'
        : 'Signalbox can’t start: its data folder is not writable.',
      meaning: 'Nothing was opened or changed.',
      next: [
        {
          do: 'advice',
          label: isFull
            ? 'Free some space, then start it again.'
            : 'Check who owns the folder and whether its disk is writable, or start with --user-data <folder>.',
        },
      ],
      detail: error instanceof Error ? error.message : String(error),
      place: { path: dir },
    };
  }
}

/** A folder that is there until this process ends. */
export function passingFolder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'signalbox-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * Takes away from others what an older version let them read: files of the folder, however deep. What cannot be changed
 * is left: the folder itself lets nobody in.
 */
export async function closeToOthers(dir: string): Promise<void> {
  // What cannot be listed lies in a folder that lets nobody in.
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = path.join(dir, entry.name);
    if (entry.isSymbolicLink()) continue;
    const mode = await lstat(file).then(
      (found) => found.mode,
      () => 0,
    );
    // Somebody else's file: the folder around it lets nobody in.
    if ((mode & 0o077) !== 0) await chmod(file, mode & 0o700).catch(() => undefined);
    if (entry.isDirectory()) await closeToOthers(file);
  }
}
