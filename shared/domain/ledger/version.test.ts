import { describe, expect, it } from 'vitest';
import { compareVersions, newestNameFirst } from './version';

describe('names of tags', () => {
  it.each([
    [
      ['v1400', 'v999', 'v99'],
      ['v999', 'v99', 'v1400'],
    ],
    [
      ['v9007199254740993', 'v9007199254740992'],
      ['v9007199254740992', 'v9007199254740993'],
    ],
    [
      ['1.10.0', '1.9.9', '1.9.9-rc.2', '1.9.9-rc.1'],
      ['1.9.9-rc.1', '1.10.0', '1.9.9', '1.9.9-rc.2'],
    ],
    [
      ['v3', 'release_1400', 'release_999'],
      ['release_999', 'v3', 'release_1400'],
    ],
  ])('have the newest first: %j', (right, mixed) => {
    expect([...mixed].sort(newestNameFirst)).toEqual(right);
    expect([...mixed].reverse().sort(newestNameFirst)).toEqual(right);
  });
  it('are told apart beyond what a double holds', () => {
    expect(compareVersions('v9007199254740993', 'v9007199254740992')).toBeGreaterThan(0);
    expect(compareVersions(`v${'9'.repeat(400)}`, `v1${'0'.repeat(400)}`)).toBeLessThan(0);
  });
});
