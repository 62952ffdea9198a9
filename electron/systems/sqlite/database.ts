import { createRequire } from 'node:module';
import type LibsqlDatabase from 'libsql';

// libsql is CommonJS and chooses its native part when it is loaded.
const Libsql: typeof LibsqlDatabase = createRequire(import.meta.url)('libsql');
export type Database = LibsqlDatabase.Database;
export type Statement = LibsqlDatabase.Statement<unknown[]>;

/** A database file of whatever content. */
export const openDatabase = (file: string): Database => new Libsql(file);

/** Of the files whose tables are only ever added to: 1 since December 2026, 0 before. */
const fileVersion = 1;

/**
 * Marks a file as this version's. What a later Signalbox made may have other tables under other names: it is set aside as
 * what can't be read is, so that nothing of it is lost and its absence is told.
 * @throws where it is a later one's.
 */
export function markVersion(database: Pick<Database, 'prepare' | 'exec'>): void {
  const rows = database.prepare('pragma user_version').all() as Record<string, unknown>[];
  const version = Object.values(rows[0] ?? {})[0];
  if (version !== 0 && version !== fileVersion)
    throw new Error(`file of a newer version (${String(version).slice(0, 20)})`);
  if (version === 0) database.exec(`pragma user_version=${fileVersion}`);
}

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
