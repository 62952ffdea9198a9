import { afterEach, expect, it, vi } from 'vitest';
import { beginOf, filledRows, periodsBetween, periodText, shareRolledBack } from './periods';

it('names every period, also those in which nothing happened', () => {
  const at = (iso: string) => Date.parse(iso);
  expect(periodsBetween(at('2026-01-30T10:00:00Z'), at('2026-02-02T01:00:00Z'), 'day')).toEqual([
    '2026-01-30',
    '2026-01-31',
    '2026-02-01',
    '2026-02-02',
  ]);
  expect(periodsBetween(at('2025-12-15T00:00:00Z'), at('2026-02-01T00:00:00Z'), 'month')).toEqual([
    '2025-12',
    '2026-01',
    '2026-02',
  ]);
  expect(periodsBetween(at('2026-03-01T12:00:00Z'), at('2026-03-10T12:00:00Z'), 'week')).toEqual([
    '2026-02-23',
    '2026-03-02',
    '2026-03-09',
  ]);
});

afterEach(() => vi.unstubAllEnvs());

it('leaves out no local day where clocks change, and counts none twice', () => {
  vi.stubEnv('TZ', 'Europe/London');
  // Clocks went forward on 29 March 2026: the day after 23:30 on the 28th is half past midnight on the 30th.
  expect(new Date('2026-03-30T00:00:00Z').getHours()).toBe(1);
  const at = (iso: string) => Date.parse(iso);
  expect(periodsBetween(at('2026-03-28T23:30:00Z'), at('2026-03-30T23:30:00Z'), 'day')).toEqual([
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
    '2026-03-31',
  ]);
  expect(periodsBetween(at('2026-10-24T23:30:00Z'), at('2026-10-26T12:00:00Z'), 'day')).toEqual([
    '2026-10-25',
    '2026-10-26',
  ]);
  expect(periodsBetween(at('2026-03-31T23:30:00Z'), at('2026-04-02T00:00:00Z'), 'month')).toEqual([
    '2026-04',
  ]);
  expect([beginOf('2026-03-31'), beginOf('2026-04')]).toEqual([
    at('2026-03-30T23:00:00Z'),
    at('2026-03-31T23:00:00Z'),
  ]);
});

it('fills the gaps with nothing', () => {
  const row = { key: 'b', deployments: 4, leadTime: null, rolledBack: 1, restore: null };
  const filled = filledRows([row], ['a', 'b']);
  expect(filled.map(({ key, deployments }) => [key, deployments])).toEqual([
    ['a', 0],
    ['b', 4],
  ]);
  expect(filled.map(shareRolledBack)).toEqual([null, 25]);
});

it('says a period in words', () => {
  expect([
    periodText('2026-03-01', 'day'),
    periodText('2026-03-02', 'week'),
    periodText('2026-03', 'month'),
  ]).toEqual(['1 Mar 2026', 'week of 2 Mar 2026', 'Mar 2026']);
});
