import { expect, type Page, test } from '@playwright/test';
import { everyScreen, openScreen } from './every-screen';
import { lookIn, type Mode } from './look';
import { ask, cellAt, freshBoard, grid, inspector, sheet } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(20);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

const setSize = (width: number, height: number): Promise<void> =>
  app().electron.evaluate(
    ({ BrowserWindow }, [w, h]) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(w ?? 0, h ?? 0);
      window?.webContents.setZoomFactor(1);
    },
    [width, height],
  );

const modes: Mode[] = [
  { name: 'small', width: 1024, height: 700 },
  { name: 'zoomed', width: 1280, height: 800, zoom: 1.5 },
  { name: 'forced-colours', width: 1280, height: 800, forcedColours: true },
  { name: 'still', width: 1280, height: 800, stillness: true },
];

for (const mode of modes)
  test(`everything can be reached and read: ${mode.name}`, async () => {
    await lookIn(app(), mode, 'board');
    await cellAt(page(), 'search-api', 'production').click();
    await expect(inspector(page()).getByRole('region', { name: 'State' })).toBeVisible();
    await lookIn(app(), mode, 'board-inspector');
    if (mode.forcedColours) {
      const outline = await cellAt(page(), 'search-api', 'production').evaluate(
        (cell) => getComputedStyle(cell).outlineStyle,
      );
      expect(outline, 'what is selected is seen').toBe('solid');
      const chosen = await page().evaluate(() =>
        [
          ...document.querySelectorAll(
            '.mantine-SegmentedControl-label[data-active], nav [aria-current="page"]',
          ),
        ].map((one) => getComputedStyle(one).outlineStyle),
      );
      expect(chosen.length).toBeGreaterThan(1);
      expect(new Set(chosen), 'what is chosen is seen').toEqual(new Set(['solid']));
    }
    for (const screen of await everyScreen(page())) {
      await openScreen(page(), screen);
      await lookIn(app(), mode, screen.name);
    }
  });

test('the compact board holds thirty rows in a window of 800 px, and saved views survive a reload', async () => {
  await setSize(1280, 800);
  await page().getByRole('button', { name: 'View', exact: true }).click();
  const menu = page().getByRole('dialog', { name: 'View of the board' });
  await menu.getByText('Compact').click();
  await expect(grid(page())).toHaveAttribute('data-density', 'compact');
  await menu.getByRole('textbox', { name: 'Save what is shown now as' }).fill('Narrow');
  await menu.getByRole('button', { name: 'Save' }).click();
  await expect(menu.getByRole('button', { name: 'Narrow', exact: true })).toBeVisible();
  await page().keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await page().reload();
  await expect(page().getByRole('button', { name: 'Narrow', exact: true })).toBeVisible();
  const room = await grid(page()).evaluate((all) => {
    const [head, row] = ['[role="row"][aria-rowindex="1"]', '[role="row"][aria-rowindex="2"]'].map(
      (selector) => all.querySelector(selector)?.getBoundingClientRect().height ?? 0,
    );
    return ((all.parentElement?.clientHeight ?? 0) - (head ?? 0)) / (row ?? 1);
  });
  expect(room, 'rows in sight').toBeGreaterThanOrEqual(30);
  await lookIn(app(), { name: 'compact', width: 1280, height: 800 }, 'board');
  await page().keyboard.press('Control+k');
  await page().keyboard.type('view narrow');
  const palette = page().getByRole('dialog', { name: 'Command palette' });
  await expect(palette.getByRole('option').first()).toContainText('Narrow');
  await page().keyboard.press('Escape');
  await ask(page(), 'settings.set', { board: { density: 'comfortable', views: [] } });
});

test('the focus is never lost: from the grid to another screen and back, and after a dialog', async () => {
  const focused = () => page().evaluate(() => document.activeElement?.tagName ?? '');
  await cellAt(page(), 'search-api', 'production').click();
  await page().keyboard.press('Shift+D');
  await expect(page().getByRole('dialog')).toBeVisible();
  await page().keyboard.press('Escape');
  await expect(page().getByRole('dialog')).toHaveCount(0);
  await expect.poll(focused).not.toBe('BODY');
  await inspector(page()).getByRole('button', { name: 'Close details' }).click();
  await expect.poll(focused, { message: 'what was focused is gone' }).not.toBe('BODY');
  await page().getByRole('link', { name: 'Ready for production' }).click();
  await expect(grid(page())).toHaveCount(0);
  await expect.poll(focused, { message: 'the link is gone with its screen' }).not.toBe('BODY');
});

test('by the keyboard alone: roll back, promote, freeze, and back to the board', async () => {
  const palette = page().getByRole('dialog', { name: 'Command palette' });
  const find = async (typed: string, first: RegExp): Promise<void> => {
    await page().keyboard.press('Control+k');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await page().keyboard.type(typed);
    await expect(palette.getByRole('option').first()).toHaveText(first);
    await page().keyboard.press('Enter');
    await expect(palette).toHaveCount(0);
  };
  const send = async (reason: string): Promise<void> => {
    await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).not.toHaveAttribute(
      'aria-busy',
    );
    const field = sheet(page()).getByRole('textbox', { name: /^Reason/ });
    for (let tabs = 0; tabs < 60; tabs += 1) {
      if (await field.evaluate((one) => one === document.activeElement)) break;
      await page().keyboard.press('Tab');
    }
    await expect(field).toBeFocused();
    await page().keyboard.type(reason);
    await page().keyboard.press('Control+Enter');
    await expect(sheet(page())).toHaveCount(0);
  };
  await find('roll back whitehall prod', /^Roll back whitehall in production/);
  await send('It breaks search');
  await expect(page().getByRole('heading', { level: 1, name: /^Roll back whitehall/ })).toBeVisible();
  await page().keyboard.press('Alt+ArrowLeft');
  await expect(grid(page())).toBeVisible();
  await find('promote search-api staging', /^Promote search-api to staging/);
  await send('Wanted there');
  await expect(page().getByRole('heading', { level: 1, name: /^Promote search-api/ })).toBeVisible();
  await find('freeze integration', /^Freeze integration/);
  await send('Budget day');
  await find('board', /^Board/);
  await expect(page().getByRole('columnheader', { name: /^integration/ })).toContainText('frozen');
});
