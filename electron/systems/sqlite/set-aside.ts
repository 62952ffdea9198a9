import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';

/** What SQLite keeps beside a database. */
const beside = ['-wal', '-shm', '-journal'] as const;

/** How the file of a database was found. `beside`: only what SQLite keeps beside it had to go, with its last changes. */
export type FileState = 'sound' | 'damaged' | 'beside';

const isEmptyFile = (file: string): boolean => {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === 0;
};

const isFolder = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Sets aside folders that lie where SQLite keeps something beside a database: it opens none then, and holds its lock.
 * @returns whether there was one.
 */
export function moveFolders(file: string, stamp: string): boolean {
  const found = beside.filter((end) => isFolder(file + end));
  for (const end of found) renameSync(file + end, `${file}.damaged-${stamp}${end}`);
  return found.length > 0;
}

/**
 * Opens the file of a database, or begins a new one where what is there cannot be read: that is never deleted, but set
 * aside under another name. A power cut leaves files of no length, a failing disk anything.
 * @param connect opens it, and throws where it is not sound.
 * @param stamp makes the other name: `<file>.damaged-<stamp>`.
 * @param isOther whether an error says that the file is good and somebody else has it: then it is thrown.
 * @returns `aside`: absolute path of what was set aside, else `null`.
 * @throws what `connect` throws where no file can be made either.
 */
export function openOrSetAside<T>(
  file: string,
  connect: () => T,
  stamp: string,
  isOther: (error: unknown) => boolean = () => false,
): { database: T; state: FileState; aside: string | null } {
  mkdirSync(path.dirname(file), { recursive: true });
  const aside = `${file}.damaged-${stamp}`;
  const move = (ends: readonly string[]): void => {
    for (const end of ends) if (existsSync(file + end)) renameSync(file + end, aside + end);
  };
  if (isEmptyFile(file)) {
    move(['', ...beside]);
    return { database: connect(), state: 'damaged', aside };
  }
  try {
    const isMoved = moveFolders(file, stamp);
    return { database: connect(), state: isMoved ? 'beside' : 'sound', aside: isMoved ? aside : null };
  } catch (error) {
    if (isOther(error) || !['', ...beside].some((end) => existsSync(file + end))) throw error;
  }
  // Perhaps it is only what lies beside it.
  if (beside.some((end) => existsSync(file + end))) {
    move(beside);
    try {
      if (existsSync(file)) return { database: connect(), state: 'beside', aside };
    } catch {
      // It is the file itself.
    }
  }
  move(['', ...beside]);
  return { database: connect(), state: 'damaged', aside };
}
