import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { devBoard } from '../dev/dev-board';
import { renderApp } from '../testing/render-app';

const strip = () => screen.findByRole('note', { name: 'Incident' });

it('says what fails in production on every screen: cause, who is served, since when, and the way back', async () => {
  const { user, asked } = renderApp({ route: '/history' });
  const note = await strip();
  await waitFor(() => expect(note.textContent).toContain('publishing-api · production: Rollout failed'));
  expect(note.textContent).toContain('The new pods crash as they start (exit code 1).');
  expect(note.textContent).toContain('Users are still served by v1240, 2 of 2 pods.');
  expect(note.textContent).toMatch(/Since \d\d:\d\d\./);
  await waitFor(() => expect(asked.some((each) => each.name === 'preview.get')).toBe(true));
  await user.click(within(note).getByRole('button', { name: 'Roll back publishing-api to v1240' }));
  await waitFor(() =>
    expect(asked.find((each) => each.name === 'operation.start')?.input).toMatchObject({
      intent: { kind: 'rollback', app: 'publishing-api', environment: 'production', version: 'v1240' },
    }),
  );
});

it('is called in the window’s title', async () => {
  renderApp();
  await waitFor(() =>
    expect(document.title).toMatch(/^\(\d+\) publishing-api · production: Rollout failed – .* – Signalbox$/),
  );
});

it('is not there while nothing fails in production, whatever fails elsewhere', async () => {
  const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
  const cells = board.cells.filter(({ environment }) => environment !== 'production');
  renderApp({ answers: { 'board.get': () => ({ ...board, cells }) } });
  await screen.findByRole('grid', { name: 'Apps and environments' });
  expect(screen.queryByRole('note', { name: 'Incident' })).toBeNull();
});
