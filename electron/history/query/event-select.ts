import type { StartedBy } from '../../../shared/domain/history/deployment';
import {
  type DeploymentEvent,
  type HistoryEvent,
  isLedgerEventType,
  type LedgerEvent,
} from '../../../shared/domain/history/history-event';
import type { Database, Statement } from '../../systems/sqlite/database';
import { flag, kindOf, typeOf } from '../index/event-row';

/** What every question reads of an event. */
export const eventColumns = `e.id, e.oid, e.at, e.what, e.before, e.after, e.flags, e.kind, e.subject, c.app, c.environment, c.path, c.pipeline,
  a.name as actor, n.reason, n.operation, n.otherPath, n.author, n.started`;
/** Names that go with `e`; the order of the joins is ours to choose, as each finds one row by its id. */
export const eventJoins =
  'cross join cell c on c.id = e.cell cross join actor a on a.id = e.actor left join note n on n.id = e.note';

export interface SelectedRow {
  id: number;
  oid: ArrayBuffer;
  at: number;
  what: number;
  before: string | null;
  after: string | null;
  flags: number;
  kind: number | null;
  subject: string;
  app: string;
  environment: string;
  path: string;
  pipeline: string | null;
  /** Who did it. */
  actor: string;
  reason: string | null;
  operation: string | null;
  otherPath: string | null;
  /** The commit's own author, where somebody else did it. */
  author: string | null;
  /** JSON of a `StartedBy`. */
  started: string | null;
}

export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Seconds since 1970 of an ISO 8601 time. @throws {RangeError} */
export function secondsOf(iso: string): number {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new RangeError(`${JSON.stringify(iso)} is no time.`);
  return time / 1000;
}

/** An object id as it is stored. libsql gives blobs out as an ArrayBuffer. */
export const hexOf = (oid: ArrayBuffer | Uint8Array): string =>
  (ArrayBuffer.isView(oid)
    ? Buffer.from(oid.buffer, oid.byteOffset, oid.byteLength)
    : Buffer.from(oid)
  ).toString('hex');

/** An event as the rest of the app knows it. `null` for rows that are no events. */
export function eventOf(row: SelectedRow): HistoryEvent | null {
  const type = typeOf(row.what);
  if (!type) return null;
  if (type === 'deployment') return deploymentOf(row);
  if (isLedgerEventType(type)) return ledgerEventOf(row, type);
  return {
    ...common(row),
    type,
    version: type === 'gone' ? row.before : row.after,
    ...(row.otherPath === null ? {} : { otherPath: row.otherPath }),
  };
}

/** An event of a file under `.signalbox/`. */
export const ledgerEventOf = (row: SelectedRow, type: LedgerEvent['type']): LedgerEvent => ({
  ...common(row),
  type,
  version: row.after,
  pipeline: row.pipeline,
  path: row.path,
});

/** A deployment row. */
export function deploymentOf(row: SelectedRow): DeploymentEvent {
  return {
    ...common(row),
    type: 'deployment',
    from: row.before,
    to: row.after ?? '',
    kind: kindOf(row.kind ?? -1),
    returns: (row.flags & flag.returns) !== 0,
  };
}

function common(row: SelectedRow) {
  return {
    id: 0 - row.id,
    app: row.app,
    environment: row.environment,
    at: isoTime(row.at),
    commit: hexOf(row.oid),
    author: row.author ?? row.actor,
    ...(row.started === null ? {} : { startedBy: JSON.parse(row.started) as StartedBy }),
    subject: row.subject,
    reason: row.reason,
    operationId: row.operation,
  };
}

/** Events by their ids, in the order given; those that are there no more are left out. */
export function eventsByIds(statements: Statements, ids: readonly number[]): HistoryEvent[] {
  if (ids.length === 0) return [];
  const rows = statements.all<SelectedRow>(
    `select ${eventColumns} from json_each(?) m cross join event e on e.id = m.value ${eventJoins}`,
    JSON.stringify(ids.map((id) => 0 - id)),
  );
  const byId = new Map(rows.flatMap((row) => eventOf(row) ?? []).map((event) => [event.id, event]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Prepared statements by their text: questions come in few shapes. */
export class Statements {
  readonly #database: Database;
  readonly #known = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  all<T>(sql: string, ...params: unknown[]): T[] {
    let statement = this.#known.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      if (this.#known.size > 300) this.#known.clear();
      this.#known.set(sql, statement);
    }
    return statement.all(...params) as T[];
  }

  /** Statements must be prepared again after the schema changed. */
  forget(): void {
    this.#known.clear();
  }
}
