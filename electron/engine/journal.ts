import path from 'node:path';
import Database from 'libsql';
import { FailureError } from '../../shared/domain/failure/failure';
import { storageFailure } from '../../shared/domain/failure/storage-failure';
import { type OperationEvent, operationEventSchema } from '../../shared/domain/operation/operation-events';
import type { JournalTables } from '../announcements/queue';
import { markVersion } from '../systems/sqlite/database';
import { openOrSetAside } from '../systems/sqlite/set-aside';

/** Longest text of an event that is kept, in characters: excerpts, not logs. */
const maxText = 2_000;
/** Finished operations that are kept, beside emergency rollbacks and what put them back: those are never forgotten. */
const keepOperations = 500;

/** One operation as the journal has it. */
export interface JournalEntry {
  id: string;
  events: OperationEvent[];
  /** A record of it could not be read: what it did after that is not known. */
  damaged: boolean;
}

/** The record of every operation, append-only; what was appended durably survives a power cut. */
export interface Journal {
  /**
   * Appends one event. `durable` waits for the disk (SQLite `synchronous = FULL`): intents and their results.
   * Throws a FailureError (`disk-full`, `refused`, `bad-data`, `internal`): whoever wanted a side effect must not have it then.
   */
  append(operationId: string, event: OperationEvent, durable: boolean): void;
  /** Every operation, oldest first. */
  read(): JournalEntry[];
  /** What else is kept beside operations, in tables of its own: the queue of announcements. */
  readonly beside: JournalTables;
  /** What went wrong with the file at opening, for a person; `null`: nothing. */
  readonly notice: string | null;
  /** When an earlier process that had it open was last alive, to some seconds (ISO 8601 UTC); `null`: none is known of. */
  readonly aliveBefore: string | null;
  close(): void;
}

/** Milliseconds between two signs of life. */
const aliveEvery = 10_000;

