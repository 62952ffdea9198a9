import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright';
import { parse } from 'yaml';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import type { RouteKind } from '../../../shared/domain/route/route';
import { rival } from '../../practice/estate/people';
import { statePaths } from '../../practice/estate/state-folder';
import { type ControlClient, createControlClient } from '../../systems/practice/control-client';
import { practiceCredentialsSchema } from '../../systems/practice/practice-ready';
import { ask, cellOf, takeShots, until, watchClick } from './drive-window';
import type { Figures, Report } from './report';

const production = 'production';

/** The scenarios of the running estate: other people's part. */
async function controlOf(userData: string): Promise<ControlClient> {
  const paths = statePaths(path.join(userData, 'practice'));
  const { practice } = parse(await readFile(paths.estateFile, 'utf8')) as {
    practice: { controlUrl: string };
  };
  const { control } = practiceCredentialsSchema.parse(JSON.parse(await readFile(paths.credentials, 'utf8')));
  return createControlClient({ url: practice.controlUrl, token: control.token });
}

const older = (version: string): string => `v${Number(version.slice(1)) - 1}`;

/** Starts what is asked, with a reason against everything that is warned of. @returns the operation's id. */
async function start(page: Page, intent: AppIntent): Promise<string> {
  const { findings } = await ask(page, 'preview.get', intent);
  const override = [...new Set(findings.map(({ code }) => code))];
  const { operationId } = await ask(page, 'operation.start', {
    intent: 'expected' in intent ? { ...intent, override } : intent,
    seen: findings,
    requestId: randomUUID(),
  });
  return operationId;
}

const landed = (page: Page, operationId: string): Promise<Operation> =>
  until('the version is on main', async () => {
    const operation = await ask(page, 'operation.get', { operationId });
    if (operation.failure) throw new Error(operation.failure.message);
    return operation.commit !== null && operation;
  });

/** The number of the pull request that an operation opened, once it is there. */
const pullOf = (page: Page, operationId: string): Promise<number> =>
  until('the pull request is open', async () => {
    const { jobs } = await ask(page, 'operation.get', { operationId });
    const url = jobs.find(({ kind }) => kind === 'pull-request')?.url;
    return Number(/\/pull\/(\d+)/.exec(url ?? '')?.[1]) || null;
  });

/**
 * The incident with the rights of GOV.UK: nobody pushes to main. One click rolls back by a workflow, the hold goes as a
 * pull request that somebody else approves; a version is deployed by GitHub Actions, another by a pull request.
 * @param shots folder for the numbered screenshots.
 */
export async function playRoutes(
  page: Page,
  report: Report,
  shots: string,
  userData: string,
): Promise<Figures> {
  const shot = takeShots(page, shots);
  const figures: Partial<Record<RouteKind, number>> = {};
  const measured = ({ requestToCommitMs }: Operation): number => Math.round(requestToCommitMs ?? Number.NaN);

  let control!: ControlClient;
  await report.step('rights', async () => {
    await page.getByRole('grid').waitFor();
    control = await controlOf(userData);
    await until('everything is seen', async () => {
      const { cells, ledger, environments, history } = await ask(page, 'board.get', {});
      const live = ledger.state === 'live' && environments.every(({ cluster }) => cluster.state === 'live');
      return live && history.ready && cells.every(({ running }) => running !== null);
    });
    const version = (await cellOf(page, 'frontend', production)).ledger?.version ?? '';
    const wanted: AppIntent = {
      kind: 'deploy',
      app: 'frontend',
      environment: production,
      version: older(version),
      expected: version,
    };
    const { route } = await ask(page, 'preview.get', wanted);
    const push = route.routes.find(({ kind }) => kind === 'push')?.access;
    if (push?.state !== 'closed') throw new Error(`a push is ${push?.state ?? 'not listed'}`);
    await shot('board');
    return `a push is closed (${push.because}) and ${route.taken} is taken`;
  });

  const app = 'frontend';
  const target = older((await cellOf(page, app, production)).ledger?.version ?? '');
  let rollback = '';
  const clicked = await report.step('roll back by workflow', async () => {
    await page.getByRole('gridcell', { name: new RegExp(`^${app}, ${production}: `) }).click();
    const button = page.getByRole('button', {
      name: new RegExp(`^Roll back ${app} to \\S+ in ${production}`),
    });
    await button.waitFor();
    await until(
      'nothing needs a look first',
      async () => !(await page.getByText('Opens the checks first').isVisible()),
      30,
    );
    const clickedAt = await watchClick(page);
    await button.click();
    const begun = await until('the rollback has begun', async () => {
      const [newest] = await ask(page, 'operation.list', { app, environment: production, limit: 1 });
      return newest?.intent.kind === 'rollback' && newest;
    });
    rollback = begun.id;
    const operation = await landed(page, rollback);
    const ms = Math.round(Date.parse(operation.requestedAt) + measured(operation) - (await clickedAt()));
    figures.workflow = ms;
    await shot('rolled-back');
    return { ms, detail: `one click; ${target} was on main ${ms} ms after it, committed by the bot` };
  });

  await report.step('hold by review', async () => {
    const number = await pullOf(page, rollback);
    if ((await cellOf(page, app, production)).hold !== null)
      throw new Error('the hold is there before a review');
    await page.evaluate((id) => {
      location.hash = `#/operations/${id}`;
    }, rollback);
    await page.getByText('Request the hold').first().waitFor();
    await shot('hold-waits');
    await control.reviewPullRequest({ number, by: rival.login, verdict: 'approve' });
    await until('the hold is merged', async () => (await cellOf(page, app, production)).hold !== null);
    await shot('held');
    return `pull request ${number} was approved by somebody else and merged: ${app} is held`;
  });

  for (const [route, environment, name] of [
    ['actions', 'integration', 'router'],
    ['pull-request', 'staging', 'static'],
  ] as const)
    await report.step(`deploy by ${route}`, async () => {
      const expected = (await cellOf(page, name, environment)).ledger?.version ?? '';
      const version = older(expected);
      const id = await start(page, {
        kind: 'deploy',
        app: name,
        environment,
        version,
        expected,
        reason: 'drill',
        route,
      });
      if (route === 'pull-request')
        await control.reviewPullRequest({
          number: await pullOf(page, id),
          by: rival.login,
          verdict: 'approve',
        });
      const operation = await landed(page, id);
      figures[route] = measured(operation);
      await page.evaluate((operationId) => {
        location.hash = `#/operations/${operationId}`;
      }, id);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await shot(route);
      return `${name} ${version} was on main of ${environment} ${figures[route]} ms after it was asked for`;
    });

  return { clickToCommitMs: clicked.ms, routes: figures };
}
