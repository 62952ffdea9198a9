/**
 * A schedule of five cron fields as Argo CD reads it: robfig/cron v3, `cron.NewParser(Minute | Hour | Dom | Month |
 * Dow)`, which is its own dialect (no `7` for Sunday, no `L`, no `@daily`; `?` is `*`; a step takes the star's meaning
 * away). All reckoning is on wall clocks: "wall" is a time in milliseconds whose UTC fields are the clock's hands.
 * No cron library is used, since those resolve time zones themselves, and Argo CD does not (see `sync-window.ts`).
 */
export interface CronSchedule {
  /** Ascending. */
  minutes: readonly number[];
  hours: readonly number[];
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Either day field is a star: then both must match, else one is enough. */
  bothDays: boolean;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minute = 60_000;
const day = 86_400_000;

interface Field {
  values: Set<number>;
  star: boolean;
}

function numberOf(text: string, names: readonly string[], first: number): number | null {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + first;
  return /^\d{1,4}$/.test(text) ? Number(text) : null;
}

function readField(text: string, low: number, high: number, names: readonly string[] = []): Field | null {
  const values = new Set<number>();
  let star = false;
  for (const item of text.split(',')) {
    const [range = '', stepText, ...more] = item.split('/');
    const step = stepText === undefined ? 1 : numberOf(stepText, [], 0);
    if (more.length > 0 || step === null || step < 1) return null;
    let from: number | null = low;
    let to: number | null = high;
    if (range === '*' || range === '?') star ||= step === 1;
    else {
      const [start = '', end, ...rest] = range.split('-');
      if (rest.length > 0) return null;
      from = numberOf(start, names, low);
      to = end !== undefined ? numberOf(end, names, low) : stepText === undefined ? from : high;
    }
    if (from === null || to === null || from < low || to > high || from > to) return null;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { values, star };
}

/** Reads a schedule; `null` when Argo CD could not either. */
export function parseCron(schedule: string): CronSchedule | null {
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 5) return null;
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
  };
}

function isOn(schedule: CronSchedule, wall: Date): boolean {
  if (!schedule.months.has(wall.getUTCMonth() + 1)) return false;
  const date = schedule.days.has(wall.getUTCDate());
  const weekday = schedule.weekdays.has(wall.getUTCDay());
  return schedule.bothDays ? date && weekday : date || weekday;
}

/** The first time after `wall` at which it fires; `null`: none within five years (robfig's limit). */
export function nextFire(schedule: CronSchedule, wall: number): number | null {
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

/** The last time before `wall` at which it fired; `null`: none within five years. */
export function lastFire(schedule: CronSchedule, wall: number): number | null {
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
