import { expect, type Page, test } from '@playwright/test';
import { everyScreen, openScreen } from './every-screen';
import { lookIn, type Mode } from './look';
import { cellAt, freshBoard, grid, inspector } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(20);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

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
    }
    for (const screen of await everyScreen(page())) {
      await openScreen(page(), screen);
      await lookIn(app(), mode, screen.name);
    }
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
