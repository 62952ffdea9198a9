import type { ControllerContext } from './context';
import type { Application, AppProject, SyncWindow } from './objects';
import { argoNamespace } from './render';

/** What a sync window is matched against. */
export interface WindowSubject {
  application: string;
  namespace: string;
  cluster: string;
}

/**
 * Whether a sync may run now, by Argo CD's rules (`SyncWindows.CanSync`, reference/argo.md "Sync windows"):
 * no window matches → yes; an active deny → only a manual sync that all active denies allow; an active allow → yes;
 * allows that are all inactive → only a manual sync that all of them allow; otherwise yes.
 */
export function maySync(
  windows: readonly SyncWindow[],
  subject: WindowSubject,
  manual: boolean,
  now: Date,
): boolean {
  const matching = windows.filter((window) => matches(window, subject));
  if (matching.length === 0) return true;
  const denies = matching.filter((window) => window.kind === 'deny' && isActive(window, now));
  if (denies.length > 0) return manual && denies.every((window) => window.manualSync);
  const allows = matching.filter((window) => window.kind === 'allow');
  if (allows.length === 0 || allows.some((window) => isActive(window, now))) return true;
  return manual && allows.every((window) => window.manualSync);
}

/** Whether the windows of an Application's project keep a sync of it from running now. */
export function blockedByWindow(context: ControllerContext, app: Application, manual: boolean): boolean {
  const project = context.store.get<AppProject>('AppProject', argoNamespace, app.spec.project);
  const subject = {
    application: app.metadata.name,
    namespace: app.spec.destination.namespace,
    cluster: app.spec.destination.server,
  };
  return !maySync(project?.spec.syncWindows ?? [], subject, manual, context.clock.now());
}

function matches(window: SyncWindow, subject: WindowSubject): boolean {
  const checks = [
    { globs: window.applications, value: subject.application },
    { globs: window.namespaces, value: subject.namespace },
    { globs: window.clusters, value: subject.cluster },
  ].filter(({ globs }) => globs !== undefined && globs.length > 0);
  if (checks.length === 0) return false;
  const hits = checks.map(({ globs, value }) => globs?.some((glob) => globMatches(glob, value)) ?? false);
  return window.andOperator ? hits.every(Boolean) : hits.some(Boolean);
}

function globMatches(glob: string, value: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(value);
}

/** Whether the window is open: its schedule fired less than its duration ago. */
export function isActive(window: SyncWindow, now: Date): boolean {
  const seconds = goDurationSeconds(window.duration);
  const fields = cronFields(window.schedule);
  if (seconds === null || !fields) return false;
  const minute = 60_000;
  const end = Math.floor(now.getTime() / minute) * minute;
  // A month at most: windows are hours long, and this walks over every minute of one.
  const start = now.getTime() - Math.min(seconds, 31 * 86_400) * 1000;
  let hourStart = Number.NaN;
  let offset = 0;
  for (let at = end; at > start; at -= minute) {
    const hour = Math.floor(at / 3_600_000);
    if (hour !== hourStart) {
      hourStart = hour;
      offset = zoneOffset(window.timeZone ?? 'UTC', at);
    }
    if (fires(fields, new Date(at + offset))) return true;
  }
  return false;
}

/** Milliseconds that a zone's wall clock is ahead of UTC; 0 for a zone that doesn't exist, as Argo falls back to UTC. */
function zoneOffset(timeZone: string, at: number): number {
  if (timeZone === '' || timeZone === 'UTC') return 0;
  try {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    }).formatToParts(at);
    const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
    return wall - Math.floor(at / 60_000) * 60_000;
  } catch {
    return 0;
  }
}

interface CronFields {
  minute: Set<number>;
  hour: Set<number>;
  day: Set<number>;
  month: Set<number>;
  weekday: Set<number>;
  anyDay: boolean;
  anyWeekday: boolean;
}

function fires(fields: CronFields, wall: Date): boolean {
  if (!fields.minute.has(wall.getUTCMinutes()) || !fields.hour.has(wall.getUTCHours())) return false;
  if (!fields.month.has(wall.getUTCMonth() + 1)) return false;
  const day = fields.day.has(wall.getUTCDate());
  const weekday = fields.weekday.has(wall.getUTCDay());
  // Cron's old rule: where both are restricted, either will do.
  return fields.anyDay || fields.anyWeekday ? day && weekday : day || weekday;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function cronFields(schedule: string): CronFields | null {
  const [minute, hour, day, month, weekday, ...more] = schedule.trim().toLowerCase().split(/\s+/);
  if (!minute || !hour || !day || !month || !weekday || more.length > 0) return null;
  const fields = {
    minute: cronField(minute, 0, 59),
    hour: cronField(hour, 0, 23),
    day: cronField(day, 1, 31),
    month: cronField(named(month, monthNames, 1), 1, 12),
    weekday: cronField(named(weekday, dayNames, 0), 0, 7),
  };
  if (!fields.minute || !fields.hour || !fields.day || !fields.month || !fields.weekday) return null;
  if (fields.weekday.has(7)) fields.weekday.add(0);
  return {
    minute: fields.minute,
    hour: fields.hour,
    day: fields.day,
    month: fields.month,
    weekday: fields.weekday,
    anyDay: day.startsWith('*') || day === '?',
    anyWeekday: weekday.startsWith('*') || weekday === '?',
  };
}

function named(field: string, names: readonly string[], first: number): string {
  return field.replace(/[a-z]{3}/g, (name) => {
    const i = names.indexOf(name);
    return i < 0 ? name : String(i + first);
  });
}

function cronField(field: string, low: number, high: number): Set<number> | null {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const match = /^(\*|\?|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(item);
    if (!match) return null;
    const [, start = '*', end, step] = match;
    const any = start === '*' || start === '?';
    const from = any ? low : Number(start);
    const to = any ? high : end ? Number(end) : step ? high : from;
    const by = step ? Number(step) : 1;
    if (from < low || to > high || by < 1) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

/** Seconds of a Go duration such as `1h30m` or `10s`; null for text that is none. */
export function goDurationSeconds(text: string): number | null {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  let seconds = 0;
  let rest = text.trim();
  if (rest === '') return null;
  while (rest !== '') {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)/.exec(rest);
    if (!match) return null;
    seconds += Number(match[1]) * (units[match[2] ?? ''] ?? 0);
    rest = rest.slice(match[0].length);
  }
  return seconds;
}
