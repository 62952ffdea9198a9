import type { Database } from '../../systems/sqlite/database';
import type { EventRow } from './event-row';

/** Stores a number of rows from a place in a list on; their ids follow each other. */
export type RowStatement = (rows: readonly EventRow[], start: number) => void;

const perRow = 7;
/** Bits of small numbers that share one: what, kind, flags, and the actor above them. */
const kindShift = 6;
const flagShift = 10;
const actorShift = 26;
const noKind = 15;

/**
 * Prepares the statement for `count` rows at a time. Each value that goes over to SQLite costs about as much as storing
 * a column does, so small numbers go together and are taken apart there, and so do the commits' ids.
 */
export function rowStatement(database: Database, count: number): RowStatement {
  const row = (nth: number): string => {
    const first = 4 + nth * perRow;
    const [at, eff, cell, small, before, after, subject] = Array.from(
      { length: perRow },
      (_, i) => `?${first + i}`,
    );
    const part = (shift: number, bits: number) => `((${small} >> ${shift}) & ${2 ** bits - 1})`;
    const note = `?${4 + count * perRow + nth}`;
    return `(?1 + ${nth}, substr(?2, 1 + ${nth} * ?3, ?3), ${at}, ${eff}, ${cell}, ${part(0, kindShift)}, ${before}, ${after},
      ${part(flagShift, actorShift - flagShift)}, nullif(${part(kindShift, flagShift - kindShift)}, ${noKind}), ${small} >> ${actorShift}, ${subject}, ${note})`;
  };
  const statement = database.prepare(
    `insert into event(id, oid, at, eff, cell, what, before, after, flags, kind, actor, subject, note)
     values ${Array.from({ length: count }, (_, nth) => row(nth)).join(', ')}`,
  );
  const values: unknown[] = [];
  return (rows, start) => {
    let oids = '';
    values.length = 3;
    values[0] = rows[start]?.id ?? 0;
    for (let i = start; i < start + count; i += 1) {
      const one = rows[i];
      if (!one) throw new RangeError('too few rows');
      oids += one.oid;
      values.push(
        one.at,
        one.eff,
        one.cell,
        one.what +
          (one.kind ?? noKind) * 2 ** kindShift +
          one.flags * 2 ** flagShift +
          one.actor * 2 ** actorShift,
        one.before,
        one.after,
        one.subject,
      );
    }
    for (let i = start; i < start + count; i += 1) values.push(rows[i]?.note?.id ?? null);
    values[1] = Buffer.from(oids, 'hex');
    values[2] = (rows[start]?.oid.length ?? 0) / 2;
    statement.run(values);
  };
}
