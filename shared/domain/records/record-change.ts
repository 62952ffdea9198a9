import { type Failure, fail, ok, type Result } from '../failure/failure';
import { newerRecord } from './record-entry';
import { formOf, type RecordKind, type RecordOf } from './record-kinds';
import { recordPath } from './record-paths';
import { type Written, writeRecord, writingRefused } from './write-record';

/**
 * A change of the ledger's records: one that is to say something, or one that ends (`value: null`). What its file says
 * besides is known only where it is carried out, on the snapshot that the commit lands on.
 */
export interface RecordChange {
  path: string;
  kind: RecordKind;
  value: RecordOf<RecordKind> | null;
}

/** A record that is to say this, whether its file is there already or not. */
export const put = <K extends RecordKind>(kind: K, value: RecordOf<K>): RecordChange => ({
  path: recordPath(kind, value as Partial<RecordOf<K>>),
  kind,
  value,
});

/** A record that ends: its file is deleted, with all that it says. It stays in the history of the repo. */
export const remove = <K extends RecordKind>(kind: K, value: Partial<RecordOf<K>>): RecordChange => ({
  path: recordPath(kind, value),
  kind,
  value: null,
});

const notWritable = (path: string, reason: string): Failure => ({
  code: 'bad-data',
  message: `${path} cannot be changed: ${reason}`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Put the file right in the release repo, then try again.' }],
  place: { path },
});

/**
 * The files after changes of records: the one way in which a record comes into the repo. Fails, with nothing changed,
 * where one of them was written by a newer Signalbox, or in a form that cannot be changed without losing something.
 * @param textOf what a file says now; `null`: it is not there.
 * @returns contents by path; `null`: the file goes.
 */
export function recordFiles(
  changes: readonly RecordChange[],
  textOf: (path: string) => string | null,
): Result<ReadonlyMap<string, string | null>> {
  const files = new Map<string, string | null>();
  for (const { path, kind, value } of changes) {
    const form = formOf(kind);
    const known = files.get(path);
    const before = known === undefined ? textOf(path) : known;
    const written: Written | null =
      value !== null
        ? writeRecord(form, before, value)
        : before === null
          ? null
          : writingRefused(form, before);
    if (written && !written.ok)
      return fail(
        written.newer
          ? { ...newerRecord(path), meaning: `Nothing was changed. ${newerRecord(path).meaning}` }
          : notWritable(path, written.reason),
      );
    files.set(path, written?.ok ? written.text : null);
  }
  return ok(files);
}
