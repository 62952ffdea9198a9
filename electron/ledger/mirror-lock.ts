import { join } from 'node:path';
import Database from 'libsql';
import { FailureError } from '../../shared/domain/failure';

/**
 * Takes a folder for this process alone. The lock is one that the operating system keeps on an open file (by SQLite, so
 * that it is the same on every system): it ends with the process, however that ends, so none is ever left behind.
 * @returns what gives the folder free.
 * @throws {FailureError} `busy` when another process has it.
 */
export function lockFolder(dir: string): () => void {
  let database: InstanceType<typeof Database> | null = null;
  try {
    database = new Database(join(dir, 'signalbox.lock'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (!/lock|busy/i.test(error instanceof Error ? error.message : '')) throw error;
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
