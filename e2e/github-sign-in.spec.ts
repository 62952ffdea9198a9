import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { type PracticeProcess, startPracticeProcess } from '../electron/testing/practice-process';
import { lookAt } from './look';
import { goTo } from './screen';

let folder: string;
let practice: PracticeProcess;
let app: RunningApp;

test.beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-sign-in-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'practice')]);
  // As a real estate, which brings no token.
  app = await startApp(path.join(folder, 'user-data'), ['--estate', practice.ready.estateFile]);
});
test.afterAll(async () => {
  await app.close();
  await practice.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('a person signs in at GitHub with a code, and is told whose account is connected', async () => {
  const { page } = app;
  await goTo(page, '#/settings');
  const panel = page.getByRole('region', { name: 'Sign in to GitHub' });
  await expect(panel).toContainText('repo, workflow, read:org');
  await panel.scrollIntoViewIfNeeded();
  await lookAt(app, 'sign-in-github');
  const begin = panel.getByRole('button', { name: /^Sign in at 127\.0\.0\.1/ });

  await begin.click();
  const code = panel.locator('strong');
  await expect(code).toHaveText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  await panel.scrollIntoViewIfNeeded();
  await lookAt(app, 'sign-in-github-code');
  const decide = async (decision: string): Promise<void> => {
    const body = new URLSearchParams({ user_code: await code.innerText(), decision });
    await fetch(`${practice.ready.githubUrl}/login/device`, { method: 'POST', body });
  };
  await decide('cancel');
  await expect(panel).toContainText('The sign-in was cancelled on GitHub’s page.');
  await panel.scrollIntoViewIfNeeded();
  await lookAt(app, 'sign-in-github-refused');

  await begin.click();
  await expect(code).toHaveText(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/);
  await decide('authorize');
  await expect(panel).toContainText(/Connected as .*requests left until/);
  await panel.scrollIntoViewIfNeeded();
  await lookAt(app, 'sign-in-github-done');
  const form = page.getByRole('form', { name: 'GitHub credential' });
  await form.getByRole('button', { name: 'Test GitHub' }).click();
  await expect(form.getByRole('status').first()).toContainText(
    /Connected as .*scopes: .*requests left until/,
  );
});
