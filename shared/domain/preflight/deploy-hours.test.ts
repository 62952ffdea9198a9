import { describe, expect, it } from 'vitest';
import { deployHoursSchema, readDayHours } from '../estate/deploy-hours';
import type { AppIntent, BagIntent } from '../operation/intent';
import { type Holidays, hoursFindings, hoursNow } from './deploy-hours';

const govuk = deployHoursSchema.parse({});
const holidays: Holidays = {
  state: 'known',
  names: new Map([
    ['2026-12-25', 'Christmas Day'],
    ['2026-12-28', 'Boxing Day'],
    ['2027-01-01', 'New Year’s Day'],
  ]),
  from: '2026-01-01',
  until: '2027-12-31',
};
const at = (now: string, hours = govuk, known: Holidays | null = holidays) =>
  hoursNow('production', hours, new Date(now), known);

describe('the hours of one day', () => {
  it.each([
    ['9:30-17:00', { from: 570, to: 1020 }],
    ['09:30 – 17:00', { from: 570, to: 1020 }],
    ['0:00-24:00', { from: 0, to: 1440 }],
  ])('%s', (text, hours) => expect(readDayHours(text)).toEqual(hours));

  it.each(['17:00-9:30', '9:30-9:30', '9-17', '9:60-17:00', '9:30-24:01', '9:30-17:00-18:00', ''])(
    '%j is none',
    (text) => expect(readDayHours(text)).toBeNull(),
  );
});

describe('the estate file', () => {
  it('takes its own days, zone and list of days off', () => {
    const read = deployHoursSchema.parse({
      timeZone: 'America/New_York',
      days: { saturday: '10:00-12:00' },
      holidays: 'none',
    });
    expect(read).toMatchObject({ days: { saturday: '10:00-12:00' }, holidays: 'none' });
  });

  it.each([
    [{ timeZone: 'Europe/Nowhere' }],
    [{ days: { someday: '9:00-10:00' } }],
    [{ days: { monday: '10:00-9:00' } }],
    [{ holidays: { url: 'file:///etc/passwd' } }],
  ])('refuses %j', (wrong) => expect(deployHoursSchema.safeParse(wrong).success).toBe(false));
});

describe('GOV.UK’s hours', () => {
  it.each([
    // Winter: London is UTC.
    ['2026-11-30T09:29:59Z', 'closed', 'they begin at 09:30. The next begin today at 09:30 (Europe/London)'],
    ['2026-11-30T09:30:00Z', 'open', 'until 17:00'],
    ['2026-11-30T16:59:59Z', 'open', 'until 17:00'],
    ['2026-11-30T17:00:00Z', 'closed', 'they ended at 17:00. The next begin on Tuesday at 09:30'],
    // Friday ends an hour earlier, and the weekend is none.
    ['2026-12-04T15:59:59Z', 'open', 'until 16:00'],
    ['2026-12-04T16:00:00Z', 'closed', 'they ended at 16:00. The next begin on Monday at 09:30'],
    ['2026-12-05T12:00:00Z', 'closed', 'today is Saturday. The next begin on Monday at 09:30'],
    // Midnight in London, in winter and in summer.
    ['2026-12-06T23:59:59Z', 'closed', 'today is Sunday. The next begin on Monday at 09:30'],
    ['2026-12-07T00:00:00Z', 'closed', 'they begin at 09:30. The next begin today at 09:30'],
    ['2026-07-05T23:30:00Z', 'closed', 'they begin at 09:30. The next begin today at 09:30'],
    // Summer time, and the first working days after the clocks change (29 March and 25 October 2026).
    ['2026-07-06T08:30:00Z', 'open', 'until 17:00'],
    ['2026-03-27T09:30:00Z', 'open', 'until 16:00'],
    ['2026-03-30T08:29:59Z', 'closed', 'they begin at 09:30'],
    ['2026-03-30T08:30:00Z', 'open', 'until 17:00'],
    ['2026-10-23T08:30:00Z', 'open', 'until 16:00'],
    ['2026-10-26T09:29:59Z', 'closed', 'they begin at 09:30'],
    ['2026-10-26T09:30:00Z', 'open', 'until 17:00'],
    // Days off: Christmas on a Friday, the weekend, Boxing Day moved to Monday.
    [
      '2026-12-25T12:00:00Z',
      'closed',
      'today is a day off (Christmas Day). The next begin on Tuesday at 09:30',
    ],
    ['2026-12-28T12:00:00Z', 'closed', 'a day off (Boxing Day). The next begin on Tuesday at 09:30'],
  ])('%s: %s', (now, state, text) => {
    const found = at(now);
    expect(found.state).toBe(state);
    expect(found.text).toContain(text);
  });

  it('names the date of hours that are further than a week away', () => {
    const names = new Map(
      Array.from({ length: 12 }, (_, day) => [`2026-12-${String(day + 20)}`, 'Closed'] as const),
    );
    const found = at('2026-12-18T16:30:00Z', govuk, { ...holidays, names } as Holidays);
    expect(found.text).toContain('The next begin on Friday 1/1 at 09:30');
  });
});

