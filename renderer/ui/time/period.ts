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

const pad = (value: number): string => String(value).padStart(2, '0');

/** A time as `<input type="datetime-local">` takes it, in local time; empty for none. */
export function localField(iso: string | undefined): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** What such a field says, as ISO 8601 UTC; `undefined` while it is empty or not whole. */
export function fromLocalField(value: string): string | undefined {
  const at = new Date(value);
  return value === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
