import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { ComparedCell, HistoricCell } from '../../../shared/domain/history/history-event';
import type { Change } from '../../../shared/domain/ledger/change';
import { renderApp } from '../../testing/render-app';

const cell = (environment: string, version: string, promote = true): HistoricCell => ({
  app: 'router',
  environment,
  version,
  automaticDeploys: true,
  promote,
  deployment: null,
});
const known: Change = {
  state: 'known',
  from: 'v8',
  to: 'v9',
  direction: 'forward',
  commits: [
    {
      sha: 'a'.repeat(40),
      subject: 'Merge pull request #7',
      author: 'Ada Marsh',
      at: '2026-03-01T10:00:00Z',
      pullRequest: { number: 7, url: null, title: 'Cache the routes' },
    },
  ],
  lost: [],
  migrations: ['db/migrate/1_routes.rb'],
  truncated: true,
  migrationsPartial: true,
  url: null,
};

function show(row: ComparedCell, change: Change) {
  return renderApp({
    route: '/history/compare?left="staging"&right="production"',
    answers: { 'history.compare': () => [row], 'change.get': () => change },
  });
}
const staging = { app: 'router', left: cell('staging', 'v9'), right: cell('production', 'v8') };

it('shows the commits, pull requests and migrations between two versions, and says where there are more', async () => {
  const { user, asked } = show(staging, known);
  const summary = await screen.findByText('1 commit or more in 1 pull request, 1 migration or more');
  const toggle = screen.getByRole('button', { name: /^router:/ });
  expect(toggle.contains(summary)).toBe(true);
  // What staging has that production has not.
  expect(screen.getByRole('columnheader', { name: 'In staging, not in production' })).toBeTruthy();
  expect(asked.find(({ name }) => name === 'change.get')?.input).toEqual({
    app: 'router',
    from: 'v8',
    to: 'v9',
  });
  await user.click(toggle);
  const table = within(screen.getByRole('table'));
  expect(table.getByText('Cache the routes')).toBeTruthy();
  expect(table.getByText('db/migrate/1_routes.rb')).toBeTruthy();
  expect(toggle.getAttribute('aria-expanded')).toBe('true');
});

it('says what is not known, and why', async () => {
  show(staging, { state: 'unknown', because: 'GitHub did not answer.' });
  expect(await screen.findByText('Differences not known: GitHub did not answer.')).toBeTruthy();
});

it('tells what differs besides the version', async () => {
  show({ ...staging, right: cell('production', 'v9', false) }, known);
  expect(await screen.findByText('promotion on → off')).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^router:/ })).toBeNull();
});
