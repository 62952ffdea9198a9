import { describe, expect, it } from 'vitest';
import { nextFire, parseCron } from '../go/cron-schedule';
import { globMatches } from '../go/glob';
import { goDurationMs } from '../go/go-duration';
import { maySync, type SyncWindow, syncWindowsView } from './sync-window';

const subject = {
  application: 'frontend',
  namespace: 'apps',
  clusters: ['https://kubernetes.default.svc', 'in-cluster'],
};
const at = (text: string) => new Date(text);
const window = (more: Partial<SyncWindow>): SyncWindow => ({
  kind: 'deny',
  schedule: '0 16 * * *',
  duration: '2h',
  applications: ['*'],
  ...more,
});
const isOpen = (one: SyncWindow, now: string) => !maySync([one], subject, false, at(now));

// argo-cd `types.go` `SyncWindows.active`: `schedule.Next(now + offset - duration)` lies before `now + offset`.
describe('a window is open', () => {
  it.each([
    ['0 16 * * *', 'UTC', '2026-11-22T15:59:59Z', false],
    // Strictly before: at the very moment of the fire it is not open yet.
    ['0 16 * * *', 'UTC', '2026-11-22T16:00:00Z', false],
    ['0 16 * * *', 'UTC', '2026-11-22T16:00:01Z', true],
    ['0 16 * * *', 'UTC', '2026-11-22T17:59:59Z', true],
    ['0 16 * * *', 'UTC', '2026-11-22T18:00:00Z', false],
    ['0 16 * * fri', 'UTC', '2026-11-20T16:30:00Z', true],
    ['0 16 * * FRI', 'UTC', '2026-11-20T16:30:00Z', true],
    ['0 16 * * 5', 'UTC', '2026-11-21T16:30:00Z', false],
    ['0 16 * * 0', 'UTC', '2026-11-22T16:30:00Z', true],
    ['*/15 9-11 1,22 11 *', 'UTC', '2026-11-22T11:50:00Z', true],
    // robfig `dayMatches`: either the day of the month or of the week, where both are given…
    ['0 16 1 * sun', 'UTC', '2026-11-22T16:30:00Z', true],
    ['0 16 1 * mon', 'UTC', '2026-11-22T16:30:00Z', false],
    // …and a star with a step is no star (robfig `getRange`, `extra = 0`): the 22nd is no odd day, but a Sunday.
    ['0 16 */2 * sun', 'UTC', '2026-11-22T16:30:00Z', true],
    // London: an hour ahead of UTC in summer.
    ['0 16 * * *', 'Europe/London', '2026-07-01T15:10:00Z', true],
    ['0 16 * * *', 'Europe/London', '2026-07-01T17:10:00Z', false],
    ['0 16 * * *', 'Europe/London', '2026-12-01T15:10:00Z', false],
    ['0 16 * * *', 'Europe/London', '2026-12-01T16:10:00Z', true],
    // Over midnight of the zone: Friday 23:00 in Auckland is Friday 10:00 UTC (NZDT).
    ['0 23 * * fri', 'Pacific/Auckland', '2026-11-27T10:30:00Z', true],
    ['0 23 * * fri', 'Pacific/Auckland', '2026-11-27T11:59:00Z', true],
    ['0 23 * * fri', 'Pacific/Auckland', '2026-11-27T12:01:00Z', false],
    ['30 16 * * *', 'Asia/Kolkata', '2026-11-27T11:15:00Z', true],
    // `scheduleOffsetByTimeZone`: a zone that does not exist is UTC.
    ['0 16 * * *', 'Mars/Olympus', '2026-11-22T16:30:00Z', true],
    // Go's zero time lies before every other: a schedule that never fires is always open.
    ['0 0 30 2 *', 'UTC', '2026-11-22T16:30:00Z', true],
  ])('%s in %s at %s: %s', (schedule, timeZone, now, open) => {
    expect(isOpen(window({ schedule, timeZone }), now)).toBe(open);
  });

  // The offset of *now* counts for both ends. London leaps from 01:00 to 02:00 on 2026-03-29 at 01:00 UTC…
  it.each([
    ['2026-03-29T00:30:00Z', true],
    ['2026-03-29T01:30:00Z', true],
    // …so a window of 4 hours from midnight ends at 04:00 on the clock, 3 hours after it began.
    ['2026-03-29T02:59:00Z', true],
    ['2026-03-29T03:01:00Z', false],
  ])('across the leap to summer time at %s: %s', (now, open) => {
    const night = window({ schedule: '0 0 * * *', duration: '4h', timeZone: 'Europe/London' });
    expect(isOpen(night, now)).toBe(open);
  });
  // …and falls back from 02:00 to 01:00 on 2026-10-25 at 01:00 UTC.
  it.each([
    ['2026-10-24T23:30:00Z', true],
    ['2026-10-25T03:59:00Z', true],
    ['2026-10-25T04:01:00Z', false],
  ])('across the fall back to winter time at %s: %s', (now, open) => {
    const night = window({ schedule: '0 0 * * *', duration: '4h', timeZone: 'Europe/London' });
    expect(isOpen(night, now)).toBe(open);
  });
  it('whose start the leap left out is open all the same, since only the wall clock counts', () => {
    const early = window({ schedule: '30 1 * * *', duration: '1h', timeZone: 'Europe/London' });
    expect(isOpen(early, '2026-03-29T01:15:00Z')).toBe(true);
    expect(isOpen(early, '2026-03-29T01:31:00Z')).toBe(false);
  });
});

