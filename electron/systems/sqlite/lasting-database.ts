import { basename } from 'node:path';
import { type Database, isSound, markVersion, openDatabase } from './database';
import { openOrSetAside } from './set-aside';

/**
 * Opens a file of what cannot be had again (the cluster forgets it after days), or makes it. A file that cannot be read
 * is not deleted: it is set aside, and a new one begins. The caller closes the database.
 * @param tables SQL that makes what is missing
 * @param now milliseconds since 1970, for the name of a file set aside
 * @returns `aside`: name of the file that could not be read, as it is called now, else `null`
 * @throws SQLite's and Node's errors where no file can be made
 */
export function openLasting(
  file: string,
  tables: string,
  now: () => number,
): { database: Database; aside: string | null } {
  const { database, aside } = openOrSetAside(file, () => connect(file, tables), String(now()));
  return { database, aside: aside && basename(aside) };
}

/**
 * Closes it, with all that was written in the one file: libsql keeps files open until its statements are collected, so
 * SQLite would leave the last changes beside it, where they are lost sooner.
 */
export function closeLasting(database: Database): void {
  try {
    database.exec('pragma journal_mode=DELETE');
  } catch {
    // Another connection has it open, or the disk is full: nothing is lost, since the next start reads the write-ahead log.
  } finally {
    database.close();
  }
}

function connect(file: string, tables: string): Database {
  const database = openDatabase(file);
  try {
    database.exec('pragma journal_mode=WAL');
    database.exec('pragma synchronous=NORMAL');
    if (!isSound(database)) throw new Error('database disk image is malformed');
    markVersion(database);
    database.exec(tables);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