function cut(value: unknown): unknown {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText)}…` : value;
  if (Array.isArray(value)) return value.map(cut);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner)]));
  return value;
}

function journalFailure(error: unknown): FailureError {
  const text = error instanceof Error ? error.message : String(error);
  const storage = storageFailure(error);
  const full = storage?.code === 'disk-full';
  return new FailureError(
    {
      code: storage?.code ?? 'internal',
      message: full
        ? 'The disk is full, so the operation journal can’t be written.'
        : 'The operation journal can’t be written.',
      meaning: 'Signalbox does nothing without its journal, so that nothing is done twice.',
      next: storage?.next ?? [{ do: 'advice', label: 'Restart Signalbox.' }],
      detail: text,
    },
    { cause: error },
  );
}

function connect(file: string): Database.Database {
  const database = new Database(file);
  try {
    // Two processes that recover the same operations could act twice; the lock ends with the process, however it ends.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    const [check] = database.pragma('quick_check(1)') as { quick_check?: string }[];
    if (check?.quick_check !== 'ok')
      throw new Error(`database disk image is malformed: ${check?.quick_check}`);
    markVersion(database);
    database.exec(
      `CREATE TABLE IF NOT EXISTS events (
         sequence INTEGER PRIMARY KEY AUTOINCREMENT,
         operation TEXT NOT NULL,
         type TEXT NOT NULL,
         event TEXT NOT NULL
       );
       CREATE INDEX IF NOT EXISTS events_operation ON events (operation, sequence);
       CREATE TABLE IF NOT EXISTS alive (id INTEGER PRIMARY KEY, at TEXT NOT NULL);`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const isLocked = (error: unknown): boolean =>
  /locked|busy/i.test(error instanceof Error ? error.message : '');

/**
 * Opens the journal. A file that is damaged is set aside (never deleted), a new one is begun, and `notice` says so.
 * Throws a FailureError `busy` when another process has it open, `disk-full` or `refused` when the folder cannot be written.
 */
export function openJournal(file: string, now: () => Date = () => new Date()): Journal {
  const stamp = now().toISOString().replace(/[:.]/g, '-');
  let opened: ReturnType<typeof openOrSetAside<Database.Database>>;
  try {
    opened = openOrSetAside(file, () => connect(file), stamp, isLocked);
  } catch (error) {
    if (!isLocked(error)) throw journalFailure(error);
    throw new FailureError({
      code: 'busy',
      message: 'Another Signalbox already has this estate open.',
      meaning: 'Two could do the same thing twice, so this one does nothing.',
      next: [{ do: 'advice', label: 'Close the other Signalbox, then start this one again.' }],
    });
  }
  const { database, aside, state } = opened;
  const name = aside && path.basename(aside);
  const notice =
    state === 'sound'
      ? null
      : state === 'beside'
        ? `The last entries of the journal of operations were damaged. They were moved to ${name}; earlier operations are still listed. Everything the operations did is in the release repo.`
        : `The operation journal was damaged. It was moved to ${name} and a new one started: earlier operations are not listed. Everything they did is in the release repo.`;

  let synchronous = '';
  const level = (wanted: 'FULL' | 'NORMAL'): void => {
    if (synchronous === wanted) return;
    database.pragma(`synchronous = ${wanted}`);
    synchronous = wanted;
  };
  level('FULL');
  database
    .prepare(
      `DELETE FROM events WHERE operation IN (
         SELECT operation FROM events WHERE type = 'finished' AND operation NOT IN (
           SELECT operation FROM events WHERE type = 'requested'
             AND CASE WHEN json_valid(event) THEN json_extract(event, '$.intent.kind') END
               IN ('emergency-rollback', 'reconcile'))
         GROUP BY operation ORDER BY max(sequence) DESC LIMIT -1 OFFSET ?)`,
    )
    .run(keepOperations);
  const [before] = database.prepare('SELECT at FROM alive WHERE id = 1').all() as { at?: string }[];
  const setAlive = database.prepare('INSERT OR REPLACE INTO alive (id, at) VALUES (1, ?)');
  const sign = (): void => {
    try {
      level('NORMAL');
      setAlive.run(now().toISOString());
    } catch {
      // A full disk is told by what has to be written; without this sign a restart takes the last event for it.
    }
  };
  sign();
  const signs = setInterval(sign, aliveEvery);
  signs.unref();
  const insert = database.prepare('INSERT INTO events (operation, type, event) VALUES (?, ?, ?)');

  return {
    notice,
    aliveBefore: before?.at ?? null,
    beside: {
      database,
      write: (durable, change) => {
        level(durable ? 'FULL' : 'NORMAL');
        return change();
      },
    },
    append: (operationId, event, durable) => {
      try {
        level(durable ? 'FULL' : 'NORMAL');
        insert.run(operationId, event.type, JSON.stringify(cut(event)));
      } catch (error) {
        throw journalFailure(error);
      }
    },
    read: () => {
      const rows = database.prepare('SELECT operation, event FROM events ORDER BY sequence').all() as {
        operation: string;
        event: string;
      }[];
      const entries = new Map<string, JournalEntry>();
      for (const row of rows) {
        const entry = entries.get(row.operation) ?? { id: row.operation, events: [], damaged: false };
        entries.set(row.operation, entry);
        const event = parseEvent(row.event);
        if (event) entry.events.push(event);
        else entry.damaged = true;
      }
      return [...entries.values()];
    },
    close: () => {
      clearInterval(signs);
      sign();
      // libsql keeps the file open until its statements are collected, so the lock has to be given back by hand; in
      // WAL mode that takes leaving it first (SQLite, "PRAGMA locking_mode").
      database.pragma('journal_mode = DELETE');
      database.pragma('locking_mode = NORMAL');
      database.prepare('SELECT count(*) FROM events').all();
      database.close();
    },
  };
}

function parseEvent(text: string): OperationEvent | null {
  try {
    return operationEventSchema.parse(JSON.parse(text));
  } catch {
    // An event of another version or a damaged one: the caller leaves it out and says so.
    return null;
  }
}
