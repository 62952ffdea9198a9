import { expect, it } from 'vitest';
import { isTooLongToHandOver } from './links';

it.each([
  ['a link that people send', `signalbox://app/${'a'.repeat(2_000)}`, false],
  ['one that Chromium would not take, and would kill the running process for', 'a'.repeat(32 * 1024), true],
  ['one of fewer characters than bytes', 'é'.repeat(10 * 1024), true],
])('%s', (_, link, isTooLong) => {
  expect(isTooLongToHandOver(['signalbox', '--', link])).toBe(isTooLong);
});
