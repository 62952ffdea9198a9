import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maySync } from '../rollout/sync-window';
import { nextFire, parseCron } from './cron-schedule';
import { globMatches } from './glob';
import { goDurationMs } from './go-duration';
import { zoneOffset } from './time-zone';

/** What was asked, and what the libraries that Argo CD uses answered (`electron/testing/oracles/grammars.go`). */
interface Asked {
  Op: 'duration' | 'next' | 'zone' | 'open' | 'glob';
  Text: string;
  Pattern: string;
  Schedule: string;
  Duration: string;
  Zone: string;
  At: number;
  answer: string;
}

const asked = readFileSync(join(import.meta.dirname, 'argo-answers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Asked);

const subject = { application: 'web', namespace: 'apps', clusters: [] };
const isOpen = (schedule: string, duration: string, timeZone: string, at: number | Date): boolean =>
  !maySync(
    [{ kind: 'deny', schedule, duration, timeZone, applications: ['*'] }],
    subject,
    false,
    new Date(at),
  );

/** An unreadable window is told from an open one: it blocks, too. */
function ours({ Op, Text, Pattern, Schedule, Duration, Zone, At }: Asked): string {
  switch (Op) {
    case 'duration':
      return String(goDurationMs(Text) ?? 'error');
    case 'zone':
      return String(zoneOffset(Zone, At) / 1000);
    case 'glob':
      return String(globMatches(Pattern, Text));
    case 'next': {
      const schedule = parseCron(Schedule);
      return schedule === null ? 'error' : String(nextFire(schedule, At) ?? 'never');
    }
    case 'open':
      if (parseCron(Schedule) === null || goDurationMs(Duration) === null) return 'error';
      return String(isOpen(Schedule, Duration, Zone, At));
  }
}

function theirs({ Op, answer }: Asked): string {
  if (Op === 'duration' && answer !== 'error') return String(Number(BigInt(answer)) / 1e6);
  // A zone that is not loaded is UTC; a glob that is not compiled matches nothing.
  if (answer === 'error' && Op === 'zone') return '0';
  if (answer === 'error' && Op === 'glob') return 'false';
  return answer;
}

it.each(['duration', 'next', 'zone', 'open', 'glob'])('reads as Argo CD does: %s', (op) => {
  const of = asked.filter(({ Op }) => Op === op);
  expect(of.length).toBeGreaterThan(200);
  expect(of.filter((one) => ours(one) !== theirs(one))).toEqual([]);
});

describe('a sync window', () => {
  it.each([
    ['BST', '2026-07-01T09:30:00Z', true],
    ['Europe/London', '2026-07-01T09:30:00Z', false],
    ['Europe/London', '2026-07-01T08:30:00Z', true],
    ['europe/london', '2026-07-01T09:30:00Z', true],
    ['GB', '2026-07-01T08:30:00Z', true],
    ['EST', '2026-07-01T14:30:00Z', true],
    ['Etc/GMT+5', '2026-07-01T14:30:00Z', true],
    ['+05:00', '2026-07-01T09:30:00Z', true],
    ['IST', '2026-07-01T09:30:00Z', true],
    ['', '2026-07-01T09:30:00Z', true],
    ['UTC', '2026-07-01T09:30:00Z', true],
    ['Local', '2026-07-01T09:30:00Z', true],
  ])('at 09:00 for an hour in "%s" at %s: %s', (zone, at, open) => {
    expect(isOpen('0 9 * * *', '1h', zone, Date.parse(at))).toBe(open);
  });

  it.each([
    ['CRON_TZ=Europe/London 0 9 * * *', '', '2026-07-01T08:30:00Z', true],
    ['TZ=Europe/London 0 9 * * *', '', '2026-12-01T09:30:00Z', true],
    ['TZ=Europe/London 0 9 * * *', '', '2026-07-01T09:30:00Z', false],
    // Both: the offset of the window's zone is added to what the schedule's own zone makes of it.
    ['CRON_TZ=Europe/London 0 9 * * *', 'Europe/London', '2026-07-01T07:30:00Z', true],
    ['CRON_TZ= 0 9 * * *', '', '2026-07-01T09:30:00Z', true],
  ])('with %s in "%s" at %s: %s', (schedule, zone, at, open) => {
    expect(isOpen(schedule, '1h', zone, Date.parse(at))).toBe(open);
  });

  it.each([
    '*-5 * * * *',
    '+9 9 * * *',
    '00000 9 * * *',
    '0,,5 9 * * *',
    ', * * * *',
    '0\t9\u00a0* * *',
    '0 9 * * ?',
  ])('has the schedule %j', (schedule) => expect(parseCron(schedule)).not.toBeNull());
  it.each([
    '\ufeff0 9 * * *',
    'CRON_TZ=BST 0 9 * * *',
    'CRON_TZ=Europe/London',
    'TZ=Europe/London @daily',
    '-1 * * * *',
  ])('has no schedule %j', (schedule) => expect(parseCron(schedule)).toBeNull());

  it('tells its times by the clock of its schedule', () => {
    const schedule = parseCron('CRON_TZ=Europe/London 30 1 * * *');
    // 01:30 is left out in that night; robfig/cron goes on to the day after.
    expect(schedule && nextFire(schedule, Date.parse('2026-03-28T12:00:00Z'))).toBe(
      Date.parse('2026-03-30T00:30:00Z'),
    );
  });
});

describe('a glob', () => {
  it.each([
    ['[a-z0-9]*', 'web', false],
    ['[a-z]*', 'web', true],
    ['[!a-c]*', 'web', true],
    ['[]', '', false],
    ['{web,api', 'api', true],
    ['{a,{b,c}}-x', 'c-x', true],
    ['web\\*', 'web*', true],
    ['a}b,c', 'a}b,c', true],
    // Where gobwas/glob itself is mistaken, Argo CD is.
    ['a*a', 'a', true],
    ['[!ab][!ab]', 'ba', true],
    ['?', '', true],
  ])('%s and %s: %s', (glob, text, hit) => expect(globMatches(glob, text)).toBe(hit));

  it('takes no long time, whatever it is', () => {
    for (const glob of [
      '*a'.repeat(48),
      '*a?'.repeat(33),
      '{a*,*a}'.repeat(3000),
      '*a'.repeat(5000),
      '{'.repeat(100_000),
      '?*'.repeat(99),
    ])
      expect(globMatches(glob, 'a'.repeat(250))).toBeTypeOf('boolean');
  });
});
