import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { type Database, openDatabase } from '../../systems/sqlite/database';
import { moveFolders } from '../../systems/sqlite/set-aside';
import { sparseKinds } from '../index/event-row';

/**
 * Raised whenever what is stored, or the rules that made it, change: an index of another version is rebuilt. A test
 * (`schema.test.ts`) fails where rules change and this stays.
 */
export const schemaVersion = 9;
/** "sbhi": tells our file from any other database. */
const applicationId = 0x73626869;

/**
 * `event` holds one row per event. Its id grows with age, so that indexing newest first only ever appends to the tables,
 * and "newest first" is their natural order; new commits get smaller ids. The state of the file after the commit is in
 * every row, so that the first row of a cell at or after an id is the cell's state there. Rows with `what` 0 carry
 * such a state alone. `at` is the committer time, `eff` the least `at` from there on to the tip: it only falls with
 * age, whatever the clocks said, and finds "the newest commit no later than T" by an index.
 * A `cell` is a file: with an empty path that of an app in an environment, else one under `.signalbox/`.
 * `move` says that a cell's file came from another cell: what is older than `id` (the oldest row of the commit) and belongs
 * to `source` is the history of `cell`, too.
 * `note.author` and `note.started` are set where somebody else than a commit's author is known to have started it: then
 * `event.actor` is that person, `author` the commit's own, and `attributed` holds what stood in the row before.
 * `claim` is what says so: a record of an operation by its path and blob, or what this console told by a key of its own.
 * `month` says which folders of records are read, and `descent` which commit lies after which.
 * `word` is the full text, without a copy of its content: what it holds is made of the row again when one goes.
 */
const tables = `
create table meta(key text primary key, value text) without rowid;
create table cell(
  id integer primary key, app text not null, environment text not null, path text not null, pipeline text,
  unique(app, environment, path));
create table actor(id integer primary key, name text not null unique);
create table note(id integer primary key, body text, reason text, operation text, otherPath text, author text, started text);
create table move(id integer not null, cell integer not null, source integer not null, primary key(cell, source, id)) without rowid;
create table event(
  id integer primary key, oid blob not null, at integer not null, eff integer not null, cell integer not null,
  what integer not null, before text, after text, flags integer not null, kind integer, actor integer not null,
  subject text not null, note integer);
create index event_cell on event(cell);
create table claim(key text primary key, blob text not null, oid blob, claim text) without rowid;
create index claim_oid on claim(oid) where oid is not null;
create table month(name text primary key, tree text not null) without rowid;
create table descent(base text, oid text, after integer not null, primary key(base, oid)) without rowid;
create table attributed(
  id integer primary key, verdict text not null, actor integer not null, note integer, kind integer, flags integer not null);
create virtual table word using fts5(text, content='', columnsize=0);
`;

/**
 * Made after the first indexing: sorting once is much cheaper than keeping them up row by row. What most rows have
 * (deployments, promotions, automatic ones) is found faster by going through the table.
 */
const indexes = `
create index if not exists event_eff on event(eff);
create index if not exists event_after on event(after) where what = 2;
create index if not exists event_actor on event(actor);
create index if not exists event_what on event(what) where what <> 2;
create index if not exists event_kind on event(kind) where kind in (${sparseKinds.join(', ')});
`;

export const createIndexes = (database: Database): void => {
  database.exec(indexes);
};

export const dropIndexes = (database: Database): void => {
  database.exec(indexes.replace(/create index if not exists (\w+) [^;]+;/g, 'drop index if exists $1;'));
};

/** Removes the index with what SQLite keeps beside it. A folder in its place is no index of ours: it is set aside. */
export function deleteIndex(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) {
    if (statSync(file + end, { throwIfNoEntry: false })?.isDirectory())
      renameSync(file + end, `${file}.damaged-${Date.now()}${end}`);
    else rmSync(file + end, { force: true });
  }
}

export interface OpenedIndex {
  /** Writes. */
  writer: Database;
  /** Reads what is committed, also in the middle of a transaction of the writer. */
  reader: Database;
  /** Why the file that was there had to go; `null` when it was good or when there was none. */
  rebuilt: 'damaged' | 'older' | null;
}

/** Opens the index; a file that is damaged, of another version or of something else's making is replaced by an empty one. */
export function openIndex(file: string, maxPageCount?: number): OpenedIndex {
  moveFolders(file, String(Date.now()));
  const existed = existsSync(file);
  let rebuilt: OpenedIndex['rebuilt'] = null;
  if (existed) {
    rebuilt = faultOf(file);
    if (rebuilt) deleteIndex(file);
  } else deleteIndex(file);
  const writer = openDatabase(file);
  configure(writer);
  if (maxPageCount) writer.exec(`pragma max_page_count=${Math.trunc(maxPageCount)}`);
  if (pragma(writer, 'user_version') !== schemaVersion) {
    writer.exec(
      `begin; pragma application_id=${applicationId}; pragma user_version=${schemaVersion}; ${tables} commit;`,
    );
  }
  const reader = openDatabase(file);
  configure(reader);
  return { writer, reader, rebuilt };
}

function configure(database: Database): void {
  // The journal allows reading beside writing. What a power cut takes from a derived file is indexed again.
  database.exec('pragma journal_mode=WAL');
  database.exec('pragma synchronous=NORMAL');
  database.exec('pragma wal_autocheckpoint=4000');
  database.exec('pragma cache_size=-32000');
  database.exec('pragma temp_store=MEMORY');
}

const pragma = (database: Database, name: string): unknown =>
  Object.values(
    (database.prepare(`pragma ${name}`).all()[0] as Record<string, unknown> | undefined) ?? {},
  )[0];

function faultOf(file: string): OpenedIndex['rebuilt'] {
  let database: Database | null = null;
  try {
    database = openDatabase(file);
    if (pragma(database, 'application_id') !== applicationId) {
      // A file that was made a moment before a kill is empty and no fault.
      return pragma(database, 'page_count') === 0 ? null : 'damaged';
    }
    if (pragma(database, 'user_version') !== schemaVersion) return 'older';
    const found = database
      .prepare("select count(*) as n from sqlite_schema where name in ('event','word','meta')")
      .all();
    return (found[0] as { n: number }).n === 3 ? null : 'damaged';
  } catch {
    // Whatever keeps it from being read: it is built again, and a notice says so.
    return 'damaged';
  } finally {
    database?.close();
  }
}
