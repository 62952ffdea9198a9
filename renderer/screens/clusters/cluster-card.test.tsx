import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { devClusterStatus } from '../../dev/cluster';
import { renderApp } from '../../testing/render-app';

it('says calmly that nobody is signed in, and loudly what is broken', async () => {
  const away = (code: 'signed-out' | 'unreachable') => ({
    ...devClusterStatus('production'),
    freshness: {
      state: 'unreachable' as const,
      asOf: null,
      since: '2026-12-01T11:00:00Z',
      failure: { code, message: `It is ${code}.`, meaning: 'Sign in below.', next: [] },
    },
  });
  const { unmount } = renderApp({
    route: '/clusters',
    answers: { 'cluster.status': () => away('signed-out') },
  });
  const [note] = await screen.findAllByText('It is signed-out.');
  expect(note?.closest('[role="note"]')).toBeTruthy();
  expect(note?.closest('[role="alert"]')).toBeNull();
  unmount();
  renderApp({ route: '/clusters', answers: { 'cluster.status': () => away('unreachable') } });
  const [loud] = await screen.findAllByText('It is unreachable.');
  expect(loud?.closest('[role="alert"]')).toBeTruthy();
});
