import { expect, type Page, test } from '@playwright/test';
import type { StepName } from '../shared/domain/operation/steps';
import { ask, ended, grid, startDeploy } from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

/** One estate for all: each test finds a running app, and leaves one or is the last. */
let app: Running;
test.beforeAll(async () => {
  app = await startOnPractice(await newUserData());
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app.close();
  await removeUserData(app.userData);
});

/** Waits until an operation is at a step. */
const reach = (page: Page, operationId: string, step: StepName): Promise<void> =>
  expect
    .poll(
      async () => {
        const { steps } = await ask(page, 'operation.get', { operationId });
        return steps.find(({ name }) => name === step)?.state;
      },
      { message: `the operation is at ${step}`, intervals: [50] },
    )
    .toBe('running');

test('killed during a rollout, the next start finishes the operation', async () => {
  const name = 'static';
  const { control } = app.practice;
  const { version } = await control.publishRelease({ app: name, deploy: false });
  await control.slowRollout({ app: name, environment: 'production', readySeconds: 3600 });
  // The cluster's own deadline must not run out while nobody looks.
  await control.setSpeed({ speed: 4 });
  const id = await startDeploy(app.page, { app: name, environment: 'production', version });
  await reach(app.page, id, 'rollout');
  await app.kill();

  app = await startOnPractice(app.userData, { ready: false, speed: 4 });
  await expect(grid(app.page)).toBeVisible();
  await expect(app.page.getByRole('region', { name: 'Operations tray' })).toContainText(`${name} ${version}`);
  expect((await ask(app.page, 'operation.get', { operationId: id })).state).toBe('running');
  await app.practice.control.heal({ app: name });
  await app.practice.control.setSpeed({ speed: 50 });
  await ended(app.page, id);
  expect(await app.practice.commitsOf(id)).toHaveLength(1);
  expect(await app.practice.imageTagFile(name, 'production')).toMatchObject({ image_tag: version });
});

test('killed during the commit, the next start says what became of it and commits at most once', async () => {
  const name = 'static';
  const { version } = await app.practice.control.publishRelease({ app: name, deploy: false });
  await app.practice.control.setGitFaults({ latencyMs: 700 });
  const id = await startDeploy(app.page, { app: name, environment: 'production', version });
  await reach(app.page, id, 'commit');
  await app.kill();

  app = await startOnPractice(app.userData, { ready: false });
  await app.practice.control.setGitFaults({ latencyMs: 0 });
  await expect
    .poll(async () => (await ask(app.page, 'operation.get', { operationId: id })).state)
    .not.toBe('running');
  const operation = await ask(app.page, 'operation.get', { operationId: id });
  const commits = await app.practice.commitsOf(id);
  // What the console says is what the repo says; `unknown` is the only answer that leaves it open.
  if (operation.state === 'succeeded') expect(commits).toHaveLength(1);
  else if (operation.state === 'unknown') expect(commits.length).toBeLessThanOrEqual(1);
  else expect(commits).toEqual([]);
  await app.page.getByRole('link', { name: 'Operations', exact: true }).click();
  await expect(
    app.page.getByRole('row').filter({ hasText: `Deploy ${name} ${version} to production` }),
  ).toContainText(
    {
      succeeded: 'Succeeded',
      unknown: 'Outcome unknown',
      failed: 'Failed',
      cancelled: 'Cancelled',
      superseded: 'Superseded',
      running: '',
    }[operation.state],
  );
});

test('a renderer that crashes takes no operation with it', async () => {
  const name = 'collections';
  const { control } = app.practice;
  const { version } = await control.publishRelease({ app: name, deploy: false });
  await control.slowRollout({ app: name, environment: 'production', readySeconds: 600 });
  const id = await startDeploy(app.page, { app: name, environment: 'production', version });
  await reach(app.page, id, 'rollout');
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  // Playwright gives a crashed page up: from here on the main process is asked.
  const inWindow = <T>(action: 'address' | 'press' | 'state'): Promise<T> =>
    app.electron.evaluate(
      async ({ BrowserWindow }, { action, id }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (action === 'address') return contents?.getURL();
        if (action === 'press')
          for (const keyCode of ['Tab', 'Enter'])
            for (const type of ['keyDown', 'keyUp'] as const) contents?.sendInputEvent({ type, keyCode });
        if (action === 'state')
          return contents
            ?.executeJavaScript(`signalbox.call['operation.get']({ operationId: '${id}' })`)
            .then((answer) => answer.value?.state);
      },
      { action, id },
    ) as Promise<T>;
  await expect.poll(() => inWindow('address')).toBe('app://signalbox/crashed');
  await control.heal({ app: name });
  await inWindow('press');
  await expect.poll(() => inWindow('address')).toContain('app://signalbox/index.html');
  // The same process has carried it on: nothing was started again.
  await expect.poll(() => inWindow('state').catch(() => 'not loaded yet')).toBe('succeeded');
  expect(await app.practice.commitsOf(id)).toHaveLength(1);
  expect(await app.practice.imageTagFile(name, 'production')).toMatchObject({ image_tag: version });
});
