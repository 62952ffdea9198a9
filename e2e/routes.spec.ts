import { expect, type Page, test } from '@playwright/test';
import { consoleUser, rival } from '../electron/practice/estate/people';
import type { AppIntent } from '../shared/domain/operation/intent';
import type { Operation } from '../shared/domain/operation/operation';
import { needsAttention } from '../shared/domain/preflight/finding';
import { lookAt } from './look';
import { operationOf, startIntent, startWithRights } from './routes-screen';
import {
  ask,
  cellAt,
  cellOf,
  ended,
  freshBoard,
  goTo,
  inspector,
  openOperation,
  sheet,
  versionOf,
} from './screen';
import { newUserData, type Running, removeUserData } from './shared-app';

/** A console whose person has the rights of GOV.UK: main is protected, a bot commits, a review merges. */
let running: Running | undefined;
const app = (): Running => {
  if (!running) throw new Error('the app runs only within a test');
  return running;
};
const page = (): Page => app().page;
const begin = (userData: string, rights = 'govuk'): Promise<Running> => startWithRights(userData, rights);

test.beforeAll(async () => {
  running = await begin(await newUserData());
});
test.afterAll(async () => {
  await running?.close();
  if (running) await removeUserData(running.userData);
});
test.beforeEach(() => freshBoard(page()));

const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;
const operation = (operationId: string): Promise<Operation> => operationOf(page(), operationId);

/** The number of an operation's pull request. */
async function pullOf(operationId: string): Promise<number> {
  let number = 0;
  await expect
    .poll(async () => {
      const url = (await operation(operationId)).jobs.find(({ kind }) => kind === 'pull-request')?.url;
      number = Number(/\/pull\/(\d+)/.exec(url ?? '')?.[1] ?? 0);
      return number;
    })
    .toBeGreaterThan(0);
  return number;
}

test('one click rolls back by a workflow; its hold waits for a review, over a kill, and is there once merged', async () => {
  const name = 'frontend';
  const before = await versionOf(page(), name, 'production');
  // Right after the start not all is known that one click rests on.
  await expect
    .poll(async () => {
      const version = (await cellOf(page(), name, 'production')).rollbackTarget?.version ?? '';
      const intent = { app: name, environment: 'production', version, expected: before };
      return needsAttention((await ask(page(), 'preview.get', { kind: 'rollback', ...intent })).findings);
    })
    .toBe(false);
  await cellAt(page(), name, 'production').click();
  const back = inspector(page()).getByRole('button', { name: new RegExp(`^Roll back ${name} to `) });
  await expect(back).not.toHaveAttribute('aria-disabled');
  await expect(inspector(page())).not.toContainText('Opens the checks first');
  await back.click();
  const list = () => ask(page(), 'operation.list', { app: name, environment: 'production', limit: 1 });
  await expect.poll(async () => (await list())[0]?.intent.kind).toBe('rollback');
  const id = (await list())[0]?.id ?? '';
  await expect.poll(async () => (await operation(id)).commit).not.toBeNull();
  expect(await versionOf(page(), name, 'production')).not.toBe(before);
  const { commit } = await operation(id);
  expect((await app().practice.git('show', '-s', '--format=%an', commit ?? '')).trim()).toBe('govuk-ci');

  const number = await pullOf(id);
  expect((await cellOf(page(), name, 'production')).hold).toBeNull();
  await goTo(page(), `#/operations/${id}`);
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText('Request the hold');
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText(`#${number}`);
  await lookAt(app(), 'hold-waits-for-review');

  const { userData } = app();
  // The practice estate dies with the app, which a real one would not: it is to lose nothing by it.
  await app().practice.control.save();
  app().electron.process().kill('SIGKILL');
  await app().close();
  running = await begin(userData);
  await expect.poll(async () => (await operation(id)).state).toBe('running');
  expect(await pullOf(id)).toBe(number);
  await app().practice.control.reviewPullRequest({ number, by: rival.login, verdict: 'approve' });
  await expect.poll(async () => (await cellOf(page(), name, 'production')).hold?.by ?? null).not.toBeNull();
  await expect.poll(async () => (await operation(id)).state).not.toBe('running');
  const done = await operation(id);
  expect(done.failure).toBeNull();
  // Whether it works is decided by Applications, which this person sees at Argo CD's own server alone.
  const said = done.steps.flatMap(({ saw }) => saw.map(({ text }) => text)).join('\n');
  expect(said).toContain('the hold is effective');
  await expect.poll(async () => (await cellOf(page(), name, 'production')).hold?.state).toBe('effective');
  await goTo(page(), `#/operations/${id}`);
  await expect(page().getByRole('list', { name: 'Steps' })).toContainText(/Merged by \S+ as [0-9a-f]{10}/);
});

