import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { SavedView } from '../../../shared/domain/board/board-view';
import { renderApp } from '../../testing/render-app';
import { useUiState } from '../../ui/layout/ui-state';

const cell = (name: RegExp) => screen.findByRole('gridcell', { name });
const names = () => screen.getAllByRole('rowheader').map(({ textContent }) => textContent);
const heads = () => screen.getAllByRole('columnheader').map((head) => head.getAttribute('aria-sort'));

it('is ordered by the heads of its columns, by pointer and by keys, and says so', async () => {
  const { user } = renderApp();
  await cell(/^router, staging/);
  expect(heads()).toEqual(['none', 'none', 'none', 'none']);
  const first = names();
  await user.click(screen.getByRole('button', { name: 'staging' }));
  await waitFor(() => expect(heads()).toEqual(['none', 'none', 'descending', 'none']));
  expect(window.location.hash).toContain('sort=age');
  expect(window.location.hash).toContain('by=staging');
  const newest = names();
  await user.click(screen.getByRole('button', { name: 'staging' }));
  await waitFor(() => expect(heads()[2]).toBe('ascending'));
  expect(names()).not.toEqual(newest);
  await user.click(screen.getByRole('button', { name: 'staging' }));
  await waitFor(() => expect(heads()).toEqual(['none', 'none', 'none', 'none']));
  expect(names()).toEqual(first);

  // By keys: the heads are above the first row, and the grid stays one tab stop.
  await user.click(await cell(new RegExp(`^${first[0]}, integration`)));
  await user.keyboard('{ArrowUp}{Home}');
  const app = screen.getByRole('button', { name: 'App' });
  expect(document.activeElement).toBe(app);
  expect(screen.getByRole('grid').querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  await user.keyboard('{Enter}');
  await waitFor(() => expect(heads()[0]).toBe('ascending'));
  expect(names()).toEqual([...names()].sort());
  expect(document.activeElement).toBe(app);
  await user.keyboard('{ArrowDown}');
  expect(document.activeElement).toBe(screen.getAllByRole('rowheader')[0]);
});

it('leads back from a cell to the overview and to the grid alone by Esc, with the focus on the cell', async () => {
  const { user } = renderApp();
  await user.click(await cell(/^router, staging/));
  const details = await screen.findByRole('region', { name: 'Difference' });
  details.closest('aside')?.querySelector<HTMLElement>('a, button')?.focus();
  await user.keyboard('{Escape}');
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeTruthy();
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^router, staging/);
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('complementary', { name: 'Details' })).toBeNull());
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^router, staging/);
  // Keys walk without it; a click, and the button, bring it back.
  await user.keyboard('{ArrowRight}');
  expect(screen.queryByRole('complementary', { name: 'Details' })).toBeNull();
  await user.click(await cell(/^router, production/));
  expect(await screen.findByRole('complementary', { name: 'Details' })).toBeTruthy();
  const toggle = screen.getByRole('button', { name: 'Details panel' });
  await user.click(toggle);
  expect(screen.queryByRole('complementary', { name: 'Details' })).toBeNull();
  expect(toggle.getAttribute('aria-pressed')).toBe('false');
});

it('keeps filter, order and density under a name, and goes back to them', async () => {
  const { user, asked } = renderApp();
  await cell(/^router, staging/);
  await user.click(screen.getByRole('button', { name: /^Behind/ }));
  await user.click(screen.getByRole('button', { name: 'View' }));
  const menu = await screen.findByRole('dialog', { name: 'View of the board' });
  await user.click(within(menu).getByText('Compact'));
  await waitFor(() => expect(screen.getByRole('grid').dataset.density).toBe('compact'));
  const name = within(menu).getByRole('textbox', { name: 'Save what is shown now as' });
  await user.click(within(menu).getByRole('button', { name: 'Save' }));
  expect(await within(menu).findByText('Enter a name')).toBeTruthy();
  await user.type(name, ' Lagging {Enter}');
  const view: SavedView = { name: 'Lagging', only: 'drifted', density: 'compact' };
  await waitFor(() => {
    const [last] = asked.filter(({ name }) => name === 'settings.set').slice(-1);
    expect(last?.input).toEqual({ board: { density: 'compact', views: [view] } });
  });
  // The button says which view is shown.
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(useUiState.getState().panelOpen).toBe(true);
  await screen.findByRole('button', { name: 'Lagging' });
  await user.click(screen.getByRole('button', { name: /^Behind/ }));
  await waitFor(() => expect(window.location.hash).toBe('#/'));
  await user.click(screen.getByRole('button', { name: 'View' }));
  await user.click(await screen.findByRole('button', { name: 'Lagging' }));
  await waitFor(() => expect(window.location.hash).toBe('#/?only=drifted'));
  await user.click(screen.getByRole('button', { name: 'Lagging' }));
  await user.click(await screen.findByRole('button', { name: 'Remove the view Lagging' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Remove the view Lagging' })).toBeNull());
});
