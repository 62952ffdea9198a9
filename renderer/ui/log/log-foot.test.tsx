import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { LogSession } from '../../data/log-session';
import { LogFoot } from './log-foot';

it('says in local time when the reader was started again', async () => {
  const session = new LogSession('test');
  render(<LogFoot session={session} />);
  session.take({
    type: 'lines',
    generation: 1,
    first: 0,
    end: 0,
    kept: 0,
    dropped: 0,
    changedFrom: 0,
    tail: { from: 0, lines: [] },
    found: null,
    problem: null,
    notice: 'The log reader crashed and was restarted at 2026-01-01 00:00 UTC.',
  });
  const said = await screen.findByText(/^The log reader crashed/);
  expect(said.textContent).not.toContain('UTC');
  expect(said.querySelector('time')?.dateTime).toBe('2026-01-01T00:00:00.000Z');
});
