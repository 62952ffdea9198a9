import { expect, type Page, test } from '@playwright/test';
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
