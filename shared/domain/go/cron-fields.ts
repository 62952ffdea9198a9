/** A schedule of five cron fields, read. */
export interface CronSchedule {
  /** Ascending. */
  minutes: readonly number[];
  hours: readonly number[];
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Either day field is a star: then both must match, else one is enough. */
  bothDays: boolean;
  /** Of `CRON_TZ=` or `TZ=`; `null`: it counts on the clock that it is asked about. */
  zone: string | null;
}

/** Whether it fires on the day of a clock whose hands are the UTC fields of a date (robfig/cron `spec.go`, `dayMatches`). */
export function isOn(schedule: CronSchedule, wall: Date): boolean {
  if (!schedule.months.has(wall.getUTCMonth() + 1)) return false;
  const date = schedule.days.has(wall.getUTCDate());
  const weekday = schedule.weekdays.has(wall.getUTCDay());
  return schedule.bothDays ? date && weekday : date || weekday;
}

interface Field {
  values: Set<number>;
  star: boolean;
}

const mostInteger = (1n << 63n) - 1n;

/** Go `strconv.Atoi`, without negative numbers: a sign, leading zeros, at most 64 bits. */
function integerOf(text: string): number | null {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > 19 || BigInt(digits || '0') > mostInteger) return null;
  const isNegative = text.startsWith('-') && digits !== '';
  return isNegative ? null : Number(digits || '0');
}

function numberOf(text: string, names: readonly string[], first: number): number | null {
  const named = names.indexOf(text.toLowerCase());
  return named >= 0 ? named + first : integerOf(text);
}

/**
 * One field (robfig/cron `parser.go`, `getField` and `getRange`): empty items of a list are passed over, so that a field
 * of commas alone never fires; what stands behind a star and a hyphen is not looked at.
 */
export function readField(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): Field | null {
  const values = new Set<number>();
  let star = false;
  for (const item of text.split(',')) {
    if (item === '') continue;
    const [range = '', stepText, ...more] = item.split('/');
    const step = stepText === undefined ? 1 : integerOf(stepText);
    if (more.length > 0 || step === null || step < 1) return null;
    const [start = '', end, ...rest] = range.split('-');
    let from: number | null = low;
    let to: number | null = high;
    if (start === '*' || start === '?') star ||= step === 1;
    else {
      if (rest.length > 0) return null;
      from = numberOf(start, names, low);
      to = end !== undefined ? numberOf(end, names, low) : stepText === undefined ? from : high;
    }
    if (from === null || to === null || from < low || to > high || from > to) return null;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { values, star };
}
