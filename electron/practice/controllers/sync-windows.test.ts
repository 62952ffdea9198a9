import { describe, expect, it } from 'vitest';
import type { SyncWindow } from './objects';
import { goDurationSeconds, isActive, maySync } from './sync-windows';

const subject = { application: 'frontend', namespace: 'apps', cluster: 'https://kubernetes.default.svc' };
const at = (text: string) => new Date(text);
const window = (more: Partial<SyncWindow>): SyncWindow => ({
  kind: 'deny',
  schedule: '0 16 * * *',
  duration: '2h',
  applications: ['*'],
  ...more,
});

describe('a window is open', () => {
  it.each([
    ['0 16 * * *', 'UTC', '2026-11-22T15:59:59Z', false],
    ['0 16 * * *', 'UTC', '2026-11-22T16:00:00Z', true],
    ['0 16 * * *', 'UTC', '2026-11-22T17:59:59Z', true],
    ['0 16 * * *', 'UTC', '2026-11-22T18:00:00Z', false],
    ['0 16 * * fri', 'UTC', '2026-11-20T16:30:00Z', true],
    ['0 16 * * 5', 'UTC', '2026-11-21T16:30:00Z', false],
    ['0 16 * * 7', 'UTC', '2026-11-22T16:30:00Z', true],
    ['*/15 9-11 1,22 11 *', 'UTC', '2026-11-22T11:50:00Z', true],
    // Either the day of the month or of the week, where both are given.
    ['0 16 1 * sun', 'UTC', '2026-11-22T16:30:00Z', true],
    // 16:00 in London is 15:00 UTC in summer.
    ['0 16 * * *', 'Europe/London', '2026-07-01T15:10:00Z', true],
    ['0 16 * * *', 'Europe/London', '2026-07-01T17:10:00Z', false],
    ['0 16 * * *', 'Europe/London', '2026-12-01T15:10:00Z', false],
    ['not a schedule', 'UTC', '2026-11-22T16:00:00Z', false],
  ])('%s in %s at %s: %s', (schedule, timeZone, now, open) => {
    expect(isActive(window({ schedule, timeZone }), at(now))).toBe(open);
  });
});

describe('a sync', () => {
  const now = at('2026-11-22T16:30:00Z');
  const closed = { schedule: '0 3 * * *' };
  it.each([
    ['no window matches', [window({ applications: ['router'] })], false, true],
    ['an active deny', [window({})], false, false],
    ['a manual sync in an active deny', [window({})], true, false],
    ['a manual sync that the deny allows', [window({ manualSync: true })], true, true],
    ['one of two denies forbids manual syncs', [window({ manualSync: true }), window({})], true, false],
    ['an inactive deny', [window(closed)], false, true],
    ['an active allow', [window({ kind: 'allow' })], false, true],
    ['an inactive allow', [window({ kind: 'allow', ...closed })], false, false],
    [
      'a manual sync outside of an allow',
      [window({ kind: 'allow', manualSync: true, ...closed })],
      true,
      true,
    ],
    ['an active deny beats an active allow', [window({ kind: 'allow' }), window({})], false, false],
    [
      'both globs have to match with andOperator',
      [window({ applications: ['front*'], namespaces: ['other'], andOperator: true })],
      false,
      true,
    ],
    ['either does without', [window({ applications: ['front*'], namespaces: ['other'] })], false, false],
  ] as const)('%s', (_what, windows, manual, allowed) => {
    expect(maySync(windows, subject, manual, now)).toBe(allowed);
  });
});

it.each([
  ['1h30m', 5400],
  ['10s', 10],
  ['1.5h', 5400],
  ['', null],
  ['1d', null],
])('the Go duration %s has %s seconds', (text, seconds) => {
  expect(goDurationSeconds(text)).toBe(seconds);
});
