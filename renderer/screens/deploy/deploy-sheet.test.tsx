import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { noChange } from '../../../shared/domain/ledger/change';
import { renderApp } from '../../testing/render-app';
import { openSheet, type SheetRequest } from '../../ui/layout/ui-state';

const sha = 'f'.repeat(40);

/** The sheet on the board, as another part of the window opens it. */
async function sheetOf(
  request: SheetRequest,
  answers?: Parameters<typeof renderApp>[0] extends infer O | undefined
    ? O extends { answers?: infer A }
      ? A
      : never
    : never,
) {
  renderApp(answers ? { answers } : {});
  await screen.findByRole('gridcell', { name: /^router, staging/ });
  openSheet(request);
  return within(await screen.findByRole('dialog'));
}

it('says a commit short in its button, and in full beside it', async () => {
  const sheet = await sheetOf({ kind: 'deploy', app: 'router', environment: 'staging', version: sha });
  expect(await sheet.findByRole('button', { name: 'Deploy router ffffffff to staging' })).toBeTruthy();
  expect(sheet.getByTitle(sha).textContent).toBe('ffffffff');
});

it('says that a rollback also holds', async () => {
  const sheet = await sheetOf({ kind: 'rollback', app: 'router', environment: 'production', version: 'v1' });
  expect(await sheet.findByText(/also holds automatic deploys of router to production/)).toBeTruthy();
  expect(sheet.getByText('Earlier version')).toBeTruthy();
});

it.each(['hold', 'release-hold'] as const)('says of a %s that no problem was found', async (kind) => {
  const sheet = await sheetOf(
    { kind, app: 'router', environment: 'production' },
    {
      'preview.get': () => ({
        intent: { kind, app: 'router', environment: 'production', reason: 'x' },
        current: 'v1',
        incoming: 'v1',
        commit: null,
        route: { taken: 'push' as const, rest: null, routes: [] },
        findings: [],
        change: { state: 'unknown', because: '' },
      }),
    },
  );
  await waitFor(() => expect(sheet.getByText('No problems found.')).toBeTruthy());
});

it('says why the changes could not be read, and asks again on request', async () => {
  let isAway = true;
  const change = () =>
    !isAway
      ? { ...noChange('v1'), to: 'v2', migrations: ['db/migrate/1_a.rb'], direction: 'forward' as const }
      : ({ state: 'unknown', because: 'GitHub did not answer: the connection was closed.' } as const);
  const sheet = await sheetOf(
    { kind: 'deploy', app: 'router', environment: 'staging', version: 'v2' },
    {
      'preview.get': () => {
        return {
          intent: {
            kind: 'deploy' as const,
            app: 'router',
            environment: 'staging',
            version: 'v2',
            expected: 'v1',
          },
          current: 'v1',
          incoming: 'v2',
          commit: null,
          route: { taken: 'push' as const, rest: null, routes: [] },
          findings: [],
          change: change(),
        };
      },
    },
  );
  expect(
    await sheet.findByText('Differences not known: GitHub did not answer: the connection was closed.'),
  ).toBeTruthy();
  expect(sheet.queryByText('Not compared yet.')).toBeNull();
  isAway = false;
  sheet.getByRole('button', { name: 'Try again' }).click();
  expect(await sheet.findByText('db/migrate/1_a.rb')).toBeTruthy();
  expect(sheet.queryByRole('button', { name: 'Try again' })).toBeNull();
});
