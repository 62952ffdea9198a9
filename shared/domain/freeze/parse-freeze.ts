import { Temporal } from 'temporal-polyfill';
import { weekdays } from '../estate/deploy-hours';
import type { FreezeScope } from './freeze';

/** What can be named in the command. */
export interface FreezeNames {
  apps: readonly string[];
  environments: readonly string[];
  pipelines: readonly string[];
}

/** What a typed command asks for; `problem`: what of it is not understood, in a sentence. */
export interface TypedFreeze {
  scope: FreezeScope | null;
  /** ISO 8601 UTC; `null`: no end was typed. */
  until: string | null;
  reason: string;
  problem: string | null;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** When a day begins for a team, where only the day is typed. */
const morning = Temporal.PlainTime.from({ hour: 9 });

/** `9:00`, `17.30`, `9am`, `5:30 pm`, `noon`, `midnight`; `null`: it is no time of day. */
function readTime(text: string): Temporal.PlainTime | null {
  const said = text.trim().toLowerCase();
  if (said === '') return morning;
  if (said === 'noon') return Temporal.PlainTime.from({ hour: 12 });
  if (said === 'midnight') return Temporal.PlainTime.from({ hour: 0 });
  const parts = /^(?:at )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?$/.exec(said);
  if (!parts || (parts[2] === undefined && parts[3] === undefined)) return null;
  const typed = Number(parts[1]);
  const minute = Number(parts[2] ?? 0);
  if (parts[3] !== undefined && (typed < 1 || typed > 12)) return null;
  const hour = parts[3] === undefined ? typed : (typed % 12) + (parts[3] === 'pm' ? 12 : 0);
  return hour < 24 && minute < 60 ? Temporal.PlainTime.from({ hour, minute }) : null;
}

/**
 * A moment as people type it: `Monday 9:00`, `tomorrow 5pm`, `17:30`, `30 Nov 9:00`, `2026-11-30 09:00`. A day without a
 * time is its morning, 9:00; a time without a day is the next one.
 * @param now in the team's time zone. Where clocks change, a time that is skipped is the one an hour later.
 * @returns `null`: it is not understood, or over.
 */
export function readMoment(text: string, now: Temporal.ZonedDateTime): Temporal.ZonedDateTime | null {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/,/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^(?:on|next) /, '');
  const today = now.toPlainDate();
  const at = (date: Temporal.PlainDate, rest: string): Temporal.ZonedDateTime | null => {
    // As timetables write the end of a day.
    if (/^(?:at )?24[:.]00$/.test(rest.trim()))
      return date.add({ days: 1 }).toZonedDateTime({ timeZone: now.timeZoneId });
    const time = readTime(rest);
    return time && date.toZonedDateTime({ timeZone: now.timeZoneId, plainTime: time });
  };
  const later = (one: Temporal.ZonedDateTime | null): Temporal.ZonedDateTime | null =>
    one && Temporal.ZonedDateTime.compare(one, now) > 0 ? one : null;
  const day = /^([a-z]{3,9})\b ?(.*)$/.exec(said);
  const word = day?.[1] ?? '';
  const rest = day?.[2] ?? '';
  if (word === 'today' || word === 'tonight') return later(at(today, rest));
  if (word === 'tomorrow') return later(at(today.add({ days: 1 }), rest));
  const weekday = weekdays.findIndex((one) => one === word || (word.length >= 3 && one.startsWith(word)));
  if (weekday >= 0) {
    const ahead = (weekday + 1 - today.dayOfWeek + 7) % 7;
    return later(at(today.add({ days: ahead }), rest)) ?? later(at(today.add({ days: ahead + 7 }), rest));
  }
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[t ](.*))?$/.exec(said);
  if (iso) return later(onDate(() => at(Temporal.PlainDate.from(iso[1] ?? ''), iso[2] ?? '')));
  const dated = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})(?: (\d{4}))?(?: (.*))?$/.exec(said);
  const month = dated ? months.indexOf((dated[2] ?? '').slice(0, 3)) + 1 : 0;
  if (dated && month > 0) {
    const of = (year: number): Temporal.ZonedDateTime | null =>
      onDate(() =>
        at(
          Temporal.PlainDate.from({ year, month, day: Number(dated[1]) }, { overflow: 'reject' }),
          dated[4] ?? '',
        ),
      );
    if (dated[3] !== undefined) return later(of(Number(dated[3])));
    return later(of(today.year)) ?? later(of(today.year + 1));
  }
  if (said === '' || at(today, said) === null) return null;
  return later(at(today, said)) ?? later(at(today.add({ days: 1 }), said));
}

