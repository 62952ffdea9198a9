import { expect, it } from 'vitest';
import { fromLocalField, hoursBefore, localField } from './period';

it('goes through a field of local time and back', () => {
  const iso = '2026-03-01T12:05:00.000Z';
  expect(fromLocalField(localField(iso))).toBe(iso);
  expect(localField(undefined)).toBe('');
  expect(localField('nonsense')).toBe('');
  expect(fromLocalField('')).toBeUndefined();
  expect(fromLocalField('x')).toBeUndefined();
});

it('counts hours back, to the minute', () => {
  expect(hoursBefore(Date.parse('2026-03-02T12:05:59Z'), 24)).toBe('2026-03-01T12:05:00.000Z');
});
