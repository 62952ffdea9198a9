import { createRequire } from 'node:module';
import type LibsqlDatabase from 'libsql';

// libsql is CommonJS and chooses its native part when it is loaded.
const Libsql: typeof LibsqlDatabase = createRequire(import.meta.url)('libsql');
export type Database = LibsqlDatabase.Database;
export type Statement = LibsqlDatabase.Statement<unknown[]>;

/** A database file of whatever content. */
export const openDatabase = (file: string): Database => new Libsql(file);

/** Whether the whole file reads as a sound database: about 1 ms per MB. */
export function isSound(database: Database): boolean {
  try {
    const rows = database.prepare('pragma quick_check(1)').all() as Record<string, unknown>[];
    return Object.values(rows[0] ?? {})[0] === 'ok';
  } catch {
    // A file that cannot even be asked is not sound.
    return false;
  }
}
