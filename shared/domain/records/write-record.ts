import { editInPlace } from './edit-in-place';
import { type Fields, isMapping, type RecordForm, readRaw, understood } from './read-record';
import { recordVersion, type VersionRead } from './record-version';
import { styles, wholeText } from './record-yaml';
import { type Origins, same, wanted } from './wanted-fields';

/** The key of a record's version, the first of its file. */
const versionKey = 'version';

/** `newer`: a newer Signalbox wrote the file. Otherwise `reason` says what about the file is in the way. */
export type Written = { ok: true; text: string } | { ok: false; newer: boolean; reason: string };

const refused = (version: VersionRead): Written | null =>
  version.is === 'newer'
    ? { ok: false, newer: true, reason: `It has version ${version.version}.` }
    : version.is === 'odd'
      ? {
          ok: false,
          newer: false,
          reason: `Its version must be a whole number from 1 up, and is ${version.said}.`,
        }
      : null;

/** Why a record's file must not be changed or deleted; `null`: it may be. */
export const writingRefused = ({ lift }: RecordForm<unknown>, text: string): Written | null =>
  refused(readRaw(text, lift).version);

/**
 * The text of a record's file that says a value: the file as it is, with what differs changed in place. Keys that are
 * not known here stay at every level, with their order and comments; so does a word that was read as `unknown`, and a
 * key whose value does not change. What ends (a holder that releases a lock) takes with it what stands under it.
 *
 * A file that is not there, or cannot be read at all, is written again. One of a newer version is not written.
 *
 * @throws RangeError for a value that cannot be written so that it reads the same.
 */
export function writeRecord<T>(form: RecordForm<T>, before: string | null, value: T): Written {
  const next = plain(form.schema.parse(value));
  const raw = before === null ? null : readRaw(before, form.lift);
  if (before === null || !raw) return { ok: true, text: fresh(next) };
  const no = refused(raw.version);
  if (no) return no;
  const { root, fields, lifted } = raw;
  if (root === null || fields === null || lifted === null)
    return { ok: true, text: (isComments(before) ? before : '') + fresh(next) };
  const known = understood(form.schema, raw);
  const { [versionKey]: _, ...rest } = lifted;
  const origins: Origins = new Map();
  const said = wanted(rest, known.ok ? plain(known.value) : undefined, next, origins);
  const target: Fields = { ...(isMapping(said) ? said : {}), [versionKey]: recordVersion };
  if (lifted[versionKey] !== undefined && lifted[versionKey] !== null)
    Object.assign(target, { [versionKey]: lifted[versionKey] });
  for (const style of styles) {
    const text = editInPlace(before, root, fields, target, { style, first: versionKey, origins });
    if (text !== null && isGood(form, before.slice(raw.end), text, target, next)) return { ok: true, text };
  }
  return {
    ok: false,
    newer: false,
    reason: 'It is written in a form that cannot be changed in place without losing something.',
  };
}

/** Whether an edited text says what it should, and what follows its first document is as it was (`rest`). */
function isGood<T>(form: RecordForm<T>, rest: string, text: string, target: Fields, next: Fields): boolean {
  const raw = readRaw(text, form.lift);
  if (!same(raw.fields, target) || text.slice(raw.end) !== rest) return false;
  const read = understood(form.schema, raw);
  return read.ok && same(plain(read.value), next);
}

/** A new file. */
function fresh(next: Fields): string {
  const text = wholeText({ [versionKey]: recordVersion, ...next });
  if (text === null)
    throw new RangeError('Signalbox can’t write this record so that it reads back the same.');
  return text;
}

const isComments = (text: string): boolean =>
  /[\r\n]$/.test(text) && text.split(/\r\n|\r|\n/).every((line) => /^\s*(?:#|$)/.test(line));

/** A value as a file can hold it: keys that are not set are not there, and half a character has no place. */
function plain(value: unknown): Fields {
  const made: unknown = JSON.parse(JSON.stringify(value, wellFormed));
  return isMapping(made) ? made : {};
}

const wellFormed = (_: string, value: unknown): unknown =>
  typeof value === 'string'
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value))
    : value;
