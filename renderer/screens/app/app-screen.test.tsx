import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { noChange } from '../../../shared/domain/ledger/change';
import { renderApp } from '../../testing/render-app';

it('says in an environment’s card why it fails, with the way to the very run', async () => {
  renderApp({ route: '/apps/signon?environment=production' });
  const card = await screen.findByRole('region', { name: 'production' });
  const why = await within(card).findByRole('region', { name: 'Why in production' });
  expect(why.textContent).toContain('Tests failed, so it isn’t promoted');
  const href = within(why).getByRole('link').getAttribute('href') ?? '';
  expect(decodeURIComponent(href)).toBe(
    '/#/workflows?app=signon&environment=production&open=production/apps/post-sync-x7k2p',
  );
});

it('offers to retry the failed tests beside them, and says first what that does', async () => {
  renderApp({ route: '/apps/signon?environment=production' });
  const why = await screen.findByRole('region', { name: 'Why in production' });
  await within(why).findByRole('link', { name: 'Open the failed run and its log' });
  within(why).getByRole('button', { name: 'Retry from failure: post-sync-x7k2p' }).click();
  const dialog = await screen.findByRole('dialog', { name: /^Retry from failure: post-sync-x7k2p/ });
  expect(dialog.textContent).toContain('Failed steps run again; steps that succeeded do not.');
});

it('leads to the app’s workflows', async () => {
  renderApp({ route: '/apps/signon' });
  const link = await screen.findByRole('link', { name: 'Workflows of signon' });
  expect(link.getAttribute('href')).toContain('/workflows?app=signon');
});

it('says from when the differences are that were kept, and asks again on request', async () => {
  const asOf = new Date(Date.now() - 3_600_000).toISOString();
  const kept = {
    ...noChange('v1'),
    to: 'v2',
    direction: 'forward' as const,
    migrations: ['db/migrate/1_a.rb'],
  };
  let tried = 0;
  const { user } = renderApp({
    route: '/apps/whitehall',
    answers: {
      'change.get': () => {
        tried += 1;
        return { ...kept, ...(tried > 4 ? {} : { asOf }) };
      },
    },
  });
  const panel = within(await screen.findByRole('region', { name: 'Differences between environments' }));
  const [age] = await panel.findAllByText(/^as of \d\d:\d\d/);
  expect(age?.getAttribute('datetime')).toBe(asOf);
  expect(age?.title).toContain('GitHub could not be asked now.');
  tried = 5;
  for (const button of panel.getAllByRole('button', { name: 'Try again', hidden: true }))
    await user.click(button);
  await waitFor(() => expect(panel.queryByText(/^as of/)).toBeNull());
  expect(panel.queryByRole('button', { name: 'Try again', hidden: true })).toBeNull();
});
