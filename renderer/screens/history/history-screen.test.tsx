import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';

const list = () => screen.findByRole('listbox', { name: 'Events, newest first' });
const active = () => screen.getByRole('option', { selected: true });

it('is one list of its whole length, with one tab stop, and the keys move through all of it', async () => {
  const { user } = renderApp({ route: '/history' });
  const feed = await list();
  await waitFor(() =>
    expect(within(feed).getAllByRole('option')[0]?.getAttribute('aria-setsize')).toBe('3000'),
  );
  expect(feed.querySelectorAll('[tabindex="0"]')).toHaveLength(0);
  feed.focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  expect(active().getAttribute('aria-posinset')).toBe('2');
  expect(feed.getAttribute('aria-activedescendant')).toBe(active().id);
  const details = screen.getByRole('complementary', { name: 'Details of the event' });
  expect(await within(details).findByText(/Update image tag/)).toBeTruthy();
  await user.keyboard('{End}');
  expect(active().getAttribute('aria-posinset')).toBe('3000');
  await user.keyboard('{Enter}');
  expect(document.activeElement).toBe(details);
  await user.keyboard('{Escape}');
  expect(document.activeElement).toBe(feed);
});

it('keeps every filter in the address and asks for exactly that', async () => {
  const { user, asked } = renderApp({ route: '/history' });
  await list();
  await user.click(await screen.findByRole('button', { name: 'Environment' }));
  await user.click(await screen.findByRole('option', { name: 'production' }));
  await user.click(screen.getByRole('button', { name: 'Kind' }));
  await user.click(await screen.findByRole('option', { name: 'Rollback' }));
  await user.type(screen.getByRole('textbox', { name: 'Search the history' }), 'search');
  await waitFor(() =>
    expect(decodeURIComponent(window.location.hash)).toBe(
      '#/history?environment=["production"]&kind=["rollback"]&q=search',
    ),
  );
  await waitFor(() =>
    expect(asked.findLast(({ name }) => name === 'history.outline')?.input).toMatchObject({
      environments: ['production'],
      kinds: ['rollback'],
      text: 'search',
    }),
  );
});

it('takes a filter from the address, and says so when nothing fits', async () => {
  renderApp({ route: '/history?app=["router"]&q=nothingatall' });
  expect(await screen.findByText('No matching events')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'App: router' })).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'Search the history' })).toHaveProperty('value', 'nothingatall');
});

it('says who started what a bot committed, through what, and which findings were overridden', async () => {
  const { user } = renderApp({ route: '/history?by=["Ada Marsh"]&kind=["deploy"]' });
  const feed = await list();
  const [row] = await within(feed).findAllByText('Ada Marsh, through Actions');
  if (!row) throw new Error('no row');
  await user.click(row);
  const details = within(screen.getByRole('complementary', { name: 'Details of the event' }));
  expect(
    await details.findByText('Started by Ada Marsh through Actions; committed by govuk-ci.'),
  ).toBeTruthy();
  expect(details.getByRole('link', { name: /7/ }).getAttribute('href')).toBe(
    'https://ci.example.invalid/runs/7',
  );
  expect(details.getByText('migrations not known')).toBeTruthy();
});
