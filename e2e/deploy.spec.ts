import { expect, type Page, test } from '@playwright/test';
import { consoleUser } from '../electron/practice/estate/people';
import {
  cellAt,
  ended,
  freshBoard,
  goTo,
  grid,
  openOperation,
  sheet,
  startDeploy,
  versionOf,
} from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(20);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

/** A version of an app that is published and runs nowhere yet. */
async function newVersion(name: string): Promise<string> {
  return (await app().practice.control.publishRelease({ app: name as 'static', deploy: false })).version;
}

/** Waits until the sheet's checks are done, and types a reason when they ask for one. */
async function settleChecks(reason: string): Promise<void> {
  await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).not.toHaveAttribute(
    'aria-busy',
  );
  const box = sheet(page()).getByRole('textbox', { name: 'Reason', exact: true });
  if (await box.isVisible()) await box.fill(reason);
}

test('a version is deployed to production by keys alone, and watched live to its end', async () => {
  const name = 'government-frontend';
  const before = await versionOf(page(), name, 'production');
  const version = await newVersion(name);

  await grid(page()).locator('[tabindex="0"]').focus();
  await page().keyboard.press('End');
  await page().keyboard.type('gov');
  await expect(cellAt(page(), name, 'production')).toBeFocused();
  await page().keyboard.press('Shift+D');
  const dialog = page().getByRole('dialog', { name: `Deploy ${name}` });
  await expect(dialog.getByRole('combobox')).toBeFocused();
  await page().keyboard.type(version);
  await expect(dialog.getByRole('option').first()).toContainText(version);
  await page().keyboard.press('Enter');
  // Never tested in the environments before: a warning, which wants a reason and can't be sent without one.
  await expect(dialog.getByRole('list', { name: 'Checks', exact: true })).toContainText('Warning');
  await expect(dialog.getByText(/^\d+ commits?/).first()).toBeVisible();
  const action = dialog.getByRole('button', { name: `Deploy ${name} ${version} to production` });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await expect(action).toHaveAccessibleDescription(/^Enter a reason/);
  const reason = dialog.getByRole('textbox', { name: 'Reason', exact: true });
  for (
    let tabs = 0;
    tabs < 20 && !(await reason.evaluate((box) => box === document.activeElement));
    tabs += 1
  )
    await page().keyboard.press('Tab');
  await expect(reason).toBeFocused();
  await page().keyboard.type('Fix for the banner, tested by hand');
  for (
    let tabs = 0;
    tabs < 5 && !(await action.evaluate((button) => button === document.activeElement));
    tabs += 1
  )
    await page().keyboard.press('Tab');
  await expect(action).toBeFocused();
  await page().keyboard.press('Enter');

  const id = await openOperation(page());
  await expect(page().getByRole('heading', { level: 1 })).toHaveText(
    `Deploy ${name} ${version} to production`,
  );
  const steps = page().getByRole('list', { name: 'Steps' });
  await expect(steps.getByRole('listitem').filter({ hasText: 'Commit' }).first()).toContainText('Done');
  const rollout = page().getByRole('region', { name: `Rollout of ${name}` });
  await expect(rollout).toContainText('New');
  await expect(rollout).toContainText(`${name}:${version}`);
  await expect(rollout).toContainText(`${name}:${before}`);
  // The tests' log opens by itself and follows.
  const log = page().getByRole('region', { name: /^Log of .+, main$/ });
  await expect(log).toContainText(`(production, ${version}, attempt 1)`);
  await expect(log).toContainText('12 passed');
  await expect(
    page()
      .getByRole('region', { name: /^Workflow / })
      .first(),
  ).toContainText('Succeeded');
  await expect(page().getByRole('region', { name: 'Operations tray' })).toContainText(`${name} ${version}`);

  const operation = await ended(page(), id);
  await expect(page().getByText('Succeeded', { exact: true }).first()).toBeVisible();
  expect(operation.steps.map(({ state }) => state)).toEqual(Array(6).fill('succeeded'));
  const [message, ...more] = await app().practice.commitsOf(id);
  expect(more).toEqual([]);
  expect(message).toContain(`Signalbox-Kind: deploy`);
  expect(message).toContain('Signalbox-Reason: Fix for the banner, tested by hand');
  expect(message).toContain('Signalbox-Override: ');
  // A deploy by hand is never promoted by itself.
  expect(await app().practice.imageTagFile(name, 'production')).toMatchObject({
    image_tag: version,
    promote_deployment: false,
  });
  const who = await app().practice.git(
    'log',
    '-1',
    '--format=%an <%ae>|%cn <%ce>',
    operation.commit ?? 'none',
  );
  const me = `${consoleUser.name} <${consoleUser.email}>`;
  expect(who.trim()).toBe(`${me}|${me}`);
  await goTo(page(), '#/');
  await expect(cellAt(page(), name, 'production')).toContainText(version);
});

