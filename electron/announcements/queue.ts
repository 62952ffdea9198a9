import type { Addressee, Destination } from '../../shared/domain/announcement/addressees';
import { type Announcement, announcementSchema } from '../../shared/domain/announcement/announcement';
import { hideSecrets } from '../log/known-secrets';
import type { DeliveryReceipt } from '../systems/deliveries/outcome';
import type { Database } from '../systems/sqlite/database';

/** The journal's database, which one process has at a time, and how surely a change of it is written. */
export interface JournalTables {
  readonly database: Database;
  /** `durable`: it has survived a power cut before this returns. */
  write<T>(durable: boolean, change: () => T): T;
}

/**
 * How a message stands. `sending`: it was begun and its end is not written down, which after a kill means that it may have
 * arrived. `merged`: a later message of its thread tells it.
 */
type DeliveryState = 'waiting' | 'sending' | 'sent' | 'refused' | 'unknown' | 'merged' | 'dropped';

/** One message to one addressee. */
export interface Delivery extends Addressee {
  id: number;
  announcement: Announcement;
  state: DeliveryState;
  /** How often it was tried. */
  attempts: number;
  /** Milliseconds since 1970: not before. */
  due: number;
  /** Why it did not arrive; `null`: it was not tried, or it did. */
  because: string | null;
  /** When it was queued, milliseconds since 1970. */
  addedAt: number;
  /** What of its thread was said there before, to be changed. */
  before: DeliveryReceipt | null;
}

/** What is to be told, kept over restarts, in the order in which it happened for each addressee. */
export interface AnnouncementQueue {
  /** Adds what is not known yet. @returns whether anything was added. */
  add(announcement: Announcement, addressees: readonly Addressee[], now: number): boolean;
  /** The next message of each addressee, whether it is due or not. */
  heads(): Delivery[];
  /** Written down before anything is sent. */
  begin(id: number): void;
  sent(delivery: Delivery, receipt: DeliveryReceipt | null): void;
  /** It certainly did not arrive, and is tried again. */
  later(id: number, because: string, due: number): void;
  /** Somebody has to decide: it did not arrive and repeating does not help, or it may have arrived. */
  stuck(id: number, state: 'refused' | 'unknown', because: string): void;
  /** Those that were tried and did not certainly arrive, and those that wait, oldest first. */
  open(): Delivery[];
  /** The newest that arrived, newest first. */
  lately(most: number): Delivery[];
  /** By a person. @returns whether there is such a one. */
  again(id: number, now: number): boolean;
  drop(id: number): boolean;
  /** How many were thrown away since too many waited. */
  readonly lost: number;
}

/** As many wait; then the oldest go. */
const mostOpen = 200;
/** How long what was told is remembered, in milliseconds: no operation is told of that is older than a day. */
const remembered = 30 * 24 * 3_600_000;

const tables = `
  CREATE TABLE IF NOT EXISTS announcements (id TEXT PRIMARY KEY, said TEXT NOT NULL, added INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    announcement TEXT NOT NULL,
    thread TEXT NOT NULL,
    destination TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    because TEXT,
    receipt TEXT,
    UNIQUE (announcement, destination, target)
  );
  CREATE INDEX IF NOT EXISTS deliveries_thread ON deliveries (thread, destination, target);
  CREATE INDEX IF NOT EXISTS deliveries_state ON deliveries (state, id);`;

interface Row {
  id: number;
  said: string;
  added: number;
  destination: Destination;
  target: string;
  state: DeliveryState;
  attempts: number;
  due: number;
  because: string | null;
  before: string | null;
}

/** A message with what was last said of its thread at the same addressee. */
const select = `
  SELECT d.id, a.said, a.added, d.destination, d.target, d.state, d.attempts, d.due, d.because,
    (SELECT e.receipt FROM deliveries e WHERE e.thread = d.thread AND e.destination = d.destination
       AND e.target = d.target AND e.id < d.id AND e.receipt IS NOT NULL ORDER BY e.id DESC LIMIT 1) AS before
  FROM deliveries d JOIN announcements a ON a.id = d.announcement`;

const isOpen = `d.state IN ('waiting', 'sending', 'refused', 'unknown')`;

/**
 * Opens the queue. What an earlier process was sending when it ended may have arrived: it is `unknown`, and nobody but a
 * person sends it again; a change of what was said already is done again, since it comes to the same.
 */
