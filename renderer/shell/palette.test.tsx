import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { devBoard } from '../dev/dev-board';
import { bareBagPipeline } from '../testing/bag-pipeline';
import { byPalette, openPalette } from '../testing/by-palette';
import { renderApp } from '../testing/render-app';

type Options = NonNullable<Parameters<typeof renderApp>[0]>;

const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const lock = {
  by: 'Ada Marsh',
  at: '2026-03-01T11:00:00.000Z',
  reason: 'Budget day',
  operation: 'op',
  token: 3,
  kind: 'manual' as const,
  bag: null,
  until: null,
  mine: true,
};
const withLock = (mine: boolean): Options => ({
  answers: {
    'board.get': () => ({
      ...board,
      environments: board.environments.map((one) =>
        one.name === 'production' ? { ...one, lock: { ...lock, mine } } : one,
      ),
    }),
  },
});
const bags: Options = {
  answers: { 'bags.pipelines': () => ['notify'], 'bags.pipeline': () => bareBagPipeline('notify') },
};

describe('what the palette does, by what is typed', () => {
  it.each<[string, RegExp, RegExp, Options?]>([
    ['deploy router production', /^Deploy router to production/, /^Deploy router/],
    ['promote router production', /^Promote router to production/, /^Promote router/],
    ['hold router production', /^Hold router in production/, /^Hold automatic deploys of router/],
    ['roll back router production', /^Roll back router in production/, /^Roll back router/],
    ['lock production', /^Lock production/, /^Lock production/],
    ['unlock production', /^Unlock production/, /^Unlock production/, withLock(true)],
    ['freeze production until Monday', /^Freeze production until Mon/, /^Freeze/],
    ['pack', /^Pack a bag: notify/, /bag/i, bags],
    ['announce', /^Announce/, /^Announce/],
  ])('%s: opens its sheet, and sends nothing by itself', async (typed, first, sheet, options) => {
    const { user, asked } = renderApp(options);
    await screen.findByRole('gridcell', { name: /^router, staging/ });
    await byPalette(user, typed, first);
    expect(await screen.findByRole('dialog', { name: sheet })).toBeTruthy();
    expect(asked.some(({ name }) => name === 'operation.start')).toBe(false);
  });

  it.each<[string, RegExp, string]>([
    ['attention', /^Needs attention/, '#/?only=attention'],
    ['publishing failed', /^publishing-api · production: Rollout failed/, '#/apps/publishing-api'],
    ['ready production', /^Ready for production/, '#/batch/production'],
    ['operations', /^Operations/, '#/operations'],
  ])('%s: leads there', async (typed, first, place) => {
    const { user } = renderApp();
    await screen.findByRole('gridcell', { name: /^router, staging/ });
    await byPalette(user, typed, first);
    await waitFor(() => expect(decodeURIComponent(window.location.hash)).toContain(place));
  });
});

it('has what was chosen last first, but no rollback', async () => {
  const { user } = renderApp();
  await screen.findByRole('gridcell', { name: /^router, staging/ });
  await byPalette(user, 'roll back router production', /^Roll back router in production/);
  await screen.findByRole('dialog', { name: /^Roll back router/ });
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await byPalette(user, 'clusters', /^Clusters/);
  await waitFor(() => expect(window.location.hash).toBe('#/clusters'));
  const palette = await openPalette(user);
  const [first, second] = palette.getAllByRole('option').map(({ textContent }) => textContent ?? '');
  expect(first).toBe('Clustersrecent');
  expect(second).not.toMatch(/^Roll back/);
});

it.each(['rlbk', 'rollout', 'back', 'router prod'])('“%s” offers no rollback', async (typed) => {
  const { user } = renderApp();
  await screen.findByRole('gridcell', { name: /^router, staging/ });
  const palette = await openPalette(user);
  await user.keyboard(typed);
  await waitFor(() =>
    expect(palette.getAllByRole('option').at(-1)?.textContent).toContain(`Search the history for “${typed}”`),
  );
  expect(palette.queryByRole('option', { name: /Roll back/ })).toBeNull();
});
