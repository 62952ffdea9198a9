import { expect, type Page, test } from '@playwright/test';
import type { Operation } from '../shared/domain/operation/operation';
import { lookAt } from './look';
import {
  ask,
  cellAt,
  ended,
  freshBoard,
  goTo,
  inspector,
  openOperation,
  startDeploy,
  versionOf,
} from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(50);
const page = (): Page => app().page;
const production = 'production';
const apps = ['asset-manager', 'collections', 'email-alert-api'] as const;
const [first, broken, last] = apps;

test.beforeEach(() => freshBoard(page()));

const rows = () => page().getByRole('table').getByRole('row');
const rowOf = (name: string) => rows().filter({ has: page().getByRole('rowheader', { name, exact: true }) });
const jobsOf = ({ jobs }: Operation): Record<string, string> =>
  Object.fromEntries(jobs.map(({ name, state }) => [name, state]));

test('all that is ready for production goes as one batch, which one app that fails stops', async () => {
  const { control } = app().practice;
  const before = new Date().toISOString();
  const old = new Map<string, string>();
  const wanted = new Map<string, string>();
  for (const name of apps) {
    const { version } = await control.publishRelease({ app: name, deploy: false });
    wanted.set(name, version);
    old.set(name, await versionOf(page(), name, production));
  }
  await control.makeVersionCrashLoop({
    app: broken,
    version: wanted.get(broken) ?? '',
    environment: production,
  });
  const deploys = await Promise.all(
    apps.map((name) =>
      startDeploy(page(), { app: name, environment: 'staging', version: wanted.get(name) ?? '' }),
    ),
  );
  for (const id of deploys) await ended(page(), id);

  // What waits is said where it would go, and it can go from there.
  await cellAt(page(), first, production).click();
  const waits = inspector(page()).getByRole('region', { name: 'Waiting here' });
  await expect(waits).toContainText(
    new RegExp(`${wanted.get(first)} from staging · \\d+ commits?.* · tests passed`),
  );
  await expect(
    waits.getByRole('button', { name: `Promote ${first} ${wanted.get(first)} to production` }),
  ).toBeVisible();
  await lookAt(app(), 'board-waiting-here');
  await inspector(page()).getByRole('button', { name: 'Close details' }).click();
  await page().getByRole('link', { name: 'Ready for production' }).click();

  for (const name of apps) await expect(rowOf(name).getByRole('checkbox')).toBeChecked();
  for (const row of await rows().all()) {
    const box = row.getByRole('checkbox', { name: /^(?!All apps)/ });
    const name = (await box.count()) > 0 ? await box.getAttribute('aria-label') : null;
    if (name !== null && !apps.some((one) => one === name) && (await box.isChecked())) await box.uncheck();
  }
  for (const name of apps) await expect(rowOf(name).getByRole('button')).not.toContainText('Checking');
  await rowOf(first).getByRole('button').click();
  await lookAt(app(), 'batch-ready');
  await page()
    .getByRole('textbox', { name: /^Reason/ })
    .fill('Weekly release');
  await page().getByRole('radiogroup', { name: 'At once' }).getByText('1', { exact: true }).click();
  await page().getByRole('button', { name: 'Promote 3 apps to production' }).click();
  const id = await openOperation(page());
  await expect(page().getByRole('heading', { name: 'Promote 3 apps to production' })).toBeVisible();
  const batch = await ended(page(), id, 'failed');
  expect(jobsOf(batch)).toEqual({ [first]: 'succeeded', [broken]: 'failed', [last]: 'aborted' });
  await expect(page().getByRole('table')).toContainText('Not begun: an app before it failed.');
  await lookAt(app(), 'batch-failed');
  expect(await versionOf(page(), first, production)).toBe(wanted.get(first));
  expect(await versionOf(page(), last, production)).toBe(old.get(last));
  await page().getByRole('table').getByRole('link', { name: broken }).click();
  await expect(page().getByText('Part of a batch:')).toBeVisible();

  // And back to what ran before, both at once.
  await control.heal({ app: broken });
  await goTo(page(), `#/batch/production?at=${before}`);
  await expect(page().getByRole('heading', { name: /^production as of / })).toBeVisible();
  await expect(page().getByText('automatic deploys to production are off for it')).toBeVisible();
  for (const name of [first, broken]) {
    await expect(rowOf(name)).toContainText(old.get(name) ?? '');
    await expect(rowOf(name).getByRole('button')).not.toContainText('Checking');
  }
  await expect(rowOf(last)).toHaveCount(0);
  await page()
    .getByRole('textbox', { name: /^Reason/ })
    .fill('Back to this morning');
  await lookAt(app(), 'batch-as-of');
  await page().getByRole('button', { name: 'Put 2 apps in production back' }).click();
  const back = await ended(page(), await openOperation(page()));
  expect(jobsOf(back)).toEqual({ [first]: 'succeeded', [broken]: 'succeeded' });
  for (const name of [first, broken]) {
    expect(await versionOf(page(), name, production)).toBe(old.get(name));
    const { cells } = await ask(page(), 'board.get', {});
    const cell = cells.find((one) => one.app === name && one.environment === production);
    expect(cell?.hold, name).not.toBeNull();
  }
});
