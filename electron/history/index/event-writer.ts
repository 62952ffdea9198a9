import type { Database, Statement } from '../../systems/sqlite/database';
import { type EventNote, type EventRow, sparseKinds } from './event-row';
import type { Move } from './lineage';
import type { FilePlace } from './path-matcher';
import type { LateKind } from './return-tracker';
import { type RowStatement, rowStatement } from './row-statement';
import { type WordSource, wordsOf } from './search-words';

/** Rows between two looks at the event loop, so that the streams of Git's processes never wait long. */
const rowsPerSlice = 512;
/** Rows per statement: what goes over to SQLite is what costs, and one call for many rows halves it. */
const rowsPerStatement = 64;

const wordSource = `select e.id, e.cell, c.app, c.environment, e.what, e.after, e.kind, e.actor, a.name as author, e.subject,
  n.body, n.reason, n.otherPath, n.author as own from event e join cell c on c.id = e.cell join actor a on a.id = e.actor left join note n on n.id = e.note`;

/** Writes events, names and facts about the index. Everything happens inside transactions of the caller. */
export class EventWriter {
  readonly #database: Database;
  readonly #many: RowStatement;
  readonly #one: RowStatement;
  readonly #words: Statement;
  readonly #word: Statement;
  readonly #unword: Statement;
  readonly #wordSource: Statement;
  readonly #late: Statement;
  readonly #meta: Statement;
  readonly #note: Statement;
  readonly #changed: Statement;
  readonly #cells = new Map<string, Cell>();
  readonly #byId = new Map<number, Cell>();
  readonly #actors = new Map<string, number>();
  readonly #authors = new Map<number, string>();
  #notes: number;
  /** Used again and again: a new one for each 64 rows would keep the collector busy. */
  readonly #values: unknown[] = [];

