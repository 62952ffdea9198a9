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
 * The rule that records an operation before anything of it is started, for a commit that a bot will make. For
 * `writeLedger`, or whatever writes the records; may be asked on many snapshots, and once more after a crash.
 * @param begun its `base` is the newest commit of the release repo's branch, wherever the records lie.
 */
export const beginOperationRecord =
  (begun: BegunOperation) =>
  (snapshot: Snapshot): Decision =>
    beginOperation(recordOf(snapshot, begun.operation), begun);

/**
 * The rule that records what became of an operation, once its commit was seen on the branch, or once it is known that
 * there will be none. `not-found` where {@link beginOperationRecord} could not be written: then the journal alone knows.
 */
export const completeOperationRecord =
  (ended: EndedOperation) =>
  (snapshot: Snapshot): Decision =>
    completeOperation(recordOf(snapshot, ended.operation), ended);
