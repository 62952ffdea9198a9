import type { Failure } from '../failure/failure';
import { readRecord } from './read-record';
import { formOf, type RecordKind, type RecordOf } from './record-kinds';
import { type RecordPlace, recordPlace } from './record-paths';

/**
 * A record as the ledger has it, or why its file cannot be read: it blocks what depends on it and nothing else.
 * `newer`: a newer Signalbox wrote it. What is known of it counts, and this one does not change it.
 */
export type Found<T> =
  | { ok: true; value: T; newer?: Failure }
  | { ok: false; failure: Failure; newer?: Failure };

/** What keeps a record from being changed here: that a newer Signalbox wrote it. `null`: nothing. */
export const newerIn = (found: Found<unknown>): string | null => found.newer?.message ?? null;

/** One file of the ledger, read. */
export interface RecordEntry {
  place: RecordPlace;
  found: Found<RecordOf<RecordKind>>;
}

const unreadable = (path: string, reason: string): Failure => ({
  code: 'bad-data',
  message: `${path}: ${reason}`,
  meaning:
    'Anything that depends on this file is blocked until the file is correct. Other files are not affected.',
  next: [{ do: 'advice', label: 'Correct the file in the release repo.' }],
  place: { path },
});

/** A newer Signalbox wrote a file: what that means for one who looks, or who wants to change it. */
export const newerRecord = (path: string): Failure => ({
  code: 'refused',
  message: `${path} was written by a newer Signalbox; update to change it.`,
  meaning: 'This Signalbox shows what it understands of the file and leaves the file as it is.',
  next: [{ do: 'advice', label: 'Update Signalbox, then try again.' }],
  place: { path },
});

const newerUnread = (path: string, reason: string): Failure => ({
  ...newerRecord(path),
  code: 'bad-data',
  message: `${path}: ${reason}`,
  meaning: 'What depends on this file is blocked here. Other files are not affected.',
});

/** Reads one file, `null` when its path is of no record. What it says must agree with where it lies. */
export function readEntry(path: string, text: string): RecordEntry | null {
  const place = recordPlace(path);
  if (!place) return null;
  const read = readRecord(formOf(place.kind), text);
  const newer = read.newer ? { newer: newerRecord(path) } : {};
  if (!read.ok)
    return {
      place,
      found: { ok: false, failure: (read.newer ? newerUnread : unreadable)(path, read.reason), ...newer },
    };
  const said = read.value as Readonly<Record<string, unknown>>;
  const other = Object.entries(place.fields).find(([field, value]) => String(said[field]) !== value);
  if (other)
    return {
      place,
      found: { ok: false, failure: unreadable(path, `${other[0]} does not match the file’s path`) },
    };
  return {
    place,
    found: { ok: true, value: read.value, ...newer },
  };
}
