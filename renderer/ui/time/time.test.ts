import { describe, expect, it } from 'vitest';
import { age, ago, clock, dateTime, dayName, duration, seconds } from './time';

const now = new Date(2026, 2, 10, 14, 2, 9).getTime();
const past = (ms: number) => new Date(now - ms).toISOString();
const hour = 3_600_000;

describe('times', () => {
  it.each([
    [0, 'now'],
    [59_999, 'now'],
    [60_000, '1 min'],
    [hour - 1, '59 min'],
    [hour, '1 h'],
    [24 * hour, '1 d'],
    [13 * 24 * hour, '13 d'],
    [14 * 24 * hour, '2 wk'],
    [89 * 24 * hour, '12 wk'],
    [400 * 24 * hour, '13 mo'],
    [-5_000, 'now'],
  ])('says how old %d ms is', (ms, text) => {
    expect(age(past(ms), now)).toBe(text);
  });

  it('says ages in sentences, also unknown ones', () => {
    expect(ago(past(0), now)).toBe('just now');
    expect(ago(past(3 * hour), now)).toBe('3 h ago');
    expect(ago('nonsense', now)).toBe('at an unknown time');
    expect(age('nonsense', now)).toBe('unknown');
  });

  it.each([
    [-1, '0.0 s'],
    [412, '0.4 s'],
    [949, '0.9 s'],
    [950, '1 s'],
    [59_499, '59 s'],
    [59_500, '1 min 00 s'],
    [65_000, '1 min 05 s'],
    [2 * hour + 3 * 60_000, '2 h 03 min'],
  ])('says how long %d ms are', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('gives the date only when it is not today', () => {
    expect(clock(new Date(2026, 2, 10, 4, 5).toISOString(), now)).toBe('04:05');
    expect(clock(new Date(2026, 2, 9, 14, 2).toISOString(), now)).toBe('9 Mar 14:02');
    expect(clock(new Date(2025, 11, 31, 23, 59).toISOString(), now)).toBe('31 Dec 2025 23:59');
    // British English, as Intl knows it; the first minutes of a day are of this day.
    expect(clock(new Date(2026, 8, 5, 0, 5).toISOString(), now)).toBe('5 Sept 00:05');
    expect(dayName(new Date(2026, 2, 1, 0, 5).toISOString(), now)).toBe('Sunday 1 Mar 2026');
    expect(dateTime(new Date(2026, 2, 1, 0, 5).toISOString())).toBe('1 Mar 2026 00:05');
    expect(clock('nonsense', now)).toBe('unknown');
    expect(seconds('nonsense')).toBe('--:--:--');
  });
});
