import { describe, expect, it } from 'vitest';
import { mergePatch, parseExact, writeExact } from './exact-json';

const lists = (deep: number) => `{"a":${'['.repeat(deep)}1${']'.repeat(deep)}}`;
const objects = (deep: number) => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`;

describe('JSON that is nested deeply', () => {
  it.each([lists, objects])('is refused in words or can be compared and written (%s)', (nested) => {
    for (const deep of [10, 900, 1500, 2500, 3500, 4500, 6000, 9000, 1_000_000]) {
      let value: object;
      try {
        value = parseExact(nested(deep)) as object;
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        expect(String(error), `${deep}`).toContain('nested more than 1000 deep');
        expect(deep).toBeGreaterThan(1000);
        continue;
      }
      expect(writeExact(value)).toBe(nested(deep));
      expect(mergePatch(value, JSON.parse(nested(deep).replace('1', '2')))).not.toEqual({});
    }
  });
  it('brackets in texts nest nothing', () => {
    const text = JSON.stringify({ a: `\\"${'['.repeat(5000)}`, b: [`\\`, '{'.repeat(5000)] });
    expect(writeExact(parseExact(text))).toBe(text);
  });
});
