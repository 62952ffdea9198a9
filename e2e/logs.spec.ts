import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import { ended, freshBoard, goTo, startDeploy } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(50);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

const find = (): Locator => page().getByRole('textbox', { name: 'Find in the log' });
const status = (): Locator => page().locator('[data-part="count"]');
const foot = (): Locator => page().locator('footer').filter({ hasText: /line/ });

/** The next save dialog answers with this path, as a person would. */
const willSaveTo = (file: string): Promise<void> =>
  app().electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);

/** The numbers of the lines that are drawn. */
const numbers = (region: Locator): Promise<string[]> =>
  region.locator('[data-part="number"]').allTextContents();

test('logs of all pods in one view: found, filtered, switched off and on, and saved, by keys alone', async () => {
  await goTo(page(), '#/logs/production/frontend');
  const region = page().getByRole('region', { name: 'Log of frontend in production' });
  await expect(region).toContainText('Listening on');
  await expect(foot()).toContainText('3 followed');
  const all = Number(/([\d,]+) lines?/.exec((await foot().textContent()) ?? '')?.[1]?.replaceAll(',', ''));
  expect(all).toBeGreaterThan(5);

  // Find: count, next and previous, going round; case; expressions, good and bad and endless.
  await page().keyboard.press('Control+f');
  await expect(find()).toBeFocused();
  await page().keyboard.type('LISTENING');
  await expect(status()).toHaveText('0 of 3');
  await page().keyboard.press('Enter');
  await expect(status()).toHaveText('1 of 3');
  await page().keyboard.press('Enter');
  await page().keyboard.press('Enter');
  await expect(status()).toHaveText('3 of 3');
  await page().keyboard.press('Enter');
  await expect(status()).toHaveText('1 of 3');
  await page().keyboard.press('Shift+Enter');
  await expect(status()).toHaveText('3 of 3');
  await expect(region.locator('mark').first()).toHaveText('Listening');
  const press = async (name: string): Promise<void> => {
    const button = page().getByRole('button', { name });
    await button.focus();
    await page().keyboard.press('Enter');
  };
  await press('Match case');
  await expect(status()).toHaveText('0 of 0');
  await press('Match case');
  await press('Use regular expression');
  // Another number than before: the count of the last find stands until the next one is known.
  await find().fill('^=> (boot|rails)\\w* .*\\w$');
  await expect(status()).toHaveText('0 of 6');
  await find().fill('(');
  await expect(status()).toHaveText('Invalid regular expression');
  await find().fill('^(([a-z. :/]|\\w|.)+)+~$');
  await expect(status()).toHaveText('Too slow');
  await find().fill('listen\\w+');
  await expect(status()).toHaveText('0 of 3');
  await press('Show only matching lines');
  await expect(foot()).toContainText(`3 of ${all} lines`);
  await expect.poll(() => numbers(region)).toHaveLength(3);

  // Saved, what is shown and the whole, and read back.
  const file = path.join(app().userData, 'shown.txt');
  await willSaveTo(file);
  await press('More log options');
  await page().getByRole('menuitem', { name: 'Save filtered lines…' }).press('Enter');
  await expect(page().getByText('Saved as shown.txt')).toBeVisible();
  const shown = (await readFile(file, 'utf8')).trimEnd().split('\n');
  expect(shown).toHaveLength(3);
  for (const line of shown)
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z \[frontend-\S+ app\] .*Listening on/);
  expect(shown).toEqual([...shown].sort());
  await press('Show only matching lines');
  await find().fill('');
  await expect(foot()).not.toContainText(' of ');
  const whole = path.join(app().userData, 'whole.txt');
  await willSaveTo(whole);
  await press('More log options');
  await page().getByRole('menuitem', { name: 'Save whole log…' }).press('Enter');
  await expect(page().getByText('Saved as whole.txt')).toBeVisible();
  expect((await readFile(whole, 'utf8')).trimEnd().split('\n')).toHaveLength(all);
  await rm(whole);

  // One source off and on again.
  await press('frontend in production · 3 logs');
  const boxes = page().getByRole('dialog').getByRole('checkbox');
  await expect(boxes).toHaveCount(3);
  await boxes.first().focus();
  await page().keyboard.press('Space');
  await expect(foot()).toContainText(` of ${all} lines`);
  await page().keyboard.press('Space');
  await expect(foot()).not.toContainText(' of ');
  await page().keyboard.press('Escape');

  // Lines are selected by keys and copied.
  await region.focus();
  await page().keyboard.press('Home');
  await page().keyboard.press('Shift+ArrowDown');
  await expect(region.locator('[data-selected]')).toHaveCount(2);
  await page().keyboard.press('Control+c');
  await find().focus();
  await page().keyboard.press('Control+v');
  await expect(find()).toHaveValue(/\S+ \S+/);
  await find().fill('');
  await lookAt(app(), 'logs');
});

test('pods that come join, a crashing one restarts in sight, and errors stand out', async () => {
  const { control } = app().practice;
  await goTo(page(), '#/logs/production/static');
  const region = page().getByRole('region', { name: 'Log of static in production' });
  await expect(foot()).toContainText('2 followed');
  const { version } = await control.publishRelease({
    app: 'static',
    breaks: 'crash-loop',
    environments: ['production'],
  });
  const id = await startDeploy(page(), { app: 'static', environment: 'production', version });
  await expect(region).toContainText(/restarted \(restart \d+\)/);
  await expect(region).toContainText(version);
  await page().getByRole('combobox', { name: 'Severity' }).selectOption('Errors');
  await expect(region.locator('[data-severity="error"]').first()).toBeVisible();
  await lookAt(app(), 'logs-crash');
  await control.setSpeed({ speed: 200 });
  await ended(page(), id, 'failed');
  await control.setSpeed({ speed: 50 });
});
