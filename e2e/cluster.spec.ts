import { expect, type Page, test } from '@playwright/test';
import { lookAt } from './look';
import { ask, cellAt, choose, ended, freshBoard, goTo, inspector, startDeploy, versionOf } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(30);
const page = (): Page => app().page;

test.beforeEach(() => freshBoard(page()));

test('a crash loop is found from the board in two clicks', async () => {
  const name = 'frontend';
  const { control } = app().practice;
  const { version } = await control.publishRelease({
    app: name,
    breaks: 'crash-loop',
    environments: ['production'],
  });
  const cell = cellAt(page(), name, 'production');
  await expect(cell).toContainText(version);
  await expect(cell).toContainText(/Degraded|Rollout failed|Pods failing/);

  // One: the cell. Two: why.
  await cell.click();
  await inspector(page()).getByRole('link', { name: 'See why it fails' }).click();

  const why = page()
    .getByRole('region', { name: `Rollout of ${name}` })
    .getByRole('alert');
  await expect(why).toBeInViewport();
  await expect(why).toContainText('CrashLoopBackOff');
  await expect(why).toContainText('exit code 1');
  await expect(why.getByRole('group', { name: /^Last lines of / })).toContainText(
    'Unable to load application',
  );
  await expect(why.getByRole('list', { name: 'Pod events' })).toContainText(/Back-off restarting/i);
  // The timeline of a deployment that nobody started here says the same.
  const stages = page().getByRole('list', { name: `Steps of ${name} ${version}` });
  await expect(stages.getByRole('listitem').filter({ hasText: 'GitHub run' })).toContainText(/Done|Running/);
  await expect(stages.locator('[aria-current="step"]')).toContainText('Rollout');
  await lookAt(app(), 'app-crash-loop');
  await page().getByText('Times and sources').click();
  await page().getByRole('table').first().scrollIntoViewIfNeeded();
  await lookAt(app(), 'app-timeline');
  await why.getByRole('button', { name: /^Log of failing pod / }).click();
  await expect(page().getByRole('region', { name: 'Log', exact: true })).toContainText(
    'Unable to load application',
  );
  await control.heal({ app: name });
});

