/**
 * A time in a sentence that may be kept and read anywhere: `2026-03-01 12:00 UTC`.
 * @param iso ISO 8601 in UTC, as `Date.toISOString` writes it.
 */
export const utcText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** A time as {@link utcText} writes it, within a text; its groups are date and time of day. */
export const utcStamp = /\b(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC\b/;
export const isoOfStamp = (date: string, time: string): string => `${date}T${time}:00.000Z`;

/**
 * A text with its times as `said` has them: texts are saved and read on other computers, so they say UTC, and what a
 * person reads is the local time.
 */
export const withTimes = (text: string, said: (iso: string) => string): string =>
  text.replace(new RegExp(utcStamp, 'g'), (_, date: string, time: string) => said(isoOfStamp(date, time)));
