import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it } from 'vitest';
import { MomentField } from './moment-field';
import { readMoment } from './period';

const now = new Date(2026, 2, 10, 14, 2).getTime();
const iso = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();

describe('a moment that is typed', () => {
  it.each([
    ['30 Nov 2025 14:02', iso(2025, 10, 30, 14, 2)],
    ['5 sept 2025 00:05', iso(2025, 8, 5, 0, 5)],
    ['1 March 2026, 9:30', iso(2026, 2, 1, 9, 30)],
    ['2026-02-28 23:59', iso(2026, 1, 28, 23, 59)],
    ['1999-01-01T00:00', iso(1999, 0, 1)],
    ['2026-02-28', iso(2026, 1, 28)],
    ['9 Mar 14:02', iso(2026, 2, 9, 14, 2)],
    // Nothing is asked of the future: the day was last year.
    ['24 Dec', iso(2025, 11, 24)],
    ['13:00', iso(2026, 2, 10, 13, 0)],
  ])('is read as screens write it: %s', (text, expected) => {
    expect(readMoment(text, now)).toBe(expected);
  });
  it.each([
    '',
    'yesterday',
    '31 Feb 2026',
    '2026-13-01',
    '10:60',
    '12/03/2026',
    '03.12.2026',
    '1 Mar 2026 24:00',
  ])('is not guessed at: %j', (text) => expect(readMoment(text, now)).toBeNull());
});

function Held() {
  const [at, setAt] = useState<string | undefined>(iso(2026, 2, 1, 9, 30));
  return (
    <>
      <MomentField label="From" value={at} onChange={setAt} />
      <output>{at ?? 'none'}</output>
    </>
  );
}

it('shows times as every screen does, and takes what was typed by Enter or when it is left', async () => {
  const { container } = render(<Held />);
  const user = userEvent.setup();
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'From' });
  const said = () => container.querySelector('output')?.textContent;
  expect(field.value).toBe('1 Mar 2026 09:30');
  await user.clear(field);
  await user.type(field, '2025-11-30 14:02');
  expect(said()).toBe(iso(2026, 2, 1, 9, 30));
  await user.keyboard('{Enter}');
  expect(said()).toBe(iso(2025, 10, 30, 14, 2));
  expect(field.value).toBe('30 Nov 2025 14:02');
  await user.clear(field);
  await user.tab();
  expect(said()).toBe('none');
});

it('says how a time is written where it cannot read one, and keeps the one before', async () => {
  const { container } = render(<Held />);
  const user = userEvent.setup();
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'From' });
  await user.clear(field);
  await user.type(field, '03/12/2026{Enter}');
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toMatch(
    /^Enter a time like \d+ \S+ \d{4} \d\d:\d\d\.$/,
  );
  expect(container.querySelector('output')?.textContent).toBe(iso(2026, 2, 1, 9, 30));
  await user.keyboard('{Escape}');
  expect(field.value).toBe('1 Mar 2026 09:30');
  expect(field.getAttribute('aria-invalid')).toBeNull();
});