test('clusters: how they are reached, what is seen, what one may do', async () => {
  await page().getByRole('columnheader', { name: 'staging' }).getByRole('link').click();
  await expect(page()).toHaveURL(/#\/clusters\?environment=staging/);
  const staging = page().getByRole('main').getByRole('region', { name: 'staging', exact: true });
  await expect(staging).toContainText(/Reachable since/);
  await expect(staging).toContainText(/\d+ ms/);
  await expect(staging.getByRole('table', { name: 'Watched resources' })).toContainText('applications');
  await expect(staging).toContainText('Sync an Application');
  await lookAt(app(), 'clusters');
});

test('a flaky test is retried without a new deployment, and a forgotten workflow is told as such', async () => {
  const name = 'static';
  const { control } = app().practice;
  const { version } = await control.publishRelease({
    app: name,
    breaks: 'tests-fail',
    environments: ['staging'],
  });
  await control.setSpeed({ speed: 400 });
  const tests = async () =>
    (
      await ask(page(), 'workflow.recent', {
        app: name,
        environment: 'staging',
        template: 'post-sync',
        version,
        limit: 10,
      })
    ).workflows;
  await expect.poll(async () => (await tests()).map(({ phase }) => phase)).toEqual(['Failed']);
  await control.heal({ app: name });
  await control.setSpeed({ speed: 30 });
  const [failed] = await tests();
  if (!failed) throw new Error('the tests failed a moment ago');
  const deployments = () => ask(page(), 'app.deployments', { app: name, environment: 'staging', limit: 3 });
  // The history reads the ledger a moment after it has moved.
  await expect.poll(async () => (await deployments()).deployments[0]?.to).toBe(version);
  const before = await deployments();
  const inProduction = await versionOf(page(), name, 'production');

  await page().getByRole('link', { name: 'Workflows' }).click();
  await page().getByRole('combobox', { name: 'App' }).fill(name);
  await page().getByRole('option', { name, exact: true }).click();
  await choose(page(), 'State', 'Failed');
  await expect(page()).toHaveURL(/app=static/);
  await expect(page()).toHaveURL(/state=failed/);
  const list = page().getByRole('list', { name: 'Workflows' });
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await list.getByRole('link').click();
  const tree = page().getByRole('region', { name: `Workflow ${failed.name}` });
  await expect(tree).toContainText('smoke-test');
  await expect(page().getByRole('button', { name: `Stop ${failed.name}` })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await lookAt(app(), 'workflows');

  await page()
    .getByRole('button', { name: `Retry from failure: ${failed.name}` })
    .click();
  const dialog = page().getByRole('dialog');
  // A pass of these tests is what promotes: saying that nothing comes of it would be wrong.
  await expect(dialog).toContainText(`If it passes, production goes from ${inProduction} to ${version}.`);
  await expect(dialog).not.toContainText('This deploys nothing');
  await lookAt(app(), 'workflow-retry');
  await dialog.getByRole('button', { name: `Retry from failure: ${failed.name}` }).click();
  await expect(page().getByRole('dialog')).toHaveCount(0);
  const { environment, namespace } = failed;
  await expect
    .poll(
      async () => (await ask(page(), 'workflow.get', { environment, namespace, name: failed.name })).phase,
    )
    .toBe('Succeeded');
  await expect(tree).toContainText('Succeeded');
  expect((await tests()).map(({ name }) => name)).toEqual([failed.name]);
  expect(await deployments()).toEqual(before);
  // The timeline counts the retried tests as passed, and says what they led to.
  const timeline = await ask(page(), 'deployment.timeline', {
    app: name,
    environment: 'staging',
    commit: null,
  });
  expect(timeline.stages.find(({ name }) => name === 'tests')?.state).toBe('succeeded');

  await app().practice.forgetWorkflow('staging', failed.name);
  await choose(page(), 'State', 'All');
  await page().getByRole('combobox', { name: 'Environment' }).click();
  await page().getByRole('option', { name: 'staging', exact: true }).click();
  await list.getByRole('link').filter({ hasText: 'archived' }).filter({ hasText: version }).first().click();
  const gone = page().getByRole('note').filter({ hasText: 'The cluster no longer has this workflow' });
  await expect(gone).toContainText('Archived.');
  const again = page().getByRole('button', { name: /^Resubmit post-sync/ });
  await expect(again).not.toHaveAttribute('aria-disabled', 'true');
  await lookAt(app(), 'workflow-gone');
});

test('a sync window is a freeze; a sync waits for it and is terminated; a nudge is an operation', async () => {
  const name = 'router';
  await app().practice.setSyncWindows('production', [
    {
      kind: 'deny',
      schedule: '0 0 * * *',
      duration: '24h',
      applications: ['*'],
      manualSync: false,
      timeZone: 'Europe/London',
      description: 'Nothing ships over Christmas',
    },
  ]);
  await goTo(page(), `#/apps/${name}?environment=production`);
  const panel = page().getByRole('region', { name: `Application ${name}`, exact: true });
  const freeze = panel.getByRole('note', { name: 'Sync window' });
  await expect(freeze).toContainText('Syncs blocked by a sync window');
  await expect(freeze).toContainText('Nothing ships over Christmas');
  await expect(
    panel.getByRole('button', { name: `Terminate the sync of ${name} in production` }),
  ).toHaveAttribute('aria-disabled', 'true');

  // By keyboard alone.
  await panel.getByRole('button', { name: `Sync ${name} in production` }).focus();
  await page().keyboard.press('Enter');
  const dialog = page().getByRole('dialog');
  await expect(dialog).toContainText('production is a production environment.');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page().keyboard.press('Tab');
  await page().keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(panel).toContainText('Sync blocked by a sync window');
  const sync = panel.getByRole('button', { name: `Sync ${name} in production` });
  await expect(sync).toBeFocused();
  await expect(sync).toHaveAccessibleDescription(/already working on router/);
  await panel.scrollIntoViewIfNeeded();
  await lookAt(app(), 'app-freeze');

  await panel.getByRole('button', { name: `Terminate the sync of ${name} in production` }).click();
  await expect(dialog).toContainText('a migration may be left half done');
  await lookAt(app(), 'terminate');
  await dialog.getByRole('button', { name: `Terminate the sync of ${name} in production` }).click();
  await expect(panel).toContainText('Sync terminating');
  // A window that blocks a sync blocks its end, too (argo-cd controller/sync.go, SyncAppState).
  await app().practice.setSyncWindows('production', []);
  await expect(panel).toContainText(/Last sync: (Failed|Error)/);
  const { actions } = await ask(page(), 'action.list', { app: name, environment: 'production', limit: 5 });
  expect(actions.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'terminate-sync done',
    'sync done',
  ]);

  await expect(freeze).toHaveCount(0);
  await page()
    .getByRole('button', { name: `Refresh and sync ${name} in production` })
    .click();
  await expect(page().getByRole('heading', { level: 1 })).toContainText(`Refresh and sync ${name}`);
  const [nudge] = await ask(page(), 'operation.list', { app: name, environment: 'production', limit: 1 });
  await ended(page(), nudge?.id ?? '');
});

test('a sync is tried, then done for one resource, and a hard refresh asked for, from the menu', async () => {
  const name = 'signon';
  const environment = 'staging';
  await goTo(page(), `#/apps/${name}?environment=${environment}`);
  const panel = page().getByRole('region', { name: `Application ${name}`, exact: true });
  const menu = panel.getByRole('button', { name: `More for ${name} in ${environment}` });
  const item = (text: string) => page().getByRole('menuitem', { name: text });
  const dialog = page().getByRole('dialog');

  await menu.click();
  await item('Sync with options…').click();
  await expect(dialog).toContainText(/sync options: .*ApplyOutOfSyncOnly=true, 2 retries/);
  await dialog.getByRole('checkbox', { name: /^Dry run/ }).check();
  await expect(dialog).toContainText('without changing anything');
  await lookAt(app(), 'sync-options');
  await dialog.getByRole('button', { name: `Dry-run a sync of ${name} in ${environment}` }).click();
  await expect(dialog).toHaveCount(0);
  await expect(panel).toContainText(/Last sync: Succeeded/);
  const operation = async () => {
    const { applications } = await ask(page(), 'application.get', { app: name, environment });
    return applications.find((one) => one.name === name)?.currentOperation;
  };
  await expect.poll(operation).toMatchObject({ dryRun: true, state: 'ended' });

  await menu.click();
  await item('Sync with options…').click();
  await dialog.getByText('Only selected').click();
  const send = dialog.getByRole('button', { name: `Sync ${name} in ${environment}` });
  await expect(send).toHaveAccessibleDescription('Select at least one resource.');
  await dialog.getByRole('checkbox', { name: `Deployment/${name}`, exact: true }).check();
  await expect(dialog).toContainText('Hooks do not run');
  await lookAt(app(), 'sync-chosen');
  await send.click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(operation).toMatchObject({ dryRun: false, partial: true, phase: 'Succeeded' });

  await menu.click();
  await item('Hard refresh…').click();
  await dialog.getByRole('button', { name: `Hard refresh ${name} in ${environment}` }).click();
  await expect(dialog).toHaveCount(0);
  const { actions } = await ask(page(), 'action.list', { app: name, environment, limit: 5 });
  expect(actions.map(({ kind, text }) => [kind, text])).toEqual([
    ['refresh', expect.stringContaining('Hard refresh')],
    ['sync', expect.stringContaining('1 resource of')],
    ['sync', expect.stringContaining('as a dry run')],
  ]);
});

test('workflows that run are suspended and resumed, stopped, and terminated', async () => {
  const name = 'router';
  const environment = 'integration';
  const { control } = app().practice;
  const { version } = await control.publishRelease({ app: name });
  await control.setSpeed({ speed: 400 });
  const runs = async () => {
    const { workflows } = await ask(page(), 'workflow.list', { app: name, environment, version });
    return workflows.filter(({ template }) => template === 'post-sync');
  };
  await expect.poll(async () => (await runs()).map(({ phase }) => phase)).toEqual(['Succeeded']);
  await control.setSpeed({ speed: 1 });
  const [tests] = await runs();
  if (!tests) throw new Error('the tests passed a moment ago');

  const open = (workflow: string) =>
    goTo(page(), `#/workflows?app=${name}&open=${environment}/apps/${workflow}`);
  const action = async (label: string) => {
    await page().getByRole('button', { name: label }).click();
    const dialog = page().getByRole('dialog');
    await dialog.getByRole('button', { name: label }).click();
    await expect(dialog).toHaveCount(0);
  };
  /** A new run of the tests that is under way, opened. */
  const begun = async () => {
    const known = (await runs()).map((one) => one.name);
    await open(tests.name);
    await action(`Resubmit ${tests.name}`);
    const fresh = async () => (await runs()).find((one) => !known.includes(one.name));
    await expect.poll(async () => (await fresh())?.phase).toBe('Running');
    const { name: workflow = '' } = (await fresh()) ?? {};
    await open(workflow);
    return workflow;
  };
  const ended = (workflow: string) =>
    expect
      .poll(
        async () =>
          (await ask(page(), 'workflow.get', { environment, namespace: 'apps', name: workflow })).phase,
      )
      .toBe('Failed');

  const first = await begun();
  await action(`Suspend ${first}`);
  await expect(page().getByRole('button', { name: `Resume ${first}` })).toBeVisible();
  await lookAt(app(), 'workflow-suspended');
  await action(`Resume ${first}`);
  await expect(page().getByRole('button', { name: `Suspend ${first}` })).toBeVisible();
  await action(`Stop ${first}`);
  await control.setSpeed({ speed: 30 });
  await ended(first);

  await control.setSpeed({ speed: 1 });
  const second = await begun();
  await action(`Terminate ${second}`);
  await control.setSpeed({ speed: 30 });
  await ended(second);
  const { actions } = await ask(page(), 'action.list', { app: name, environment, limit: 10 });
  expect(actions.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'terminate done',
    'resubmit done',
    'stop done',
    'resume done',
    'suspend done',
    'resubmit done',
  ]);
});

