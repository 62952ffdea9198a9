import { type CronSchedule, isOn, readField } from './cron-fields';
import { nextFireInZone } from './cron-zone';
import { isZone } from './time-zone';

/*
 * A schedule of five cron fields as Argo CD reads it: robfig/cron v3 (bc59245fe10e, by argo-cd's go.mod),
 * `cron.NewParser(Minute | Hour | Dom | Month | Dow)`, which is its own dialect (no `7` for Sunday, no `L`, no `@daily`;
 * `?` is `*`; a step takes the star's meaning away; `CRON_TZ=…` in front). All reckoning is on wall clocks: "wall" is a
 * time in milliseconds whose UTC fields are the clock's hands. No cron library is used, since those resolve the windows'
 * time zones themselves, and Argo CD does not (see `sync-window.ts`).
 */

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minute = 60_000;
const day = 86_400_000;

/** Go `unicode.IsSpace`: a byte order mark is none. */
const spaces = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** The zone in front of a schedule, and the rest; `null` when Argo CD cannot read it, or panics for want of a space. */
function zoneOf(schedule: string): { zone: string | null; rest: string } | null {
  if (!schedule.startsWith('TZ=') && !schedule.startsWith('CRON_TZ=')) return { zone: null, rest: schedule };
  const space = schedule.indexOf(' ');
  if (space < 0) return null;
  const zone = schedule.slice(schedule.indexOf('=') + 1, space);
  if (!isZone(zone)) return null;
  return { zone: zone === 'Local' ? null : zone, rest: schedule.slice(space) };
}

/** Reads a schedule; `null` when Argo CD could not either. */
export function parseCron(schedule: string): CronSchedule | null {
  const read = zoneOf(schedule);
  const parts = (read?.rest ?? '').split(spaces).filter((one) => one !== '');
  if (read === null || parts.length !== 5) return null;
  const [minutes, hours, days, months, weekdays] = [
    readField(parts[0] ?? '', 0, 59),
    readField(parts[1] ?? '', 0, 23),
    readField(parts[2] ?? '', 1, 31),
    readField(parts[3] ?? '', 1, 12, monthNames),
    readField(parts[4] ?? '', 0, 6, dayNames),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  return {
    minutes: [...minutes.values].sort((a, b) => a - b),
    hours: [...hours.values].sort((a, b) => a - b),
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    bothDays: days.star || weekdays.star,
    zone: read.zone,
  };
}

/** The first time after `wall` at which it fires; `null`: none within five years (robfig's limit). */
export function nextFire(schedule: CronSchedule, wall: number): number | null {
  if (schedule.zone !== null) return nextFireInZone(schedule, schedule.zone, wall);
  const first = (Math.floor(wall / minute) + 1) * minute;
  const { hours, minutes } = schedule;
  const start = Math.floor(first / day) * day;
  for (let at = start; at <= start + 5 * 366 * day; at += day) {
    if (!isOn(schedule, new Date(at))) continue;
    for (const hour of hours) {
      // The whole hour is over.
      if (at + (hour + 1) * 60 * minute <= first) continue;
      for (const past of minutes) {
        const fire = at + hour * 60 * minute + past * minute;
        if (fire >= first) return fire;
      }
    }
  }
  return null;
}

/** How far is looked back for the last fire of a schedule with a zone of its own, in days. */
const looksBack = [1 / 24, 1, 8, 32, 367, 5 * 366];

/** There is no way back in robfig/cron: the fires since some time ago are gone through. */
function lastFireInZone(schedule: CronSchedule, zone: string, wall: number): number | null {
  for (const days of looksBack) {
    let last: number | null = null;
    for (
      let fire = nextFireInZone(schedule, zone, wall - days * day);
      fire !== null && fire < wall;
      fire = nextFireInZone(schedule, zone, fire)
    )
      last = fire;
    if (last !== null) return last;
  }
  return null;
}

/** The last time before `wall` at which it fired; `null`: none within five years. */
export function lastFire(schedule: CronSchedule, wall: number): number | null {
  if (schedule.zone !== null) return lastFireInZone(schedule, schedule.zone, wall);
  const last = (Math.ceil(wall / minute) - 1) * minute;
  const hours = schedule.hours.toReversed();
  const minutes = schedule.minutes.toReversed();
  const start = Math.floor(last / day) * day;
  for (let at = start; at >= start - 5 * 366 * day; at -= day) {
    if (!isOn(schedule, new Date(at))) continue;
    for (const hour of hours) {
      if (at + hour * 60 * minute > last) continue;
      for (const past of minutes) {
        const fire = at + hour * 60 * minute + past * minute;
        if (fire <= last) return fire;
      }
    }
  }
  return null;
}
