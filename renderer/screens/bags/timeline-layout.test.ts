import { expect, it } from 'vitest';
import { columnWidth, layOut, walk } from './timeline-layout';

const at = (day: number, hour: number): string => new Date(2026, 2, day, hour).toISOString();

it('puts a step between bags, whatever the clocks said, and names each day once', () => {
  const columns = layOut(
    [
      { bag: 1, at: at(3, 9) },
      { bag: 2, at: at(3, 8) },
      { bag: 4, at: null },
      { bag: 5, at: at(5, 9) },
    ],
    'sequence',
  );
  expect(columns.map(({ bag, start }) => [bag, start / columnWidth])).toEqual([
    [1, 0],
    [2, 1],
    [4, 2],
    [5, 3],
  ]);
  expect(columns.map(({ day }) => day)).toEqual(['3 Mar', null, null, '5 Mar']);
});

it('leaves room for the time between bags, but not for weeks of it', () => {
  const [first, second, third, fourth] = layOut(
    [
      { bag: 1, at: at(3, 9) },
      { bag: 2, at: at(3, 11) },
      { bag: 3, at: at(25, 9) },
      { bag: 4, at: at(24, 9) },
    ],
    'time',
  );
  expect(first?.start).toBe(0);
  expect(second?.start).toBe(columnWidth + 48);
  expect(third?.start).toBe(2 * columnWidth + 48 + 240);
  expect(fourth?.start, 'a clock that went back moves nothing back').toBe(3 * columnWidth + 48 + 240);
});

it('walks within the timeline by keys', () => {
  const size = { rows: 3, columns: 40 };
  expect(walk('ArrowRight', { row: 0, column: 39 }, size)).toEqual({ row: 0, column: 39 });
  expect(walk('ArrowDown', { row: 1, column: 3 }, size)).toEqual({ row: 2, column: 3 });
  expect(walk('PageUp', { row: 1, column: 3 }, size)).toEqual({ row: 1, column: 0 });
  expect(walk('End', { row: 1, column: 3 }, size)).toEqual({ row: 1, column: 39 });
  expect(walk('x', { row: 1, column: 3 }, size)).toBeNull();
});
