import { stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import {
  ask,
  boardReady,
  cellAt,
  ended,
  freshBoard,
  goTo,
  grid,
  inspector,
  openOperation,
  sheet,
  versionOf,
} from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

let app: Running;
const page = (): Page => app.page;

test.beforeAll(async () => {
  app = await startOnPractice(await newUserData());
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app.close();
  await removeUserData(app.userData);
});

const name = 'router';
const environment = 'production';
const banner = () => page().getByRole('note', { name: `Emergency rollback of ${name} in ${environment}` });
const checks = () => sheet(page()).getByRole('list', { name: 'Checks', exact: true });
const freshness = () => page().getByRole('list', { name: 'Freshness' });

/** What the live Deployment runs, and which of its Applications sync by themselves. */
const automatic = async (): Promise<Record<string, boolean>> => {
  const { applications } = await ask(page(), 'application.get', { app: name, environment });
  return Object.fromEntries(applications.map((one) => [one.name, one.autoSync.enabled]));
};

test('with the Git remote away an app is rolled back past Git, over a kill, and reconciled when Git is back', async () => {
  const { control } = app.practice;
  await freshBoard(page());
  const wanted = await versionOf(page(), name, environment);
  // As a person rehearses it: on the Practice screen.
  await goTo(page(), '#/practice');
  await page().getByRole('button', { name: 'Disconnect the Git remote' }).click();
  await goTo(page(), '#/');
  await expect(freshness()).toContainText(/Release repo as of \d\d:\d\d/);

  await cellAt(page(), name, environment).click();
  const offer = inspector(page()).getByRole('button', { name: /^Emergency rollback of router to / });
  await expect(offer).toBeVisible();
  await offer.click();
  await expect(checks()).toContainText(/no change in Git reaches any app in production/);
  await expect(checks()).not.toHaveAttribute('aria-busy');
  const action = sheet(page()).getByRole('button', { name: /^Emergency rollback of router to / });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await sheet(page()).getByRole('textbox', { name: 'Reason' }).fill('500s since the release, GitHub is down');
  await expect(action).toHaveAccessibleDescription('Confirm what it freezes first.');
  await sheet(page())
    .getByRole('checkbox', { name: /^Until then, no change in Git/ })
    .check();
  await lookAt(app, 'emergency-sheet');
  await control.slowRollout({ app: name, environment, readySeconds: 3600 });
  // The rollout's own deadline is a minute of practice time.
  await control.setSpeed({ speed: 1 });
  await action.click();
  const id = await openOperation(page());
  await expect
    .poll(
      async () => {
        const { steps } = await ask(page(), 'operation.get', { operationId: id });
        return steps.find((step) => step.name === 'rollout')?.state;
      },
      { message: 'the rollout is followed', intervals: [50] },
    )
    .toBe('running');
  // The practice cluster is a process of this console and saves itself every few seconds; a real one forgets nothing.
  const set = Date.now();
  const saved = path.join(app.userData, 'practice', 'clusters', `${environment}.json.gz`);
  await expect
    .poll(async () => (await stat(saved)).mtimeMs, { message: 'the cluster is saved' })
    .toBeGreaterThan(set);
  await app.kill();

  app = await startOnPractice(app.userData, { ready: false, speed: 1 });
  await expect(grid(page())).toBeVisible();
  await app.practice.control.heal({ app: name });
  await app.practice.control.setSpeed({ speed: 20 });
  await ended(page(), id);
  await expect(banner()).toContainText(
    new RegExp(`runs v\\d+ by emergency rollback\\. Git still wants ${wanted}\\.`),
  );
  await expect(banner()).toContainText(/Automatic sync is off for app-config and router since/);
  await expect(banner()).toContainText('this can’t be shared');
  await expect(grid(page()).getByRole('columnheader', { name: /^production/ })).toContainText(
    /sync off \d\d:\d\d/,
  );
  await expect(cellAt(page(), name, environment)).toHaveAccessibleName(/emergency rollback$/);
  await expect(page().getByRole('region', { name: 'Needs attention' })).toContainText('Emergency rollback');
  await expect.poll(automatic).toEqual({ [name]: false });
  const there = await ask(page(), 'board.get', {});
  const [debt] = there.emergency.debts;
  expect(debt).toMatchObject({
    app: name,
    environment,
    image: 'set',
    off: ['app-config', name],
    shared: false,
  });
  await cellAt(page(), name, environment).click();
  await lookAt(app, 'emergency-board');
  await goTo(page(), `#/operations/${id}`);
  await expect(page().getByText('Set the image')).toBeVisible();
  await lookAt(app, 'emergency-operation');
  const reconcile = banner().getByRole('button', { name: `Reconcile ${name} in ${environment}` });
  await expect(reconcile).toHaveAccessibleDescription(/^Wait until the release repo is reachable/);

  await goTo(page(), '#/practice');
  await page().getByRole('button', { name: 'Reconnect the Git remote' }).click();
  await goTo(page(), '#/');
  await expect(freshness()).toContainText('Release repo live');
  // Others are told as soon as they can be.
  await expect(banner()).toContainText('Other consoles see this too.');
  const record = `.signalbox/emergencies/${environment}/${name}.yaml`;
  expect(await app.practice.git('show', `main:${record}`)).toContain('GitHub is down');
  await reconcile.click();
  await expect(sheet(page()).getByRole('radio', { name: /: write it into Git/ })).toBeChecked();
  await expect(checks()).toContainText(/app-config applies everything that changed in Git meanwhile/);
  await expect(checks()).not.toHaveAttribute('aria-busy');
  await sheet(page())
    .getByRole('textbox', { name: /^Reason/ })
    .fill('GitHub is back');
  await lookAt(app, 'emergency-reconcile-sheet');
  await sheet(page())
    .getByRole('button', { name: /^Reconcile router in production/ })
    .click();
  const paid = await openOperation(page());
  await ended(page(), paid);
  await expect(banner()).toHaveCount(0);
  expect(await app.practice.commitsOf(paid)).not.toHaveLength(0);
  expect(await app.practice.imageTagFile(name, environment)).toMatchObject({ image_tag: debt?.imageTag });
  await expect.poll(automatic).toEqual({ [name]: true });
  expect(await app.practice.git('ls-tree', '-r', '--name-only', 'main', '.signalbox/')).not.toContain(record);
  await goTo(page(), '#/');
  await boardReady(page());
});
