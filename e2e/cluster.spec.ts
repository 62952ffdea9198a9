import { expect, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import { ask, cellAt, freshBoard, goTo, inspector } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(30);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

test('a crash loop is found from the board in two clicks', async () => {
  test.setTimeout(240_000);
  const name = 'frontend';
  const { control } = app().practice;
  const { version } = await control.publishRelease({
    app: name,
    breaks: 'crash-loop',
    environments: ['production'],
  });
  const cell = cellAt(page(), name, 'production');
  await expect(cell).toContainText(version, { timeout: 60_000 });
  await expect(cell).toContainText(/Degraded|Rollout failed|Pods failing/, { timeout: 60_000 });

  // One: the cell. Two: why.
  await cell.click();
  await inspector(page()).getByRole('link', { name: 'Why it fails' }).click();

  const why = page()
    .getByRole('region', { name: `Rollout of ${name}` })
    .getByRole('alert');
  await expect(why).toBeInViewport();
  await expect(why).toContainText('CrashLoopBackOff');
  await expect(why).toContainText('exit code 1');
  await expect(why.getByRole('group', { name: /^Last lines of / })).toContainText(
    'Unable to load application',
  );
  await expect(why.getByRole('list', { name: 'Events of the pod' })).toContainText(/Back-off restarting/i);
  // The timeline of a deployment that nobody started here says the same.
  const stages = page().getByRole('list', { name: `Stages of ${name} ${version}` });
  await expect(stages.getByRole('listitem').filter({ hasText: 'GitHub run' })).toContainText(/Done/);
  await expect(stages.locator('[aria-current="step"]')).toContainText('Rollout');
  await lookAt(app(), 'app-crash-loop');
  await page().getByText('Times and sources').click();
  await page().getByRole('table').first().scrollIntoViewIfNeeded();
  await lookAt(app(), 'app-timeline');
  await why.getByRole('button', { name: /^Log of failing pod / }).click();
  await expect(page().getByRole('region', { name: 'Log', exact: true })).toContainText(
    'Unable to load application',
  );
  await control.heal({ app: name });
});

test('clusters: how they are reached, what is seen, what one may do', async () => {
  await page().getByRole('columnheader', { name: 'staging' }).getByRole('link').click();
  await expect(page()).toHaveURL(/#\/clusters\?environment=staging/);
  const staging = page().getByRole('region', { name: 'staging' });
  await expect(staging).toContainText(/Reachable since/);
  await expect(staging).toContainText(/\d+ ms/);
  await expect(staging.getByRole('table', { name: 'What is watched' })).toContainText('applications');
  await expect(staging).toContainText('Sync an Application');
  await lookAt(app(), 'clusters');
});
