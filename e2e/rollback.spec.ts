import { type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { ask, cellAt, cellOf, ended, freshBoard, goTo, grid, inspector, sheet, versionOf } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(30);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

/** Phases of the post-sync workflows of a version in an environment. */
async function postSyncs(name: string, environment: string, version: string): Promise<string[]> {
  const { workflows } = await ask(page(), 'workflow.list', { app: name, environment, version });
  return workflows.filter(({ template }) => template === 'post-sync').map(({ phase }) => phase);
}

/** What the app's icon is told to count from now on: no desktop here shows it. */
async function badgesOf(electron: ElectronApplication): Promise<() => Promise<number[]>> {
  await electron.evaluate(({ app: main }) => {
    const told: number[] = [];
    Object.assign(globalThis, { badges: told });
    main.setBadgeCount = (count) => told.push(count ?? 0) > 0;
  });
  return () => electron.evaluate(() => (globalThis as unknown as { badges: number[] }).badges);
}

test('an incident: found on the board, one click back, held, and released without a deploy', async () => {
  const name = 'frontend';
  const { control } = app().practice;
  const good = await versionOf(page(), name, 'production');
  const badges = await badgesOf(app().electron);
  const { version: bad } = await control.publishRelease({
    app: name,
    breaks: 'crash-loop',
    environments: ['production'],
  });

  // It comes by itself: no operation of this console. Then production breaks, and the board says so.
  const cell = cellAt(page(), name, 'production');
  await expect(cell).toContainText(bad);
  const chip = page().getByRole('button', { name: /^Needs attention/ });
  await expect(chip).toHaveText('Needs attention1');
  await expect.poll(async () => (await badges()).at(-1)).toBe(1);
  await chip.click();
  await expect(grid(page()).getByRole('rowheader')).toHaveText([name]);
  await expect(cell).toContainText(/Degraded|Rollout failed/);
  await cell.click();
  const back = inspector(page()).getByRole('button', { name: `Roll back ${name} to ${good} in production` });
  await expect(back).not.toHaveAttribute('aria-disabled');
  await expect(inspector(page())).not.toContainText('Opens the checks first');
  await back.click();

  // One click, no dialog: the operation is in the tray and the commit in the repo.
  const tray = page().getByRole('region', { name: 'Operations tray' });
  await expect(tray).toContainText(`${name} ${good} · production`);
  await expect(page().getByRole('dialog')).toHaveCount(0);
  const [newest] = await ask(page(), 'operation.list', { app: name, environment: 'production', limit: 1 });
  const id = newest?.id ?? '';
  const operation = await ended(page(), id);
  expect(operation.intent).toMatchObject({ kind: 'rollback', version: good, expected: bad });
  expect(operation.requestToCommitMs).not.toBeNull();
  const [message, ...more] = await app().practice.commitsOf(id);
  expect(more).toEqual([]);
  expect(message).toContain('Signalbox-Kind: rollback');
  const held = { automatic_deploys_enabled: false };
  expect(await app().practice.imageTagFile(name, 'production')).toMatchObject({ image_tag: good, ...held });
  expect(await app().practice.imageTagFile(name, 'staging')).toMatchObject({ image_tag: bad, ...held });
  await page()
    .getByRole('button', { name: /^Needs attention/ })
    .click();
  await expect(cell).toContainText(good);
  await expect(cell).toContainText('Healthy');
  await expect(cell).toContainText('Held');
  await expect.poll(async () => (await badges()).at(-1)).toBe(0);
  expect((await cellOf(page(), name, 'production')).hold?.state).toBe('effective');

  // Somebody syncs staging by hand: the bad version's tests run again and pass, and it goes nowhere.
  const before = (await postSyncs(name, 'staging', bad)).length;
  await app().practice.syncByHand(name, 'staging');
  await expect.poll(() => postSyncs(name, 'staging', bad)).toEqual(Array(before + 1).fill('Succeeded'));
  expect((await control.status()).tags.production?.[name]?.imageTag).toBe(good);
  await expect(cell).toContainText(good);

  // Releasing the hold is an action of its own, and deploys nothing.
  await cell.click();
  await inspector(page())
    .getByRole('button', { name: `Release the hold on ${name} in production` })
    .click();
  await sheet(page())
    .getByRole('button', { name: `Release the hold on ${name} in production` })
    .click();
  await expect(sheet(page())).toHaveCount(0);
  const [release] = await ask(page(), 'operation.list', { app: name, environment: 'production', limit: 1 });
  expect(release?.intent.kind).toBe('release-hold');
  await ended(page(), release?.id ?? '');
  expect(await app().practice.imageTagFile(name, 'production')).toMatchObject({ image_tag: good });
  expect(await app().practice.imageTagFile(name, 'staging')).toMatchObject({
    image_tag: bad,
    automatic_deploys_enabled: true,
  });
  await goTo(page(), '#/');
  await expect(cell).not.toContainText('Held');

  // The next good release goes all the way again.
  const { version: next } = await control.publishRelease({ app: name });
  await expect(cell).toContainText(next);
  await expect(cell).toContainText('Healthy');
});

test('with a migration between the versions the click opens the sheet instead of acting', async () => {
  const name = 'email-alert-api';
  const before = await versionOf(page(), name, 'production');
  const { version } = await app().practice.control.publishRelease({ app: name, migration: true });
  const cell = cellAt(page(), name, 'production');
  await expect(cell).toContainText(version);
  await expect(cell).toContainText('Healthy');
  await cell.click();
  const back = inspector(page()).getByRole('button', {
    name: `Roll back ${name} to ${before} in production`,
  });
  await expect(inspector(page())).toContainText('Opens the checks first');
  await back.click();

  const dialog = page().getByRole('dialog', { name: `Roll back ${name}` });
  await expect(dialog).toContainText('1 migration that will not be undone');
  const action = dialog.getByRole('button', { name: `Roll back ${name} to ${before} in production` });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  expect((await app().practice.control.status()).tags.production?.[name]?.imageTag).toBe(version);
  expect(await ask(page(), 'operation.list', { app: name, limit: 5 })).toEqual([]);

  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The column may stay');
  await action.click();
  await expect(page().getByRole('heading', { level: 1 })).toHaveText(
    `Roll back ${name} to ${before} in production`,
  );
  const [operation] = await ask(page(), 'operation.list', { app: name, limit: 1 });
  await ended(page(), operation?.id ?? '');
  const [message] = await app().practice.commitsOf(operation?.id ?? '');
  expect(message).toContain('Signalbox-Reason: The column may stay');
  expect(message).toContain('Signalbox-Override: migration');
});
