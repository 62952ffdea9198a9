import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { devBoard } from '../../dev/dev-board';
import { renderApp } from '../../testing/render-app';

const at = '2026-03-01T11:40:00.000Z';
const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const production = board.cells.filter(({ environment }) => environment === 'production');
const versionNow = (app: string): string =>
  production.find((cell) => cell.app === app)?.ledger?.version ?? '';

/** What production had at 11:40: another version of these apps, and the present one of all others. */
const then = new Map([
  ['router', 'v1200'],
  ['collections', 'v301'],
  ['whitehall', 'v77'],
]);
const boardAt = (environments: readonly string[]) => ({
  commit: 'abcdef01',
  at,
  standing: [],
  cells: environments.flatMap((environment) => [
    ...production.map(({ app }) => ({
      app,
      environment,
      version: environment === 'production' ? (then.get(app) ?? versionNow(app)) : 'v1',
      automaticDeploys: true,
      promote: true,
      deployment: null,
    })),
    {
      app: 'retired',
      environment,
      version: 'v3',
      automaticDeploys: true,
      promote: true,
      deployment: null,
    },
  ]),
});
const answers = { 'history.board': () => boardAt(['staging', 'production']) };
const row = (app: string) => screen.findByRole('row', { name: new RegExp(`\\b${app}\\b`) });
const isChecked = async (app: string) =>
  (within(await row(app)).getByRole('checkbox') as HTMLInputElement).checked;

describe('production as of 11:40', () => {
  it('is one batch of the apps that have another version now, each to what ran then', async () => {
    const { user, asked } = renderApp({ route: `/batch/production?at=${at}`, answers });
    expect(await screen.findByRole('heading', { level: 1, name: /^production as of / })).toBeTruthy();
    const rows = within(await screen.findByRole('region', { name: 'Apps' })).getAllByRole('rowheader');
    expect(rows.map((one) => one.textContent)).toEqual(['collections', 'router', 'whitehall']);
    expect(
      screen.getByText(new RegExp(`${production.length - then.size} apps have the same version as then\\.`)),
    ).toBeTruthy();
    expect(screen.getByText(/Removed since then: retired\./)).toBeTruthy();
    expect(screen.getByText(/automatic deploys to production are off for it/)).toBeTruthy();
    expect((await row('router')).textContent).toContain('v1200');

    // One of them is left out: its checks are no part of it.
    await user.click(within(await row('whitehall')).getByRole('checkbox'));
    const send = await screen.findByRole('button', { name: 'Put 2 apps in production back' });
    await waitFor(() => expect(send.getAttribute('aria-disabled')).not.toBe('true'));
    await user.type(screen.getByRole('textbox', { name: /^Reason/ }), 'Back to before the outage');
    await user.click(send);
    await waitFor(() => expect(asked.some(({ name }) => name === 'operation.start')).toBe(true));
    expect(asked.filter(({ name }) => name === 'operation.start').map(({ input }) => input)).toMatchObject([
      {
        intent: {
          kind: 'batch',
          environment: 'production',
          asOf: at,
          onFailure: 'stop',
          reason: 'Back to before the outage',
          items: [
            {
              intent: {
                kind: 'rollback',
                app: 'collections',
                environment: 'production',
                version: 'v301',
                expected: versionNow('collections'),
                reason: 'Back to before the outage',
              },
              seen: expect.arrayContaining([expect.objectContaining({ level: 'pass' })]),
            },
            { intent: { kind: 'rollback', app: 'router', version: 'v1200', expected: versionNow('router') } },
          ],
        },
      },
    ]);
    await waitFor(() => expect(window.location.hash).toMatch(/operations/));
  });

  it('wants a reason where a check warns of one of them', async () => {
    const { user, asked } = renderApp({ route: `/batch/production?at=${at}`, answers });
    const send = await screen.findByRole('button', { name: 'Put 3 apps in production back' });
    expect(await screen.findAllByText('Enter a reason to override 2 findings.')).not.toHaveLength(0);
    expect(send.getAttribute('aria-disabled')).toBe('true');
    await user.click(send);
    expect(asked.some(({ name }) => name === 'operation.start')).toBe(false);
    await user.type(screen.getByRole('textbox', { name: 'Reason' }), 'Known');
    await waitFor(() => expect(send.getAttribute('aria-disabled')).not.toBe('true'));
  });

  it('lists what is being deployed, and leaves it out by itself', async () => {
    const busy = production.map((cell) =>
      cell.app === 'router'
        ? { ...cell, operation: { id: 'o', state: 'running' as const, step: null } }
        : cell,
    );
    renderApp({
      route: `/batch/production?at=${at}`,
      answers: { ...answers, 'board.get': () => ({ ...board, cells: busy }) },
    });
    expect((await row('router')).textContent).toContain('An operation is running here.');
    expect(await isChecked('router')).toBe(false);
    expect(await isChecked('collections')).toBe(true);
  });

  it('can’t be asked for in a read-only estate, and says why', async () => {
    renderApp({ state: 'read-only', route: `/batch/production?at=${at}`, answers });
    const send = await screen.findByRole('button', { name: /^Put \d+ apps in production back$/ });
    expect(send.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getAllByText(/opened with --ledger/)).not.toHaveLength(0);
  });

  it.each([
    ['the board of that time', `/?at=${at}`, /^production as of .*…$/, at],
    [
      'an event of the history',
      '/history?environment=["production"]',
      /^Put production back to that time…$/,
      '',
    ],
  ])('is reached from %s', async (_, route, name, moment) => {
    const { user } = renderApp({ route, answers });
    if (moment === '') {
      const feed = await screen.findByRole('listbox', { name: 'Events, newest first' });
      await within(feed).findAllByRole('option');
      feed.focus();
      await user.keyboard('{ArrowDown}');
    }
    await user.click(await screen.findByRole('link', { name }));
    expect(await screen.findByRole('heading', { level: 1, name: /^production as of / })).toBeTruthy();
    expect(decodeURIComponent(window.location.hash)).toMatch(
      moment === '' ? /^#\/batch\/production\?at="?20/ : /^#\/batch\/production\?at="?2026-03-01T11:40/,
    );
  });
});
