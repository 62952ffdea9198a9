import { expect, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import { ask, cellAt, cellOf, ended, freshBoard, goTo, openOperation, sheet, versionOf } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(60);
const page = (): Page => app().page;
const look = (screen: string): Promise<void> => lookAt(app(), screen);

/** Fresh for every test of the file. */
test.beforeEach(() => freshBoard(page()));

const freezes = async () => (await ask(page(), 'freezes.list', {})).freezes;

test('production is frozen until Monday from the palette; what is automatic stops, a deploy by hand needs a reason that history keeps, and the freeze ends by itself', async () => {
  const { control } = app().practice;
  await freshBoard(page());
  // Three: the keys, the line with Enter, the reason with its keys.
  await page().keyboard.press('Control+k');
  const palette = page().getByRole('dialog', { name: 'Command palette' });
  await expect(palette).toBeVisible();
  await page().keyboard.type('Freeze production until Monday 9:00');
  await expect(palette.getByRole('option').first()).toContainText(
    /^Freeze production until Mon \d+ \w+ 09:00/,
  );
  await page().keyboard.press('Enter');
  const checks = sheet(page()).getByRole('list', { name: 'Checks', exact: true });
  await expect(checks).toContainText('Switches automatic deploys off for');
  await expect(sheet(page()).getByRole('textbox', { name: 'Reason' })).toBeFocused();
  await look('freeze-sheet');
  await page().keyboard.type('Budget day');
  await page().keyboard.press('Control+Enter');
  const id = await openOperation(page());
  const operation = await ended(page(), id);
  expect(operation.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'preflight succeeded',
    'commit succeeded',
    'stop-promotions succeeded',
    'freeze-effective succeeded',
  ]);
  await look('freeze-operation');

  // The automatic pipeline comes up to the gate, and no further.
  const { version } = await control.publishRelease({ app: 'static' });
  const before = await versionOf(page(), 'static', 'production');
  await expect.poll(() => versionOf(page(), 'static', 'staging')).toBe(version);
  await expect
    .poll(async () => (await cellOf(page(), 'static', 'staging')).tests?.state, {
      message: 'tests in staging',
    })
    .toBe('passed');
  expect(await versionOf(page(), 'static', 'production')).toBe(before);

  // Told wherever it matters.
  await goTo(page(), '#/');
  const banner = page().getByRole('note', { name: 'Freezes' });
  await expect(banner).toContainText(/Production is frozen by .+ until Mon \d+ \w+ 09:00.*: Budget day\./);
  await expect(banner).toContainText(
    'Automatic deploys are stopped. Deploys by hand need a reason; rollbacks go through.',
  );
  await expect(page().getByRole('columnheader', { name: /production/ })).toContainText('frozen');
  await cellAt(page(), 'static', 'production').click();
  await expect(page().getByRole('note', { name: 'Freeze of production' })).toBeVisible();
  await look('freeze-board');
  await goTo(page(), '#/freezes');
  await expect(page().getByRole('listitem').filter({ hasText: 'Budget day' })).toContainText('Effective.');
  await look('freezes');

  // By hand it warns, and goes through with a reason.
  await goTo(page(), '#/');
  await cellAt(page(), 'static', 'production').click();
  await page()
    .getByRole('button', { name: /^Promote to production|^Deploy static to production/ })
    .first()
    .click();
  await expect(sheet(page()).getByRole('option').first()).toBeVisible();
  await sheet(page()).getByRole('option').filter({ hasText: version }).first().click();
  await expect(checks).not.toHaveAttribute('aria-busy');
  await expect(checks).toContainText('Production is frozen by');
  await look('freeze-deploy-sheet');
  const action = sheet(page()).getByRole('button', { name: new RegExp(`^Deploy static ${version}`) });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await sheet(page())
    .getByRole('textbox', { name: 'Reason', exact: true })
    .fill('Banner for the budget speech');
  await action.click();
  const deployed = await ended(page(), await openOperation(page()));
  expect(deployed.intent).toMatchObject({ override: expect.arrayContaining(['freeze']) });
  await goTo(page(), '#/history?q=budget%20speech');
  await expect(page().getByText('Banner for the budget speech').first()).toBeVisible();

  // Its end is moved to the next seconds; then this console thaws it, and every flag is as it was.
  const [freeze] = await freezes();
  const until = new Date(Date.now() + 4_000).toISOString();
  const change = {
    kind: 'change-freeze' as const,
    freeze: id,
    scope: { app: null, environment: 'production', pipeline: null },
    seen: freeze?.until ?? null,
    until,
    manual: 'warn' as const,
  };
  const { operationId } = await ask(page(), 'operation.start', {
    intent: change,
    seen: [],
    requestId: crypto.randomUUID(),
  });
  await ended(page(), operationId);
  await expect.poll(async () => (await freezes()).length).toBe(0);
  await expect(banner).toHaveCount(0);
  await expect
    .poll(async () => (await cellOf(page(), 'frontend', 'staging')).ledger?.automaticDeploys)
    .toBe(true);
  await goTo(page(), `#/history?environment=${encodeURIComponent('["production"]')}`);
  const event = (text: string) => page().getByRole('option').filter({ hasText: text });
  await expect(event('Freeze ended').first()).toContainText('All apps');
  await expect(event('Frozen').first()).toContainText('Budget day');
  // One event each: the flags of all apps are not told one by one.
  await expect(event('Hold released').filter({ hasText: 'Its time is over' })).toHaveCount(0);
  await look('freeze-history');
});
