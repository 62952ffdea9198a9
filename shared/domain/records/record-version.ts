/** The version of every record that this Signalbox writes, as the key `version` at the top of its file. */
export const recordVersion = 1;

/** What a record's `version` says of who may change it. */
export type VersionRead =
  | { is: 'known' }
  /** Written by a newer Signalbox. It is read as far as it is known, and never written. */
  | { is: 'newer'; version: string }
  /** Nothing that any Signalbox writes: read as a fault, and not written before a person has put it right. */
  | { is: 'odd'; said: string };

/**
 * Reads the value of `version`. Missing or null: 1, since the first records had none. A whole number is a version, and
 * so is a text of digits: whoever put it in quotes meant no other. Anything else (0, negative, fractions, words, lists)
 * is odd.
 */
export function readVersion(value: unknown): VersionRead {
  if (value === undefined || value === null) return { is: 'known' };
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\d{1,400}$/.test(value)
        ? Number(value)
        : Number.NaN;
  if (number === recordVersion) return { is: 'known' };
  if (number > recordVersion && (Number.isInteger(number) || number === Number.POSITIVE_INFINITY))
    return { is: 'newer', version: String(value).slice(0, 20) };
  return { is: 'odd', said: (JSON.stringify(value) ?? String(value)).slice(0, 40) };
}

/**
 * The version that a file claims which cannot be read as YAML (somebody's merge left its marks in it): the highest of
 * its lines `version: <digits>`. Such a file may be replaced by a person's word, but not one of a newer Signalbox.
 */
export function versionOfBroken(text: string): VersionRead {
  for (const line of text.split(/[\r\n]/)) {
    const digits = /^["']?version["']?[ \t]*:[ \t]*(\d{1,400})[ \t]*(?:#|$)/.exec(line)?.[1];
    const read = digits === undefined ? null : readVersion(digits);
    if (read?.is === 'newer') return read;
  }
  return { is: 'known' };
}
