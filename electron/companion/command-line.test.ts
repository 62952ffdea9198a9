import { expect, it } from 'vitest';
import { companionWords, readCommandLine, UsageError } from './command-line';

it.each([
  [
    ['status', '--json'],
    ['status', '--json'],
  ],
  [
    ['--no-sandbox', '--ozone-platform=headless', 'deploy', 'a', 'v1', 'b'],
    ['deploy', 'a', 'v1', 'b'],
  ],
  [[], null],
  [['--practice-speed', '20'], null],
  // What the system hands over is never a command: a link, a file, a path called like one.
  [['signalbox://deploy'], null],
  [['--', 'signalbox://app/deploy'], null],
  [['./deploy', 'status'], null],
  [['constructor'], null],
])('of %j the command is %j', (argv, words) => {
  expect(companionWords(argv)).toEqual(words);
});

it.each([
  [['destroy'], /There is no command called destroy/],
  [['status', '--fore'], /fore/],
  [['history', '--limit', '0'], /--limit is a number from 1 to 1000/],
  [['lock', 'x', '--until', 'soon'], /--until is a time such as/],
  [['lock', 'x', '--until', '17'], /--until is a time such as/],
  [['lock', 'x', '--until', '2026-11-30T17:00'], /--until is a time such as/],
  [['lock', 'x', '--until', '2026-02-30T10:00Z'], /--until is a time such as/],
  [['hold', 'a', 'b', '-m', 'x'.repeat(501)], /up to 500 characters/],
])('%j is refused, with what is wrong', (argv, message) => {
  expect(() => readCommandLine(argv)).toThrow(UsageError);
  expect(() => readCommandLine(argv)).toThrow(message);
});

it('options are read whichever way they are written', () => {
  const line = readCommandLine([
    'deploy',
    'a',
    'v1',
    'b',
    '-y',
    '-m',
    ' why ',
    '--override',
    'x,y',
    '--override=z',
    '--no-wait',
  ]);
  expect(line).toMatchObject({
    words: ['a', 'v1', 'b'],
    yes: true,
    reason: 'why',
    override: ['x', 'y', 'z'],
    wait: false,
  });
  expect(readCommandLine(['lock', 'b', '--until', '2026-11-30T17:00Z', '-m', ' '])).toMatchObject({
    until: '2026-11-30T17:00:00.000Z',
    reason: null,
    wait: null,
  });
});
