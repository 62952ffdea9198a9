import { Temporal } from 'temporal-polyfill';
import { localText } from '../time/local-text';

const formats = new Map<string, Intl.DateTimeFormat>();

function inZone(at: Date, timeZone: string): string {
  const known = formats.get(timeZone);
  const format =
    known ??
    new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone,
    });
  formats.set(timeZone, format);
  return format.format(at).replaceAll(',', '');
}

/**
 * A moment as the team says it, and in local time where clocks differ: `Mon 30 Nov 09:00`, `Mon 30 Nov 09:00 in London
 * (10:00 here)`.
 * @param iso ISO 8601.
 */
export function teamTime(iso: string, timeZone: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const team = inZone(at, timeZone);
  const local = inZone(at, Temporal.Now.timeZoneId());
  if (team === local) return team;
  const place = (timeZone.split('/').at(-1) ?? timeZone).replace(/_/g, ' ');
  const isSameDay = team.slice(0, -6) === local.slice(0, -6);
  return `${team} in ${place} (${isSameDay ? localText(at, 'time') : local} here)`;
}
