import { expect, type Page, test } from '@playwright/test';
import { withoutLongWaits } from './long-waits';
import { lookAt } from './look';
import { ask, cellAt, freshBoard, goTo, grid, inspector } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(20);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

const attention = () => page().getByRole('region', { name: 'Needs attention' });

test('with the Git remote away, apps that are well stay quiet, and it is said once', async () => {
  await goTo(page(), '#/practice');
  await page().getByRole('button', { name: 'Disconnect the Git remote' }).click();
  await goTo(page(), '#/');
  const uncompared = async (): Promise<number> => {
    const { cells } = await ask(page(), 'board.get', {});
    return cells.filter(({ applications }) =>
      applications.some(({ conditions }) => conditions.some(({ type }) => type === 'ComparisonError')),
    ).length;
  };
  const [, ...others] = (await ask(page(), 'board.get', {})).apps;
  await expect.poll(uncompared, { message: 'Argo CD can’t compare' }).toBeGreaterThan(others.length);
  const notice = page().getByRole('note').filter({ hasText: 'Argo CD can’t read the repo' });
  await expect(notice).toContainText('What runs is not affected; new deploys don’t arrive. Since ');
  await expect(attention().getByRole('link')).toHaveText(['Release repo']);
  await expect(grid(page()).locator('[data-trouble]')).toHaveCount(0);
  await lookAt(app(), 'board-git-away');
  await cellAt(page(), 'router', 'production').click();
  await expect(inspector(page()).getByRole('region', { name: 'State' })).toContainText('Healthy');
  await goTo(page(), '#/practice');
  await page().getByRole('button', { name: 'Reconnect the Git remote' }).click();
  await goTo(page(), '#/');
  await expect(notice).toHaveCount(0);
});

test('tests that fail in staging are on the board and in what needs attention, with the run and a retry', async () => {
  const { control } = app().practice;
  const cell = cellAt(page(), 'frontend', 'staging');
  await expect(cell).toBeVisible();
  // Slow enough that its tests don't end before nothing can wait any more.
  await control.setSpeed({ speed: 4 });
  const { version } = await control.publishRelease({
    app: 'frontend',
    breaks: 'tests-fail',
    environments: ['staging'],
  });
  const wanted = async (): Promise<string | null | undefined> =>
    (await ask(page(), 'board.get', {})).cells.find(
      (one) => one.app === 'frontend' && one.environment === 'staging',
    )?.ledger?.version;
  await expect.poll(wanted, { message: 'the commit was read' }).toBe(version);
  // Far less than a second: nothing that waits or looks every so often has a part in how the failure comes here.
  await withoutLongWaits(app(), 200, async () => {
    await expect(cell).not.toContainText('Tests failed');
    await control.setSpeed({ speed: 20 });
    await expect(cell).toContainText('Tests failed');
    await expect(cell).toHaveAttribute('data-trouble', 'true');
  });
  const runs = async (): Promise<string[]> =>
    (await ask(page(), 'workflow.list', { app: 'frontend', environment: 'staging' })).workflows
      .filter(({ labels, phase }) => labels.imageTag === version && phase === 'Failed')
      .map(({ name }) => name);
  expect(await runs(), 'its tests fail in staging').toHaveLength(1);
  // Nothing is selected then: the overview.
  await cell.click();
  await page().getByRole('button', { name: 'Close details' }).click();
  await expect(attention()).toContainText('frontend · staging');
  await expect(attention()).toContainText('Tests failed, so it isn’t promoted');
  // One click to why, with the run and what can be done.
  await cellAt(page(), 'frontend', 'production').click();
  const why = inspector(page()).getByRole('region', { name: 'Why in production' });
  await expect(why).toContainText(`Tests of ${version} failed in staging, so it isn’t promoted.`);
  await expect(why.getByRole('link', { name: 'Open the failed run and its log' })).toBeVisible();
  await expect(why.getByRole('button', { name: /^Retry/ })).toBeVisible();
  await lookAt(app(), 'board-tests-failed');
});