/** @returns `null` where there is no such date. */
function onDate(make: () => Temporal.ZonedDateTime | null): Temporal.ZonedDateTime | null {
  try {
    return make();
  } catch {
    // A RangeError: this is how Temporal says that there is no such date.
    return null;
  }
}

/** `2 hours`, `90 min`, `1h 30m`, `3 days`, `a week`; `null`: it is no span of time. */
function readSpan(text: string): Temporal.Duration | null {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/\b(?:a|an|one)\b/g, '1');
  const part = /(\d{1,4}) ?(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m)\b/g;
  if (said.replace(part, '').replace(/and|[\s,]/g, '') !== '') return null;
  const total = { weeks: 0, days: 0, hours: 0, minutes: 0 };
  const units = { w: 'weeks', d: 'days', h: 'hours', m: 'minutes' } as const;
  for (const [, number, unit = ''] of said.matchAll(part))
    total[units[unit.charAt(0) as keyof typeof units]] += Number(number);
  const span = Temporal.Duration.from(total);
  return span.sign === 1 ? span : null;
}

/** The scope as typed; `null`: there is nothing of that name. */
function readScope(text: string, names: FreezeNames): FreezeScope | null {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/^(?:the|all of) /, '');
  const none = { app: null, environment: null, pipeline: null };
  if (/^(?:everything|all|the estate|estate)$/.test(said)) return none;
  const find = (all: readonly string[], name: string): string | null =>
    all.find((one) => one.toLowerCase() === name) ?? null;
  const environment = find(names.environments, said);
  if (environment !== null) return { ...none, environment };
  const app = find(names.apps, said);
  if (app !== null) return { ...none, app };
  const pipeline = find(names.pipelines, said.replace(/^pipeline /, ''));
  if (pipeline !== null) return { ...none, pipeline };
  const both = /^(\S+) (?:in|on) (\S+)$/.exec(said);
  const ofApp = both && find(names.apps, both[1] ?? '');
  const there = both && find(names.environments, both[2] ?? '');
  return ofApp && there ? { ...none, app: ofApp, environment: there } : null;
}

/**
 * A freeze as one line: `freeze production until Monday 9:00 because of the budget`, `freeze router in staging for 2
 * hours`, `freeze everything`. What is not understood is said, and left open.
 * @param now in the team's time zone.
 * @returns `null`: the line does not begin with "freeze".
 */
export function readFreeze(
  line: string,
  names: FreezeNames,
  now: Temporal.ZonedDateTime,
): TypedFreeze | null {
  const command = /^\s*freeze(?:\s+(.*))?$/is.exec(line.slice(0, 700));
  if (!command) return null;
  const [said = '', ...reasons] = (command[1] ?? '').split(/\s+because(?:\s+of)?\s+/i);
  const reason = reasons.join(' because ').trim().slice(0, 500);
  const [, what = '', how, when] = /^(.*?)(?:\b(until|till|for)\b(.*))?$/is.exec(said.trim()) ?? [];
  const result = (scope: FreezeScope | null, until: string | null, problem: string | null): TypedFreeze => ({
    scope,
    until,
    reason,
    problem,
  });
  const scope = readScope(what, names);
  const unknown =
    what.trim() === ''
      ? 'Say what: an environment, an app, a pipeline or everything.'
      : `There is no environment, app or pipeline called ${what.trim()}.`;
  if (how === undefined) return result(scope, null, scope === null ? unknown : null);
  const text = (when ?? '').trim();
  const span = how.toLowerCase() === 'for' ? readSpan(text) : null;
  const end = how.toLowerCase() === 'for' ? span && now.add(span) : readMoment(text, now);
  const until = end ? end.toInstant().toString({ fractionalSecondDigits: 3 }) : null;
  if (scope === null) return result(null, until, unknown);
  if (until !== null) return result(scope, until, null);
  return result(
    scope,
    null,
    text === ''
      ? `Say ${how.toLowerCase()} when: Monday 9:00, tomorrow 17:00, 30 Nov, or for 2 hours.`
      : `${text} is not understood. Type a time such as Monday 9:00, tomorrow 17:00 or 30 Nov.`,
  );
}
