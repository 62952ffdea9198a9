import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { readFreeze } from './parse-freeze';

const names = {
  apps: ['frontend', 'router'],
  environments: ['integration', 'staging', 'production'],
  pipelines: ['apps', 'notify'],
};
const london = (text: string): Temporal.ZonedDateTime =>
  Temporal.PlainDateTime.from(text).toZonedDateTime('Europe/London');
/** A Friday afternoon in winter: London is UTC. */
const friday = london('2026-11-27T15:30');
const until = (line: string, now = friday) => readFreeze(line, names, now)?.until ?? null;

describe('a freeze that is typed', () => {
  it.each([
    ['freeze production', { environment: 'production' }],
    ['Freeze Production', { environment: 'production' }],
    ['freeze the estate', {}],
    ['freeze everything until Monday', {}],
    ['freeze router', { app: 'router' }],
    ['freeze router in staging', { app: 'router', environment: 'staging' }],
    ['freeze notify', { pipeline: 'notify' }],
    ['freeze pipeline apps', { pipeline: 'apps' }],
  ])('%s', (line, scope) => {
    const none = { app: null, environment: null, pipeline: null };
    expect(readFreeze(line, names, friday)).toMatchObject({ scope: { ...none, ...scope }, problem: null });
  });

  it.each([
    ['freeze production until Monday 9:00', '2026-11-30T09:00:00.000Z'],
    ['freeze production until monday', '2026-11-30T09:00:00.000Z'],
    ['freeze production until next Mon at 9am', '2026-11-30T09:00:00.000Z'],
    ['freeze production until Friday 16:00', '2026-11-27T16:00:00.000Z'],
    // It is over for today.
    ['freeze production until Friday 9:00', '2026-12-04T09:00:00.000Z'],
    ['freeze production until 17:30', '2026-11-27T17:30:00.000Z'],
    ['freeze production until 9:00', '2026-11-28T09:00:00.000Z'],
    ['freeze production until tomorrow 5pm', '2026-11-28T17:00:00.000Z'],
    ['freeze production until tomorrow midnight', '2026-11-28T00:00:00.000Z'],
    ['freeze production until 4 Jan', '2027-01-04T09:00:00.000Z'],
    ['freeze production until 4th January 2027, 10:15', '2027-01-04T10:15:00.000Z'],
    ['freeze production until 2026-12-01 08:00', '2026-12-01T08:00:00.000Z'],
    ['freeze production until Friday 24:00', '2026-11-28T00:00:00.000Z'],
    ['freeze production until 24:00', '2026-11-28T00:00:00.000Z'],
    ['freeze production for 2 hours', '2026-11-27T17:30:00.000Z'],
    ['freeze production for 1h 30m', '2026-11-27T17:00:00.000Z'],
    ['freeze production for a week', '2026-12-04T15:30:00.000Z'],
  ])('%s', (line, expected) => {
    expect(until(line)).toBe(expected);
    expect(readFreeze(line, names, friday)?.problem).toBeNull();
  });

  it('means the team’s clocks, when they change, too', () => {
    // Clocks go forward on 28 March 2027 at 1:00, and back on 31 October 2027 at 2:00.
    const march = london('2027-03-26T15:00');
    expect(until('freeze production until Monday 9:00', march)).toBe('2027-03-29T08:00:00.000Z');
    expect(until('freeze production until Sunday 1:30', march)).toBe('2027-03-28T01:30:00.000Z');
    expect(until('freeze production for 3 days', march)).toBe('2027-03-29T14:00:00.000Z');
    expect(until('freeze production until Monday 9:00', london('2027-10-29T15:00'))).toBe(
      '2027-11-01T09:00:00.000Z',
    );
  });

  it.each([
    // New York goes back on 1 November 2026, a week after London; forward on 14 March 2027, two weeks before.
    ['America/New_York', '2026-10-30T15:00', 'Monday 9:00', '2026-11-02T14:00:00.000Z'],
    ['Europe/London', '2026-10-30T15:00', 'Monday 9:00', '2026-11-02T09:00:00.000Z'],
    ['America/New_York', '2027-03-12T15:00', 'Monday 9:00', '2027-03-15T13:00:00.000Z'],
    // An hour that the clocks leave out is the one after; of one that comes twice it is the first.
    ['America/New_York', '2027-03-12T15:00', 'Sunday 2:30', '2027-03-14T07:30:00.000Z'],
    ['America/New_York', '2026-10-30T15:00', 'Sunday 1:30', '2026-11-01T05:30:00.000Z'],
    // Half an hour, and on the other half of the globe.
    ['Australia/Lord_Howe', '2026-10-02T15:00', 'Monday 9:00', '2026-10-04T22:00:00.000Z'],
    // A zone that has no midnight on that day (Lebanon goes forward at 0:00).
    ['Asia/Beirut', '2027-03-26T15:00', 'Sunday midnight', '2027-03-27T22:00:00.000Z'],
    ['Asia/Beirut', '2027-03-26T15:00', 'Saturday 24:00', '2027-03-27T22:00:00.000Z'],
  ])('means the clocks of %s, which change when they do there: %s, %s', (zone, from, typed, wanted) => {
    const now = Temporal.PlainDateTime.from(from).toZonedDateTime(zone);
    expect(readFreeze(`freeze production until ${typed}`, names, now)?.until).toBe(wanted);
  });

  it('takes what follows "because" as its reason', () => {
    expect(readFreeze('freeze production until Monday 9:00 because of Budget day', names, friday)).toEqual({
      scope: { app: null, environment: 'production', pipeline: null },
      until: '2026-11-30T09:00:00.000Z',
      reason: 'Budget day',
      problem: null,
    });
  });

  it.each([
    ['freeze', 'Say what'],
    ['freeze prodction', 'called prodction'],
    ['freeze production until', 'Say until when'],
    ['freeze production until later', 'later is not understood'],
    ['freeze production until 25:00', '25:00 is not understood'],
    ['freeze production until 31 Feb', '31 Feb is not understood'],
    ['freeze production until 2020-01-01', '2020-01-01 is not understood'],
    ['freeze production for ever', 'ever is not understood'],
    ['freeze production for 0 hours', '0 hours is not understood'],
  ])('says what of "%s" is not understood, and makes no end up', (line, problem) => {
    const read = readFreeze(line, names, friday);
    expect(read?.problem).toContain(problem);
    expect(read?.until).toBeNull();
  });

  it('is nothing that begins otherwise', () => {
    expect(readFreeze('production', names, friday)).toBeNull();
    expect(readFreeze('freezer', names, friday)).toBeNull();
  });
});
