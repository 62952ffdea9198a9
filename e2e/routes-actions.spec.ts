import { expect, type Page, test } from '@playwright/test';
import { z } from 'zod';
import { owner } from '../electron/practice/estate/apps';
import { bot, consoleUser, rival } from '../electron/practice/estate/people';
import { patience } from '../electron/testing/patience';
import type { DeploymentEvent } from '../shared/domain/history/history-event';
import { approveRun, commitsSince, deployInSheet, operationOf, runsOf, startAnew } from './routes-screen';
import { ask, cellAt, cellOf, ended, freshBoard, goTo, inspector, versionOf } from './screen';
import { keepLogs, type Running, removeUserData } from './shared-app';

/** GitHub Actions with the rights of GOV.UK: the app's own workflow builds and deploys, and a bot commits. */
let app: Running;
const page = (): Page => app.page;

test.beforeAll(async () => {
  app = await startAnew('govuk');
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app?.close();
  if (app) await removeUserData(app.userData);
});
test.beforeEach(() => freshBoard(page()));

const steps = () => page().getByRole('list', { name: 'Steps' });
const jobs = () => page().getByRole('list', { name: 'Jobs of the run' });
const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;
const stepOf = async (id: string) =>
  (await operationOf(page(), id)).steps.find(({ name }) => name === 'commit');

/** The newest deployment of an app to an environment, as the history has it. */
async function newestOf(name: string, environment: string): Promise<DeploymentEvent | undefined> {
  const { events } = await ask(page(), 'history.feed', {
    apps: [name],
    environments: [environment],
    limit: 10,
  });
  return events.find((event) => event.type === 'deployment');
}

test('a branch is built and deployed: jobs, steps and the log are there, the bot commits, and the person is told', async () => {
  const name = 'collections';
  const environment = 'integration';
  const branches = z
    .array(z.object({ name: z.string(), commit: z.object({ sha: z.string() }) }))
    .parse(await app.practice.github(`repos/${owner}/${name}/branches`));
  const branch = branches.find((one) => one.name !== 'main');
  if (!branch) throw new Error(`${name} has no branch`);
  const since = (await app.practice.git('rev-parse', 'main')).trim();
  await app.practice.control.setGitFaults({ botWaits: true });
  const id = await deployInSheet(page(), {
    app: name,
    environment,
    wanted: branch.name,
    by: /GitHub Actions/,
  });

  await expect(jobs()).toContainText('Build and publish image');
  await expect(jobs()).toContainText('Build and push the image');
  await jobs().getByRole('button', { name: 'Log of Build and publish image' }).click();
  await expect(page().getByRole('main')).toContainText(`pushing manifest for`);
  await app.practice.control.setGitFaults({ botWaits: false });
  await expect.poll(async () => (await operationOf(page(), id)).commit).not.toBeNull();
  const done = await ended(page(), id);
  expect(done.failure).toBeNull();
  await expect(steps()).toContainText('Committed by govuk-ci');

  // What was built from a branch is named by its commit.
  expect(await versionOf(page(), name, environment)).toBe(branch.commit.sha);
  expect(await commitsSince(app.practice, since, { app: name, environment })).toEqual([done.commit]);
  expect((await app.practice.git('show', '-s', '--format=%an', done.commit ?? '')).trim()).toBe(bot.name);
  expect(await runsOf(app.practice, name, `Deploy ${branch.commit.sha} to ${environment}`)).toHaveLength(1);
  await expect
    .poll(async () => await newestOf(name, environment))
    .toMatchObject({ reason: 'rehearsal', startedBy: { name: consoleUser.name, route: 'actions' } });
  await goTo(page(), '#/');
  await cellAt(page(), name, environment).click();
  await expect(inspector(page())).toContainText(`${consoleUser.name}, through Actions`);
});

test('what somebody else ran is theirs, and never ours', async () => {
  const name = 'signon';
  const environment = 'integration';
  const version = older(await versionOf(page(), name, environment));
  await app.practice.github(`repos/${owner}/${name}/actions/workflows/deploy.yml/dispatches`, {
    method: 'POST',
    body: { ref: 'main', inputs: { gitRef: version, environment }, return_run_details: true },
  });
  await expect.poll(() => versionOf(page(), name, environment)).toBe(version);
  // A run is asked about once it is surely over: minutes after its commit.
  await expect
    .poll(async () => (await newestOf(name, environment))?.startedBy ?? {}, { timeout: 5 * patience })
    .toMatchObject({
      source: 'run',
      name: expect.stringMatching(new RegExp(`${rival.login}|${rival.name}`)),
    });
  expect(JSON.stringify(await newestOf(name, environment))).not.toContain(consoleUser.name);
  expect((await cellOf(page(), name, environment)).deployed?.startedBy).toMatchObject({ source: 'run' });
});

test('production waits for its approval, which is shown with whose it is', async () => {
  await app.practice.control.setRights({ approvals: ['production'] });
  const name = 'static';
  const wanted = older(await versionOf(page(), name, 'production'));
  const id = await deployInSheet(page(), {
    app: name,
    environment: 'production',
    wanted,
    by: /GitHub Actions/,
  });
  await expect(steps()).toContainText(/Waiting for the GitHub environment production to be approved by .*/);
  expect((await operationOf(page(), id)).cancel).toEqual({ allowed: true });
  expect(await versionOf(page(), name, 'production')).not.toBe(wanted);
  const [run = 0] = await runsOf(app.practice, name, `Deploy ${wanted} to production`);
  await approveRun(app.practice, name, run);
  const done = await ended(page(), id);
  expect(done.failure).toBeNull();
  expect(await versionOf(page(), name, 'production')).toBe(wanted);
});

test('a run that waits is cancelled by its button, and nothing was deployed', async () => {
  await app.practice.control.setRights({ approvals: ['production'] });
  const name = 'router';
  const before = await versionOf(page(), name, 'production');
  const wanted = older(before);
  const id = await deployInSheet(page(), {
    app: name,
    environment: 'production',
    wanted,
    by: /GitHub Actions/,
  });
  await expect(steps()).toContainText(/to be approved by/);
  await page().getByRole('button', { name: 'Cancel operation' }).click();
  await ended(page(), id, 'cancelled');
  expect((await stepOf(id))?.saw.at(-1)?.text).toMatch(/was cancelled.* does not have/);
  expect(await versionOf(page(), name, 'production')).toBe(before);
  await app.practice.control.setRights({ approvals: [] });
});
