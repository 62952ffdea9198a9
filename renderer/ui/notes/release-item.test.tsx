import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { ReleaseSeen } from '../../../shared/domain/notes/release-note';
import { renderApp } from '../../testing/render-app';

const known: ReleaseSeen = {
  state: 'known',
  notes: 'Ask the search team <b>first</b>.',
  automaticOff: true,
  readAt: new Date(Date.now() - 3 * 60_000).toISOString(),
  page: 'https://release.example.org/applications/signon',
  stale: null,
};
async function panelWith(seen: ReleaseSeen | null) {
  renderApp({ route: '/apps/signon', answers: { 'note.release': () => seen } });
  return screen.findByRole('region', { name: 'Notes for deploying' });
}

it('shows what the Release app notes, as text, with its age and the way there', async () => {
  const panel = await panelWith(known);
  await within(panel).findByText('Ask the search team <b>first</b>.');
  expect(panel.textContent).toContain('The Release app says that automatic deploys of signon are disabled.');
  expect(panel.textContent).toContain('read 3 min ago; it doesn’t say who wrote it');
  expect(within(panel).getByRole('link').getAttribute('href')).toBe(known.page);
  expect(panel.textContent).not.toContain('No notes.');
});

it('says that it is old, or not known at all', async () => {
  const old = await panelWith({ ...known, stale: 'It answered 503.' });
  await within(old).findByText('It could not be read again: It answered 503.');
});

it('says that it can’t be told', async () => {
  const panel = await panelWith({ state: 'unknown', because: 'It does not accept the token.' });
  await within(panel).findByText('Can’t tell whether the Release app has a note about signon.');
  expect(panel.textContent).toContain('It does not accept the token.');
});

it('is silent where it is not asked, or has nothing to say', async () => {
  const panel = await panelWith({ ...known, notes: '', automaticOff: false });
  await within(panel).findByText(/^No notes\. They are shown/);
  expect(panel.textContent).not.toContain('Release app');
});
