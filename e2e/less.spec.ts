import { expect, type Page, test } from '@playwright/test';
import type { Operation } from '../shared/domain/operation/operation';
import { lookAt } from './look';
import { ask, cellAt, cellOf, freshBoard, goTo, inspector, openOperation, sheet, versionOf } from './screen';
import { newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

/** A console whose kubeconfig shows Deployments, ReplicaSets and pods, and nothing of Argo. */
let running: Running | undefined;
const app = (): Running => {
  if (!running) throw new Error('the app runs only within a test');
  return running;
};
const page = (): Page => app().page;

test.beforeAll(async () => {
  running = await startOnPractice(await newUserData(), {
    speed: 30,
    ready: false,
    args: ['--practice-rights', 'govuk-pods-only'],
  });
  await expect
    .poll(
      async () => {
        const { cells, history } = await ask(page(), 'board.get', {});
        return history.ready && cells.length > 0 && cells.every((one) => one.running?.by === 'pods');
      },
      { message: 'what runs is seen by its pods' },
    )
    .toBe(true);
});
test.afterAll(async () => {
  await running?.close();
  if (running) await removeUserData(running.userData);
});
test.beforeEach(() => freshBoard(page()));

const operation = (operationId: string): Promise<Operation> => ask(page(), 'operation.get', { operationId });
const stepOf = async (id: string, name: string) =>
  (await operation(id)).steps.find((one) => one.name === name);
const notVisible = 'Not visible to you: Argo CD, Argo Workflows.';

test('what is not visible is said once at its place, and no cell is tinted or warned for it', async () => {
  const cells = (await ask(page(), 'board.get', {})).cells;
  for (const one of cells) expect(one.stage?.failing, `${one.app} in ${one.environment}`).toBe(false);
  await lookAt(app(), 'less-board');
  await cellAt(page(), 'frontend', 'production').click();
  await expect(inspector(page()).getByText(notVisible)).toHaveCount(1);
  await expect(inspector(page())).toContainText('Rollouts are followed by Deployments and pods.');
  await lookAt(app(), 'less-panel');
  await inspector(page())
    .getByRole('link', { name: /^(Sign in to see more|What you can see)$/ })
    .click();
  await expect(page()).toHaveURL(/#\/clusters/);
  await expect(page().getByText('Not visible to you:').first()).toBeVisible();
  await lookAt(app(), 'less-clusters');
});

test('one click rolls back; the sync shows in the Deployment, the rollout in its pods', async () => {
  const name = 'frontend';
  const before = await versionOf(page(), name, 'production');
  await cellAt(page(), name, 'production').click();
  const back = inspector(page()).getByRole('button', { name: new RegExp(`^Roll back ${name} to `) });
  await expect(back).not.toHaveAttribute('aria-disabled');
  await expect(inspector(page())).not.toContainText('Opens the checks first');
  await back.click();
  const list = () => ask(page(), 'operation.list', { app: name, environment: 'production', limit: 1 });
  await expect.poll(async () => (await list())[0]?.intent.kind).toBe('rollback');
  await expect(sheet(page())).toHaveCount(0);
  const id = (await list())[0]?.id ?? '';
  await expect.poll(async () => (await stepOf(id, 'rollout'))?.state).toBe('succeeded');
  expect(await stepOf(id, 'nudge')).toMatchObject({ state: 'skipped' });
  expect(await stepOf(id, 'sync')).toMatchObject({ state: 'succeeded' });
  const target = await versionOf(page(), name, 'production');
  expect(target).not.toBe(before);
  await expect.poll(async () => (await cellOf(page(), name, 'production')).running?.version).toBe(target);
  await goTo(page(), `#/operations/${id}`);
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText('Argo CD syncs by itself');
  await lookAt(app(), 'less-rollback');
});

test('a version is deployed by GitHub Actions and followed to its healthy pods', async () => {
  const name = 'router';
  const wanted = `v${Number((await versionOf(page(), name, 'integration')).slice(1)) - 1}`;
  await goTo(page(), `#/apps/${name}?environment=integration`);
  await page()
    .getByRole('button', { name: new RegExp(`^Deploy ${name}`) })
    .first()
    .click();
  await sheet(page()).getByRole('combobox').first().fill(wanted);
  await expect(sheet(page()).getByRole('option').first()).toContainText(wanted);
  await page().keyboard.press('Enter');
  await expect(sheet(page()).getByRole('radio', { name: /GitHub Actions/ })).toBeChecked();
  const send = sheet(page()).getByRole('button', { name: `Deploy ${name} ${wanted} to integration` });
  await sheet(page())
    .getByRole('textbox', { name: /^Reason/ })
    .fill('rehearsal');
  await expect(send).not.toHaveAttribute('aria-disabled');
  await lookAt(app(), 'less-sheet');
  await send.click();
  const id = await openOperation(page());
  await expect.poll(async () => (await operation(id)).state).not.toBe('running');
  expect(await operation(id)).toMatchObject({ state: 'succeeded', failure: null });
  expect(await stepOf(id, 'tests')).toMatchObject({ state: 'skipped' });
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText(
    'Tests in integration are not visible to you.',
  );
  expect((await cellOf(page(), name, 'integration')).running?.version).toBe(wanted);
});
