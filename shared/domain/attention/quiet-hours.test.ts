import { describe, expect, it } from 'vitest';
import { isQuiet, quietHoursSchema } from './quiet-hours';

describe('quiet hours', () => {
  it.each([
    ['22:00', '07:00', '21:59', false],
    ['22:00', '07:00', '22:00', true],
    ['22:00', '07:00', '00:00', true],
    ['22:00', '07:00', '06:59', true],
    ['22:00', '07:00', '07:00', false],
    ['12:00', '13:30', '13:29', true],
    ['12:00', '13:30', '11:59', false],
    ['12:00', '13:30', '13:30', false],
    // Nothing lies between.
    ['08:00', '08:00', '08:00', false],
  ])('from %s until %s at %s: %s', (from, until, at, quiet) => {
    const [hours = 0, minutes = 0] = at.split(':').map(Number);
    expect(isQuiet({ from, until }, hours * 60 + minutes)).toBe(quiet);
  });

  it('are none where there are none', () => expect(isQuiet(null, 0)).toBe(false));

  it.each(['24:00', '7:00', '07:60', '', '07:00:00'])('do not begin at %s', (from) => {
    expect(quietHoursSchema.safeParse({ from, until: '08:00' }).success).toBe(false);
  });
});
