import { expect, type Page, test } from '@playwright/test';
import { action, card, operationEnds, startBag } from '../electron/dev/drill/bag-window';
import type { ControlInput } from '../electron/systems/practice/control-contract';
import type { StageView } from '../shared/domain/bags/view';
import { ask, goTo } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(60);
const page = (): Page => app().page;
const pipeline = 'concourse';
const happens = (input: ControlInput<'concourse'>) => app().practice.control.concourse(input);

const stage = async (environment: string): Promise<StageView> => {
  const found = (await ask(page(), 'bags.pipeline', { pipeline })).stages.find(
    (one) => one.environment === environment,
  );
  if (!found) throw new Error(`there is no ${environment}`);
  return found;
};
const runs = (environment: string) => async () => {
  const { running, lock } = await stage(environment);
  return `${running?.bag} ${running?.state}${lock ? ' locked' : ''}`;
};

test('a bag goes by itself from packing to production, and the screen says what Concourse does', async () => {
  await expect.poll(runs('public')).toBe('3 done');
  await page().getByRole('link', { name: pipeline, exact: true }).click();
  await expect(page().getByText('Run by Concourse')).toBeVisible();
  await expect(card(page(), 'sandbox')).toContainText('Bag 3');
  await happens({ happens: 'image', service: 'api' });
  for (const environment of ['sandbox', 'rehearsal', 'public'])
    await expect.poll(runs(environment)).toBe('4 done');
  await expect(card(page(), 'public')).toContainText('Bag 4');
});

test('flaky tests are run again alone, and a session that ends in the middle is begun anew', async () => {
  await happens({ happens: 'tests-fail', team: 'preview', count: 1 });
  await happens({ happens: 'image', service: 'admin' });
  await expect.poll(runs('sandbox')).toBe('5 test-failed locked');
  await happens({ happens: 'sessions-end' });
  const token = (await stage('sandbox')).lock?.token ?? 0;
  await action(page(), {
    kind: 'retry-tests',
    pipeline,
    environment: 'sandbox',
    bag: 5,
    token,
    suites: 'failed',
    reason: 'Flaky',
  });
  await expect.poll(runs('sandbox')).toBe('5 done');
});

test('a rollback is one confirmed operation, to the end, and says what it does first', async () => {
  await expect.poll(runs('public')).toBe('5 done');
  const public_ = card(page(), 'public');
  await public_.getByRole('button', { name: 'Roll back…' }).click();
  const sheet = page().getByRole('dialog');
  await expect(sheet).toContainText('Keeps the broken bag out');
  await expect(sheet).toContainText('Disabling bag 5 starts nothing: bag 4 was deployed in public before.');
  await sheet.getByRole('textbox', { name: /Reason/ }).fill('Letters are lost');
  await sheet.getByRole('button', { name: /^Roll back/ }).click();
  await expect.poll(runs('public')).toBe('4 done');
  expect((await stage('public')).bad).toMatchObject([{ bag: 5, reason: 'Letters are lost' }]);
});

test('a deployment by hand goes through every job, and the log of 100,000 lines is followed', async () => {
  await happens({ happens: 'tests-print', team: 'staging', count: 100_000 });
  const id = await startBag(page(), {
    kind: 'deploy-bag',
    pipeline,
    environment: 'rehearsal',
    bag: 5,
    running: 5,
    leaveRunning: [],
    override: [],
    cause: 'manual',
    byRule: true,
  });
  await goTo(page(), `#/operations/${id}`);
  await page().getByRole('button', { name: 'Log of test' }).click();
  await expect(
    page()
      .getByText(/of 100,\d{3} lines|100,\d{3} lines/)
      .first(),
  ).toBeVisible();
  expect(await operationEnds(page(), id)).toMatchObject({ state: 'succeeded' });
  expect((await stage('rehearsal')).lock).toBeNull();
});

test('a server that is away is shown as such, and is back by itself', async () => {
  await goTo(page(), `#/pipelines/${pipeline}`);
  await happens({ happens: 'away' });
  const freshness = async () => (await ask(page(), 'bags.pipeline', { pipeline })).ledger.state;
  await expect.poll(freshness).toBe('unreachable');
  await happens({ happens: 'back' });
  await expect.poll(freshness).toBe('live');
});
