import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';

it('gives the person other rights, and takes them into the team or out of it', async () => {
  const { asked, user } = renderApp({
    route: '/practice',
    answers: { 'practice.action': () => ({ text: 'Done.' }) },
  });
  const panel = within(await screen.findByRole('region', { name: 'Your rights' }));
  const change = panel.getByRole('button', { name: 'Change your rights' });
  expect(change.getAttribute('aria-disabled')).toBe('true');
  await user.click(panel.getByRole('combobox', { name: 'You may do' }));
  await user.click(await screen.findByRole('option', { name: 'As at GOV.UK' }));
  expect(panel.getByText(/Main is protected/)).toBeTruthy();
  await user.click(change);
  await user.click(panel.getByRole('button', { name: 'Leave the team' }));
  await user.click(panel.getByRole('button', { name: 'Join the team' }));
  expect(asked.filter(({ name }) => name === 'practice.action').map(({ input }) => input)).toEqual([
    { action: 'rights', profile: 'govuk' },
    { action: 'team-member', member: false },
    { action: 'team-member', member: true },
  ]);
});
