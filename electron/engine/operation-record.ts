import {
  type BegunOperation,
  beginOperation,
  completeOperation,
  type EndedOperation,
} from '../../shared/domain/attribution/operation-decisions';
import { monthOf, type OperationRecord } from '../../shared/domain/attribution/operation-record';
import type { Decision } from '../../shared/domain/bags/decisions';
import { type Found, readEntry } from '../../shared/domain/records/record-entry';
import { recordPath } from '../../shared/domain/records/record-paths';
import type { Snapshot } from '../ledger/ledger';

/** What a snapshot of the records holds of an operation; `null`: nothing. */
function recordOf(snapshot: Snapshot, operation: string): Found<OperationRecord> | null {
  const path = recordPath('operation', { operation, month: monthOf(operation) ?? 'none' });
  const file = snapshot.file(path);
  const entry = file && readEntry(path, file.text);
  return entry ? (entry.found as Found<OperationRecord>) : null;
}

/**
 * The rule that records an operation whose commit a bot makes, and what became of it once that is known: that its commit was
 * seen on the branch, or that there will be none. For whatever writes the records; may be asked on many snapshots, and once
 * more after a crash. Who finds out late has both written at once.
 * @param begun its `base` is the newest commit of the release repo's branch, wherever the records lie.
 * @param ended `null`: it is under way.
 */
export const operationRecordRule =
  (begun: BegunOperation, ended: EndedOperation | null) =>
  (snapshot: Snapshot): Decision => {
    const known = recordOf(snapshot, begun.operation);
    const first = beginOperation(known, begun);
    if (ended === null || first.kind === 'refusal') return first;
    const [made] = first.kind === 'change' ? first.changes : [];
    return completeOperation(made?.value ? { ok: true, value: made.value as OperationRecord } : known, ended);
  };
