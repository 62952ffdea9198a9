import { MantineProvider } from '@mantine/core';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { AutopilotDecision } from '../../../shared/domain/bags/view';
import { AutopilotDecisions } from './autopilot-decisions';

const decisions = Array.from(
  { length: 7 },
  (_, index): AutopilotDecision => ({
    at: `2026-03-01T14:0${7 - index}:00.000Z`,
    about: 'deploy',
    environment: 'staging',
    suite: null,
    outcome: index === 0 ? 'refused' : 'idle',
    bag: index === 0 ? 19 : null,
    why: `reason ${index}`,
  }),
);

it('shows the last decisions with time and reason, and the rest when asked', async () => {
  render(
    <MantineProvider>
      <AutopilotDecisions decisions={decisions} />
    </MantineProvider>,
  );
  const list = screen.getByRole('region', { name: 'Last autopilot decisions' });
  const rows = () => within(list).getAllByRole('listitem');
  expect(rows()).toHaveLength(5);
  expect(rows()[0]?.textContent).toContain('Bag 19 not started in staging');
  expect(rows()[0]?.textContent).toContain('reason 0');
  expect(rows()[0]?.querySelector('time')?.title).toContain('2026-03-01 14:07:00 UTC');
  await userEvent.click(within(list).getByRole('button', { name: 'Show all 7' }));
  expect(rows()).toHaveLength(7);
});

it('says when there was none', () => {
  render(
    <MantineProvider>
      <AutopilotDecisions decisions={[]} />
    </MantineProvider>,
  );
  expect(screen.getByText('None since Signalbox started.')).toBeTruthy();
});
