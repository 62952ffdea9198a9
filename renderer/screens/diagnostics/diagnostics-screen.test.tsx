import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { renderApp } from '../../testing/render-app';

it('is found from Settings, says what is known, and saves it', async () => {
  renderApp({
    route: '/settings',
    answers: { 'diagnostics.save': () => ({ saved: 'signalbox diagnostics.txt' }) },
  });
  await userEvent.click(await screen.findByRole('link', { name: 'Diagnostics' }));
  expect(await screen.findByRole('region', { name: 'Connections' })).toBeTruthy();
  expect(screen.getByText('Release repo')).toBeTruthy();
  expect(screen.getByText('not known')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Save diagnostics…' }));
  expect(await screen.findByText(/^Saved as signalbox diagnostics.txt/)).toBeTruthy();
});

it('says why nothing was saved', async () => {
  renderApp({
    route: '/diagnostics',
    answers: {
      'diagnostics.save': () => {
        throw new FailureError({
          code: 'refused',
          message: 'The file could not be written there.',
          meaning: 'Nothing was saved.',
          next: [],
        });
      },
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Save diagnostics…' }));
  expect(await screen.findByText('The file could not be written there.')).toBeTruthy();
});
