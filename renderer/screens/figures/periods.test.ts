import { expect, it } from 'vitest';
import { filledRows, periodsBetween, periodText, shareRolledBack } from './periods';

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
