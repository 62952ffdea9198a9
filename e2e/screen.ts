import { randomUUID } from 'node:crypto';
import { expect, type Locator, type Page } from '@playwright/test';
import { ask, cellOf } from '../electron/dev/drill/drive-window';
import { seedApps, seedServices } from '../electron/practice/estate/apps';
import { bagEnvironments, environments } from '../electron/systems/practice/environments';
import type { Operation } from '../shared/domain/operation/operation';
import type { RouteKind } from '../shared/domain/route/route';

export { ask, cellOf };

/** The version in a cell; the practice estate has one everywhere. */
export async function versionOf(page: Page, app: string, environment: string): Promise<string> {
  const version = (await cellOf(page, app, environment)).ledger?.version;
  if (!version) throw new Error(`no version of ${app} in ${environment}`);
  return version;
}

export const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Apps and environments' });

/** A cell on screen: its accessible name begins with app and environment, and says all that the cell shows. */
export const cellAt = (page: Page, app: string, environment: string): Locator =>
  grid(page).getByRole('gridcell', { name: new RegExp(`^${app}, ${environment}: `) });

/** The panel beside the board. */
export const inspector = (page: Page): Locator => page.getByRole('complementary', { name: 'Details' });

/** The sheet in which an action is looked at before it is sent. */
export const sheet = (page: Page): Locator => page.getByRole('dialog');

/** Takes one of the options of a segmented control. Its inputs are hidden behind their labels. */
export const choose = (page: Page, control: string, option: string): Promise<void> =>
  page.getByRole('radiogroup', { name: control }).getByText(option, { exact: true }).click();

/** Goes to a screen by its address, as a link does: without loading the page again. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, address);
}

/** Waits until the board shows every app, as live as the whole estate can be. */
export async function boardReady(page: Page): Promise<void> {
  await expect(grid(page)).toBeVisible();
  await expect
    .poll(() => notReady(page), { message: 'everything on the board is live and healthy' })
    .toEqual([]);
}

/** Every app has a file in each environment of its chain. */
const cellCount = seedApps.length * environments.length + seedServices.length * bagEnvironments.length;

/** What is not yet as it will be on a healthy estate. */
async function notReady(page: Page): Promise<string[]> {
  const board = await ask(page, 'board.get', {});
  return [
    ...(board.history.ready ? [] : [`history: ${board.history.indexed} commits`]),
    ...(board.ledger.state === 'live' ? [] : [`ledger: ${board.ledger.state}`]),
    ...board.environments
      .filter(({ cluster }) => cluster.state !== 'live')
      .map(({ name, cluster }) => `cluster of ${name}: ${cluster.state}`),
    ...(board.cells.length === cellCount ? [] : [`${board.cells.length} cells`]),
    ...board.cells
      .filter(({ health, deployed }) => health !== 'Healthy' || deployed === null)
      .map(({ app, environment, health, deployed }) => `${app}, ${environment}: ${health}, ${deployed?.to}`),
  ];
}

/** Back to the board as it is at first: nothing open, nothing filtered, nothing selected. */
export async function freshBoard(page: Page): Promise<void> {
  for (let tries = 0; tries < 3 && (await page.getByRole('dialog').count()) > 0; tries += 1)
    await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await goTo(page, '#/');
  await expect(grid(page)).toBeVisible();
}

/** The id of the operation whose screen is open. */
export async function openOperation(page: Page): Promise<string> {
  await expect(page).toHaveURL(/#\/operations\/[0-9a-f-]{36}/);
  return page.url().split('/').at(-1)?.split('?')[0] ?? '';
}

/** Starts a deploy as the sheet would, in spite of whatever the checks find. @returns the operation's id. */
export async function startDeploy(
  page: Page,
  wanted: { app: string; environment: string; version: string },
  route?: RouteKind,
): Promise<string> {
  const expected = await versionOf(page, wanted.app, wanted.environment);
  const way = route === undefined ? {} : { route };
  const intent = { kind: 'deploy' as const, ...wanted, ...way, expected, reason: 'For the test' };
  const { findings } = await ask(page, 'preview.get', intent);
  const override = [...new Set(findings.map(({ code }) => code))];
  const { operationId } = await ask(page, 'operation.start', {
    intent: { ...intent, override },
    seen: findings,
    requestId: randomUUID(),
  });
  return operationId;
}

/** Waits for an operation to end. @throws with its steps when it ends otherwise. */
export async function ended(
  page: Page,
  operationId: string,
  state: Operation['state'] = 'succeeded',
): Promise<Operation> {
  const look = (): Promise<Operation> => ask(page, 'operation.get', { operationId });
  await expect.poll(async () => (await look()).state, { message: 'the operation ends' }).not.toBe('running');
  const operation = await look();
  expect(operation.state, JSON.stringify(operation, null, 1)).toBe(state);
  return operation;
}
