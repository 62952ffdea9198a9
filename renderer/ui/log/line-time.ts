/** How a line's time is shown: not at all, in local time, or in UTC. */
export type Stamps = 'off' | 'local' | 'utc';

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** Time of day to the millisecond: `14:02:09.123`. Empty for a line without a stamp. */
export function lineTime(at: string | null, stamps: Stamps): string {
  const date = at === null ? null : new Date(at);
  if (date === null || stamps === 'off') return '';
  if (Number.isNaN(date.getTime())) return '--:--:--.---';
  if (stamps === 'utc') return date.toISOString().slice(11, 23);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}
