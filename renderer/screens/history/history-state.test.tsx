import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { HistoryStatus } from '../../../shared/domain/history/history-event';
import { renderApp } from '../../testing/render-app';

const ready: HistoryStatus = {
  phase: 'ready',
  progress: null,
  tip: 'abcdef01',
  beginning: { reason: 'root', at: '2026-03-01T12:00:00.000Z', commit: 'abcdef01' },
  notice: null,
  failure: null,
};

/** The history screen while the history is in some state. */
function shown(change: Partial<HistoryStatus>) {
  const status = { ...ready, ...change };
  return renderApp({
    route: '/history',
    answers: { 'history.status': () => status, 'history.retry': () => status },
  });
}

const beginsBecause = (reason: NonNullable<HistoryStatus['beginning']>['reason']) => ({
  reason,
  at: '2026-03-01T12:00:00.000Z',
  commit: 'abcdef01',
});

it.each([
  ['shallow', 'The local copy is shallow: older history is only in the remote repo.'],
  ['partial', 'The local copy is a partial clone: older history can’t be read here.'],
] as const)('says where the history of a %s clone begins, and why', async (reason, why) => {
  shown({ beginning: beginsBecause(reason) });
  const note = await screen.findByText(new RegExp(why));
  expect(note.textContent).toMatch(/^The history starts on 1 Mar 2026/);
});

it('says nothing of a beginning that is the repo’s own', async () => {
  shown({});
  await screen.findByRole('listbox', { name: 'Events, newest first' });
  expect(screen.queryByText(/The history starts/)).toBeNull();
});

it('counts while it reads, with an estimate, and what is there can be read meanwhile', async () => {
  shown({
    phase: 'indexing',
    progress: { done: 1200, total: 4800, msLeft: 65_000 },
    beginning: beginsBecause('unfinished'),
  });
  expect(
    await screen.findByText(/Loading history, newest first: 1,200 commits of about 4,800, about .+ left/),
  ).toBeTruthy();
  const bar = screen.getByRole('progressbar', { name: 'Loading history' });
  expect(bar.getAttribute('aria-valuenow')).toBe('25');
  expect(await screen.findByRole('listbox', { name: 'Events, newest first' })).toBeTruthy();
});

it('counts without an estimate in the first moments', async () => {
  shown({ phase: 'indexing', progress: { done: 200, total: null, msLeft: null } });
  expect(await screen.findByText('Loading history, newest first: 200 commits')).toBeTruthy();
});

const failures: Failure[] = [
  {
    code: 'disk-full',
    message: 'The disk has no space left for the history.',
    meaning: 'You can read the history loaded so far. Everything else works.',
    next: [
      { do: 'advice', label: 'Free some space, then try again.' },
      { do: 'retry', label: 'Continue loading' },
    ],
  },
  {
    code: 'not-found',
    message: 'The repo has no branch main.',
    meaning: 'There is no history to show.',
    next: [{ do: 'open-settings', label: 'Check the repo and the branch' }],
  },
  {
    code: 'bad-data',
    message: 'Not all of the repo’s history could be read.',
    meaning: 'You can read the history loaded so far; newer or older history is missing.',
    next: [{ do: 'retry', label: 'Try again' }],
  },
];

it.each(failures)('tells of a failure and what to do, beside what is indexed: $message', async (failure) => {
  const { user, asked } = shown({ phase: 'failed', failure, beginning: beginsBecause('unfinished') });
  expect(await screen.findByText(failure.message)).toBeTruthy();
  expect(screen.getByText(failure.meaning)).toBeTruthy();
  // Nothing is being read any more.
  expect(screen.queryByText(/Loading history/)).toBeNull();
  expect(screen.getByText(/Older history has not been loaded yet\./)).toBeTruthy();
  expect(await screen.findByRole('listbox', { name: 'Events, newest first' })).toBeTruthy();
  const again = failure.next.find((step) => step.do === 'retry');
  if (!again) return;
  await user.click(screen.getByRole('button', { name: again.label }));
  await waitFor(() => expect(asked.some(({ name }) => name === 'history.retry')).toBe(true));
});
