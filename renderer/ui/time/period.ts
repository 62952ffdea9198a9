const hour = 3_600_000;

/** Spans that people ask for, back from now. */
export const spans = [
  { label: 'Last 24 hours', hours: 24 },
  { label: 'Last 7 days', hours: 7 * 24 },
  { label: 'Last 30 days', hours: 30 * 24 },
  { label: 'Last 90 days', hours: 90 * 24 },
  { label: 'Last year', hours: 365 * 24 },
] as const;

/** So many hours before a time, to the minute, as ISO 8601 UTC. */
export const hoursBefore = (now: number, hours: number): string =>
  new Date(Math.floor((now - hours * hour) / 60_000) * 60_000).toISOString();

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `30 Nov 2025`, `30 November`, `2025-11-30`, each followed by a time of day or not; or a time of day alone. */
const written =
  /^(?:(?<day>\d{1,2}) (?<month>[a-z]{3,9})\.?(?: (?<year>\d{4}))?|(?<isoYear>\d{4})-(?<isoMonth>\d{2})-(?<isoDay>\d{2}))?(?:(?:^|,? |t)(?<hour>\d{1,2}):(?<minute>\d{2}))?$/;

/**
 * A local time as people type it: as the screens write it, or as ISO 8601 does. Dates in numbers alone (`03/12/2026`) are
 * not guessed at. A day without a year is the last one that is not to come.
 * @param now ms since the epoch.
 * @returns ISO 8601 UTC; `null`: no such time, or not read.
 */
export function readMoment(text: string, now: number): string | null {
  const parts = written.exec(text.trim().toLowerCase().replace(/\s+/g, ' '))?.groups;
  if (!parts || text.trim() === '') return null;
  const today = new Date(now);
  const named = parts.month === undefined ? -1 : months.findIndex((one) => parts.month?.startsWith(one));
  if (parts.month !== undefined && named < 0) return null;
  const month = parts.isoMonth ? Number(parts.isoMonth) - 1 : named >= 0 ? named : today.getMonth();
  const day = Number(parts.isoDay ?? parts.day ?? today.getDate());
  const hours = Number(parts.hour ?? 0);
  const minutes = Number(parts.minute ?? 0);
  const inYear = (year: number): Date => new Date(year, month, day, hours, minutes);
  const given = parts.isoYear ?? parts.year;
  const at = inYear(given ? Number(given) : today.getFullYear());
  const found = !given && at.getTime() > now && parts.month ? inYear(today.getFullYear() - 1) : at;
  // 31 February would be a day in March.
  if (found.getMonth() !== month || found.getDate() !== day || hours > 23 || minutes > 59) return null;
  return found.toISOString();
}