test('a cluster goes away during a rollout and comes back', async () => {
  const name = 'collections';
  const { control } = app().practice;
  const { version } = await control.publishRelease({ app: name, deploy: false });
  await control.slowRollout({ app: name, environment: 'staging', readySeconds: 600 });
  const id = await startDeploy(page(), { app: name, environment: 'staging', version });
  await goTo(page(), `#/operations/${id}`);
  const rollout = page().getByRole('region', { name: `Rollout of ${name}` });
  const stages = page().getByRole('list', { name: 'Steps' });
  await expect(stages.locator('[aria-current="step"]')).toContainText('Rollout');

  await control.clusterDown({ environment: 'staging' });
  await expect(page().getByText('the cluster is unreachable')).toBeVisible();
  // What was seen stays, marked; the other environments are as they were.
  await expect(rollout).toBeVisible();
  await expect(stages.locator('[aria-current="step"]')).toContainText('Rollout');
  const freshness = page().getByRole('list', { name: 'Freshness' });
  await expect(freshness).toContainText(/staging as of/);
  await expect(freshness).toContainText(/production live/);
  await lookAt(app(), 'operation-away');
  await goTo(page(), '#/clusters?environment=staging');
  await expect(page().getByRole('main').getByRole('region', { name: 'staging', exact: true })).toContainText(
    'Unreachable',
  );
  await lookAt(app(), 'clusters-away');

  await goTo(page(), `#/operations/${id}`);
  await control.heal({ app: name });
  await control.clusterUp({ environment: 'staging' });
  await expect(page().getByText('the cluster is unreachable')).toHaveCount(0);
  await ended(page(), id);
  await expect(stages.getByRole('listitem').filter({ hasText: 'Rollout' })).toHaveAttribute(
    'data-state',
    'succeeded',
  );
});
