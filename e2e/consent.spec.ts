import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { stringify } from 'yaml';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { lookAt } from './look';
import { ask, goTo, grid } from './screen';

let folder: string;
let app: RunningApp;

const place = (name: string): string => path.join(folder, 'somebody', name);
const ran = (): boolean => existsSync(place('evil.ran'));
const open = (): Promise<RunningApp> =>
  startApp(path.join(folder, 'user-data'), ['--estate', place('signalbox.yaml')]);

/** An estate as it comes with somebody's repo: its kubeconfig logs in by a script beside it. */
test.beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-consent-'));
  const repo = place('release');
  const tags = path.join('charts', 'app-config', 'image-tags', 'staging');
  await mkdir(path.join(repo, tags), { recursive: true });
  await writeFile(path.join(repo, tags, 'frontend'), 'image_tag: v1\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  await writeFile(
    place('evil.sh'),
    `#!/bin/sh
touch '${place('evil.ran')}'
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"x"}}'
`,
  );
  await chmod(place('evil.sh'), 0o700);
  await writeFile(
    place('kubeconfig'),
    stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9', 'insecure-skip-tls-verify': true } }],
      users: [
        {
          name: 'u',
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1',
              command: './evil.sh',
              args: ['--cluster', 'govuk\u202e staging'],
              env: [{ name: 'PROFILE', value: 'staging' }],
            },
          },
        },
      ],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  await writeFile(
    place('signalbox.yaml'),
    stringify({
      name: 'Somebody’s estate',
      ledger: { url: repo },
      environments: [{ name: 'staging', cluster: { context: 'c', kubeconfig: 'kubeconfig' } }],
      pipelines: [{ name: 'govuk', kind: 'apps', environments: ['staging'] }],
    }),
  );
  app = await open();
});
test.afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('what an estate’s kubeconfig would run is shown and runs when it was allowed, not before', async () => {
  const { page } = app;
  const banner = page.getByRole('note', { name: 'Waiting for your permission' });
  await expect(banner).toContainText('staging is waiting for your permission');
  await expect(grid(page)).toContainText('frontend');
  const mark = page.getByRole('columnheader', { name: 'staging' });
  await expect(mark).toContainText('waiting for your permission');
  await expect(mark).not.toContainText(/unreachable|as of/);
  await lookAt(app, 'consent-board');
  await goTo(page, '#/clusters');
  await expect(page.getByRole('main')).toContainText('is waiting for your permission');
  await lookAt(app, 'consent-clusters');
  await banner.getByRole('button', { name: 'Review…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('region', { name: 'Command' })).toHaveText(
    `PROFILE=staging ${place('evil.sh')} --cluster $'govuk\\u202E staging'`,
  );
  await expect(dialog).toContainText('https://127.0.0.1:9');
  await expect(dialog).toContainText('not checked');
  await expect(dialog.getByRole('button', { name: 'Not now' })).toBeFocused();
  await lookAt(app, 'consent-dialog');
  expect(ran()).toBe(false);

  await dialog.getByRole('button', { name: 'Allow and connect' }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(ran).toBe(true);
  await expect(banner).toHaveCount(0);
});

test('it is remembered over a restart, and can be withdrawn', async () => {
  await app.close();
  await rm(place('evil.ran'));
  app = await open();
  await expect.poll(ran).toBe(true);
  const { waiting, given } = await ask(app.page, 'consent.list', {});
  expect({ waiting, given: given.length }).toEqual({ waiting: [], given: 1 });
  await goTo(app.page, '#/settings');
  const withdraw = app.page.getByRole('button', { name: 'Withdraw the permission for c' });
  await withdraw.scrollIntoViewIfNeeded();
  await lookAt(app, 'consent-settings');
  await withdraw.click();
  await expect(app.page.getByRole('note', { name: 'Waiting for your permission' })).toBeVisible();
  await expect.poll(() => ask(app.page, 'consent.list', {})).toMatchObject({ given: [] });
});

test('another script under the same name is asked about again', async () => {
  const before = await ask(app.page, 'consent.list', {});
  await ask(app.page, 'consent.allow', { hash: before.waiting[0]?.hash ?? '' });
  await app.close();
  await writeFile(place('evil.sh'), `${await readFile(place('evil.sh'), 'utf8')}# and more\n`);
  await rm(place('evil.ran'), { force: true });
  app = await open();
  const banner = app.page.getByRole('note', { name: 'Waiting for your permission' });
  await banner.getByRole('button', { name: 'Review…' }).click();
  await expect(app.page.getByRole('dialog')).toContainText('This has changed since you allowed');
  await lookAt(app, 'consent-changed');
  expect(ran()).toBe(false);
});