// argo-cd `types.go` `SyncWindows.CanSync` and `Matches`; cases as in `types_test.go` `TestSyncWindows_CanSync`.
describe('a sync', () => {
  const now = at('2026-11-22T16:30:00Z');
  const closed = { schedule: '0 3 * * *' };
  const allow = { kind: 'allow' };
  it.each<[string, SyncWindow[], boolean, boolean]>([
    ['no window at all', [], false, true],
    ['no window matches', [window({ applications: ['router'] })], false, true],
    ['a window without any list matches nothing', [window({ applications: [] })], false, true],
    ['an active deny', [window({})], false, false],
    ['a manual sync in an active deny', [window({})], true, false],
    ['a manual sync that the deny allows', [window({ manualSync: true })], true, true],
    ['an automatic sync in a deny that allows manual ones', [window({ manualSync: true })], false, false],
    ['one of two denies forbids manual syncs', [window({ manualSync: true }), window({})], true, false],
    ['an inactive deny', [window(closed)], false, true],
    ['an active allow', [window(allow)], false, true],
    ['an inactive allow', [window({ ...allow, ...closed })], false, false],
    ['a manual sync outside of an allow', [window({ ...allow, ...closed, manualSync: true })], true, true],
    [
      'a manual sync outside of two allows, one of which forbids it',
      [window({ ...allow, ...closed, manualSync: true }), window({ ...allow, ...closed })],
      true,
      false,
    ],
    ['one of two allows is active', [window(allow), window({ ...allow, ...closed })], false, true],
    ['an active deny beats an active allow', [window(allow), window({})], false, false],
    [
      'an inactive deny and an inactive allow',
      [window({ ...allow, ...closed }), window(closed)],
      false,
      false,
    ],
    [
      'all lists have to match with andOperator',
      [window({ applications: ['front*'], namespaces: ['other'], andOperator: true })],
      false,
      true,
    ],
    ['any does without', [window({ applications: ['x'], namespaces: ['a*'] })], false, false],
    ['a cluster by its name', [window({ applications: [], clusters: ['in-*'] })], false, false],
    ['a cluster by its address', [window({ applications: [], clusters: ['https://*.svc'] })], false, false],
    // `syncWindowPreventsSync`: "prevents sync because sync window has an error".
    ['a schedule that cannot be read blocks', [window({ schedule: 'not a schedule' })], true, false],
    ['7 is no weekday to robfig/cron', [window({ schedule: '0 3 * * 7' })], true, false],
    ['a duration in days is none in Go', [window({ duration: '1d', ...closed })], true, false],
    ['of another app, unreadable', [window({ schedule: '?', applications: ['router'] })], false, true],
  ])('%s', (_what, windows, manual, allowed) => {
    expect(maySync(windows, subject, manual, now)).toBe(allowed);
  });
});

