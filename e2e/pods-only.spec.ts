import { expect, type Page, test } from '@playwright/test';
import {
  retryFailedTests,
  rollBackInOneClick,
  saidBy,
  signInByWindow,
  stepOf,
  whatRunsIsSeen,
} from './less-in-sight';
import { lookAt } from './look';
import { deployInSheet } from './routes-screen';
import { ask, cellAt, cellOf, ended, freshBoard, goTo, inspector, versionOf } from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

/** A console whose kubeconfig shows Deployments, ReplicaSets and pods, and which is signed in nowhere. */
let running: Running | undefined;
const app = (): Running => {
  if (!running) throw new Error('the app runs only within a test');
  return running;
};
const page = (): Page => app().page;
const chain = ['integration', 'staging', 'production'];

test.beforeAll(async () => {
  running = await startOnPractice(await newUserData(), {
    speed: 30,
    ready: false,
    args: ['--practice-rights', 'govuk-pods-only'],
  });
  await whatRunsIsSeen(page(), chain);
});
keepLogs(() => app().userData);
test.afterAll(async () => {
  await running?.close();
  if (running) await removeUserData(running.userData);
});
test.beforeEach(() => freshBoard(page()));

test('what is not visible is said once at its place, and no cell is tinted or warned for it', async () => {
  const { cells, environments } = await ask(page(), 'board.get', {});
  for (const one of cells) {
    expect(one.running?.by, `${one.app} in ${one.environment}`).toBe('pods');
    expect(one.stage?.failing, `${one.app} in ${one.environment}`).toBe(false);
  }
  for (const { name, cluster } of environments) expect(cluster.state, name).toBe('live');
  await cellAt(page(), 'frontend', 'production').click();
  await expect(inspector(page()).getByText('Not visible to you: Argo CD, Argo Workflows.')).toHaveCount(1);
  await expect(inspector(page())).toContainText('Rollouts are followed by Deployments and pods.');
  await lookAt(app(), 'pods-only-board');
  await inspector(page())
    .getByRole('link', { name: /^(Sign in to see more|What you can see)$/ })
    .click();
  await expect(page()).toHaveURL(/#\/clusters/);
  await expect(page().getByText('Not visible to you:').first()).toBeVisible();
  await lookAt(app(), 'pods-only-clusters');
});

test('one click rolls back; the sync shows in the Deployment, the rollout in its pods', async () => {
  const operation = await rollBackInOneClick(page(), 'frontend');
  expect(stepOf(operation, 'nudge')).toMatchObject({ state: 'skipped' });
  expect(stepOf(operation, 'sync')).toMatchObject({ state: 'succeeded' });
  expect(stepOf(operation, 'rollout')).toMatchObject({ state: 'succeeded' });
  // Nobody is asked to sign in where what is waited for can be seen.
  expect(saidBy(operation)).not.toMatch(/sign in/i);
  await goTo(page(), `#/operations/${operation.id}`);
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText('Argo CD syncs by itself');
});

test('a version is deployed by GitHub Actions and followed to its healthy pods', async () => {
  const name = 'router';
  const wanted = `v${Number((await versionOf(page(), name, 'integration')).slice(1)) - 1}`;
  const id = await deployInSheet(page(), {
    app: name,
    environment: 'integration',
    wanted,
    by: /GitHub Actions/,
  });
  const operation = await ended(page(), id);
  expect(operation.failure).toBeNull();
  expect(stepOf(operation, 'tests')).toMatchObject({ state: 'skipped' });
  expect(saidBy(operation)).toContain('Tests in integration are not visible to you.');
  expect((await cellOf(page(), name, 'integration')).running?.version).toBe(wanted);
});

test('failed tests are retried once the person signed in to Argo Workflows, whose server shows them', async () => {
  await signInByWindow(app(), 'integration', 'argo-workflows');
  await retryFailedTests(app(), 'static');
});

test('who signs out in the middle of a rollback is waited for by nothing', async () => {
  await signInByWindow(app(), 'production', 'argo-cd');
  await freshBoard(page());
  const { control } = app().practice;
  await control.slowRollout({ app: 'collections', environment: 'production', readySeconds: 20 });
  const started = rollBackInOneClick(page(), 'collections');
  const list = () =>
    ask(page(), 'operation.list', { app: 'collections', environment: 'production', limit: 1 });
  await expect.poll(async () => (await list())[0]?.commit ?? null).not.toBeNull();
  await ask(page(), 'argo-servers.sign-out', { environment: 'production', system: 'argo-cd' });
  const operation = await started;
  // What Argo CD said is of before, and says so.
  const cell = await cellOf(page(), 'collections', 'production');
  expect(cell.applications).not.toEqual([]);
  expect(cell.applicationsAsOf).toEqual(expect.any(String));
  await expect(inspector(page())).toContainText(/as of \d\d:\d\d/);
  expect(stepOf(operation, 'rollout')).toMatchObject({ state: 'succeeded' });
  expect(saidBy(operation)).not.toMatch(/Waiting for you to sign in/);
});