export function openQueue({ database, write }: JournalTables, now: number): AnnouncementQueue {
  database.exec(tables);
  let lost = 0;
  const all = (sql: string, ...values: unknown[]): Delivery[] =>
    (database.prepare(`${select} ${sql}`).all(...values) as Row[]).flatMap((row) => deliveryOf(row) ?? []);
  const run = (durable: boolean, sql: string, ...values: unknown[]): number =>
    write(durable, () => database.prepare(sql).run(...values).changes);

  for (const { id, before } of all(`WHERE d.state = 'sending'`)) {
    const state = before === null ? 'unknown' : 'waiting';
    const because = 'Signalbox ended before the answer came.';
    run(false, 'UPDATE deliveries SET state = ?, because = ? WHERE id = ?', state, because, id);
  }
  run(
    false,
    `DELETE FROM deliveries WHERE state NOT IN ('waiting', 'refused', 'unknown')
       AND announcement IN (SELECT id FROM announcements WHERE added < ?)`,
    now - remembered,
  );
  run(
    false,
    `DELETE FROM announcements WHERE added < ? AND id NOT IN (SELECT announcement FROM deliveries)`,
    now - remembered,
  );

  function addOne(announcement: Announcement, { destination, target }: Addressee, at: number): boolean {
    const { id, thread } = announcement;
    const added = run(
      false,
      `INSERT OR IGNORE INTO deliveries (announcement, thread, destination, target, state, due) VALUES (?, ?, ?, ?, 'waiting', ?)`,
      ...[id, thread, destination, target, at],
    );
    if (added === 0) return false;
    // What waits of the same thread is told by this one; the others are told each thing that happened.
    if (destination === 'slack')
      run(
        false,
        `UPDATE deliveries SET state = 'merged' WHERE thread = ? AND destination = ? AND target = ? AND announcement <> ? AND state = 'waiting'`,
        ...[thread, destination, target, id],
      );
    return true;
  }

  /** Throws the oldest away where too many wait. */
  function bound(): void {
    const waiting = `state IN ('waiting', 'refused', 'unknown')`;
    const [{ open = 0 } = {}] = database
      .prepare(`SELECT count(*) AS open FROM deliveries WHERE ${waiting}`)
      .all() as { open?: number }[];
    if (open <= mostOpen) return;
    lost += run(
      false,
      `UPDATE deliveries SET state = 'dropped' WHERE id IN
         (SELECT id FROM deliveries WHERE ${waiting} ORDER BY id LIMIT ?)`,
      open - mostOpen,
    );
  }

  return {
    get lost() {
      return lost;
    },
    add(announcement, addressees, at) {
      if (addressees.length === 0) return false;
      run(
        false,
        'INSERT OR IGNORE INTO announcements (id, said, added) VALUES (?, ?, ?)',
        ...[announcement.id, JSON.stringify(announcement), at],
      );
      const added = addressees.map((one) => addOne(announcement, one, at)).some(Boolean);
      if (added) bound();
      return added;
    },
    heads: () =>
      all(
        `WHERE d.state = 'waiting' AND d.id = (SELECT min(w.id) FROM deliveries w
           WHERE w.destination = d.destination AND w.target = d.target AND w.state IN ('waiting', 'sending'))
         ORDER BY d.id`,
      ),
    begin: (id) => {
      run(true, `UPDATE deliveries SET state = 'sending', attempts = attempts + 1 WHERE id = ?`, id);
    },
    sent({ id, announcement, destination, target }, receipt) {
      run(
        true,
        `UPDATE deliveries SET state = 'sent', because = NULL, receipt = ? WHERE id = ?`,
        ...[receipt === null ? null : JSON.stringify(receipt), id],
      );
      // What of the thread did not arrive, or may have, is told by this one.
      if (destination === 'slack')
        run(
          false,
          `UPDATE deliveries SET state = 'merged' WHERE thread = ? AND destination = ? AND target = ? AND id < ? AND state IN ('refused', 'unknown')`,
          ...[announcement.thread, destination, target, id],
        );
    },
    later: (id, because, due) => {
      run(
        false,
        `UPDATE deliveries SET state = 'waiting', because = ?, due = ? WHERE id = ?`,
        hideSecrets(because),
        due,
        id,
      );
    },
    stuck: (id, state, because) => {
      run(
        false,
        `UPDATE deliveries SET state = ?, because = ? WHERE id = ?`,
        state,
        hideSecrets(because),
        id,
      );
    },
    open: () => all(`WHERE ${isOpen} ORDER BY d.id`),
    lately: (most) => all(`WHERE d.state = 'sent' ORDER BY d.id DESC LIMIT ?`, most),
    again: (id, at) =>
      run(
        false,
        `UPDATE deliveries SET state = 'waiting', due = ? WHERE id = ? AND state IN ('waiting', 'refused', 'unknown')`,
        ...[at, id],
      ) > 0,
    drop: (id) =>
      run(
        false,
        `UPDATE deliveries SET state = 'dropped' WHERE id = ? AND state IN ('waiting', 'refused', 'unknown')`,
        id,
      ) > 0,
  };
}

function deliveryOf({ said, added, before, ...row }: Row): Delivery | null {
  try {
    const announcement = announcementSchema.parse(JSON.parse(said));
    // An edit notifies nobody, and that a freeze is over must be noticed: it is said anew.
    const isEdit = before !== null && announcement.event !== 'freeze-lifted';
    const receipt = isEdit ? (JSON.parse(before) as DeliveryReceipt) : null;
    return { ...row, announcement, addedAt: added, before: receipt };
  } catch {
    // Of another version, or damaged: it can't be told, and nothing hangs on it.
    return null;
  }
}