describe('what is shown of windows', () => {
  const view = (windows: SyncWindow[], now: string) => syncWindowsView('govuk', windows, subject, at(now));
  it('tells until when a deny window lasts', () => {
    const deny = window({ timeZone: 'Europe/London', description: 'Budget day' });
    expect(view([deny], '2026-07-01T15:10:00Z')).toMatchObject({
      state: 'closed',
      text: 'All syncs are blocked: Budget day.',
      opensAt: '2026-07-01T17:00:00.000Z',
      windows: [{ active: true, until: '2026-07-01T17:00:00.000Z', nextStart: '2026-07-02T15:00:00.000Z' }],
    });
  });
  it('tells when an allow window opens, on the other side of a change of the clock', () => {
    const working = window({
      kind: 'allow',
      schedule: '0 9 * * *',
      duration: '8h',
      timeZone: 'Europe/London',
      manualSync: true,
    });
    expect(view([working], '2026-03-28T20:00:00Z')).toMatchObject({
      state: 'manual-only',
      opensAt: '2026-03-29T08:00:00.000Z',
      windows: [{ active: false, until: null, nextStart: '2026-03-29T08:00:00.000Z' }],
    });
  });
  it('takes windows that follow each other as one', () => {
    const first = window({});
    const second = window({ schedule: '30 17 * * *', duration: '3h' });
    expect(view([first, second], '2026-11-22T16:30:00Z')).toMatchObject({
      opensAt: '2026-11-22T20:30:00.000Z',
    });
    // A schedule that fires again before its duration is over.
    expect(view([window({ schedule: '0 16,17 * * *' })], '2026-11-22T16:30:00Z')).toMatchObject({
      opensAt: '2026-11-22T19:00:00.000Z',
    });
  });
  it('knows no end of what has none', () => {
    expect(view([window({ schedule: '* * * * *', duration: '1h' })], '2026-11-22T16:30:00Z')).toMatchObject({
      state: 'closed',
      opensAt: null,
    });
  });
  it('is open without windows, and says which one cannot be read', () => {
    expect(view([], '2026-11-22T16:30:00Z')).toMatchObject({ state: 'open', windows: [] });
    expect(view([window({ schedule: 'x' })], '2026-11-22T16:30:00Z')).toMatchObject({
      state: 'closed',
      text: expect.stringContaining('cannot read'),
      opensAt: null,
    });
  });
});

// robfig/cron v3 `parser_test.go` and `spec_test.go`.
describe('a schedule', () => {
  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '@daily',
    '5-3 * * * *',
    '*/0 * * * *',
    '1/2/3 * * * *',
    '* * * * mon-',
  ])('is not read: %s', (text) => expect(parseCron(text)).toBeNull());
  it.each([
    ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
    ['20-35/15 * * * *', '2012-07-09T14:46:00Z', '2012-07-09T15:20:00Z'],
    ['0 0 * feb mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00:00Z'],
    ['0 0 29 feb ?', '2012-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
    ['0 0 * * *', '2012-07-09T00:00:00Z', '2012-07-10T00:00:00Z'],
  ])('%s after %s: %s', (text, from, next) => {
    const schedule = parseCron(text);
    expect(schedule && nextFire(schedule, Date.parse(from))).toBe(Date.parse(next));
  });
});

// Go `time.ParseDuration`.
it.each([
  ['1h30m', 5_400_000],
  ['10s', 10_000],
  ['1.5h', 5_400_000],
  ['.5m', 30_000],
  ['250ms', 250],
  ['1h0m0.5s', 3_600_500],
  ['-1m', -60_000],
  ['0', 0],
  ['', null],
  ['1d', null],
  ['90', null],
  ['1h ', null],
])('the Go duration %s has %s ms', (text, ms) => {
  expect(goDurationMs(text)).toBe(ms);
});