test('a version of staging is promoted to production by a workflow, and by Actions where that is closed', async () => {
  const promoteBy = async (name: string, route: 'workflow' | 'actions') => {
    const version = older(await versionOf(page(), name, 'production'));
    const there = await versionOf(page(), name, 'staging');
    const before = await startIntent(page(), {
      kind: 'deploy',
      app: name,
      environment: 'staging',
      version,
      expected: there,
      reason: 'rehearsal',
    });
    await ended(page(), before);
    const intent = {
      kind: 'promote' as const,
      app: name,
      from: 'staging',
      environment: 'production',
      version,
      expected: await versionOf(page(), name, 'production'),
      reason: 'rehearsal',
    };
    await expect.poll(async () => (await ask(page(), 'preview.get', intent)).route.taken).toBe(route);
    const id = await startIntent(page(), intent);
    const done = await ended(page(), id);
    expect(done.failure).toBeNull();
    expect(await versionOf(page(), name, 'production')).toBe(version);
    const author = await app().practice.git('show', '-s', '--format=%an', done.commit ?? '');
    expect(author.trim()).toBe('govuk-ci');
    await expect
      .poll(async () => (await cellOf(page(), name, 'production')).deployed)
      .toMatchObject({ kind: 'promote', startedBy: { name: consoleUser.name, route } });
  };
  await promoteBy('content-store', 'workflow');
  const { userData } = app();
  await app().close();
  running = await begin(userData, 'govuk-pods-only');
  // Nor is there a session at Argo's server that could carry it.
  await app().practice.control.setArgoSessions({ end: { system: 'argo-workflows' } });
  await promoteBy('whitehall', 'actions');
  await app().close();
  running = await begin(userData, 'govuk');
});

test('a version is deployed by GitHub Actions, chosen in the sheet, and its run is followed to the commit', async () => {
  const name = 'router';
  const wanted = older(await versionOf(page(), name, 'integration'));
  await goTo(page(), `#/apps/${name}?environment=integration`);
  await page()
    .getByRole('button', { name: new RegExp(`^Deploy ${name}`) })
    .first()
    .click();
  await sheet(page()).getByRole('combobox').first().fill(wanted);
  await expect(sheet(page()).getByRole('option').first()).toContainText(wanted);
  await page().keyboard.press('Enter');
  await expect(sheet(page()).getByRole('radio', { name: /Argo Workflows/ })).toBeChecked();
  await expect(sheet(page()).getByRole('radio', { name: /^Push/ })).toBeDisabled();
  await expect(sheet(page())).toContainText('main is protected');
  await lookAt(app(), 'sheet-routes');
  await sheet(page())
    .getByRole('radio', { name: /GitHub Actions/ })
    .check();
  const send = sheet(page()).getByRole('button', { name: `Deploy ${name} ${wanted} to integration` });
  const reason = sheet(page()).getByRole('textbox', { name: /^Reason/ });
  await reason.fill('rehearsal');
  await expect(send).not.toHaveAttribute('aria-disabled');
  await send.click();
  const id = await openOperation(page());
  await expect.poll(async () => (await operation(id)).commit).not.toBeNull();
  expect(await versionOf(page(), name, 'integration')).toBe(wanted);
  await expect.poll(async () => (await operation(id)).state).not.toBe('running');
  expect((await operation(id)).failure).toBeNull();
  await lookAt(app(), 'operation-actions');
});

test('who is not in the team of production is told so before the click, with the team', async () => {
  const { userData } = app();
  await app().practice.control.setTeamMember({ member: false });
  // What a cluster lets one do is asked when Signalbox begins, and now and then.
  await app().close();
  running = await begin(userData);
  const name = 'static';
  const version = await versionOf(page(), name, 'production');
  const intent = {
    kind: 'deploy' as const,
    app: name,
    environment: 'production',
    version: older(version),
    expected: version,
  };
  const routes = async () => (await ask(page(), 'preview.get', intent)).route;
  await expect
    .poll(async () => (await routes()).routes.map(({ kind, access }) => [kind, access.state]))
    .toEqual([
      ['push', 'closed'],
      ['workflow', 'closed'],
      ['actions', 'closed'],
      ['pull-request', 'open'],
    ]);
  const plan = await routes();
  const actions = plan.routes.find(({ kind }) => kind === 'actions')?.access;
  expect(actions?.state === 'closed' ? actions.because : '').toContain('gov-uk-production-deploy');
  expect(plan.taken).toBe('pull-request');

  // The same before a promotion, a rollback and a hold: the ways by a bot are closed, with the team, and a review is left.
  const versioned = { app: name, environment: 'production', version: older(version), expected: version };
  const others: AppIntent[] = [
    { kind: 'promote', ...versioned, from: 'staging', reason: 'x' },
    { kind: 'rollback', ...versioned, reason: 'x' },
    { kind: 'hold', app: name, environment: 'production', reason: 'x' },
  ];
  for (const other of others) {
    const { route } = await ask(page(), 'preview.get', other);
    expect(route.taken, other.kind).toBe('pull-request');
    expect(
      route.routes.flatMap(({ kind, access, carries }) =>
        carries && access.state === 'closed' ? [`${kind}: ${access.because} ${access.remedy}`] : [],
      ),
      other.kind,
    ).toEqual([
      expect.stringMatching(/^push: main is protected/),
      ...(other.kind === 'hold'
        ? []
        : [
            expect.stringMatching(
              /^workflow: .*gov-uk-production-deploy.* can add you, or deploy for you\.$/,
            ),
            expect.stringMatching(/^actions: .*gov-uk-production-deploy.* can add you, or deploy for you\.$/),
          ]),
    ]);
  }
  await goTo(page(), `#/apps/${name}?environment=production`);
  await page()
    .getByRole('button', { name: `Deploy ${name} to production`, exact: true })
    .click();
  await sheet(page()).getByRole('combobox').first().fill(older(version));
  await expect(sheet(page()).getByRole('option').first()).toContainText(older(version));
  await page().keyboard.press('Enter');
  await expect(sheet(page()).getByRole('radio', { name: /GitHub Actions/ })).toBeDisabled();
  await expect(sheet(page())).toContainText('You are not in the GitHub team gov-uk-production-deploy');
  await expect(sheet(page())).toContainText('A maintainer of gov-uk-production-deploy can add you');
});
