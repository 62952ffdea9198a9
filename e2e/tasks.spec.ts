import { expect, type Locator, type Page, test } from '@playwright/test';
import { shortVersion } from '../shared/domain/ledger/version';
import { lookAt } from './look';
import {
  ask,
  cellAt,
  cellOf,
  ended,
  freshBoard,
  goTo,
  inspector,
  sheet,
  startDeploy,
  versionOf,
} from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(40);
const page = (): Page => app().page;
const production = 'production';

/** What a person did since the board was fresh: clicks, and keys that choose or send something. */
let acts = 0;
test.beforeEach(async () => {
  await freshBoard(page());
  acts = 0;
});
const click = async (target: Locator): Promise<void> => {
  acts += 1;
  await target.click();
};
const press = async (keys: string): Promise<void> => {
  acts += 1;
  await page().keyboard.press(keys);
};
const screens = () => page().getByRole('navigation', { name: 'Screens' });

test('the six tasks of a release manager, in clicks', async () => {
  const { control } = app().practice;
  const name = 'collections';

  // What differs between production and staging: nothing to click, the board says it.
  const { version } = await control.publishRelease({ app: name, deploy: false });
  await ended(page(), await startDeploy(page(), { app: name, environment: 'staging', version }));
  await freshBoard(page());
  const { cells } = await ask(page(), 'board.get', {});
  const behind = cells.find(
    ({ environment, drift }) => environment === production && drift.state === 'behind',
  );
  if (behind?.drift.state !== 'behind') throw new Error('the seed has an app that is behind in production');
  await expect(cellAt(page(), behind.app, production)).toContainText(`${behind.drift.by} behind`);
  expect(acts, 'what differs').toBe(0);

  // What would go out.
  await click(page().getByRole('link', { name: `Ready for ${production}` }));
  const row = page()
    .getByRole('row')
    .filter({ has: page().getByRole('rowheader', { name, exact: true }) });
  await expect(row).toContainText(shortVersion(version));
  expect(acts, 'what would go out').toBe(1);

  // An old version back.
  const good = await versionOf(page(), name, production);
  const bad = await control.publishRelease({ app: name, breaks: 'crash-loop', environments: [production] });
  await freshBoard(page());
  await expect.poll(async () => (await cellOf(page(), name, production)).ledger?.version).toBe(bad.version);
  acts = 0;
  await click(cellAt(page(), name, production));
  const back = inspector(page()).getByRole('button', {
    name: `Roll back ${name} to ${good} in ${production}`,
  });
  await expect(back).not.toHaveAttribute('aria-disabled');
  await click(back);
  expect(acts, 'old version back').toBe(2);
  const tray = page().getByRole('region', { name: 'Operations tray' });
  await expect(tray).toContainText(`${name} ${good} · ${production}`);
  const [newest] = await ask(page(), 'operation.list', { app: name, environment: production, limit: 1 });
  const id = newest?.id ?? '';
  await ended(page(), id);

  // A rollback is one row of the history, with all that it changed; who deployed to production within a day.
  await freshBoard(page());
  acts = 0;
  await click(screens().getByRole('link', { name: 'History' }));
  await click(page().getByRole('button', { name: 'Production, last 24 h' }));
  expect(acts, 'who deployed to production in 24 h').toBe(2);
  await expect(page().getByText('Most deployments:')).toBeVisible();
  const list = page().getByRole('listbox', { name: 'Events, newest first' });
  const rolledBack = list.getByRole('option').filter({ hasText: 'Rollback' }).filter({ hasText: name });
  await expect(rolledBack).toHaveCount(1);
  await expect(rolledBack).toContainText('Succeeded');
  await rolledBack.click();
  const changed = page().getByRole('region', { name: 'What changed' });
  await expect(changed).toContainText('Hold set');
  await expect(page().getByRole('list', { name: `Steps of ${name} ${good}` })).toContainText('Rollout');
  await lookAt(app(), 'history-story');
  await goTo(page(), `#/operations/${id}`);
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText('Confirm the hold');
  await lookAt(app(), 'operation-rail');

  // Why it is stuck: from the board.
  const other = 'static';
  const failing = await control.publishRelease({
    app: other,
    breaks: 'tests-fail',
    environments: ['staging'],
  });
  await expect
    .poll(async () => (await cellOf(page(), other, 'staging')).tests?.state, { message: 'tests fail' })
    .toBe('failed');
  await freshBoard(page());
  acts = 0;
  await expect(cellAt(page(), other, 'staging')).toContainText(shortVersion(failing.version));
  await click(cellAt(page(), other, 'staging'));
  await expect(page().getByRole('region', { name: 'Why in staging' })).toContainText(/test/i);
  expect(acts, 'why stuck').toBe(1);

  // Production is frozen until Monday.
  await freshBoard(page());
  acts = 0;
  await press('Control+k');
  await page().keyboard.type('Freeze production until Monday 9:00');
  await press('Enter');
  await expect(sheet(page()).getByRole('textbox', { name: 'Reason' })).toBeFocused();
  await page().keyboard.type('Budget day');
  await press('Control+Enter');
  expect(acts, 'freeze production until Monday').toBe(3);
  await expect(page()).toHaveURL(/#\/operations\//);
});

test('a sheet with a whole commit fits its window, and asking why something fails leaves the top bar where it is', async () => {
  const sha = 'f'.repeat(40);
  await goTo(page(), `#/apps/collections?environment=staging`);
  // Where pods fail is scrolled to within its panel, not with the document.
  await goTo(page(), '#/apps/collections?environment=staging&look=rollout');
  await expect(page().getByRole('region', { name: 'Rollout of collections' })).toBeVisible();
  const bar = page().getByRole('banner').first();
  await expect(bar).toBeInViewport({ ratio: 1 });
  expect(await page().evaluate(() => document.scrollingElement?.scrollTop)).toBe(0);

  await freshBoard(page());
  await cellAt(page(), 'collections', 'staging').click();
  await page().keyboard.press('Shift+D');
  const picker = sheet(page()).getByRole('combobox').first();
  await picker.fill(sha);
  await sheet(page())
    .getByRole('option', { name: /Use the image tag/ })
    .click();
  const footer = sheet(page()).getByRole('button', { name: /^Deploy/ });
  await expect(footer).toBeVisible();
  const fits = await sheet(page()).evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth);
  expect(fits).toBe(true);
});

test('what lies between two environments can be read: commits, pull requests and migrations', async () => {
  await goTo(page(), '#/history/compare?left="staging"&right="production"');
  const toggle = page()
    .getByRole('table')
    .getByRole('button', { name: /commit/ })
    .first();
  await toggle.click();
  await expect(
    page()
      .getByText(/^#\d+$/)
      .first(),
  ).toBeVisible();
  await lookAt(app(), 'compare-changes');
});
