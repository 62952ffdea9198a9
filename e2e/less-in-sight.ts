import { expect, type Page } from '@playwright/test';
import { consoleUser } from '../electron/practice/estate/people';
import type { EnvironmentName } from '../electron/systems/practice/environments';
import { type ArgoSystem, argoSystemNames } from '../shared/domain/estate/argo-servers';
import type { Operation } from '../shared/domain/operation/operation';
import { needsAttention } from '../shared/domain/preflight/finding';
import { ask, cellAt, cellOf, goTo, inspector, sheet, versionOf } from './screen';
import type { Running } from './shared-app';
import { inSignInPage, signInTitles } from './sign-in-ground';

/** Signs in at one of Argo's servers from the Clusters screen, on the server's own page, as a person does. */
export async function signInByWindow(
  app: Running,
  environment: EnvironmentName,
  system: ArgoSystem,
): Promise<void> {
  const named = `${argoSystemNames[system]} in ${environment}`;
  await goTo(app.page, `#/clusters?environment=${environment}`);
  await app.page
    .getByRole('article', { name: named })
    .getByRole('button', { name: new RegExp(`^Sign in (again )?to ${named}$`) })
    .click();
  // Its identity provider is named by the estate: nothing is asked.
  const button = `document.querySelector('button[value="${consoleUser.login}"]')`;
  await expect.poll(() => inSignInPage(app, `Boolean(${button})`)).toBe(true);
  await inSignInPage(app, `${button}.click()`);
  await expect
    .poll(async () => {
      const accounts = await ask(app.page, 'argo-servers.list', {});
      return accounts.find((one) => one.environment === environment && one.system === system)?.session;
    })
    .toMatchObject({ state: 'signed-in', by: 'window' });
  await expect.poll(() => signInTitles(app)).toEqual([]);
}

/** Waits until every app of the chain is seen to run somewhere. */
export const whatRunsIsSeen = (page: Page, environments: readonly string[]): Promise<void> =>
  expect
    .poll(
      async () => {
        const { cells, history } = await ask(page, 'board.get', {});
        const wanted = cells.filter(({ environment }) => environments.includes(environment));
        return history.ready && wanted.length > 0 && wanted.every(({ running }) => running?.version != null);
      },
      { message: 'what runs is seen' },
    )
    .toBe(true);

/** One click in the panel of a cell of production. @returns the rollback, once it ended or only its hold is left. */
export async function rollBackInOneClick(page: Page, app: string): Promise<Operation> {
  const environment = 'production';
  const before = await versionOf(page, app, environment);
  // Right after the start not all is known that one click rests on.
  await expect
    .poll(async () => {
      const version = (await cellOf(page, app, environment)).rollbackTarget?.version ?? '';
      const intent = { kind: 'rollback' as const, app, environment, version, expected: before };
      return needsAttention((await ask(page, 'preview.get', intent)).findings);
    })
    .toBe(false);
  await cellAt(page, app, environment).click();
  const back = inspector(page).getByRole('button', { name: new RegExp(`^Roll back ${app} to `) });
  await expect(back).not.toHaveAttribute('aria-disabled');
  await expect(inspector(page)).not.toContainText('Opens the checks first');
  await back.click();
  const list = () => ask(page, 'operation.list', { app, environment, limit: 1 });
  await expect.poll(async () => (await list())[0]?.intent.kind).toBe('rollback');
  await expect(sheet(page)).toHaveCount(0);
  const id = (await list())[0]?.id ?? '';
  const operation = () => ask(page, 'operation.get', { operationId: id });
  await expect.poll(async () => (await operation()).commit).not.toBeNull();
  await expect
    .poll(async () => {
      const { state, steps } = await operation();
      const step = steps.find(({ name }) => name === 'rollout');
      return state !== 'running' || step?.state === 'succeeded'
        ? 'rolled out'
        : steps.map((one) => `${one.name} ${one.state}: ${one.waitingFor ?? one.saw.at(-1)?.text}`);
    })
    .toBe('rolled out');
  const version = await versionOf(page, app, environment);
  expect(version).not.toBe(before);
  await expect.poll(async () => (await cellOf(page, app, environment)).running?.version).toBe(version);
  return operation();
}

/** A version whose tests fail in integration, found on the board; they are retried from where they are told. */
export async function retryFailedTests(app: Running, name: string): Promise<void> {
  const { page, practice } = app;
  const { version } = await practice.control.publishRelease({
    app: name,
    breaks: 'tests-fail',
    environments: ['integration'],
  });
  const tests = async () =>
    (await ask(page, 'workflow.list', { app: name, environment: 'integration', version })).workflows.filter(
      ({ template }) => template === 'post-sync',
    );
  await expect.poll(async () => (await tests()).map(({ phase }) => phase)).toEqual(['Failed']);
  await practice.control.heal({ app: name });
  const [failed] = await tests();
  await goTo(page, '#/');
  await cellAt(page, name, 'integration').click();
  const retry = `Retry from failure: ${failed?.name}`;
  await inspector(page).getByRole('button', { name: retry }).click();
  await page.getByRole('dialog').getByRole('button', { name: retry }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(async () => (await tests()).map(({ phase }) => phase)).toEqual(['Succeeded']);
  await expect.poll(async () => (await cellOf(page, name, 'integration')).tests?.state).toBe('passed');
}

/** The step of an operation. */
export const stepOf = (operation: Operation, name: string): Operation['steps'][number] | undefined =>
  operation.steps.find((one) => one.name === name);

/** What an operation said in all of its steps. */
export const saidBy = (operation: Operation): string =>
  operation.steps.flatMap(({ saw }) => saw.map(({ text }) => text)).join('\n');