it('is by the team’s clock, whatever zone this computer is in', () => {
  const tokyo = deployHoursSchema.parse({ timeZone: 'Asia/Tokyo', days: { monday: '9:00-12:00' } });
  expect(at('2026-11-30T00:30:00Z', tokyo).state).toBe('open');
  expect(at('2026-11-29T15:30:00Z', tokyo).text).toContain('they begin at 09:00');
  expect(at('2026-11-30T09:30:00Z', tokyo).text).toContain('(Asia/Tokyo)');
});

it('knows hours up to midnight, and clocks that change within them', () => {
  const always = deployHoursSchema.parse({ days: { sunday: '0:00-24:00' }, holidays: 'none' });
  // The night in which 1:00 to 2:00 comes twice: 25 October 2026.
  expect(at('2026-10-25T23:59:59Z', always, null).state).toBe('open');
  expect(at('2026-10-26T00:00:00Z', always, null).state).toBe('closed');
  expect(at('2026-10-24T23:00:00Z', always, null).state).toBe('open');
});

describe('days off that are not known', () => {
  const unknown: Holidays = { state: 'unknown', because: 'The list could not be read.' };
  it('are never taken for working days', () => {
    expect(at('2026-11-30T12:00:00Z', govuk, unknown)).toMatchObject({
      state: 'unknown',
      text: 'Can’t tell whether today is a day off. The list could not be read.',
    });
    expect(at('2028-01-03T12:00:00Z').state).toBe('unknown');
  });

  it('do not matter outside of the hours, or where the estate counts none', () => {
    expect(at('2026-11-30T20:00:00Z', govuk, unknown).state).toBe('closed');
    expect(at('2026-11-30T12:00:00Z', govuk, null).state).toBe('open');
  });
});

describe('findings', () => {
  const closed = at('2026-11-30T20:00:00Z');
  it('warn of a deployment outside of the hours, and only tell of a rollback', () => {
    const level = (kind: (AppIntent | BagIntent)['kind']) =>
      hoursFindings({ kind }, closed).map((one) => one.level);
    expect(level('deploy')).toEqual(['warn']);
    expect(level('promote')).toEqual(['warn']);
    expect(level('deploy-bag')).toEqual(['warn']);
    expect(level('rollback')).toEqual(['info']);
    expect(level('roll-back-bag')).toEqual(['info']);
    expect(level('emergency-rollback')).toEqual(['info']);
    expect(level('reconcile')).toEqual(['info']);
  });

  it('pass within them, and are none where the environment has no hours', () => {
    const [found] = hoursFindings({ kind: 'deploy' }, at('2026-11-30T12:00:00Z'));
    expect(found?.level).toBe('pass');
    expect(hoursFindings({ kind: 'deploy' }, null)).toEqual([]);
  });

  it('say what is not known', () => {
    const unknown = at('2026-11-30T12:00:00Z', govuk, { state: 'unknown', because: 'x' });
    expect(hoursFindings({ kind: 'deploy' }, unknown)[0]?.level).toBe('unknown');
    expect(hoursFindings({ kind: 'rollback' }, unknown)[0]?.level).toBe('info');
  });
});
