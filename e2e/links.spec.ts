import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { appArguments, requireElectron } from '../electron/dev/electron-runtime';
import { expect, test } from './fixtures';
import { ask, boardReady, goTo, grid } from './screen';
import { newUserData, removeUserData, startOnPractice } from './shared-app';

const run = promisify(execFile);

test('links open their places, from the first one on, and do nothing else', async () => {
  const userData = await newUserData();
  // A process of its own, as the system starts one for each link: it hands the link over, and ends.
  const follow = (link: string) =>
    run(requireElectron().executable, [...appArguments(), `--user-data-dir=${userData}`, link]);
  const app = await startOnPractice(userData, {
    ready: false,
    args: ['signalbox://app/frontend?environment=staging'],
  });
  try {
    const { page } = app;
    await test.step('the one that it was started with', async () => {
      await expect(page.getByRole('heading', { name: 'frontend', level: 1 })).toBeVisible();
      await expect(page).toHaveURL(/#\/apps\/frontend\?environment=/);
    });
    await goTo(page, '#/');
    await boardReady(page);

    await test.step('a rollback is looked at, never sent', async () => {
      await follow('signalbox://rollback/frontend/production');
      const sheet = page.getByRole('dialog', { name: /Roll back/ });
      await expect(sheet).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(sheet).toBeHidden();
      await page.reload();
      await expect(page.getByRole('heading', { name: 'frontend', level: 1 })).toBeVisible();
      await expect(sheet).toBeHidden();
    });

    await test.step('an environment and a moment', async () => {
      await follow('signalbox://environment/staging');
      await expect(page.getByRole('heading', { name: 'Clusters', level: 1 })).toBeVisible();
      await follow('signalbox://moment/2026-11-30T11:40Z');
      await expect(grid(page)).toBeVisible();
      expect(page.url()).toContain('at=');
    });

    await test.step('what is no link of ours is told to be none', async () => {
      for (const hostile of [
        'signalbox://deploy/frontend/production/v1',
        'signalbox://example.org/app/frontend',
        'signalbox://app/%2e%2e%2fsettings',
        'signalbox://app/front%0aend',
        `signalbox://app/${'a'.repeat(10_000)}`,
      ]) {
        await goTo(page, '#/');
        await expect(grid(page)).toBeVisible();
        await follow(hostile);
        await expect(page.getByText('doesn’t match any screen of Signalbox')).toBeVisible();
      }
    });

    await test.step('one that is too long to be handed over ends where it was started', async () => {
      await goTo(page, '#/');
      await follow(`signalbox://app/${'a'.repeat(50_000)}`);
      await expect(grid(page)).toBeVisible();
    });

    expect(await ask(page, 'operation.list', { limit: 1 })).toEqual([]);
  } finally {
    await app.close();
    await removeUserData(userData);
  }
});
