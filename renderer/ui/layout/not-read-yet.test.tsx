import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { devBoard } from '../../dev/dev-board';
import { historyAnswers } from '../../dev/history';
import { renderApp } from '../../testing/render-app';

const unread = {
  'board.get': () => devBoard({ apps: 0, state: 'empty', scheme: 'light' }),
  'history.status': () => ({ ...historyAnswers['history.status']({}), phase: 'opening' as const, tip: null }),
  'freezes.list': () => ({ freezes: [], unread: [], timeZone: 'Europe/London' }),
};

it.each([
  ['/freezes', 'Nothing is frozen'],
  ['/history/compare', 'No differences'],
  ['/history/figures', 'Deployments'],
])('%s says of nothing that it is not there before the release repo was read', async (route, absent) => {
  const { unmount } = renderApp({ route, answers: unread });
  await screen.findByRole('heading', { name: 'Not known yet' });
  expect(screen.queryByText(absent)).toBeNull();
  unmount();
  renderApp({ route, answers: { 'freezes.list': unread['freezes.list'] } });
  await waitFor(() => expect(screen.queryByRole('heading', { name: 'Not known yet' })).toBeNull());
});
