import { expect, it } from 'vitest';
import { addLast } from './last-lines';

it('the last lines of a log without end are held, and hardly more', () => {
  const lines: number[] = [];
  let most = 0;
  for (let batch = 0; batch < 1_000; batch++) {
    addLast(
      lines,
      Array.from({ length: 100 }, (_, index) => batch * 100 + index),
      30,
    );
    most = Math.max(most, lines.length);
  }
  expect(most).toBeLessThanOrEqual(60);
  expect(lines.slice(-30)).toEqual(Array.from({ length: 30 }, (_, index) => 99_970 + index));
});
