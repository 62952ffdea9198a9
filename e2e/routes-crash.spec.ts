import { randomUUID } from 'node:crypto';
import { expect, type Page, test } from '@playwright/test';
import type { RouteKind } from '../shared/domain/estate/routes';
import type { AppIntent } from '../shared/domain/operation/intent';
import {
  commitsSince,
  operationOf,
  pullsOf,
  runsOf,
  startAnew,
  startIntent,
  startWithRights,
} from './routes-screen';
import { ask, cellOf, ended, goTo, versionOf } from './screen';
import { keepLogs, newUserData, type Running, removeUserData } from './shared-app';

/**
 * The app is killed, and its practice estate with it, in the middle of each way in which a version comes onto main, and opened again: the operation goes on
 * where it was, and there is one commit, one run, one workflow, one pull request. At which record of the journal it dies
 * in all is walked through without a window (electron/engine/routes/route-crash.walk.test.ts).
 */
let app: Running;
const page = (): Page => app.page;
const environment = 'staging';

test.beforeAll(async () => {
  app = await startAnew('everything');
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app?.close();
  if (app) await removeUserData(app.userData);
});

/** What a deploy of the version before changes; by the way that is chosen. */
async function begin(name: string, route: RouteKind, started = startIntent) {
  const expected = await versionOf(page(), name, environment);
  const version = `v${Number(expected.slice(1)) - 1}`;
  const since = (await app.practice.git('rev-parse', 'main')).trim();
  const intent: AppIntent = {
    kind: 'deploy',
    app: name,
    environment,
    version,
    expected,
    route,
    reason: 'rehearsal',
  };
  return { id: await started(page(), intent), version, since };
}

async function killAndOpen(rights: string, args: string[] = []): Promise<void> {
  // The practice estate dies with the app, which a real one would not: it is to lose nothing by it.
  await app.practice.control.save();
  await app.kill();
  app = await startWithRights(app.userData, rights, undefined, args);
  await app.practice.control.setGitFaults({ botWaits: false });
}

/** It ends well, in the window too, and its commit is the only one. */
async function carriedOn(name: string, { id, version, since }: Awaited<ReturnType<typeof begin>>) {
  await goTo(page(), `#/operations/${id}`);
  const done = await ended(page(), id);
  expect(done.failure).toBeNull();
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText('Signalbox restarted');
  expect((await cellOf(page(), name, environment)).ledger?.version).toBe(version);
  const commits = await commitsSince(app.practice, since, { app: name, environment });
  expect(commits).toHaveLength(1);
  return { done, commit: commits[0] ?? '' };
}

test('a push: killed while its rollout is followed', async () => {
  const name = 'frontend';
  // The app's next start sets the pace again.
  await app.practice.control.setSpeed({ speed: 1 });
  const begun = await begin(name, 'push');
  await expect
    .poll(
      async () => (await operationOf(page(), begun.id)).steps.find((one) => one.name === 'rollout')?.state,
    )
    .toBe('running');
  await killAndOpen('govuk');
  const { done, commit } = await carriedOn(name, begun);
  expect(done.commit).toBe(commit);
});

test('a workflow: killed before its bot has committed', async () => {
  const name = 'collections';
  await app.practice.control.setGitFaults({ botWaits: true });
  const begun = await begin(name, 'workflow');
  await expect.poll(async () => (await operationOf(page(), begun.id)).workflows.length).toBeGreaterThan(0);
  await killAndOpen('govuk');
  const { done, commit } = await carriedOn(name, begun);
  expect(done.commit).toBe(commit);
  expect(done.workflows.filter((one) => one.name.startsWith('deploy-image-'))).toHaveLength(1);
});

test('Actions: killed while its run is followed', async () => {
  const name = 'signon';
  await app.practice.control.setGitFaults({ botWaits: true });
  const begun = await begin(name, 'actions');
  await expect
    // Its job may be over between two looks: it is followed all the same, until its bot has committed.
    .poll(async () => (await ask(page(), 'operation.run', { operationId: begun.id }))?.state ?? null)
    .toMatch(/running|succeeded/);
  await killAndOpen('govuk');
  const { done, commit } = await carriedOn(name, begun);
  expect(done.commit).toBe(commit);
  expect(await runsOf(app.practice, name, `Deploy ${begun.version} to ${environment}`)).toHaveLength(1);
});

test('a pull request: killed while its review is waited for', async () => {
  const name = 'router';
  const begun = await begin(name, 'pull-request');
  await expect.poll(async () => (await pullsOf(app.practice, begun.id)).length).toBe(1);
  await expect
    .poll(
      async () =>
        (await operationOf(page(), begun.id)).jobs.find((one) => one.kind === 'pull-request')?.text ?? '',
    )
    .toMatch(/review/i);
  await killAndOpen('govuk');
  const [number = 0] = await pullsOf(app.practice, begun.id);
  await app.practice.control.reviewPullRequest({ number });
  const { done, commit } = await carriedOn(name, begun);
  expect(done.commit).not.toBeNull();
  expect(commit).not.toBe('');
  expect(await pullsOf(app.practice, begun.id)).toEqual([number]);
});

test('a merged branch: killed while the merge is waited for, it says that nobody knows; killed later, it goes on', async () => {
  await app.close();
  await removeUserData(app.userData);
  const landing = ['--practice-landing', 'merge-branch'];
  app = await startWithRights(await newUserData(), 'everything', undefined, landing);
  const name = 'whitehall';
  const lost = await begin(name, 'merge-branch', async (at, intent) => {
    const { findings } = await ask(at, 'preview.get', intent);
    const override = [...new Set(findings.map(({ code }) => code))];
    // From now on GitHub takes its time to answer.
    await app.practice.control.setGithubFaults({ latencyMs: 30_000 });
    const wanted = { ...intent, override } as AppIntent;
    const request = { intent: wanted, seen: findings, requestId: randomUUID() };
    return (await ask(at, 'operation.start', request)).operationId;
  });
  // Its branch is there, and GitHub is asked to merge it.
  await expect.poll(() => app.practice.git('branch', '--list', 'signalbox/*')).not.toBe('');
  await killAndOpen('everything', landing);
  await app.practice.control.setGithubFaults({ latencyMs: 0 });
  // GitHub may still merge what it was asked to, so it is not asked again, and that is said.
  const unknown = await ended(page(), lost.id, 'unknown');
  expect(unknown.steps.flatMap(({ saw }) => saw.map(({ text }) => text)).join()).toContain(
    'was not repeated',
  );
  expect(await commitsSince(app.practice, lost.since, { app: name, environment })).toEqual([]);

  await app.practice.control.setSpeed({ speed: 1 });
  const begun = await begin(name, 'merge-branch');
  const rollout = async () =>
    (await operationOf(page(), begun.id)).steps.find((one) => one.name === 'rollout')?.state;
  await expect.poll(rollout).toBe('running');
  await killAndOpen('everything', landing);
  const { done, commit } = await carriedOn(name, begun);
  expect(done.commit).toBe(commit);
});
