import { type EventNote, type EventRow, sparseKinds } from './event-row';
import type { ReturnTracker } from './return-tracker';
import type { Database, Statement } from './schema';

const columns = 'id, oid, at, eff, cell, what, before, after, flags, kind, actor, subject, note';
const width = 13;
/** Rows per statement: binding is what costs, and one call for many rows halves it. */
const rowsPerStatement = 64;
/** Rows between two looks at the event loop, so that the streams of Git's processes never wait long. */
const rowsPerSlice = 512;

/** Most subjects name app, environment and version already: a word is put in once. */
const unlessTold = (text: string): string =>
  `iif(instr(' ' || e.subject || ' ', ' ' || ${text} || ' '), '', ${text} || ' ')`;

/**
 * The full text of a row: what the search finds it by, and words of its own for its cell, its actor, and its kind and
 * type where those are rare, so that the full text can leave out by itself what a filter leaves out.
 */
const words = `${unlessTold('c.app')} || ${unlessTold('c.environment')} || ${unlessTold("ifnull(e.after, '')")} || a.name || ' ' || e.subject
  || ifnull(' ' || n.body, '') || ' zzc' || e.cell || ' zza' || e.actor
  || iif(e.kind in (${sparseKinds.join(', ')}), ' zzk' || e.kind, '') || iif(e.what <> 2, ' zzw' || e.what, '')`;
const wordSource = `from event e join cell c on c.id = e.cell join actor a on a.id = e.actor left join note n on n.id = e.note`;

/** Writes events, names and facts about the index. Everything happens inside transactions of the caller. */
export class EventWriter {
  readonly #database: Database;
  readonly #many: Statement;
  readonly #one: Statement;
  readonly #words: Statement;
  readonly #unword: Statement;
  readonly #late: Statement;
  readonly #kind: Statement;
  readonly #meta: Statement;
  readonly #note: Statement;
  readonly #cells = new Map<string, number>();
  readonly #actors = new Map<string, number>();
  #notes: number;
  /** Used again and again: one array of 832 values for each 64 rows would keep the collector busy. */
  readonly #values: unknown[] = [];

  constructor(database: Database) {
    this.#database = database;
    const row = `(${Array(width).fill('?').join(',')})`;
    this.#many = database.prepare(
      `insert into event(${columns}) values ${Array(rowsPerStatement).fill(row).join(',')}`,
    );
    this.#one = database.prepare(`insert into event(${columns}) values ${row}`);
    this.#words = database.prepare(
      `insert into word(rowid, text) select e.id, ${words} ${wordSource} where e.id between ? and ? and e.what > 0 order by e.id`,
    );
    this.#unword = database.prepare(
      `insert into word(word, rowid, text) select 'delete', e.id, ${words} ${wordSource} where e.id between ? and ? and e.what > 0 order by e.id`,
    );
    this.#kind = database.prepare('select kind from event where id = ?');
    this.#late = database.prepare('update event set flags = ?, kind = ? where id = ?');
    this.#meta = database.prepare('insert or replace into meta(key, value) values (?, ?)');
    this.#note = database.prepare('insert into note(id, body, reason, operation) values (?, ?, ?, ?)');
    this.#notes = (database.prepare('select ifnull(max(id), 0) as n from note').all()[0] as { n: number }).n;
    this.loadNames();
  }

  /** Reads again which cells and actors are stored: after a rollback some may be gone. */
  loadNames(): void {
    this.#cells.clear();
    this.#actors.clear();
    for (const row of this.#database.prepare('select id, app, environment from cell').all()) {
      const { id, app, environment } = row as { id: number; app: string; environment: string };
      this.#cells.set(`${environment}\0${app}`, id);
    }
    for (const row of this.#database.prepare('select id, name from actor').all()) {
      const { id, name } = row as { id: number; name: string };
      this.#actors.set(name, id);
    }
  }

  /** The number of a cell; a new one is stored at once (outside a transaction that is a small one of its own). */
  cell(app: string, environment: string): number {
    const key = `${environment}\0${app}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const result = this.#database
      .prepare('insert into cell(app, environment) values (?, ?)')
      .run(app, environment);
    const id = Number(result.lastInsertRowid);
    this.#cells.set(key, id);
    return id;
  }

  actor(name: string): number {
    const known = this.#actors.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#database.prepare('insert into actor(name) values (?)').run(name).lastInsertRowid);
    this.#actors.set(name, id);
    return id;
  }

  setMeta(key: string, value: string | null): void {
    this.#meta.run(key, value);
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

  /** Stores rows (ascending ids, all newer or all older than what is stored) with their full text. */
  async insert(rows: readonly EventRow[], breathe: () => Promise<void>): Promise<void> {
    for (let start = 0; start < rows.length; start += rowsPerSlice) {
      const slice = rows.slice(start, start + rowsPerSlice);
      for (const { note } of slice) if (note && note.id === null) this.#storeNote(note);
      let at = 0;
      for (; at + rowsPerStatement <= slice.length; at += rowsPerStatement) {
        const values = this.#values;
        values.length = 0;
        for (let i = at; i < at + rowsPerStatement; i += 1) pushValues(values, slice[i]);
        this.#many.run(...values);
      }
      for (; at < slice.length; at += 1) {
        const values: unknown[] = [];
        pushValues(values, slice[at]);
        this.#one.run(...values);
      }
      this.#words.run(slice[0]?.id ?? 0, slice.at(-1)?.id ?? 0);
      await breathe();
    }
  }

  /** Stores kinds that older history has decided for rows that were written before. */
  settleKinds(tracker: ReturnTracker): void {
    const late = tracker.late().sort((a, b) => a.id - b.id);
    for (const { flags, kind, id } of late) {
      // The kind is a word of the full text where it is rare.
      const known = (this.#kind.all(id)[0] as { kind: number } | undefined)?.kind ?? kind;
      const reword = known !== kind && (sparseKinds.includes(known) || sparseKinds.includes(kind));
      if (reword) this.#unword.run(id, id);
      this.#late.run(flags, kind, id);
      if (reword) this.#words.run(id, id);
    }
  }

  #storeNote(note: EventNote): void {
    this.#notes += 1;
    note.id = this.#notes;
    this.#note.run(note.id, note.body, note.reason, note.operation);
  }

  /** Takes away every event newer than an id. */
  removeNewerThan(id: number): void {
    this.#database
      .prepare(
        `insert into word(word, rowid, text) select 'delete', e.id, ${words} ${wordSource} where e.id < ? and e.what > 0`,
      )
      .run(id);
    this.#database.prepare('delete from note where id in (select note from event where id < ?)').run(id);
    this.#database.prepare('delete from event where id < ?').run(id);
  }
}

function pushValues(values: unknown[], row: EventRow | undefined): void {
  if (!row) return;
  values.push(
    row.id,
    Buffer.from(row.oid, 'hex'),
    row.at,
    row.eff,
    row.cell,
    row.what,
    row.before,
    row.after,
    row.flags,
    row.kind,
    row.actor,
    row.subject,
    row.note?.id ?? null,
  );
}
