import type { Page } from 'playwright';
import { ask, cellOf, release, takeShots, until, untilShown, watchClick } from './drive-window';
import type { Figures, Report } from './report';

/** The app that is broken and mended, and where. */
const app = 'frontend';
const production = 'production';

/**
 * The incident: a release goes through to production by itself; the next one breaks production; one click rolls back.
 * @param shots folder for the numbered screenshots.
 */
export async function playIncident(page: Page, report: Report, shots: string): Promise<Figures> {
  const shot = takeShots(page, shots);
  const toBoard = (): Promise<void> => openBoard(page);

  await boardIsLive(page, report, shot);

  const before = (await cellOf(page, app, production)).ledger?.version ?? 'none';
  const good = await report.step('release', async () => {
    const version = await release(page, app, 'Good: nothing breaks');
    await shot('released');
    return { version, detail: `${app} ${version} is published; production runs ${before}` };
  });
  await report.step('promotion', async () => {
    await toBoard();
    await untilShown(page, app, production, [new RegExp(`: ${good.version},`), /Healthy/]);
    await until('its tests passed', async () => (await cellOf(page, app, production)).rollout === null);
    await shot('promoted');
    return `${good.version} came to production by itself, tested on the way`;
  });

  const bad = await report.step('bad release', async () => {
    const version = await release(page, app, 'Crashes on start', `In ${production} only`);
    await shot('bad-release');
    return { version, detail: `${app} ${version} is published; it crashes in production alone` };
  });
  await report.step('incident', async () => {
    await toBoard();
    await untilShown(page, app, production, [
      // It never comes up: what runs is still the version before.
      new RegExp(`Git has ${bad.version},`),
      /Pods failing|Rollout failed/,
    ]);
    const why = await until('production shows the failure', async () => {
      const { rollouts } = await ask(page, 'rollout.get', { app, environment: production });
      const pod = rollouts.flatMap((one) => one.pods.filter(({ name }) => name === one.failingPod)).at(0);
      return pod?.reason;
    });
    await page.getByRole('gridcell', { name: new RegExp(`^${app}, ${production}: `) }).click();
    await shot('incident');
    return `${bad.version} came to production by itself and fails: ${why}`;
  });

  const clicked = await rollBack({ page, report, shot }, { environment: production, version: good.version });
  await report.step('held', async () => {
    await toBoard();
    await untilShown(page, app, production, [/Held/]);
    const cell = await cellOf(page, app, production);
    if (cell.hold?.state !== 'effective') throw new Error(`the hold is ${cell.hold?.state ?? 'not there'}`);
    await shot('held');
    return `automatic deploys of ${app} into production are held, and the cluster of staging shows it`;
  });
  return { clickToCommitMs: clicked.ms };
}

/** What a step needs of the drill that it is part of. */
interface Playing {
  page: Page;
  report: Report;
  shot: (name: string) => Promise<void>;
}

const openBoard = (page: Page): Promise<void> => page.getByRole('link', { name: 'Board' }).click();

async function boardIsLive(page: Page, report: Report, shot: Playing['shot']): Promise<void> {
  await report.step('board', async () => {
    await page.getByRole('grid').waitFor();
    const { apps, environments } = await until('everything is live and healthy', async () => {
      const board = await ask(page, 'board.get', {});
      const live =
        board.ledger.state === 'live' && board.environments.every(({ cluster }) => cluster.state === 'live');
      const healthy = board.cells.every(({ health, deployed }) => health === 'Healthy' && deployed !== null);
      return live && healthy && board.history.ready && board;
    });
    await shot('board');
    return `${apps.length} apps in ${environments.length} environments, all of it live and healthy`;
  });
}

/**
 * Rolls the app back from the panel of its cell, which is open, by one click, and waits until the version is healthy.
 * @param mayLook whether the checks may be opened first, where at that moment something needs a look.
 * @returns milliseconds from the click to the commit on the remote.
 */
async function rollBack(
  { page, report, shot }: Playing,
  { environment, version, mayLook = false }: { environment: string; version: string; mayLook?: boolean },
): Promise<{ ms: number }> {
  let operationId = '';
  let looked = false;
  const action = `Roll back ${app} to ${version} in ${environment}`;
  const clicked = await report.step('roll back', async () => {
    const button = page.getByRole('button', { name: action });
    await button.waitFor();
    await until(
      'nothing needs a look first',
      async () => !(await page.getByText('Opens the checks first').isVisible()),
      30,
    );
    const clickedAt = await watchClick(page);
    await button.click();
    const sheet = page.getByRole('dialog').getByRole('button', { name: action });
    const operation = await until('the rollback is committed', async () => {
      if (mayLook && !looked && (await sheet.isVisible()) && (await sheet.isEnabled())) {
        looked = true;
        await sheet.click();
      }
      const [newest] = await ask(page, 'operation.list', { app, environment, limit: 1 });
      if (newest?.failure) throw new Error(newest.failure.message);
      return newest?.intent.kind === 'rollback' && newest.commit !== null && newest;
    });
    operationId = operation.id;
    if (!mayLook && (await page.getByRole('dialog').isVisible()))
      throw new Error('a dialog stood between the click and the rollback');
    const landed = Date.parse(operation.requestedAt) + (operation.requestToCommitMs ?? Number.NaN);
    const ms = Math.round(landed - (await clickedAt()));
    await shot('rolled-back');
    const how = looked ? 'the checks were looked at first' : 'one click, no dialog';
    return { ms, detail: `${how}; the commit was on the remote ${ms} ms after it` };
  });

  await report.step('healthy again', async () => {
    // Whoever looked at the checks first was led to the operation.
    if (looked) await openBoard(page);
    await untilShown(page, app, environment, [new RegExp(`: ${version},`), /Healthy/]);
    await page.evaluate((id) => {
      location.hash = `#/operations/${id}`;
    }, operationId);
    const operation = await until('the rollback has ended', async () => {
      const now = await ask(page, 'operation.get', { operationId });
      return now.state !== 'running' && now;
    });
    await page.getByRole('heading', { name: action }).waitFor();
    await shot('operation');
    if (operation.state !== 'succeeded')
      throw new Error(`the operation ended as ${operation.state}: ${operation.failure?.message ?? ''}`);
    return `${environment} runs ${version} and is healthy; every step of the rollback is done`;
  });
  return clicked;
}

/**
 * The short drill: a release breaks the first environment, which every version comes to by itself, and one click rolls it
 * back. It takes a minute even where the practice estate's time is the wall's.
 * @param shots folder for the numbered screenshots.
 */
export async function playShort(page: Page, report: Report, shots: string): Promise<Figures> {
  const shot = takeShots(page, shots);
  const environment = 'integration';
  await boardIsLive(page, report, shot);
  const before = (await cellOf(page, app, environment)).ledger?.version ?? 'none';
  const bad = await report.step('bad release', async () => {
    const version = await release(page, app, 'Crashes on start');
    return { version, detail: `${app} ${version} is published; it crashes` };
  });
  await report.step('incident', async () => {
    await openBoard(page);
    await untilShown(page, app, environment, [
      new RegExp(`Git has ${bad.version},`),
      /Pods failing|Rollout failed/,
    ]);
    await page.getByRole('gridcell', { name: new RegExp(`^${app}, ${environment}: `) }).click();
    await shot('incident');
    return `${bad.version} came to ${environment} by itself and does not start`;
  });
  const { ms } = await rollBack({ page, report, shot }, { environment, version: before, mayLook: true });
  return { clickToCommitMs: ms };
}
