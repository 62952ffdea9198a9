import { describe, expect, it } from 'vitest';
import { binsOfDays, binsOfTimes, movedMoment, windowOf } from './time-scale';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.parse('2026-06-30T12:00:00Z');

describe('the window of the slider', () => {
  it('stays while the moment lies in it, and moves when it does not', () => {
    const first = windowOf('week', now, now, 0, null);
    expect(first).toEqual({ from: now - 7 * day, to: now });
    expect(windowOf('week', now - 3 * day, now, 0, first)).toBe(first);
    const moved = windowOf('week', now - 20 * day, now, 0, first);
    expect(moved.to - moved.from).toBe(7 * day);
    expect(moved.from < now - 20 * day && moved.to > now - 20 * day).toBe(true);
  });
  it('spans everything, from the beginning', () => {
    expect(windowOf('all', now, now, now - 900 * day, null)).toEqual({ from: now - 900 * day, to: now });
  });
});

describe('keys on the slider', () => {
  const key = (name: string, shiftKey = false) => ({
    key: name,
    shiftKey,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
  });
  const ends = { oldest: now - 100 * day, now };
  it('go by hours, by days, and to the ends', () => {
    const from = now - 10 * day;
    expect(movedMoment(from, key('ArrowLeft'), ends)).toBe(from - hour);
    expect(movedMoment(from, key('ArrowRight', true), ends)).toBe(from + day);
    expect(movedMoment(from, key('PageDown'), ends)).toBe(from - day);
    expect(movedMoment(from, key('Home'), ends)).toBe(ends.oldest);
    expect(movedMoment(from, key('End'), ends)).toBe(now);
    expect(movedMoment(now, key('ArrowRight'), ends)).toBe(now);
    expect(movedMoment(from, key('x'), ends)).toBeNull();
  });
});

it('counts deployments by part of the window', () => {
  const window = { from: now - 4 * day, to: now };
  const at = (days: number) => new Date(now - days * day).toISOString();
  expect(
    binsOfDays(
      [
        { row: 0, count: 5, from: at(1.5) },
        { row: 5, count: 2, from: at(40) },
      ],
      window,
      4,
    ),
  ).toEqual([0, 0, 5, 0].map((value, index) => (index === 2 ? 0 : index === 3 ? 5 : value)));
  expect(binsOfTimes([at(3.5), at(3.4), at(0.5), at(9)], window, 4)).toEqual([2, 0, 0, 1]);
});
