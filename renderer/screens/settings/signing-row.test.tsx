import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { renderApp } from '../../testing/render-app';

it('signing is off until it is chosen, and tried before it is relied upon', async () => {
  const set = vi.fn(() => ({}) as never);
  const failure = {
    code: 'refused' as const,
    message: 'The commit could not be signed.',
    meaning: 'Your key is locked.',
    next: [],
  };
  const test = vi.fn((): { format: 'ssh'; key: string } => {
    throw new FailureError(failure);
  });
  renderApp({ route: '/settings', answers: { 'settings.set': set, 'settings.test-signing': test } });
  const row = await screen.findByRole('switch', { name: 'Sign commits' });
  expect((row as HTMLInputElement).checked).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Test signing' }));
  expect(await screen.findByText(/Your key is locked/)).toBeTruthy();
  test.mockImplementation(() => ({ format: 'ssh', key: '~/.ssh/id.pub' }));
  await userEvent.click(screen.getByRole('button', { name: 'Test signing' }));
  expect(await screen.findByText('Signing works: SSH, key ~/.ssh/id.pub.')).toBeTruthy();
  await userEvent.click(row);
  await waitFor(() => expect(set).toHaveBeenCalledTimes(1));
});
