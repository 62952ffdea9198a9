import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { statePaths } from '../electron/practice/estate/state-folder';
import { roleSession } from '../electron/practice/estate/wrapped-login';
import { expect, test } from './fixtures';
import { lookAt } from './look';
import { ask, goTo, grid } from './screen';

test.use({ appArgs: ['--practice-login', 'wrapper'] });

test('clusters are reached by a login inside of a wrapper, each after its command was allowed', async ({
  app,
  userData,
}) => {
  const { page } = app;
  const paths = statePaths(path.join(userData, 'practice'));
  const banner = page.getByRole('note', { name: 'Waiting for your permission' });
  await expect(banner).toContainText('production');
  await expect(banner).toContainText('The estate file runs a login command on this computer');
  await lookAt(app, 'wrapper-board');

  // As after a night: the role's session is over, and its wrapper wants a code.
  await rm(roleSession(paths, 'production'));
  const review = banner.getByRole('button', { name: 'Review…' });
  const dialog = page.getByRole('dialog');
  const environments = ['integration', 'staging', 'production'];
  await expect.poll(async () => (await ask(page, 'consent.list', {})).waiting.length).toBe(6);
  for (let left = 6; left > 0; left--) {
    await review.click();
    const command = dialog.getByRole('region', { name: 'Command' });
    await expect(command).toContainText(
      /^PRACTICE_PROFILE=\S+ \S+\/login\/assume-role govuk-\S+-readonly -- \S+\/login\/cluster-token \S+$/,
    );
    if (left === 6) await lookAt(app, 'wrapper-dialog');
    await dialog.getByRole('button', { name: 'Allow and connect' }).click();
    await expect(dialog).toHaveCount(0);
  }
  await expect(banner).toHaveCount(0);
  for (const name of environments.slice(0, 2))
    await expect(page.getByRole('columnheader', { name })).not.toContainText(/unreachable|permission/);
  await expect(grid(page)).toContainText('frontend');

  await goTo(page, '#/clusters');
  const failure = page.getByRole('alert').filter({ hasText: 'MFA code for govuk-production-readonly' });
  await expect(failure).toContainText('Run this in a terminal');
  await failure.scrollIntoViewIfNeeded();
  await lookAt(app, 'wrapper-terminal');
  const pasted = await failure.locator('pre').first().innerText();
  await failure.getByRole('button', { name: 'Copy', exact: true }).click();
  // The person pastes it and types the code.
  expect(spawnSync('sh', ['-c', pasted], { input: '123456\n' }).status).toBe(0);
  await expect(failure).toHaveCount(0);
  await lookAt(app, 'wrapper-connected');
});
