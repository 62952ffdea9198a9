import type { Failure } from '../../shared/domain/failure/failure';
import type { Pending } from '../../shared/domain/records/apart-records';
import type { Landed, Snapshot } from './ledger';

/** Stops a transaction of one place: what is wanted is another kind of change by now, or on another ground. */
export const elsewhere: Failure = {
  code: 'conflict',
  message: 'The release repo changed meanwhile.',
  meaning: 'Nothing was changed.',
  next: [{ do: 'retry', label: 'Try again' }],
};

/** An intent that lies on the branch of records, by the operation and the kind of its commit. */
export const nameOf = ({ operation, kind }: Pending): string => `${operation} ${kind}`;

/** A transaction that had nothing to write: the repo says it already. */
export const unchanged = <T>(value: T, base: Snapshot, attempts: number): Landed<T> => ({
  value,
  changed: false,
  commit: base.commit ?? '',
  ownCommit: base.commit ?? '',
  base,
  attempts,
});
