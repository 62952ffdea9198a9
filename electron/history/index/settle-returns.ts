import { compareVersions } from '../../../shared/domain/ledger/version';
import type { Statement } from '../../systems/sqlite/database';
import { deploymentWhat, type EventRow, flag, kindByFlags } from './event-row';
import type { IndexWriting } from './index-writing';
import { Lineage } from './lineage';
import type { LateKind } from './return-tracker';

type Return = Pick<EventRow, 'id' | 'cell' | 'flags'> & { before: string; after: string; kind: number };

/**
 * Decides which way the returns to an earlier version go whose names do not tell (commit SHAs): forward where that version
 * first ran there after the one that it replaces. So a version that is deployed again after a rollback is no rollback.
 * Only a history that is known to its beginning can tell, so it is asked at the end. Within a transaction.
 * @param newerThan only rows with a lesser id; `null`: all.
 */
export function settleReturns({ database, writer }: IndexWriting, newerThan: number | null): void {
  const returns = database
    .prepare(
      `select id, cell, before, after, flags, kind from event
       where what = ? and flags & ${flag.returns} and not flags & ${flag.told} and before <> '' and id < ?`,
    )
    .all(deploymentWhat, newerThan ?? Number.MAX_SAFE_INTEGER) as Return[];
  const unnamed = returns.filter(({ before, after }) => compareVersions(after, before) === null);
  if (unnamed.length === 0) return;
  const rows = database.prepare(
    'select id, cell from event indexed by event_after where after = ? and what = 2 and id >= ?',
  );
  const lineage = Lineage.of(database);
  const late: LateKind[] = [];
  for (const one of unnamed) {
    const past = lineage.isEmpty ? lineage : lineage.asOf(one.id);
    const isForward = firstOf(rows, past, one, one.after) < firstOf(rows, past, one, one.before);
    const flags = isForward ? one.flags | flag.forward : one.flags & ~flag.forward;
    if (flags === one.flags) continue;
    // Not one of our own words, by which the kind would stand.
    late.push({ id: one.id, flags, kind: kindByFlags(flags, null), known: one.kind });
  }
  writer.settleKinds(late);
}

/** The id of a version's first deployment in what is a cell's history at a row. Where it began with it: above all ids. */
function firstOf(rows: Statement, past: Lineage, { id, cell }: Return, version: string): number {
  let first: number | null = null;
  for (const row of rows.all(version, id) as { id: number; cell: number }[])
    if (row.id > (first ?? Number.NEGATIVE_INFINITY) && past.canonical(row.cell, row.id) === cell)
      first = row.id;
  return first ?? Number.POSITIVE_INFINITY;
}
