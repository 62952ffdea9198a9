import type { CronSchedule } from '../go/cron-fields';
import { lastFire, nextFire, parseCron } from '../go/cron-schedule';
import { globMatches } from '../go/glob';
import { goDurationMs } from '../go/go-duration';
import { zoneOffset } from '../go/time-zone';
import type { SyncWindowsView, SyncWindowView } from './sync-window-view';

/** A sync window as an AppProject says it (argo-cd `pkg/apis/application/v1alpha1/types.go`, `SyncWindow`). */
export interface SyncWindow {
  kind: string;
  schedule: string;
  duration: string;
  applications?: readonly string[] | undefined;
  namespaces?: readonly string[] | undefined;
  clusters?: readonly string[] | undefined;
  manualSync?: boolean | undefined;
  timeZone?: string | undefined;
  andOperator?: boolean | undefined;
  description?: string | undefined;
  syncOverrun?: boolean | undefined;
}

/** What windows are matched against: name and destination of an Application. */
export interface WindowSubject {
  application: string;
  namespace: string;
  /** `destination.server` and `destination.name`: either may match. */
  clusters: readonly string[];
}

const year = 366 * 86_400_000;

/** `SyncWindows.Matches`: any of the three lists, or all that are set with `andOperator`; none set matches nothing. */
function matches(window: SyncWindow, subject: WindowSubject): boolean {
  const hits = [
    [window.applications, [subject.application]] as const,
    [window.namespaces, [subject.namespace]] as const,
    [window.clusters, subject.clusters.filter((one) => one !== '')] as const,
  ].flatMap(([globs, values]) =>
    globs && globs.length > 0 ? [globs.some((glob) => values.some((value) => globMatches(glob, value)))] : [],
  );
  if (hits.length === 0) return false;
  return window.andOperator ? hits.every(Boolean) : hits.some(Boolean);
}

interface Timing {
  schedule: CronSchedule;
  duration: number;
  /** One that Go does not load counts as UTC (`scheduleOffsetByTimeZone`). */
  timeZone: string;
}

/** `null` when Argo CD cannot read its schedule or duration either: it then blocks every sync that it matches. */
function timingOf(window: SyncWindow): Timing | null {
  const schedule = parseCron(window.schedule);
  const duration = goDurationMs(window.duration);
  return schedule && duration !== null ? { schedule, duration, timeZone: window.timeZone ?? '' } : null;
}

/**
 * Whether a window is open: its schedule fired less than its duration ago. As Argo CD does it, both ends are reckoned on
 * the wall clock with the offset of *now* (`SyncWindows.active`, `scheduleOffsetByTimeZone`): in the night of a change to
 * daylight saving an open window is an hour shorter or longer than its duration. A schedule that never fires counts as
 * open, since Go's zero time lies before every other.
 * @param at the moment that is asked about; the present, where another one is looked back at, says the offset.
 */
function isOpen({ schedule, duration, timeZone }: Timing, at: number, now = at): boolean {
  const offset = zoneOffset(timeZone, now);
  const fire = nextFire(schedule, at + wrapped(offset - duration));
  return fire === null || fire < at + offset;
}

/** All milliseconds that a Go duration of 64 bits can tell apart. */
const span = 2 ** 64 / 1e6;

/** A difference of durations runs over where it has no room. */
const wrapped = (duration: number): number =>
  duration >= span / 2 ? duration - span : duration < -span / 2 ? duration + span : duration;

/** Windows that follow each other without a gap are gone through at most so far. */
const mostRounds = 50;

/** The first moment after `now` at which the window is open, or closed; `null`: not within a year. To the minute. */
function nextChange(timing: Timing, now: number, open: boolean): number | null {
  const { schedule, duration, timeZone } = timing;
  let at = now;
  for (let round = 0; round < mostRounds && at < now + year; round += 1) {
    const offset = zoneOffset(timeZone, at);
    const wall = at + offset;
    // It closes when the last fire's time is over, unless it fired again meanwhile.
    const fire = open ? nextFire(schedule, wall) : lastFire(schedule, wall);
    if (fire === null) return null;
    const next = at + ((open ? fire : fire + duration) - wall);
    // The clock may have been changed on the way: the same time on the wall is another moment then.
    at = Math.max(next + offset - zoneOffset(timeZone, next), at + 1);
    // A window opens just after its fire.
    if (isOpen(timing, at + 1) === open) return at;
  }
  return null;
}

/**
 * @param windows those that match.
 * @param startedAt of a sync that runs: where every window that is in its way has `syncOverrun` (Argo CD 3.4 and newer;
 * older ones do not keep the field), it goes on when it began while it was allowed (`canSyncAtTime`).
 * @returns whether a sync may run: `SyncWindows.CanSync`.
 */
