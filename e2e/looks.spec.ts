import { expect, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import { ask, cellAt, choose, ended, freshBoard, goTo, grid, inspector, sheet, startDeploy } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(50);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

/** Keeps pictures of what is on screen. */
const look = (screen: string): Promise<void> => lookAt(app(), screen);

test('board', async () => {
  await look('board');
});

test('board with a cell looked into', async () => {
  await cellAt(page(), 'whitehall', 'production').click();
  await expect(
    inspector(page())
      .getByRole('region', { name: 'Difference' })
      .getByText(/^#\d+$/)
      .first(),
  ).toBeVisible();
  await look('board-inspector');
});

test('app', async () => {
  await goTo(page(), '#/apps/publishing-api?environment=production');
  await expect(page().getByRole('row').nth(5)).toBeVisible();
  await page().getByText('staging → production').click();
  await look('app');
});

test('deploy sheet, picking and looking; rollback sheet', async () => {
  const checks = sheet(page()).getByRole('list', { name: 'Checks', exact: true });
  const changes = sheet(page()).getByRole('heading', { name: 'Changes', exact: true });
  await cellAt(page(), 'whitehall', 'production').click();
  await page().getByRole('button', { name: 'Deploy whitehall to production' }).click();
  await expect(sheet(page()).getByRole('option').nth(3)).toBeVisible();
  await look('deploy-sheet-picking');
  await sheet(page()).getByRole('option').first().click();
  await expect(changes).toBeVisible();
  await expect(checks).not.toHaveAttribute('aria-busy');
  await look('deploy-sheet');
  await sheet(page())
    .getByText(/^How it lands: /)
    .click();
  await expect(
    sheet(page()).getByRole('radiogroup', { name: 'How it lands' }).getByRole('radio').first(),
  ).toBeVisible();
  await changes.scrollIntoViewIfNeeded();
  await look('deploy-sheet-landing');
  await page().keyboard.press('Escape');
  await expect(sheet(page())).toHaveCount(0);
  // A migration lies between the two, or none is known: the click opens the sheet.
  await inspector(page())
    .getByRole('button', { name: /^Roll back whitehall to / })
    .click();
  await expect(changes).toBeVisible();
  await expect(checks).not.toHaveAttribute('aria-busy');
  await look('rollback-sheet');
});

test('operation, running and failed; and what the board makes of it', async () => {
  const name = 'content-store';
  const { control } = app().practice;
  const { version } = await control.publishRelease({ app: name, deploy: false, migration: true });
  await control.slowRollout({ app: name, environment: 'production', readySeconds: 3000 });
  // A rollout has a minute of the estate's time: slow enough that its pictures can be made.
  await control.setSpeed({ speed: 5 });
  const id = await startDeploy(page(), { app: name, environment: 'production', version });
  await goTo(page(), `#/operations/${id}`);
  const rollout = page().getByRole('region', { name: `Rollout of ${name}` });
  await expect(rollout).toContainText('Rolling out');
  await control.setSpeed({ speed: 1 });
  await look('operation-running');
  await goTo(page(), '#/');
  await expect(cellAt(page(), name, 'production')).toContainText(/\d of \d pods/);
  await look('board-rolling');

  await control.heal({ app: name });
  await control.makeVersionCrashLoop({ app: name, version, environment: 'production' });
  await control.setSpeed({ speed: 200 });
  await goTo(page(), `#/operations/${id}`);
  await ended(page(), id, 'failed');
  await control.setSpeed({ speed: 50 });
  await expect(rollout.getByRole('alert')).toContainText('CrashLoopBackOff');
  await expect(page().getByRole('region', { name: /^Log of / })).toContainText('Unable to load application');
  await look('operation-failed');
  await goTo(page(), '#/');
  await expect(page().getByRole('button', { name: /^Needs attention/ })).toHaveText('Needs attention1');
  await cellAt(page(), name, 'production').click();
  await look('board-attention');
  await goTo(page(), '#/operations');
  await expect(page().getByRole('row').filter({ hasText: version })).toBeVisible();
  await look('operations');
});

test('history, its figures and comparisons', async () => {
  await goTo(page(), '#/history');
  const list = page().getByRole('listbox', { name: 'Events, newest first' });
  await expect(list.getByRole('option').nth(3)).toContainText(/v\d|Bag \d/);
  await look('history');
  await goTo(page(), '#/history?kind=["rollback"]&environment=["production"]');
  await expect(list.getByRole('option').first()).toContainText('Rollback');
  await list.getByRole('option').first().click();
  await expect(page().getByRole('region', { name: 'Message' })).toBeVisible();
  await look('history-filtered');
  await page()
    .getByRole('link', { name: /^History of/ })
    .click();
  await expect(page().getByRole('table')).toBeVisible();
  await look('version');
  await goTo(page(), '#/history/figures?days=365');
  await expect(page().getByRole('region', { name: 'Apps' })).toBeVisible();
  await look('figures');
  await page().getByRole('radiogroup', { name: 'View' }).getByText('Table').click();
  await look('figures-table');
  await goTo(page(), '#/history/compare');
  await expect(page().getByRole('table')).toBeVisible();
  await look('compare');
});

test('the board of the past', async () => {
  const slider = page().getByRole('slider', { name: 'Time shown on the board' });
  await slider.focus();
  await page().keyboard.press('Shift+ArrowLeft');
  await page().keyboard.press('Shift+ArrowLeft');
  await expect(page().getByText('You are viewing the past: ', { exact: false })).toBeVisible();
  await look('board-past');
  await cellAt(page(), 'whitehall', 'production').click();
  await expect(inspector(page())).toContainText('viewing the past');
  await look('board-past-inspector');
});

test('practice', async () => {
  await goTo(page(), '#/practice');
  await expect(page().getByRole('heading', { level: 1, name: 'Practice' })).toBeVisible();
  await look('practice');
});

test('settings', async () => {
  await goTo(page(), '#/settings');
  await expect(page().getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await look('settings');
});

test('diagnostics', async () => {
  await goTo(page(), '#/settings');
  await page().getByRole('link', { name: 'Diagnostics' }).click();
  const files = page().getByRole('region', { name: 'Files' });
  await expect(files.getByText(/^[\d.]+ [kM]B$/).first()).toBeVisible();
  await look('diagnostics');
});

test('palette', async () => {
  await expect(grid(page())).toBeVisible();
  await page().keyboard.press('Control+k');
  await expect(page().getByRole('dialog', { name: 'Command palette' }).getByRole('combobox')).toBeFocused();
  await page().keyboard.type('roll back pub');
  // The board's time slider behind it has options of its own.
  const found = page().getByRole('dialog', { name: 'Command palette' }).getByRole('option');
  await expect(found.first()).toContainText('publishing-api');
  await look('palette');
});

test('list of shortcuts', async () => {
  await page().keyboard.press('?');
  await expect(page().getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await look('shortcuts');
});

test('a cluster that is away', async () => {
  await app().practice.control.clusterDown({ environment: 'staging' });
  await expect(page().getByRole('list', { name: 'Freshness' })).toContainText(/staging as of/);
  await look('board-stale');
  await app().practice.control.clusterUp({ environment: 'staging' });
});

test('board of another pipeline', async () => {
  await choose(page(), 'Pipeline', 'notify');
  await expect(cellAt(page(), 'notify-api', 'notify-production')).toBeVisible();
  await look('board-notify');
});

test('a pipeline of bags', async () => {
  const [pipeline] = await ask(page(), 'bags.pipelines', {});
  await goTo(page(), `#/pipelines/${pipeline}`);
  const stages = page().getByRole('list', { name: 'Environments' });
  await expect(stages.getByRole('heading', { name: 'Runs' }).first()).toBeVisible();
  await look('bags');
  await page().getByRole('button', { name: 'Roll back…' }).last().click();
  await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).not.toHaveAttribute(
    'aria-busy',
  );
  await look('bags-rollback');
  await page().keyboard.press('Escape');
  await goTo(page(), `#/pipelines/${pipeline}?view=timeline`);
  await expect(page().getByRole('grid', { name: 'Bags and environments' })).toBeVisible();
  await page()
    .getByText(/^Contents/)
    .click();
  await look('bags-timeline');
  await goTo(page(), `#/pipelines/${pipeline}?view=timeline&as=table`);
  await expect(page().getByRole('table').first()).toBeVisible();
  await look('bags-table');
  await goTo(page(), `#/pipelines/${pipeline}?view=periodic`);
  await expect(
    page()
      .getByRole('heading', { name: /^Pipeline|smoke/i })
      .first(),
  ).toBeVisible();
  await look('bags-periodic');
});
