import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../testing/render-app';

it('goes back and forward by the keys of a browser, from the grid, too', async () => {
  const { user } = renderApp();
  await user.click(await screen.findByRole('gridcell', { name: /^router, staging/ }));
  await user.keyboard('{Enter}');
  await screen.findByRole('heading', { level: 1, name: 'router' });
  await user.keyboard('{Alt>}{ArrowLeft}{/Alt}');
  await waitFor(() => expect(window.location.hash).toBe('#/'));
  const cell = await screen.findByRole('gridcell', { name: /^router, staging/ });
  cell.focus();
  await user.keyboard('{Alt>}{ArrowRight}{/Alt}');
  await waitFor(() => expect(window.location.hash).toBe('#/apps/router?environment=staging'));
});