// argo-cd `util/glob/glob_test.go`.
it.each([
  ['*', 'hello', true],
  ['hel?o', 'hello', true],
  ['hello', 'hello world', false],
  ['*ello*', 'hello/world', true],
  ['h[ae]llo', 'hallo', true],
  ['h[!ae]llo', 'hallo', false],
  ['{draft-,}frontend', 'draft-frontend', true],
  ['{draft-,}frontend', 'frontend', true],
  ['a.c', 'abc', false],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['[', '[', false],
  // What is left open is closed by the end (gobwas/glob `syntax/ast/parser.go`).
  ['{a,b', 'a', true],
])('the glob %s and %s: %s', (glob, text, hit) => {
  expect(globMatches(glob, text)).toBe(hit);
});

// argo-cd 3.6 `types.go` (`CanSync` with `operationStartTime`, `canSyncAtTime`) and `types_test.go`
// (`TestSyncWindows_SyncOverrun`). The deny window is open from 16:00 to 18:00, the allow window from 08:00 to 10:00.
describe('a sync that runs when a window shuts', () => {
  const deny = (more: Partial<SyncWindow> = {}) => window({ syncOverrun: true, ...more });
  const allow = (more: Partial<SyncWindow> = {}) =>
    window({ kind: 'allow', schedule: '0 8 * * *', syncOverrun: true, ...more });
  const without = { syncOverrun: false };
  it.each<[string, SyncWindow[], string, string | null, boolean]>([
    ['goes on into a deny window with overrun', [deny()], '17:00', '15:30', true],
    ['waits in one without', [deny(without)], '17:00', '15:30', false],
    ['waits when it is new', [deny()], '17:00', null, false],
    ['waits when it began inside of it', [deny()], '17:00', '16:30', false],
    ['waits when one of two has no overrun', [deny(), deny(without)], '17:00', '15:30', false],
    ['goes on out of an allow window with overrun', [allow()], '11:00', '09:30', true],
    ['waits after one without', [allow(without)], '11:00', '09:30', false],
    ['waits when it began after it', [allow()], '11:00', '10:30', false],
    ['waits when another allow window has no overrun', [allow(), allow(without)], '11:00', '09:30', false],
    // Out of an allow window straight into a deny window: the one that is open now decides.
    ['waits in a deny window without overrun', [allow(), deny(without)], '17:00', '09:30', false],
    ['goes on from an allow window without overrun', [allow(without), deny()], '17:00', '09:30', true],
    ['waits when it began in neither', [allow(without), deny()], '17:00', '12:00', false],
  ])('%s', (_name, windows, now, startedAt, may) => {
    const clock = (time: string) => at(`2026-11-22T${time}:00Z`);
    const began = startedAt === null ? undefined : clock(startedAt);
    expect(maySync(windows, subject, false, clock(now), began)).toBe(may);
    const running = startedAt && { manual: false, startedAt: `2026-11-22T${startedAt}:00Z` };
    const view = syncWindowsView('p', windows, subject, clock(now), running || null);
    expect(view).toMatchObject({ runningSync: startedAt === null ? null : may ? 'may-go-on' : 'waits' });
  });

  it('is looked back at with the offset of now', () => {
    // London's summer time begins on 2026-03-29 at 01:00 UTC. The allow window of 00:00 to 01:00 was open at 00:30 UTC,
    // by the clock of then; with the offset of an hour later it counts as over.
    const one = [allow({ schedule: '0 0 * * *', duration: '1h', timeZone: 'Europe/London' })];
    expect(maySync(one, subject, false, at('2026-03-29T00:30:00Z'))).toBe(true);
    const later = at('2026-03-29T01:30:00Z');
    expect(maySync(one, subject, false, later, at('2026-03-29T00:30:00Z'))).toBe(false);
  });
});
