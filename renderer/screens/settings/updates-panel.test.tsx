import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Update } from '../../../shared/domain/update/update';
import { renderApp } from '../../testing/render-app';

const base: Update = {
  current: '1.0.0',
  canLook: true,
  cannot: null,
  phase: 'not-looked',
  lookedAt: null,
  version: null,
  notes: null,
  progress: null,
  waitsFor: [],
  failure: null,
};
const found: Update = { ...base, phase: 'found', version: '1.1.0', notes: '<b>Bold</b>\n• One' };

async function panel(state: Update) {
  const app = renderApp({
    route: '/settings',
    answers: { 'updates.get': () => state, 'updates.look': () => found, 'updates.load': () => state },
  });
  return { ...app, panel: within(await screen.findByRole('region', { name: 'Updates' })) };
}

it('a newer version is shown with what changed in it, as text', async () => {
  const { panel: updates, user, asked } = await panel(base);
  await user.click(updates.getByRole('button', { name: 'Check for updates' }));
  expect(await updates.findByText('Signalbox 1.1.0 is available. This is 1.0.0.')).toBeTruthy();
  expect(updates.getByRole('region', { name: 'What changed in 1.1.0' }).textContent).toBe(found.notes);
  await user.click(updates.getByRole('button', { name: 'Download' }));
  expect(asked.map(({ name }) => name)).toContain('updates.load');
  await user.click(updates.getByRole('switch', { name: 'Check for updates automatically' }));
  expect(asked).toContainEqual({
    name: 'settings.set',
    input: { desktop: expect.objectContaining({ lookForUpdates: false }) },
  });
});

it('nothing is installed while an operation runs, and says so', async () => {
  const { panel: updates } = await panel({ ...found, phase: 'ready', waitsFor: ['Deploy frontend'] });
  const install = updates.getByRole('button', { name: 'Install and restart' });
  expect(install.hasAttribute('disabled')).toBe(true);
  expect(updates.getByText(/installs nothing while an operation runs: Deploy frontend\./)).toBeTruthy();
});

it('a build that can’t replace itself says why, and offers nothing', async () => {
  const { panel: updates } = await panel({ ...found, cannot: 'Signalbox was installed as a deb package.' });
  expect(updates.getByText(/is available.*installed as a deb package/)).toBeTruthy();
  expect(updates.queryByRole('button', { name: 'Download' })).toBeNull();
});

it('a build that can’t even look says why', async () => {
  const cannot = 'Signalbox runs from a checkout here. Update it with Git.';
  const { panel: updates } = await panel({ ...base, canLook: false, cannot });
  expect(updates.getByText(cannot)).toBeTruthy();
  expect(updates.queryByRole('button')).toBeNull();
});
