import { type Found, type RecordEntry, readEntry } from '../../shared/domain/records/record-entry';
import type { RecordKind, RecordOf } from '../../shared/domain/records/record-kinds';
import type { LedgerFile, Snapshot } from './ledger';

/** Files are immutable and shared between snapshots, so each is parsed once. */
const entries = new WeakMap<LedgerFile, RecordEntry | 'none'>();

/** The record in a file; `null`: its path is of none. */
export function entryOf(file: LedgerFile): RecordEntry | null {
  let known = entries.get(file);
  if (!known) {
    known = readEntry(file.path, file.text) ?? 'none';
    entries.set(file, known);
  }
  return known === 'none' ? null : known;
}

/** Whether a file was parsed already. */
export const isParsed = (file: LedgerFile): boolean => entries.has(file);

/** The record of a kind at a path; `null`: it is not there. */
export function recordAt<K extends RecordKind>(
  snapshot: Snapshot,
  kind: K,
  path: string,
): Found<RecordOf<K>> | null {
  const file = snapshot.file(path);
  const entry = file && entryOf(file);
  return entry?.place.kind === kind ? (entry.found as Found<RecordOf<K>>) : null;
}

/** Every record of a kind in a folder, with what its path names. */
export const recordsIn = <K extends RecordKind>(
  snapshot: Snapshot,
  kind: K,
  folder: string,
): { fields: Readonly<Record<string, string>>; found: Found<RecordOf<K>> }[] =>
  snapshot.list(folder).flatMap((path) => {
    const file = snapshot.file(path);
    const entry = file && entryOf(file);
    return entry?.place.kind === kind
      ? [{ fields: entry.place.fields, found: entry.found as Found<RecordOf<K>> }]
      : [];
  });
