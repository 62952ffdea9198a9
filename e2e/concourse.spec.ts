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

test('a failed deploy keeps the lock, until it is released by force with a reason', async () => {
  await happens({ happens: 'deploys-fail', team: 'preview', count: 1 });
  await happens({ happens: 'image', service: 'api' });
  await expect.poll(runs('sandbox')).toBe('6 deploy-failed locked');
  await goTo(page(), `#/pipelines/${pipeline}`);
  const token = (await stage('sandbox')).lock?.token ?? 0;
  const unlocked = await action(page(), {
    kind: 'force-unlock',
    pipeline,
    environment: 'sandbox',
    token,
    reason: 'The deploy failed',
    override: [],
  });
  expect(unlocked.jobs.map(({ name, state }) => [name, state])).toEqual([
    ['force-unlock-pipeline', 'succeeded'],
  ]);
  await expect.poll(runs('sandbox')).toBe('6 abandoned');
  // A bag that failed there goes no further.
  expect((await stage('rehearsal')).running?.bag).toBe(5);
});

test('a pin freezes an environment, and a rollback says that the bag that was skipped then starts by itself', async () => {
  const change = (what: 'freeze' | 'unpin') =>
    action(page(), {
      kind: 'change-policy',
      pipeline,
      change:
        what === 'freeze'
          ? { action: 'freeze', environment: 'rehearsal', bag: 5 }
          : { action: 'unpin', environment: 'rehearsal' },
      override: [],
      reason: 'Election night',
    });
  await change('freeze');
  await expect(card(page(), 'rehearsal')).toContainText('Election night');
  for (const bag of [7, 8]) {
    await happens({ happens: 'image', service: 'admin' });
    await expect.poll(runs('sandbox')).toBe(`${bag} done`);
  }
  // Both have come to rehearsal, and the pin holds them off.
  await expect
    .poll(async () =>
      (await ask(page(), 'bags.get', { pipeline, bag: 8 })).lanes.map(({ environment }) => environment),
    )
    .toContain('rehearsal');
  expect(await stage('rehearsal')).toMatchObject({
    running: { bag: 5 },
    pin: { bag: 5, freeze: true, reason: 'Election night' },
    next: { automatic: { state: 'nothing' } },
  });
  await change('unpin');
  await expect.poll(runs('rehearsal')).toBe('8 done');

  await card(page(), 'rehearsal').getByRole('button', { name: 'Roll back…' }).click();
  const sheet = page().getByRole('dialog');
  await expect(sheet).toContainText(
    'Disabling bag 8 makes bag 7, which was skipped, start by itself in rehearsal',
  );
  await page().keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  const id = await startBag(page(), {
    kind: 'roll-back-bag',
    pipeline,
    environment: 'rehearsal',
    bag: 7,
    bad: 8,
    running: 8,
    how: 'mark-bad',
    leaveRunning: [],
    override: [],
    reason: 'Letters are lost',
  });
  expect(await operationEnds(page(), id)).toMatchObject({ state: 'succeeded' });
  const after = await stage('rehearsal');
  expect(after).toMatchObject({ lock: null, running: { bag: 7, state: 'done', cause: 'automatic' } });
  expect(after.bad).toMatchObject([{ bag: 8, reason: 'Letters are lost' }]);
});

test('a deployment by hand goes through every job, and the log of 100,000 lines is followed', async () => {
  await happens({ happens: 'tests-print', team: 'staging', count: 100_000 });
  const id = await startBag(page(), {
    kind: 'deploy-bag',
    pipeline,
    environment: 'rehearsal',
    bag: 7,
    running: 7,
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

test('a deployment goes on to its end where the server was away in the middle of it', async () => {
  await happens({ happens: 'deploys-take', seconds: 100_000 });
  const id = await startBag(page(), {
    kind: 'deploy-bag',
    pipeline,
    environment: 'sandbox',
    bag: 8,
    running: 8,
    leaveRunning: [],
    override: [],
    cause: 'manual',
    byRule: true,
  });
  const operation = () => ask(page(), 'operation.get', { operationId: id });
  const deploy = async () => (await operation()).jobs.find(({ name }) => name === 'deploy')?.state;
  await expect.poll(deploy).toBe('running');
  const freshness = async () => (await ask(page(), 'bags.pipeline', { pipeline })).ledger.state;
  await happens({ happens: 'away' });
  await expect.poll(freshness).toBe('unreachable');
  // The deploy ends while nobody sees it.
  await happens({ happens: 'deploys-take', seconds: 1 });
  expect((await operation()).state).toBe('running');
  await happens({ happens: 'back' });
  expect(await operationEnds(page(), id)).toMatchObject({ state: 'succeeded' });
  expect(await stage('sandbox')).toMatchObject({ lock: null, running: { bag: 8, state: 'done' } });
});
