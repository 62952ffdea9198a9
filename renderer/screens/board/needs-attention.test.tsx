import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ProcedureName } from '../../../shared/contract/contract';
import { FailureError } from '../../../shared/domain/failure/failure';
import { devBoard } from '../../dev/dev-board';
import { renderApp } from '../../testing/render-app';

const board = devBoard({ apps: 2, state: 'practice', scheme: 'light' });
const calm = { ...board, cells: [] };
const list = () => screen.findByRole('region', { name: 'Needs attention' });
const refused = (): never => {
  throw new FailureError({ code: 'internal', message: 'It broke.', meaning: '', next: [] });
};
const allTold = () => ({ destinations: [], open: [], lately: [], lost: 0, unavailableBecause: null });
const noFreezes = () => ({ timeZone: 'Europe/London', freezes: [], unread: [] });

/** What the list is made of, besides the board. */
const about: ReadonlySet<ProcedureName> = new Set([
  'announcements.get',
  'bags.pipeline',
  'bags.pipelines',
  'freezes.list',
]);

describe('what could not be read', () => {
  it.each<[ProcedureName[], string]>([
    [['freezes.list'], 'freezes'],
    [['announcements.get'], 'announcements'],
    [['freezes.list', 'announcements.get'], 'freezes and announcements'],
    [['bags.pipelines'], 'bags'],
    [['bags.pipeline'], 'bags'],
  ])('%s: is said, and is asked for again', async (broken, what) => {
    let works = false;
    const unless = (name: ProcedureName) => broken.includes(name) && !works;
    const { user, asked } = renderApp({
      answers: {
        'board.get': () => calm,
        'announcements.get': () => (unless('announcements.get') ? refused() : allTold()),
        'freezes.list': () => (unless('freezes.list') ? refused() : noFreezes()),
        // A pipeline that is gone once it is asked again: the fixtures have none to answer with.
        'bags.pipelines': () =>
          unless('bags.pipelines') ? refused() : broken.includes('bags.pipeline') ? ['notify'] : [],
        ...(broken.includes('bags.pipeline') ? { 'bags.pipeline': refused } : {}),
      },
    });
    const told = `Signalbox can’t read ${what}.`;
    await waitFor(async () => expect((await list()).textContent).toBe(`Needs attention${told} Try again`));
    expect(screen.getByRole('button', { name: /^Needs attention/ }).textContent).toBe('Needs attention?');
    const before = asked.length;
    works = true;
    within(await list())
      .getByRole('button', { name: 'Try again' })
      .focus();
    await user.keyboard('{Enter}');
    const again = () => asked.slice(before).flatMap(({ name }) => (about.has(name) ? [name] : []));
    // What could be read is left alone.
    await waitFor(() => expect(again().sort()).toEqual(broken.toSorted()));
    if (broken.includes('bags.pipeline')) return;
    await waitFor(async () =>
      expect((await list()).textContent).toBe('Needs attentionNothing needs attention.'),
    );
    // The button is gone, and took no focus along.
    await waitFor(async () => expect(document.activeElement).toBe(await list()));
  });
});

it('lists a hold that was bypassed, with what bypassed it, and leads to its cell', async () => {
  const [cell] = board.cells.filter(({ environment }) => environment === 'production');
  if (!cell) throw new Error('no cell');
  const bypassed = {
    ...cell,
    hold: {
      state: 'alarm' as const,
      by: 'Ada Marsh',
      since: board.committedAt,
      reason: '500s',
      detail: 'govuk-ci deployed v9 at 10:00.',
    },
  };
  const { user } = renderApp({ answers: { 'board.get': () => ({ ...calm, cells: [bypassed] }) } });
  await waitFor(async () => expect((await list()).textContent).toContain('Hold bypassed'));
  const text = (await list()).textContent;
  expect(text).toContain(`${cell.app} · production`);
  expect(text).toContain('govuk-ci deployed v9 at 10:00.');
  await user.click(within(await list()).getByRole('button', { name: `${cell.app} · production` }));
  expect(await screen.findByRole('button', { name: 'Close details' })).toBeTruthy();
});
