import { expect, it } from 'vitest';
import { hoursBefore } from './period';

it('counts hours back, to the minute', () => {
  expect(hoursBefore(Date.parse('2026-03-02T12:05:59Z'), 24)).toBe('2026-03-01T12:05:00.000Z');
});
