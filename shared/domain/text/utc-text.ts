/**
 * A time in a sentence that may be kept and read anywhere: `2026-03-01 12:00 UTC`.
 * @param iso ISO 8601 in UTC, as `Date.toISOString` writes it.
 */
export const utcText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
