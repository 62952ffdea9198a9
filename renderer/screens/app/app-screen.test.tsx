import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';

it('says in an environment’s card why it fails, with the way to the very run', async () => {
  renderApp({ route: '/apps/signon?environment=production' });
  const card = await screen.findByRole('region', { name: 'production' });
  const why = await within(card).findByRole('region', { name: 'Why in production' });
  expect(why.textContent).toContain('Tests failed, so it isn’t promoted');
  const href = within(why).getByRole('link', { name: 'Open the test run' }).getAttribute('href') ?? '';
  expect(decodeURIComponent(href)).toBe(
    '/#/workflows?app=signon&environment=production&open=production/apps/post-sync-x7k2p',
  );
});