  constructor(database: Database) {
    this.#database = database;
    this.#many = rowStatement(database, rowsPerStatement);
    this.#one = rowStatement(database, 1);
    const word = 'insert into word(rowid, text) values ';
    this.#words = database.prepare(word + Array(rowsPerStatement).fill('(?, ?)').join(', '));
    this.#word = database.prepare(`${word} (?, ?)`);
    this.#unword = database.prepare("insert into word(word, rowid, text) values ('delete', ?, ?)");
    this.#wordSource = database.prepare(
      `${wordSource} where e.id between ? and ? and e.what > 0 order by e.id`,
    );
    this.#late = database.prepare('update event set flags = ?, kind = ? where id = ?');
    this.#changed = database.prepare(
      'update event set actor = ?, note = ?, kind = ?, flags = ? where id = ?',
    );
    this.#meta = database.prepare('insert or replace into meta(key, value) values (?, ?)');
    this.#note = database.prepare(
      'insert into note(id, body, reason, operation, otherPath, author, started) values (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#notes = (database.prepare('select ifnull(max(id), 0) as n from note').all()[0] as { n: number }).n;
    this.loadNames();
  }

  /** Reads again which cells and actors are stored: after a rollback some may be gone. */
  loadNames(): void {
    for (const map of [this.#cells, this.#byId, this.#actors, this.#authors]) map.clear();
    for (const row of this.#database.prepare('select id, app, environment, path from cell').all()) {
      const { path, ...cell } = row as Cell & { path: string };
      this.#remember({ ...cell, path }, cell);
    }
    for (const row of this.#database.prepare('select id, name from actor').all()) {
      const { id, name } = row as { id: number; name: string };
      this.#actors.set(name, id);
      this.#authors.set(id, name);
    }
  }

  #remember({ app, environment, path }: Pick<FilePlace, 'app' | 'environment' | 'path'>, cell: Cell): void {
    this.#cells.set(path || `${environment}\0${app}`, cell);
    this.#byId.set(cell.id, cell);
  }

  /** The number of a file; a new one is stored at once (outside a transaction that is a small one of its own). */
  cell(place: FilePlace): number {
    const { app, environment, path, ledger } = place;
    const known = this.#cells.get(path || `${environment}\0${app}`);
    if (known) return known.id;
    const result = this.#database
      .prepare('insert into cell(app, environment, path, pipeline) values (?, ?, ?, ?)')
      .run(app, environment, path, ledger?.pipeline ?? null);
    const id = Number(result.lastInsertRowid);
    this.#remember(place, { id, app, environment });
    return id;
  }

  /** The app that a stored cell is of. */
  appOf(cell: number): string {
    return this.#byId.get(cell)?.app ?? '';
  }

  actor(name: string): number {
    const known = this.#actors.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#database.prepare('insert into actor(name) values (?)').run(name).lastInsertRowid);
    this.#actors.set(name, id);
    this.#authors.set(id, name);
    return id;
  }

  setMeta(key: string, value: string | null): void {
    this.#meta.run(key, value);
  }

  /** Notes that the history of a cell goes on with what another one had before an id. */
  setMove({ id, cell, source }: Move): void {
    this.#database
      .prepare('insert or replace into move(id, cell, source) values (?, ?, ?)')
      .run(id, cell, source);
  }

  begin(): void {
    this.#database.exec('begin immediate');
  }

  commit(): void {
    this.#database.exec('commit');
  }

  /** Takes a transaction back, if one is open. */
  rollback(): void {
    if (this.#database.inTransaction) this.#database.exec('rollback');
    this.loadNames();
  }

  /** Stores rows (ids ascending one by one, all newer or all older than what is stored) with their full text. */
  async insert(rows: readonly EventRow[], breathe: () => Promise<void>): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerSlice) {
      const end = Math.min(rows.length, start + rowsPerSlice);
      for (let i = start; i < end; i += 1) {
        const note = rows[i]?.note;
        if (note && note.id === null) this.#storeNote(note);
      }
      let at = start;
      for (; at + rowsPerStatement <= end; at += rowsPerStatement) this.#many(rows, at);
      for (; at < end; at += 1) this.#one(rows, at);
      this.#storeWords(rows, start, end);
      await breathe();
    }
  }

  #storeWords(rows: readonly EventRow[], start: number, end: number): void {
    const values = this.#values;
    values.length = 0;
    for (let i = start; i < end; i += 1) {
      const row = rows[i];
      // A state that is no event has no words.
      if (!row || row.what === 0) continue;
      values.push(row.id, wordsOf(this.#wordSourceOf(row)));
      if (values.length < 2 * rowsPerStatement) continue;
      this.#words.run(values);
      values.length = 0;
    }
    for (let i = 0; i < values.length; i += 2) this.#word.run([values[i], values[i + 1]]);
  }

  #wordSourceOf(row: EventRow): WordSource {
    const cell = this.#byId.get(row.cell);
    return {
      cell: row.cell,
      app: cell?.app ?? '',
      environment: cell?.environment ?? '',
      what: row.what,
      after: row.after,
      kind: row.kind,
      actor: row.actor,
      author: this.#authors.get(row.actor) ?? '',
      subject: row.subject,
      body: row.note?.body ?? null,
      reason: row.note?.reason ?? null,
      otherPath: row.note?.otherPath ?? null,
      own: null,
    };
  }

  /** Stores kinds that older history has decided for rows that were written before. */
  settleKinds(late: readonly LateKind[]): void {
    for (const { flags, kind, known, id } of late.toSorted((a, b) => a.id - b.id)) {
      // The kind is a word of the full text where it is rare.
      const reword = known !== kind && (sparseKinds.includes(known) || sparseKinds.includes(kind));
      const source = reword ? (this.#wordSource.all(id, id)[0] as WordSource) : null;
      if (source) this.#unword.run(id, wordsOf(source));
      this.#late.run(flags, kind, id);
      if (source) this.#word.run(id, wordsOf({ ...source, kind }));
    }
  }

  #storeNote(note: EventNote): void {
    note.id = this.storeNote({ ...note, author: null, started: null });
  }

  /** Stores what a commit, or another witness, says of an event. @returns its id */
  storeNote({ body, reason, operation, otherPath, author, started }: StoredNote): number {
    this.#notes += 1;
    this.#note.run(this.#notes, body, reason, operation, otherPath, author, started);
    return this.#notes;
  }

  /** Puts other names, notes and kinds into stored rows, with the words that they are found by. */
  change(rows: readonly ChangedRow[]): void {
    for (const { id, actor, note, kind, flags } of rows) {
      const before = this.#wordSource.all(id, id)[0] as WordSource | undefined;
      if (before) this.#unword.run(id, wordsOf(before));
      this.#changed.run(actor, note, kind, flags, id);
      const after = this.#wordSource.all(id, id)[0] as WordSource | undefined;
      if (after) this.#word.run([id, wordsOf(after)]);
    }
  }

  /** Takes away every event newer than an id. */
  removeNewerThan(id: number): void {
    const gone = this.#wordSource.all(Number.MIN_SAFE_INTEGER, id - 1) as (WordSource & { id: number })[];
    for (const row of gone) this.#unword.run(row.id, wordsOf(row));
    for (const table of ['event', 'attributed'])
      this.#database.prepare(`delete from note where id in (select note from ${table} where id < ?)`).run(id);
    this.#database.prepare('delete from attributed where id < ?').run(id);
    this.#database.prepare('delete from event where id < ?').run(id);
    this.#database.prepare('delete from move where id < ?').run(id);
  }
}

interface Cell {
  id: number;
  app: string;
  environment: string;
}

/** A note as it is stored: with the commit's own author and who started it, where that is somebody else. */
export interface StoredNote extends Omit<EventNote, 'id'> {
  author: string | null;
  started: string | null;
}

/** What of a stored row may change when it is known who did it. */
export interface ChangedRow {
  id: number;
  actor: number;
  note: number | null;
  kind: number | null;
  flags: number;
}
