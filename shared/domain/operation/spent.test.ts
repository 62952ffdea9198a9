import { expect, it } from 'vitest';
import { operationSpent, spentOf } from './spent';

const now = Date.parse('2026-03-01T10:01:00Z');
const at = (time: string): string => `2026-03-01T${time}Z`;

it('is the time from start to end, up to now while there is no end', () => {
  expect(spentOf({ startedAt: at('10:00:55'), finishedAt: null }, now)).toBe(5_000);
  expect(spentOf({ startedAt: at('10:00:55'), finishedAt: at('10:00:58') }, now)).toBe(3_000);
  expect(operationSpent({ requestedAt: at('10:00:00'), finishedAt: null }, now)).toBe(60_000);
});

it('is not known without a start, and never negative', () => {
  expect(spentOf({ startedAt: null, finishedAt: at('10:00:00') }, now)).toBeNull();
  expect(spentOf({ startedAt: at('10:00:09'), finishedAt: at('10:00:08') }, now)).toBe(0);
  expect(spentOf({ startedAt: at('10:02:00'), finishedAt: null }, now)).toBe(0);
  expect(spentOf({ startedAt: 'yesterday', finishedAt: null }, now)).toBeNull();
});
