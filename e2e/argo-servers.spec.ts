import { expect, type Page, test } from '@playwright/test';
import {
  retryFailedTests,
  rollBackInOneClick,
  signInByWindow,
  stepOf,
  whatRunsIsSeen,
} from './less-in-sight';
import { lookAt } from './look';
import { deployInSheet } from './routes-screen';
import { ask, cellOf, ended, freshBoard, goTo, versionOf } from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

/** A console without any kubeconfig: Argo's own servers are all that shows what runs, and nobody is signed in yet. */
let running: Running | undefined;
const app = (): Running => {
  if (!running) throw new Error('the app runs only within a test');
  return running;
};
const page = (): Page => app().page;
const chain = ['integration', 'staging', 'production'] as const;

test.beforeAll(async () => {
  running = await startOnPractice(await newUserData(), {
    speed: 30,
    ready: false,
    args: ['--practice-rights', 'govuk', '--practice-login', 'argo-servers'],
  });
});
keepLogs(() => app().userData);
test.afterAll(async () => {
  await running?.close();
  if (running) await removeUserData(running.userData);
});

test('before anybody signs in, the board says what Git wants, and where to sign in', async () => {
  await freshBoard(page());
  await expect
    .poll(
      async () => (await ask(page(), 'board.get', {})).cells.filter(({ ledger }) => ledger?.version).length,
    )
    .toBeGreaterThan(0);
  const clusters = async () =>
    (await ask(page(), 'board.get', {})).environments.map(({ name, cluster }) =>
      cluster.state === 'unreachable' ? cluster.failure.code : `${name} is ${cluster.state}`,
    );
  await expect.poll(async () => new Set(await clusters())).toEqual(new Set(['signed-out']));
  const { cells } = await ask(page(), 'board.get', {});
  for (const one of cells) expect(one.stage?.failing, `${one.app} in ${one.environment}`).not.toBe(true);
  await lookAt(app(), 'argo-servers-signed-out');
  await goTo(page(), '#/clusters?environment=production');
  await expect(page().getByText('You are not signed in to Argo CD in production.').first()).toBeVisible();
  await lookAt(app(), 'argo-servers-signed-out-clusters');
});

test('the person signs in to each server through its window, and sees what runs', async () => {
  for (const environment of chain)
    for (const system of ['argo-cd', 'argo-workflows'] as const)
      await signInByWindow(app(), environment, system);
  await whatRunsIsSeen(page(), chain);
  const { cells } = await ask(page(), 'board.get', {});
  for (const { app: name, environment, health } of cells.filter((one) => one.environment === 'production'))
    expect(health, `${name} in ${environment}`).toBe('Healthy');
  await freshBoard(page());
  await lookAt(app(), 'argo-servers-board');
});

test('a version is deployed by a workflow at Argo’s server, and followed to its tests', async () => {
  const name = 'router';
  const wanted = `v${Number((await versionOf(page(), name, 'integration')).slice(1)) - 1}`;
  const id = await deployInSheet(page(), {
    app: name,
    environment: 'integration',
    wanted,
    by: /Argo Workflows/,
  });
  const operation = await ended(page(), id);
  expect(operation.failure).toBeNull();
  expect(stepOf(operation, 'rollout')).toMatchObject({ state: 'succeeded' });
  expect(stepOf(operation, 'tests')).toMatchObject({ state: 'succeeded' });
  expect((await cellOf(page(), name, 'integration')).running?.version).toBe(wanted);
  const author = await app().practice.git('show', '-s', '--format=%an', operation.commit ?? '');
  expect(author.trim()).toBe('govuk-ci');
});

test('one click rolls back production, seen by Argo CD alone', async () => {
  await freshBoard(page());
  const operation = await rollBackInOneClick(page(), 'frontend');
  for (const name of ['nudge', 'sync', 'rollout'])
    expect(stepOf(operation, name), name).toMatchObject({ state: 'succeeded' });
});

test('failed tests are retried at Argo’s server', async () => {
  await retryFailedTests(app(), 'static');
});
