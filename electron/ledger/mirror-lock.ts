import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { FailureError } from '../../shared/domain/failure/failure';

/**
 * Takes a folder for this process alone. The lock is one that the operating system keeps on an open file (by SQLite, so
 * that it is the same on every system): it ends with the process, however that ends, so none is ever left behind. The
 * file's content means nothing: one that SQLite does not take for its own is made again.
 * @returns what gives the folder free.
 * @throws {FailureError} `busy` when another process has it.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  const file = join(dir, 'signalbox.lock');
  try {
    return take(file, dir);
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    if (!/not a database|malformed|unable to open/i.test(said)) throw error;
    // Whoever holds the lock is told as busy before a byte is read, so this one is nobody's.
    for (const one of [file, `${file}-journal`]) await rm(one, { recursive: true, force: true });
    return take(file, dir);
  }
}

function take(file: string, dir: string): () => void {
  let database: InstanceType<typeof Database> | null = null;
  try {
    database = new Database(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (
      !/database is locked|database table is locked|busy/i.test(error instanceof Error ? error.message : '')
    )
      throw error;
    throw new FailureError(
      {
        code: 'busy',
        message: 'Another Signalbox has this local copy of the release repo open.',
        meaning: 'Two at once would get into each other\u2019s way. Nothing was changed.',
        next: [{ do: 'advice', label: 'Close the other Signalbox, or use another folder.' }],
        detail: dir,
      },
      { cause: error },
    );
  }
  const held = database;
  return () => {
    // Closing alone leaves the lock to the garbage collector.
    if (held.inTransaction) held.exec('ROLLBACK');
    held.close();
  };
}
