import { expect, it } from 'vitest';
import { gatherAfter } from './gather-pace';

it('tells of lines that can be read with the next frames, and less often of those that nobody can', () => {
  const at = (end: number, generation = 1) => ({ generation, end });
  expect(gatherAfter(null, at(200_000), 120)).toBe(33);
  expect(gatherAfter(at(1000), at(1119), 120)).toBe(33);
  expect(gatherAfter(at(1000), at(1120), 120)).toBe(100);
  // Another view is told of as soon as ever.
  expect(gatherAfter(at(1000), at(9000, 2), 120)).toBe(33);
});
