import { expect, type Page, test } from '@playwright/test';
import { allEnvironments } from '../electron/systems/practice/environments';
import { boardReady, cellAt, freshBoard, goTo, grid, inspector, sheet, versionOf } from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

let app: Running;
const page = (): Page => app.page;
const freshness = () => page().getByRole('list', { name: 'Freshness' });

test.beforeAll(async () => {
  app = await startOnPractice(await newUserData());
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app.close();
  await removeUserData(app.userData);
});
test.beforeEach(() => freshBoard(page()));

test('a cluster that goes away leaves what was seen, marked, and the other environments live', async () => {
  const { control } = app.practice;
  const version = await versionOf(page(), 'signon', 'staging');
  await control.clusterDown({ environment: 'staging' });
  await expect(freshness()).toContainText(/staging as of \d\d:\d\d/);
  await expect(freshness()).toContainText('production live');
  await expect(grid(page()).getByRole('columnheader', { name: /^staging/ })).toContainText(/as of \d\d:\d\d/);
  const stale = cellAt(page(), 'signon', 'staging');
  await expect(stale).toContainText(version);
  await expect(stale).toHaveAccessibleName(/Healthy, .*as of \d\d:\d\d|Healthy, as of \d\d:\d\d/);

  // The others go on: a release comes to integration while staging is away.
  const { version: next } = await control.publishRelease({ app: 'signon' });
  await expect(cellAt(page(), 'signon', 'integration')).toContainText(next);
  // Its tests run, or its promotion into the cluster that is away fails: the app itself is healthy.
  await expect(cellAt(page(), 'signon', 'integration')).toHaveAccessibleName(/Healthy/);

  await control.clusterUp({ environment: 'staging' });
  await expect(freshness()).toContainText('govuk live');
  await expect(stale).not.toHaveAccessibleName(/as of/);
  await expect(cellAt(page(), 'signon', 'production')).toContainText(next);
});

test('without the Git remote actions are refused with the reason, and nothing is queued', async () => {
  const { control, git } = app.practice;
  const head = await git('rev-parse', 'main');
  await control.gitDown();
  await expect(freshness()).toContainText(/Release repo as of \d\d:\d\d/);
  await cellAt(page(), 'router', 'integration').click();
  await inspector(page()).getByRole('button', { name: 'Hold router in integration' }).click();
  await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).toContainText(
    'The release repo is unreachable, so nothing can be changed now.',
  );
  await sheet(page()).getByRole('textbox', { name: 'Reason' }).fill('It cannot be');
  const action = sheet(page()).getByRole('button', { name: /^Hold automatic deploys of router/ });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await action.focus();
  await page().keyboard.press('Enter');
  await expect(action).toHaveAccessibleDescription(
    'The release repo is unreachable, so nothing can be changed now.',
  );
  await page().keyboard.press('Escape');

  await control.gitUp();
  await expect(freshness()).toContainText('Release repo live');
  expect(await git('rev-parse', 'main')).toBe(head);
  await boardReady(page());
});

test('with everything away from the start, the board and the history are read from the cache', async () => {
  const { control } = app.practice;
  const version = await versionOf(page(), 'publishing-api', 'production');
  await control.gitDown();
  for (const environment of allEnvironments) await control.clusterDown({ environment });
  await app.close();

  app = await startOnPractice(app.userData, { ready: false });
  const cell = cellAt(page(), 'publishing-api', 'production');
  await expect(cell).toContainText(version);
  await expect(grid(page()).getByRole('rowheader')).toHaveCount(14);
  await expect(freshness()).toContainText(/Release repo (as of|unreachable since)/);
  await expect(freshness()).toContainText(/production (as of|unreachable since)/);
  await expect(cell).toHaveAccessibleName(/deployed .* ago/);
  await goTo(page(), '#/apps/publishing-api');
  await expect(
    page()
      .getByRole('row', { name: new RegExp(`production .*→ ?${version}`) })
      .first(),
  ).toBeVisible();

  await app.practice.control.gitUp();
  for (const environment of allEnvironments) await app.practice.control.clusterUp({ environment });
  await goTo(page(), '#/');
  await boardReady(page());
});