function allows(
  windows: readonly { window: SyncWindow; timing: Timing | null }[],
  manual: boolean,
  at: number,
  { now = at, startedAt }: { now?: number; startedAt?: number | undefined } = {},
): boolean {
  if (windows.some(({ timing }) => timing === null)) return false;
  const open = windows.filter(({ timing }) => timing && isOpen(timing, at, now)).map(({ window }) => window);
  const mayOverrun = (some: readonly SyncWindow[]): boolean =>
    startedAt !== undefined &&
    some.every(({ syncOverrun }) => syncOverrun) &&
    allows(windows, manual, startedAt, { now });
  const denies = open.filter(({ kind }) => kind === 'deny');
  if (denies.length > 0)
    return (manual && denies.every(({ manualSync }) => manualSync)) || mayOverrun(denies);
  if (open.some(({ kind }) => kind === 'allow')) return true;
  const closedAllows = windows.map(({ window }) => window).filter(({ kind }) => kind === 'allow');
  if (closedAllows.length === 0) return true;
  return (manual && closedAllows.every(({ manualSync }) => manualSync)) || mayOverrun(closedAllows);
}

/**
 * Whether a sync of an Application may run at a time, by Argo CD's rules.
 * @param manual a person asked for it (`initiatedBy.automated` is not set).
 * @param startedAt when it began, of a sync that runs (`status.operationState.startedAt`).
 */
export function maySync(
  windows: readonly SyncWindow[],
  subject: WindowSubject,
  manual: boolean,
  now: Date,
  startedAt?: Date,
): boolean {
  const matching = windows.filter((one) => matches(one, subject));
  return allows(
    matching.map((window) => ({ window, timing: timingOf(window) })),
    manual,
    now.getTime(),
    { startedAt: startedAt?.getTime() },
  );
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const labelOf = ({ description, kind, schedule, timeZone }: SyncWindow): string =>
  description || `${kind} window "${schedule}"${timeZone ? ` (${timeZone})` : ''}`;

/** A sync that is not over: whether a person asked for it, and when it began (ISO 8601). */
export interface RunningSync {
  manual: boolean;
  startedAt: string;
}

/**
 * How the windows of a project stand for one Application right now, with what opens and closes when.
 * @param running what the windows mean for it.
 */
export function syncWindowsView(
  project: string,
  windows: readonly SyncWindow[],
  subject: WindowSubject,
  now: Date,
  running: RunningSync | null = null,
): SyncWindowsView {
  const at = now.getTime();
  const matching = windows
    .filter((one) => matches(one, subject))
    .map((window) => ({ window, timing: timingOf(window) }));
  const shown = matching.map(({ window, timing }): SyncWindowView => {
    const active = timing !== null && isOpen(timing, at);
    return {
      kind: window.kind === 'allow' ? 'allow' : 'deny',
      schedule: window.schedule,
      duration: window.duration,
      timeZone: window.timeZone || 'UTC',
      description: window.description || null,
      manualSync: window.manualSync ?? false,
      syncOverrun: window.syncOverrun ?? false,
      active,
      until: timing && active ? iso(nextChange(timing, at, false)) : null,
      nextStart: timing ? iso(nextChange(timing, at, true)) : null,
    };
  });
  if (allows(matching, false, at))
    return {
      state: 'open',
      project,
      text: 'Syncs are allowed.',
      opensAt: null,
      windows: shown,
      runningSync: null,
    };
  const manual = allows(matching, true, at);
  const startedAt = running === null ? Number.NaN : Date.parse(running.startedAt);
  const runningSync =
    running === null || Number.isNaN(startedAt)
      ? null
      : allows(matching, running.manual, at, { startedAt })
        ? 'may-go-on'
        : 'waits';
  return {
    state: manual ? 'manual-only' : 'closed',
    project,
    text: becauseOf(matching, at, manual),
    opensAt: iso(opensAt(matching, at)),
    windows: shown,
    runningSync,
  };
}

function becauseOf(
  matching: readonly { window: SyncWindow; timing: Timing | null }[],
  now: number,
  manual: boolean,
): string {
  const unread = matching.find(({ timing }) => timing === null);
  if (unread)
    return `Argo CD cannot read the ${labelOf(unread.window)}, duration "${unread.window.duration}", and blocks every sync until it is corrected.`;
  const what = manual ? 'Automatic syncs are blocked' : 'All syncs are blocked';
  const denies = matching.filter(
    ({ window, timing }) => window.kind === 'deny' && timing && isOpen(timing, now),
  );
  if (denies.length > 0) return `${what}: ${denies.map(({ window }) => labelOf(window)).join('; ')}.`;
  const allowing = matching
    .filter(({ window }) => window.kind === 'allow')
    .map(({ window }) => labelOf(window));
  return `${what} until an allow window opens: ${allowing.join('; ')}.`;
}

/** When automatic syncs may run again: looks at every moment at which some window opens or closes. */
function opensAt(
  matching: readonly { window: SyncWindow; timing: Timing | null }[],
  now: number,
): number | null {
  const timings = matching.flatMap(({ timing }) => (timing ? [timing] : []));
  if (timings.length < matching.length) return null;
  let at = now;
  for (let round = 0; round < 200 && at < now + year; round += 1) {
    const changes = timings
      .map((timing) => nextChange(timing, at, !isOpen(timing, at + 1)))
      .filter((one) => one !== null);
    if (changes.length === 0) return null;
    at = Math.min(...changes);
    if (allows(matching, false, at + 1)) return at;
  }
  return null;
}
