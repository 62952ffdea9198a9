import { act, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { ShownLine } from '../../../shared/contract/logs';
import { LogSession } from '../../data/log-session';
import { LogList } from './log-list';

const tail = 120;
const line = (place: number): ShownLine => ({
  id: place,
  number: place + 1,
  at: null,
  source: 0,
  severity: 'none',
  text: `line ${place}`,
  whole: null,
  hit: false,
  hits: [],
});

/** The log has grown to so many lines, and the window was told so. */
async function grow(session: LogSession, end: number): Promise<void> {
  const { version } = session;
  const from = Math.max(0, end - tail);
  await act(async () => {
    session.take({
      type: 'lines',
      generation: 1,
      first: 0,
      end,
      kept: end,
      dropped: 0,
      changedFrom: session.picture.end,
      tail: { from, lines: Array.from({ length: end - from }, (_, offset) => line(from + offset)) },
      found: null,
      problem: null,
      notice: null,
    });
    await expect.poll(() => session.version).toBeGreaterThan(version);
  });
}

const rows = (): Map<string, Element> =>
  new Map(
    [...screen.getByRole('region').querySelectorAll('[data-place]')].map((row) => [
      row.textContent ?? '',
      row,
    ]),
  );

it('keeps the row of a line that stays, and takes over all rows where none does', async () => {
  const session = new LogSession('test');
  const nothing = (): void => undefined;
  render(
    <LogList
      session={session}
      label="Log"
      labels={null}
      target={null}
      presentPlace={null}
      onWhole={nothing}
      onCopy={nothing}
      onSight={nothing}
    />,
  );
  await grow(session, 1000);
  const before = rows();
  expect([...before.keys()].at(-1)).toBe('1000line 999');
  await grow(session, 1001);
  const after = rows();
  expect([...after.keys()].at(-1)).toBe('1001line 1000');
  expect(after.get('1000line 999')).toBe(before.get('1000line 999'));
  await grow(session, 5000);
  const later = rows();
  expect([...later.keys()]).toEqual(
    Array.from(
      { length: later.size },
      (_, offset) => `${5001 - later.size + offset}line ${5000 - later.size + offset}`,
    ),
  );
  expect(later.size).toBe(after.size);
  for (const [index, row] of [...later.values()].entries()) expect(row).toBe([...after.values()][index]);
});
