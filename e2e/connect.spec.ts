import { randomUUID } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { startApp } from '../electron/dev/running-app';
import { consoleUser } from '../electron/practice/estate/people';
import { noSshServerBecause } from '../electron/systems/ssh/testing/ssh-server';
import { openForeignGround } from './foreign-ground';
import { lookAt } from './look';
import { ask, cellOf, ended, goTo, grid, startDeploy, versionOf } from './screen';
import { newUserData, removeUserData } from './shared-app';
import { inSignInPage, signInTitles } from './sign-in-ground';

test('from an empty folder and no flag to one’s own board on somebody else’s estate: connect, deploy, roll back', async () => {
  test.skip(noSshServerBecause() !== null, noSshServerBecause() ?? '');
  const ground = await openForeignGround();
  const userData = await newUserData();
  const app = await startApp(userData, [], ground.environment);
  const begun = performance.now();
  const took = (what: string): void =>
    console.log(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s after the window`);
  try {
    const { page } = app;
    await page.getByRole('link', { name: /^Connect/ }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill(ground.url);
    await page.getByRole('button', { name: 'Look into the repo' }).click();
    const question = page.getByRole('group', { name: 'Confirm the SSH server' });
    await expect(question).toContainText(await ground.ssh.fingerprint());
    await lookAt(app, 'connect-host-key');
    await question.getByRole('button', { name: 'It is the right server' }).click();

    // The file's contexts are others than this person's: matched by name.
    for (const name of ['dev', 'test', 'pre', 'live'])
      await expect(
        page.getByRole('group', { name, exact: true }).getByRole('combobox', { name: 'Cluster (context)' }),
      ).toHaveValue(`harbour-${name}`);
    await lookAt(app, 'connect-environments');
    await page.getByRole('button', { name: 'Save and open' }).click();
    await expect(page.getByRole('heading', { name: 'Connections' })).toBeVisible();
    took('connected');
    await ask(page, 'settings.set', { identity: { name: consoleUser.name, email: consoleUser.email } });

    // Nothing ran yet: each login's command is shown first.
    const banner = page.getByRole('note', { name: 'Waiting for your permission' });
    await expect.poll(async () => (await ask(page, 'consent.list', {})).waiting.length).toBe(4);
    for (let left = 4; left > 0; left -= 1) {
      await banner.getByRole('button', { name: 'Review…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Allow and connect' }).click();
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    // The branch of records is made after asking.
    await page
      .getByRole('region', { name: 'Records', exact: true })
      .getByRole('button', { name: /set up|create/i })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create the branch' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await lookAt(app, 'connections');

    // Argo CD by its own page.
    await goTo(page, '#/clusters?environment=live');
    await page
      .getByRole('article', { name: 'Argo CD in live' })
      .getByRole('button', { name: /^Sign in/ })
      .click();
    const button = `document.querySelector('button[value="${consoleUser.login}"]')`;
    await expect.poll(() => inSignInPage(app, `Boolean(${button})`)).toBe(true);
    await inSignInPage(app, `${button}.click()`);
    await expect
      .poll(
        async () =>
          (await ask(page, 'argo-servers.list', {})).find(({ environment }) => environment === 'live')
            ?.session,
      )
      .toMatchObject({ state: 'signed-in', by: 'window' });
    await expect.poll(() => signInTitles(app)).toEqual([]);

    await goTo(page, '#/');
    await expect(grid(page)).toBeVisible();
    await expect.poll(async () => (await cellOf(page, 'frontend', 'live')).health).toBe('Healthy');
    took('own board, live');
    await lookAt(app, 'foreign-board');

    const before = await versionOf(page, 'frontend', 'live');
    const { version } = await ground.practice.control.publishRelease({ app: 'frontend', deploy: false });
    const deploy = await startDeploy(page, { app: 'frontend', environment: 'live', version });
    await ended(page, deploy);
    took('deployed');
    expect(ground.git('show', 'trunk:deploy/live/frontend.yaml')).toContain(version);
    await expect.poll(async () => (await cellOf(page, 'frontend', 'live')).running?.version).toBe(version);

    const intent = {
      kind: 'rollback' as const,
      app: 'frontend',
      environment: 'live',
      version: before,
      expected: version,
      reason: 'For the test',
    };
    const { findings } = await ask(page, 'preview.get', intent);
    const { operationId } = await ask(page, 'operation.start', {
      intent: { ...intent, override: [...new Set(findings.map(({ code }) => code))] },
      seen: findings,
      requestId: randomUUID(),
    });
    await expect
      .poll(async () => {
        const { state, steps } = await ask(page, 'operation.get', { operationId });
        const open = steps.filter((one) => one.state === 'running' || one.state === 'failed');
        return state === 'running'
          ? open.map((one) => `${one.name}: ${one.waitingFor ?? ''} ${one.saw.at(-1)?.text ?? ''}`).join()
          : state;
      })
      .toBe('succeeded');
    took('rolled back');
    expect(ground.git('show', 'trunk:deploy/live/frontend.yaml')).toContain(before);
    await expect.poll(async () => (await cellOf(page, 'frontend', 'live')).running?.version).toBe(before);
    // Records lie where the file says, and nowhere else.
    expect(ground.git('ls-tree', '-r', '--name-only', 'trunk')).not.toContain('.signalbox/');
    expect(ground.git('ls-tree', '-r', '--name-only', 'console-records')).toContain('.signalbox/');
  } finally {
    await app.close();
    await removeUserData(userData);
    await ground.close();
  }
});
