import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { RecordsPlace } from '../../../shared/contract/records';
import { finding } from '../../../shared/domain/preflight/finding';
import { renderApp } from '../../testing/render-app';

const place: RecordsPlace = {
  url: 'https://git.example/release.git',
  branch: 'signalbox',
  tagsBranch: 'main',
  state: 'absent',
  freshness: { state: 'live', asOf: '2026-03-01T12:00:00.000Z' },
  beside: 3,
  left: [],
  leftCount: 0,
};

it('creates the branch for records only after asking', async () => {
  const create = vi.fn(() => ({ ...place, state: 'ready' as const }));
  renderApp({ route: '/settings', answers: { 'records.get': () => place, 'records.create': create } });
  await userEvent.click(await screen.findByRole('button', { name: 'Create…' }));
  const asked = await screen.findByRole('dialog', { name: 'Create the branch for records?' });
  expect(asked.textContent).toContain('with a copy of 3 records from main');
  expect(create).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Create the branch' }));
  await waitFor(() => expect(create).toHaveBeenCalledTimes(1));
  expect(await screen.findByText(/3 records lie on/)).toBeTruthy();
});

it('says what was moved and what stayed', async () => {
  const here = { ...place, state: 'ready' as const, left: ['.signalbox/locks/p/e.yaml'], leftCount: 1 };
  const notDeleted = {
    code: 'forbidden' as const,
    message: 'The release repo refused the push.',
    meaning: '',
    next: [],
  };
  renderApp({
    route: '/settings',
    answers: {
      'records.get': () => here,
      'records.move': () => ({ copied: 1, deleted: 0, differing: [], notDeleted }),
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: /^Copy what is missing/ }));
  const said = await screen.findByText(/1 record copied to signalbox, 0 records deleted on main/);
  expect(said.textContent).toContain('They stay on main: The release repo refused the push.');
});

it('says what speaks against moving them before the click, and offers no click that would be refused', async () => {
  const here = { ...place, state: 'ready' as const };
  const found = finding(
    'route-closed',
    'block',
    'signalbox is protected.',
    'Your rights, as checked.',
    false,
  );
  renderApp({
    route: '/settings',
    answers: { 'records.get': () => here, 'records.check': () => [found] },
  });
  expect(await screen.findByText('signalbox is protected.')).toBeTruthy();
  const button = screen.getByRole('button', { name: /^Copy what is missing/ }) as HTMLButtonElement;
  expect(button.disabled).toBe(true);
});
