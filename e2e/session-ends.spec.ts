import { expect, type Page, test } from '@playwright/test';
import { consoleUser } from '../electron/practice/estate/people';
import type { Operation } from '../shared/domain/operation/operation';
import { signInByWindow } from './less-in-sight';
import { lookAt } from './look';
import { startIntent } from './routes-screen';
import { ask, cellAt, cellOf, ended, freshBoard, goTo, inspector, versionOf } from './screen';
import { newUserData, type Running, removeUserData, startOnPractice } from './shared-app';
import { inSignInPage, signInTitles } from './sign-in-ground';

/** A console that sees Argo's Applications at Argo CD's own server alone, as people at GOV.UK do. */
let app: Running;
const page = (): Page => app.page;

test.beforeAll(async () => {
  app = await startOnPractice(await newUserData(), {
    speed: 30,
    ready: false,
    args: ['--practice-rights', 'govuk'],
  });
});
test.afterAll(async () => {
  await app.close();
  await removeUserData(app.userData);
});

const accountIn = async (environment: string) =>
  (await ask(page(), 'argo-servers.list', {})).find(
    (one) => one.environment === environment && one.system === 'argo-cd',
  );
const banner = () => page().getByRole('note', { name: 'Session ended' });

test('the practice estate signs its person in to every server', async () => {
  await expect
    .poll(async () => {
      const accounts = await ask(page(), 'argo-servers.list', {});
      return accounts.length > 0 && accounts.every(({ session }) => session.state === 'signed-in');
    })
    .toBe(true);
  expect(await accountIn('production')).toMatchObject({ session: { by: 'practice' } });
  const production = { environment: 'production', system: 'argo-cd' } as const;
  expect(await ask(page(), 'argo-servers.test', production)).toMatchObject({
    ok: true,
    text: expect.stringContaining('In all projects you can see Applications, sync'),
  });
  await expect(banner()).toBeHidden();
});

test('a session that ends in the middle of a rollback is told once, and nothing is lost', async () => {
  await expect
    .poll(
      async () => {
        const { cells, history } = await ask(page(), 'board.get', {});
        return history.ready && cells.length > 0 && cells.every((one) => one.running !== null);
      },
      { message: 'what runs is seen' },
    )
    .toBe(true);
  await freshBoard(page());
  await cellAt(page(), 'frontend', 'production').click();
  await inspector(page())
    .getByRole('button', { name: /^Roll back frontend to / })
    .click();
  const list = () => ask(page(), 'operation.list', { app: 'frontend', environment: 'production', limit: 1 });
  await expect.poll(async () => (await list())[0]?.intent.kind).toBe('rollback');
  const id = (await list())[0]?.id ?? '';
  const operation = (): Promise<Operation> => ask(page(), 'operation.get', { operationId: id });
  expect((await operation()).state).toBe('running');

  await app.practice.control.setArgoSessions({ end: { environment: 'production', system: 'argo-cd' } });
  await expect(banner()).toHaveText(
    /Your session at Argo CD in production has ended\. Anything that needs it waits/,
  );
  expect((await operation()).state).toBe('running');
  // What Argo CD said is of then, at once; what runs is seen by pods still.
  await expect
    .poll(async () => (await cellOf(page(), 'frontend', 'production')).applicationsAsOf)
    .toEqual(expect.any(String));
  await expect(inspector(page())).toContainText(/as of \d\d:\d\d/);
  await lookAt(app, 'session-ended');
  await goTo(page(), '#/clusters?environment=production');
  await expect(page().getByRole('article', { name: 'Argo CD in production' })).toContainText('Session ended');
  await lookAt(app, 'session-ended-clusters');

  await banner().getByRole('button', { name: 'Sign in again to Argo CD in production' }).click();
  // Its identity provider is named by the estate: nothing is asked.
  await expect
    .poll(() => inSignInPage(app, 'Boolean(document.querySelector("button[name=login]"))'))
    .toBe(true);
  await inSignInPage(app, `document.querySelector('button[value="${consoleUser.login}"]').click()`);
  await expect
    .poll(async () => (await accountIn('production'))?.session)
    .toMatchObject({
      state: 'signed-in',
      by: 'window',
    });
  await expect.poll(() => signInTitles(app)).toEqual([]);
  await expect(banner()).toBeHidden();

  await goTo(page(), `#/operations/${id}`);
  const steps = page().getByRole('list', { name: 'Steps' });
  await expect(steps).toContainText('Request the hold');
  await expect
    .poll(async () => (await operation()).steps.find(({ name }) => name === 'sync')?.state)
    .toBe('succeeded');
  await expect
    .poll(async () => (await operation()).steps.find(({ name }) => name === 'rollout')?.state)
    .toBe('succeeded');
  expect((await operation()).failure).toBeNull();
  expect(await app.practice.commitsOf(id)).not.toHaveLength(2);
});

test('a session that ends at Argo Workflows in the middle of a deployment is told once, and nothing is done twice', async () => {
  const name = 'router';
  const environment = 'integration' as const;
  const expected = await versionOf(page(), name, environment);
  const version = `v${Number(expected.slice(1)) - 1}`;
  await goTo(page(), '#/');
  const id = await startIntent(page(), {
    kind: 'deploy',
    app: name,
    environment,
    version,
    expected,
    reason: 'rehearsal',
  });
  const operation = (): Promise<Operation> => ask(page(), 'operation.get', { operationId: id });
  // It was submitted by then.
  await expect.poll(async () => (await operation()).workflows.length).toBeGreaterThan(0);
  await app.practice.control.setArgoSessions({ end: { environment, system: 'argo-workflows' } });
  await expect(banner()).toHaveCount(1);
  await expect(banner()).toContainText('Your session at Argo Workflows in integration has ended.');
  expect((await operation()).state).toBe('running');
  await signInByWindow(app, environment, 'argo-workflows');
  await expect(banner()).toBeHidden();
  const done = await ended(page(), id);
  expect(done.failure).toBeNull();
  expect(done.steps.find((one) => one.name === 'tests')?.state).toBe('succeeded');
  const { workflows } = await ask(page(), 'workflow.list', { app: name, environment, version });
  expect(workflows.filter(({ template }) => template === 'deploy-image')).toHaveLength(1);
  expect(await versionOf(page(), name, environment)).toBe(version);
});
