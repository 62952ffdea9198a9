import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { SyncWindowsView, SyncWindowView } from '../../../shared/domain/rollout/sync-window-view';
import { FreezeNote } from './freeze-note';

const deny: SyncWindowView = {
  kind: 'deny',
  schedule: '0 0 24 12 *',
  duration: '48h',
  timeZone: 'Europe/London',
  description: 'Nothing ships over Christmas <b>at all</b>',
  manualSync: false,
  syncOverrun: false,
  active: true,
  until: '2026-12-26T00:00:00Z',
  nextStart: null,
};
type Known = Exclude<SyncWindowsView, { state: 'unknown' }>;
const shut = (state: 'manual-only' | 'closed', more: Partial<SyncWindowView> = {}): Known => ({
  state,
  project: 'govuk',
  text: `${state === 'closed' ? 'All' : 'Automatic'} syncs are blocked by a deny window.`,
  opensAt: '2026-12-26T00:00:00Z',
  windows: [{ ...deny, ...more }],
  runningSync: null,
});
const show = (windows: SyncWindowsView) =>
  render(
    <MantineProvider env="test">
      <FreezeNote windows={windows} />
    </MantineProvider>,
  );

it('shows a window that keeps every sync back as Argo CD’s own, with why and until when', () => {
  show(shut('closed'));
  const note = screen.getByRole('note', { name: 'Sync window' });
  expect(note.textContent).toContain('Syncs blocked by a sync window until');
  expect(note.textContent).toContain('local time');
  expect(note.textContent).toContain('All syncs are blocked by a deny window.');
  // What somebody wrote into the project is text.
  expect(note.textContent).toContain('“Nothing ships over Christmas <b>at all</b>”');
  expect(note.querySelector('b')).toBeNull();
  expect(note.textContent).not.toContain('Manual syncs are allowed');
});

it('says that a sync by hand goes through where the window allows it', () => {
  show(shut('manual-only', { manualSync: true }));
  const note = screen.getByRole('note', { name: 'Sync window' });
  expect(note.textContent).toContain('Automatic syncs blocked by a sync window until');
  expect(note.textContent).toContain('Manual syncs are allowed.');
});

it('says that the sync that runs may go on', () => {
  show({ ...shut('closed'), runningSync: 'may-go-on' });
  expect(screen.getByRole('note').textContent).toContain('The running sync can continue.');
});

it('says when the next one blocks, and that it can’t tell where the project is not readable', () => {
  const open: Known = { ...shut('closed'), state: 'open', opensAt: null };
  const { unmount } = show({
    ...open,
    windows: [{ ...deny, active: false, nextStart: '2026-12-24T00:00:00Z' }],
  } as SyncWindowsView);
  expect(screen.queryByRole('note')).toBeNull();
  expect(document.body.textContent).toContain('Next sync window blocks syncs at');
  unmount();
  show({ state: 'unknown', because: 'You may not read AppProjects.' });
  expect(document.body.textContent).toContain(
    'Can’t tell whether a sync window blocks syncs: You may not read AppProjects.',
  );
});
