import { expect, type Page, test } from '@playwright/test';
import { seedApps } from '../electron/practice/estate/apps';
import { environments } from '../electron/systems/practice/environments';
import { shortVersion } from '../shared/domain/ledger/version';
import { ask, boardReady, cellAt, cellOf, freshBoard, grid, inspector, versionOf } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(30);
const page = (): Page => app().page;
const byName = seedApps.map(({ repo }) => repo).toSorted((a, b) => a.localeCompare(b));

test.beforeEach(() => freshBoard(page()));

/** The apps in the rows, from top to bottom. */
const rowNames = (): Promise<string[]> => grid(page()).getByRole('rowheader').allTextContents();

/** What has the focus, as `column app`. */
const focused = (): Promise<string> =>
  page().evaluate(() => {
    const at = document.activeElement as HTMLElement | null;
    return `${at?.dataset.column} ${at?.dataset.app}`;
  });

interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Begins to note every layout shift since the page was loaded that no input explains (https://web.dev/articles/cls). */
const watchShifts = (): Promise<void> =>
  page().evaluate(() => {
    const seen: string[] = [];
    (globalThis as { shifts?: string[] }).shifts = seen;
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries() as Shift[]) {
        const where = sources
          .map(
            ({ node }) =>
              (node as Element | null)?.closest('[aria-label], [class]:not(svg)')?.outerHTML.slice(0, 200) ??
              'gone',
          )
          .join(', ');
        if (!hadRecentInput) seen.push(`${value.toFixed(4)} ${where}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });

const shiftsSeen = (): Promise<string[]> =>
  page().evaluate(() => (globalThis as { shifts?: string[] }).shifts ?? ['not watched']);

/** Begins to note all that the cells of an app say from now on. */
const watchLabels = (name: string): Promise<void> =>
  page().evaluate((app) => {
    const seen: string[] = [];
    (globalThis as { labels?: string[] }).labels = seen;
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const { dataset, ariaLabel } = target as HTMLElement;
        if (dataset.app === app && ariaLabel) seen.push(ariaLabel);
      }
    }).observe(document.body, { subtree: true, attributeFilter: ['aria-label'] });
  }, name);

const labelsSeen = (): Promise<string[]> =>
  page().evaluate(() => (globalThis as { labels?: string[] }).labels ?? []);

test('every app in every environment, with what Git says', async () => {
  const { tags } = await app().practice.control.status();
  await expect(grid(page()).getByRole('columnheader')).toHaveText([
    /^App/,
    ...environments.map((name) => new RegExp(name)),
  ]);
  expect(await rowNames()).toEqual(byName);
  for (const name of byName) {
    for (const environment of environments) {
      const cell = cellAt(page(), name, environment);
      const version = shortVersion(tags[environment]?.[name]?.imageTag ?? 'missing');
      await expect(cell).toContainText(version);
      await expect(cell).toContainText('Healthy');
      await expect(cell).toHaveAccessibleName(new RegExp(`: ${version}, deployed .+ ago, Healthy`));
    }
  }
});

test('drift is said as text, and what it consists of is beside the board', async () => {
  const board = await ask(page(), 'board.get', {});
  const behind = board.cells.find(
    ({ drift, environment }) => drift.state === 'behind' && environment === 'production',
  );
  if (behind?.drift.state !== 'behind') throw new Error('the seed has an app that is behind in production');
  const cell = cellAt(page(), behind.app, behind.environment);
  await expect(cell).toContainText(`${behind.drift.by} behind`);
  await cell.click();
  const drift = inspector(page()).getByRole('region', { name: 'Difference' });
  await expect(drift).toContainText(`behind ${behind.drift.of}`);
  // The commits are read from GitHub's API; each has its pull request's number.
  await expect(drift.getByText(/^#\d+$/).first()).toBeVisible();
});

test('filter, chip and order are in the address and survive a reload', async () => {
  await page().keyboard.press('/');
  await page().keyboard.type('publish');
  await expect.poll(rowNames).toEqual(['publishing-api', 'travel-advice-publisher']);
  await expect(page()).toHaveURL(/q=publish/);
  await page().getByRole('combobox', { name: 'Sort' }).selectOption('drift');
  await page()
    .getByRole('button', { name: /^Behind/ })
    .click();
  await expect(page()).toHaveURL(/only=drifted/);
  await expect(page()).toHaveURL(/sort=drift/);
  const before = await rowNames();
  await page().reload();
  await expect(page().getByRole('textbox', { name: 'Filter apps' })).toHaveValue('publish');
  await expect(page().getByRole('button', { name: /^Behind/ })).toHaveAttribute('aria-pressed', 'true');
  await expect(page().getByRole('combobox', { name: 'Sort' })).toHaveValue('drift');
  await expect.poll(rowNames).toEqual(before);

  await page().getByRole('textbox', { name: 'Filter apps' }).fill('nothing is called so');
  await expect(page().getByText('No matching apps')).toBeVisible();
  await page().getByRole('button', { name: 'Clear the filter' }).click();
  await expect(page().getByText('No matching apps')).toHaveCount(0);
});

test('the grid is one tab stop and is walked by keys alone', async () => {
  const column = (): Promise<string | null> =>
    page().evaluate(() => document.activeElement?.getAttribute('data-column') ?? null);
  await page().getByRole('textbox', { name: 'Filter apps' }).focus();
  for (let tabs = 0; tabs < 15 && (await column()) === null; tabs += 1) await page().keyboard.press('Tab');
  expect(await focused()).toBe(`1 ${byName[0]}`);
  // One stop: the next Tab leaves the grid.
  await page().keyboard.press('Tab');
  expect(await column()).toBeNull();
  await page().keyboard.press('Shift+Tab');

  await page().keyboard.press('ArrowDown');
  await page().keyboard.press('ArrowRight');
  await expect.poll(focused).toBe(`2 ${byName[1]}`);
  await page().keyboard.press('End');
  await expect.poll(focused).toBe(`3 ${byName[1]}`);
  await page().keyboard.press('Home');
  await expect.poll(focused).toBe(`0 ${byName[1]}`);
  await page().keyboard.press('Control+End');
  await expect.poll(focused).toBe(`3 ${byName.at(-1)}`);
  await page().keyboard.type('sig');
  await expect.poll(focused).toBe('3 signon');
  await expect(inspector(page()).getByRole('heading', { name: 'signon' })).toBeVisible();

  await page().keyboard.press('Shift+R');
  await expect(page().getByRole('button', { name: /^Roll back signon to .* in production$/ })).toBeFocused();
  await cellAt(page(), 'signon', 'production').focus();
  await page().keyboard.press('Enter');
  await expect(page()).toHaveURL(/#\/apps\/signon\?environment=production/);
  await expect(page().getByRole('heading', { level: 1, name: 'signon' })).toBeVisible();
  await page().goBack();
  await expect(cellAt(page(), 'signon', 'production')).toHaveAttribute('aria-selected', 'true');
});

test('the palette reaches apps and actions, and ? lists the shortcuts', async () => {
  await cellAt(page(), 'router', 'staging').click();
  await page().keyboard.press('Control+k');
  const palette = page().getByRole('dialog', { name: 'Command palette' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await page().keyboard.type('deploy static prod');
  await expect(palette.getByRole('option').first()).toContainText('Deploy static to production');
  await page().keyboard.press('Enter');
  await expect(page().getByRole('dialog', { name: 'Deploy static' })).toBeVisible();
  await page().keyboard.press('Escape');
  await expect(page().getByRole('dialog')).toHaveCount(0);

  await page().keyboard.press('Control+k');
  await expect(page().getByRole('dialog', { name: 'Command palette' }).getByRole('combobox')).toBeFocused();
  await page().keyboard.type('whitehall');
  await page().keyboard.press('Enter');
  await expect(page()).toHaveURL(/#\/apps\/whitehall/);
  await expect(page().getByRole('dialog')).toHaveCount(0);

  await page().keyboard.press('?');
  await expect(page().getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Filter apps');
  await page().keyboard.press('Escape');
  // Again while the list still fades away: nothing is swallowed.
  await page().keyboard.press('?');
  await expect(page().getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Filter apps');
  await page().keyboard.press('Escape');
  await expect(page().getByRole('dialog')).toHaveCount(0);
  // No key of a single letter fires inside a text field.
  await page().keyboard.press('Control+k');
  await expect(page().getByRole('dialog', { name: 'Command palette' }).getByRole('combobox')).toBeFocused();
  await page().keyboard.type('?');
  await expect(page().getByRole('combobox')).toHaveValue('?');
});

test('a release travels over the board without a reload, and nothing moves', async () => {
  const name = 'collections';
  await page().reload();
  await boardReady(page());
  const boxes = async (): Promise<unknown> =>
    Promise.all(environments.map((environment) => cellAt(page(), name, environment).boundingBox()));
  const before = await boxes();
  await watchShifts();
  await watchLabels(name);

  const { version } = await app().practice.control.publishRelease({ app: name });
  for (const environment of environments) {
    const cell = cellAt(page(), name, environment);
    await expect(cell).toContainText(version);
    await expect(cell).toContainText('Healthy');
    expect(await boxes()).toEqual(before);
  }
  expect((await cellOf(page(), name, 'production')).deployed?.to).toBe(version);
  expect(await versionOf(page(), name, 'staging')).toBe(version);
  // What passes in between may be gone before a test looks twice: the page itself has noted it.
  for (const environment of environments)
    expect(await labelsSeen()).toContainEqual(
      expect.stringMatching(new RegExp(`^${name}, ${environment}: .*rolling out, \\d of \\d pods?`)),
    );
  // Still the same document: another one would not be watched.
  expect(await shiftsSeen()).toEqual([]);
});