test('what is tested in one environment is promoted to the next from the app’s screen', async () => {
  const name = 'whitehall';
  const version = await versionOf(page(), name, 'staging');
  expect(await versionOf(page(), name, 'production')).not.toBe(version);
  await goTo(page(), `#/apps/${name}`);
  const staging = page().getByRole('region', { name: 'staging', exact: true });
  await staging.getByRole('button', { name: `Promote ${name} ${version} to production` }).click();
  const action = sheet(page()).getByRole('button', { name: `Promote ${name} ${version} to production` });
  await settleChecks('It waited for the all-clear');
  await expect(action).not.toHaveAttribute('aria-disabled');
  await action.click();
  const id = await openOperation(page());
  await ended(page(), id);
  expect(await app().practice.commitsOf(id)).toHaveLength(1);
  await goTo(page(), `#/apps/${name}`);
  const production = page().getByRole('region', { name: 'production', exact: true });
  await expect(production).toContainText(version);
  await expect(
    page().getByRole('row', { name: new RegExp(`production .*${version} Promotion`) }),
  ).toBeVisible();
});

test('who was second is stopped, sees what changed, and confirms again', async () => {
  const name = 'asset-manager';
  const [mine, theirs] = [await newVersion(name), await newVersion(name)];
  await cellAt(page(), name, 'production').click();
  await page()
    .getByRole('button', { name: `Deploy ${name} to production` })
    .click();
  await page().keyboard.type(mine);
  await sheet(page()).getByRole('option').filter({ hasText: mine }).first().click();
  const action = page().getByRole('button', { name: `Deploy ${name} ${mine} to production` });
  await settleChecks('Mine first');
  await expect(action).not.toHaveAttribute('aria-disabled');

  await app().practice.control.deployAsSomeoneElse({ app: name, environment: 'production', version: theirs });
  // Whether the console hears of it before the click or only at the commit is chance: both must stop it.
  if (!(await action.getAttribute('aria-disabled'))) await action.click({ timeout: 5_000 }).catch(() => {});
  const told = sheet(page()).getByRole('alert');
  const failed = page().getByText(`production changed to ${theirs} after you opened this`, { exact: false });
  await expect(told.or(failed).first()).toContainText(theirs);
  expect(await app().practice.imageTagFile(name, 'production')).toMatchObject({ image_tag: theirs });

  const again = page().getByRole('button', { name: 'Review again…' });
  if (await again.isVisible()) await again.click();
  await settleChecks('Mine after all');
  await expect(sheet(page())).toContainText(theirs);
  await expect(action).not.toHaveAttribute('aria-disabled');
  await action.click();
  await expect(sheet(page())).toHaveCount(0);
  await expect(page().getByRole('list', { name: 'Steps' })).toBeVisible();
  await expect.poll(async () => (await app().practice.imageTagFile(name, 'production')).image_tag).toBe(mine);
  await ended(page(), await openOperation(page()));
});

test('a second operation there says that it takes over from the first, which ends as superseded', async () => {
  const name = 'signon';
  const version = await newVersion(name);
  await app().practice.control.slowRollout({ app: name, environment: 'production', readySeconds: 3000 });
  // A rollout has 60 s until it counts as failed: here it is still under way when the second one comes.
  await app().practice.control.setSpeed({ speed: 1 });
  const expected = await versionOf(page(), name, 'production');
  const first = await startDeploy(page(), { app: name, environment: 'production', version });
  await expect(cellAt(page(), name, 'production')).toContainText(/pods?/);
  await cellAt(page(), name, 'production').click();
  await page()
    .getByRole('button', { name: `Deploy ${name} to production` })
    .click();
  await page().keyboard.type(expected);
  await sheet(page()).getByRole('option').first().click();
  const checks = sheet(page()).getByRole('list', { name: 'Checks', exact: true });
  await expect(checks).toContainText('This replaces an operation that is still rolling out');
  await expect(checks).toContainText('end as superseded');
  await expect(checks).toContainText(first);
  await settleChecks('The new one does not come up');
  const action = page().getByRole('button', { name: `Deploy ${name} ${expected} to production` });
  await expect(action).not.toHaveAttribute('aria-disabled');
  await action.click();
  const second = await openOperation(page());
  await ended(page(), first, 'superseded');
  await app().practice.control.setSpeed({ speed: 20 });
  await app().practice.control.heal({ app: name });
  await ended(page(), second);
  await goTo(page(), `#/operations/${first}`);
  await expect(page().getByRole('main')).toContainText('Superseded');
});
