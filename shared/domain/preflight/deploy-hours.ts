import { Temporal } from 'temporal-polyfill';
import { type DeployHours, readDayHours, type Weekday, weekdays } from '../estate/deploy-hours';
import type { AppIntent, BagIntent } from '../operation/intent';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';

/** What is known of days off. */
export type Holidays =
  /** By date (`2026-12-25`) their name, for all days from the first to the last date, both included. */
  | { state: 'known'; names: ReadonlyMap<string, string>; from: string; until: string }
  | { state: 'unknown'; because: string };

/** How an environment stands to its deploy hours at a moment. */
export interface HoursNow {
  state: 'open' | 'closed' | 'unknown';
  /** A sentence. */
  text: string;
  /** What it rests on. */
  evidence: string;
}

/** Days that are looked at for the next hours: more than any run of days off. */
const daysAhead = 31;

/** A day's hours, or why there are none. */
type Day =
  | { from: Temporal.ZonedDateTime; to: Temporal.ZonedDateTime; holiday: 'none' | 'unknown' }
  | { closed: string };

function dayOf(hours: DeployHours, date: Temporal.PlainDate, holidays: Holidays | null): Day {
  const weekday = weekdays[date.dayOfWeek - 1] as Weekday;
  const text = hours.days[weekday];
  const range = text === undefined ? null : readDayHours(text);
  if (range === null) return { closed: dayName(date) };
  const key = date.toString();
  const name = holidays?.state === 'known' ? holidays.names.get(key) : undefined;
  if (name !== undefined) return { closed: `a day off (${name})` };
  const isCovered =
    holidays === null || (holidays.state === 'known' && holidays.from <= key && key <= holidays.until);
  // Where clocks change within the hours, they begin and end as clocks show; 24:00 is the next day's midnight.
  const at = (minutes: number): Temporal.ZonedDateTime =>
    date.add({ days: Math.floor(minutes / 1440) }).toZonedDateTime({
      timeZone: hours.timeZone,
      plainTime: Temporal.PlainTime.from({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 }),
    });
  return { from: at(range.from), to: at(range.to), holiday: isCovered ? 'none' : 'unknown' };
}

const dayName = (date: Temporal.PlainDate): string => {
  const name = weekdays[date.dayOfWeek - 1] as Weekday;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};
const clock = (at: Temporal.ZonedDateTime): string =>
  `${String(at.hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`;
const isBefore = (a: Temporal.ZonedDateTime, b: Temporal.ZonedDateTime): boolean =>
  Temporal.ZonedDateTime.compare(a, b) < 0;

/** When the next hours begin, in words; `null`: not within a month. */
function nextHours(
  hours: DeployHours,
  now: Temporal.ZonedDateTime,
  holidays: Holidays | null,
): string | null {
  const today = now.toPlainDate();
  for (let days = 0; days <= daysAhead; days++) {
    const date = today.add({ days });
    const day = dayOf(hours, date, holidays);
    if ('closed' in day || !isBefore(now, day.from)) continue;
    const far = days > 6 ? ` ${date.day}/${date.month}` : '';
    return days === 0 ? `today at ${clock(day.from)}` : `on ${dayName(date)}${far} at ${clock(day.from)}`;
  }
  return null;
}

/**
 * Whether a moment lies in an environment's deploy hours. Times are told in the team's time zone, and named so.
 * @param holidays `null`: the estate counts none.
 */
export function hoursNow(
  environment: string,
  hours: DeployHours,
  now: Date,
  holidays: Holidays | null,
): HoursNow {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(hours.timeZone);
  const evidence = `Deploy hours of ${environment} in the estate file; it is ${clock(local)} on ${dayName(local.toPlainDate())} in ${hours.timeZone}.`;
  const day = dayOf(hours, local.toPlainDate(), holidays);
  if (!('closed' in day) && !isBefore(local, day.from) && isBefore(local, day.to)) {
    if (day.holiday === 'none')
      return {
        state: 'open',
        text: `${environment} is within its deploy hours, until ${clock(day.to)}.`,
        evidence,
      };
    const because =
      holidays?.state === 'unknown' ? holidays.because : 'The list of days off does not reach today.';
    return { state: 'unknown', text: `Can’t tell whether today is a day off. ${because}`, evidence };
  }
  const why =
    'closed' in day
      ? `today is ${day.closed}`
      : isBefore(local, day.from)
        ? `they begin at ${clock(day.from)}`
        : `they ended at ${clock(day.to)}`;
  const next = nextHours(hours, local, holidays);
  const again = next === null ? 'None are within the next month' : `The next begin ${next}`;
  return {
    state: 'closed',
    text: `Outside the deploy hours of ${environment}: ${why}. ${again} (${hours.timeZone}).`,
    evidence,
  };
}

/**
 * What goes back while something is wrong has no reason to wait for hours.
 * @param hours `null`: the environment has no deploy hours.
 */
export function hoursFindings(
  intent: Pick<AppIntent | BagIntent, 'kind'>,
  hours: HoursNow | null,
): Finding[] {
  if (hours === null) return [];
  const { state, text, evidence } = hours;
  const levels = { open: 'pass', closed: 'warn', unknown: 'unknown' } as const;
  const level = state !== 'open' && goesBack(intent) ? 'info' : levels[state];
  return [finding('deploy-hours', level, text, evidence)];
}
