/** Reading single fields of an answer that somebody else wrote: what has another shape than asked for is absent. */

/** Characters of one text that are kept: names are short, messages of a lock pool are commit messages. */
const longestText = 2_000;
/** Members of one map that are kept: a bag's version has one per service. */
const mostMembers = 200;

export type Fields = Readonly<Record<string, unknown>>;

/** The members of a JSON object; `null` for anything else. */
export const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** A text that is not empty; `null` for anything else. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, longestText) : null;

/** An id: a whole number above 0; `null` for anything else. */
export const idOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;

/** The items of a list, as far as `read` takes them; Go writes an empty slice as `null`. */
export const listOf = <T>(value: unknown, read: (item: unknown) => T | null): T[] =>
  Array.isArray(value) ? value.flatMap((item) => read(item) ?? []) : [];

/** Texts by name, as a version has them. */
export function textsOf(value: unknown): Record<string, string> | null {
  const fields = fieldsOf(value);
  if (!fields) return null;
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, mostMembers)
      .flatMap(([name, text]) => (typeof text === 'string' ? [[name, text.slice(0, longestText)]] : [])),
  );
}

/** What Concourse writes for "no time": Go's zero time in unix seconds (rule 8). */
const noTime = -62_135_596_800;
/** Unix seconds of the year 9999: later ones are no dates. */
const lastTime = 253_402_300_799;

/** An ISO 8601 time from unix seconds; `null` for "no time" (rule 8) and for what is none. */
export const timeOf = (value: unknown): string | null =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 && value !== noTime && value <= lastTime
    ? new Date(value * 1000).toISOString()
    : null;
