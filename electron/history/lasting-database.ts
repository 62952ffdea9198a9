import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Failure } from '../../shared/domain/failure';
import { historyFailure } from './failures';
import { type Database, isSound, openDatabase } from './schema';

/**
 * Opens a file of what cannot be had again (the cluster forgets it after days), or makes it. A file that cannot be read
 * is not deleted: it is set aside, and a new one begins. The caller closes the database.
 * @param tables SQL that makes what is missing
 * @param now milliseconds since 1970, for the name of a file set aside
 * @returns `aside`: absolute path of the file that could not be read, else `null`
 * @throws SQLite's and Node's errors where no file can be made
 */
export function openLasting(
  file: string,
  tables: string,
  now: () => number,
): { database: Database; aside: string | null } {
  mkdirSync(dirname(file), { recursive: true });
  try {
    return { database: connect(file, tables), aside: null };
  } catch (error) {
    if (!existsSync(file)) throw error;
    const aside = `${file}.damaged-${now()}`;
    renameSync(file, aside);
    for (const end of ['-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end);
    return { database: connect(file, tables), aside };
  }
}

function connect(file: string, tables: string): Database {
  const database = openDatabase(file);
  try {
    database.exec('pragma journal_mode=WAL');
    database.exec('pragma synchronous=NORMAL');
    if (!isSound(database)) throw new Error('database disk image is malformed');
    database.exec(tables);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Writes; what is kept beside an operation must not stop it, so that a failure is returned, not thrown. */
export function written(write: () => void): Failure | null {
  try {
    write();
    return null;
  } catch (error) {
    return historyFailure(error);
  }
}
