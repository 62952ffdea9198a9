import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { startApp } from '../electron/dev/running-app';
import { statePaths } from '../electron/practice/estate/state-folder';
import { allEnvironments as environments } from '../electron/systems/practice/environments';
import type { HistoryEvent, HistoryFilter } from '../shared/domain/history/history-event';
import { shortVersion } from '../shared/domain/ledger/version';
import { ask, cellAt, ended, goTo, grid, inspector, startDeploy } from './screen';
import { keepLogs, newUserData, type Running, removeUserData, startOnPractice } from './shared-app';

/**
 * The history with everything away: Git and all clusters are taken down before the first test, and the app is started
 * again, so that all of this is answered from what lies on this machine.
 */
let app: Running;
let failing: { app: string; version: string; operationId: string };
const page = (): Page => app.page;
const list = (): Locator => page().getByRole('listbox', { name: 'Events, newest first' });
const rows = (): Locator => list().getByRole('option');
const details = (): Locator => page().getByRole('complementary', { name: 'Details of the event' });
const slider = (): Locator => page().getByRole('slider', { name: 'Time shown on the board' });

test.beforeAll(async () => {
  app = await startOnPractice(await newUserData(), { speed: 50 });
  const { control } = app.practice;
  // An operation that fails by its tests, so that there is an outcome, a test result and a log to be kept.
  const name = 'static';
  const { version } = await control.publishRelease({ app: name, deploy: false });
  await control.breakTests({ app: name, version, outcome: 'fail' });
  const operationId = await startDeploy(page(), { app: name, environment: 'staging', version });
  await ended(page(), operationId, 'failed');
  failing = { app: name, version, operationId };
  await expect
    .poll(async () => (await saved()).saved.logs.length, { message: 'the log is kept' })
    .toBeGreaterThan(0);

  await control.gitDown();
  for (const environment of environments) await control.clusterDown({ environment });
  await app.close();
  app = await startOnPractice(app.userData, { ready: false });
  await expect(grid(page())).toBeVisible();
});
keepLogs(() => app.userData);
test.afterAll(async () => {
  await app?.close();
  if (app) await removeUserData(app.userData);
});
test.beforeEach(() => goTo(page(), '#/history'));

/** What is kept of the version whose tests failed. */
const saved = async () => {
  const commit = await eventOf({ apps: [failing.app], text: failing.version });
  return ask(page(), 'history.event', {
    app: failing.app,
    environment: 'staging',
    version: failing.version,
    commit: commit.commit,
    operationId: failing.operationId,
  });
};

async function eventOf(filter: HistoryFilter): Promise<HistoryEvent> {
  const { events } = await ask(page(), 'history.feed', { ...filter, limit: 1 });
  const [event] = events;
  if (!event) throw new Error(`no event fits ${JSON.stringify(filter)}`);
  return event;
}

/** Every event of a filter, or what tells each story of it, page by page. */
async function allEvents(filter: HistoryFilter, stories = false): Promise<HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const answer = await ask(page(), 'history.feed', {
      ...filter,
      stories,
      limit: 1000,
      ...(before === undefined ? {} : { before }),
    });
    found.push(...answer.events);
    before = answer.next;
  }
  return found;
}

/** Takes one value of a filter's list. */
async function pick(menu: string, value: string): Promise<void> {
  await page()
    .getByRole('toolbar', { name: 'Filter' })
    .getByRole('button', { name: new RegExp(`^${menu}`) })
    .click();
  await page()
    .getByRole('textbox', { name: `Search ${menu.toLowerCase()}` })
    .fill(value);
  await page().keyboard.press('ArrowDown');
  await page().keyboard.press('Enter');
  await page().keyboard.press('Escape');
  await expect(page().getByRole('button', { name: `${menu}: ${value}` })).toBeFocused();
}

test('with everything away the app starts, says since when, and has the whole feed', async () => {
  const banner = page().getByRole('note', { name: 'Offline' });
  await expect(banner).toContainText(/Offline since \d\d:\d\d/);
  await expect(banner).toContainText('You can’t deploy, roll back or hold');
  const { total } = await ask(page(), 'history.outline', { pageSize: 100, stories: true });
  const { total: events } = await ask(page(), 'history.outline', { pageSize: 100 });
  expect(total).toBeGreaterThan(200);
  await expect(page().getByText(`${events.toLocaleString('en-GB')} events`, { exact: true })).toBeVisible();
  await expect(rows().first()).toHaveAttribute('aria-setsize', String(total));
  await expect(rows().first()).toContainText(failing.version);
});

test('it is walked by keys alone, to the very end and back', async () => {
  const events = await allEvents({}, true);
  await list().focus();
  await page().keyboard.press('Home');
  const active = () => list().getByRole('option', { selected: true });
  await expect(active()).toHaveAttribute('aria-posinset', '1');
  await page().keyboard.press('ArrowDown');
  await expect(active()).toHaveAttribute('aria-posinset', '2');
  await page().keyboard.press('PageDown');
  await expect.poll(async () => Number(await active().getAttribute('aria-posinset'))).toBeGreaterThan(8);
  await page().keyboard.press('End');
  await expect(active()).toHaveAttribute('aria-posinset', String(events.length));
  await expect(active()).toBeInViewport();
  const oldest = events.at(-1);
  await expect(active()).toContainText(oldest?.app ?? '');
  await expect(details()).toContainText(oldest?.commit.slice(0, 10) ?? '');
  await page().keyboard.press('Enter');
  await expect(details()).toBeFocused();
  await page().keyboard.press('Escape');
  await expect(list()).toBeFocused();
  await page().keyboard.press('Home');
  await expect(active()).toHaveAttribute('aria-posinset', '1');
});

test('filters combine, stand in the address, and Back finds the place again', async () => {
  await pick('App', 'publishing-api');
  await pick('Environment', 'production');
  await expect(page()).toHaveURL(/app=.*publishing-api.*environment=.*production/);
  const filter = { apps: ['publishing-api'], environments: ['production'] };
  const wanted = await allEvents(filter, true);
  await expect(rows().first()).toHaveAttribute('aria-setsize', String(wanted.length));
  await expect(
    page()
      .getByRole('status')
      .filter({ hasText: `${(await allEvents(filter)).length} events found` }),
  ).toBeAttached();
  const box = page().getByRole('textbox', { name: 'Search the history' });
  await list().focus();
  await page().keyboard.press('/');
  await expect(box).toBeFocused();
  const version = wanted.find(({ type }) => type === 'deployment');
  const to = version?.type === 'deployment' ? version.to : '';
  await page().keyboard.type(to);
  await expect(page()).toHaveURL(new RegExp(`q=.*${to}`));
  const some = await allEvents({ ...filter, text: to }, true);
  await expect(rows()).toHaveCount(some.length);
  await page().keyboard.press('Escape');
  await expect(rows().first()).toHaveAttribute('aria-setsize', String(wanted.length));

  // Somewhere down the list, into the details, away, and Back.
  await list().focus();
  await page().keyboard.press('End');
  const active = () => list().getByRole('option', { selected: true });
  await expect(active()).toHaveAttribute('aria-posinset', String(wanted.length));
  const scrolled = () => list().evaluate((element) => Math.round(element.scrollTop));
  const before = await scrolled();
  const address = page().url();
  await details()
    .getByRole('link', { name: /^History of/ })
    .click();
  await expect(page().getByRole('heading', { level: 1, name: /publishing-api/ })).toBeVisible();
  await page().goBack();
  expect(page().url()).toBe(address);
  await expect(active()).toHaveAttribute('aria-posinset', String(wanted.length));
  await expect.poll(scrolled).toBe(before);

  await page().reload();
  await expect(rows().first()).toHaveAttribute('aria-setsize', String(wanted.length));
  await page().getByRole('button', { name: 'Clear' }).click();
  await expect(page()).toHaveURL(/#\/history$/);
  await page().getByRole('textbox', { name: 'Search the history' }).fill('no such words at all');
  await expect(page().getByText('No matching events')).toBeVisible();
});

test('an operation’s row tells its outcome, what the tests said and the end of their log', async () => {
  await page().getByRole('textbox', { name: 'Search the history' }).fill(failing.version);
  await expect(page()).toHaveURL(/q=/);
  const row = rows().filter({ hasText: failing.app }).first();
  await expect(row).toContainText('Failed');
  await row.click();
  await expect(details().getByRole('region', { name: 'Operation' })).toContainText('Failed');
  await expect(details().getByRole('region', { name: 'Seen there' })).toContainText('Tests failed');
  await expect(details().getByRole('region', { name: 'Message' })).toContainText(failing.operationId);
  const log = details().getByRole('region', { name: 'Saved logs' });
  await log.locator('summary').first().click();
  await expect(log.locator('pre').first()).toContainText('failed');
});

test('the board as of any moment, by slider, keys and field', async () => {
  await goTo(page(), '#/');
  await expect(slider()).toHaveAttribute('aria-valuetext', 'Now');
  await slider().focus();
  await page().keyboard.press(',');
  await page().keyboard.press(',');
  await page().keyboard.press('Shift+ArrowLeft');
  await expect(page()).toHaveURL(/at=/);
  const at = decodeURIComponent(/at=([^&]+)/.exec(page().url())?.[1] ?? '').replaceAll('"', '');
  const then = await ask(page(), 'history.board', { at });
  await expect(page().getByText('You are viewing the past: ', { exact: false })).toBeVisible();
  for (const { app: name, environment, version, deployment } of then.cells.slice(0, 9)) {
    const cell = cellAt(page(), name, environment);
    await expect(cell).toContainText(shortVersion(version ?? ''));
    if (deployment) await expect(cell).toHaveAccessibleName(/deployed .* at that time/);
  }
  const first = then.cells[0];
  await cellAt(page(), first?.app ?? '', first?.environment ?? '').click();
  const action = inspector(page()).getByRole('button', { name: /^Deploy/ });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await expect(action).toHaveAccessibleDescription(/viewing the past/);
  await page().keyboard.press('Shift+D');
  await expect(page().getByRole('dialog')).toHaveCount(0);

  // The last deployment and the one before it stand next to each other.
  const [newest, previous] = await allEvents({ types: ['deployment'] });
  await page().getByRole('button', { name: 'Back to now' }).click();
  await expect(slider()).toHaveAttribute('aria-valuetext', 'Now');
  await page().getByRole('button', { name: 'Go to the previous deployment' }).click();
  await expect(page()).toHaveURL(new RegExp(encodeURIComponent(newest?.at ?? 'none').slice(0, 16)));
  expect(previous?.at).not.toBe(newest?.at);
  // A drag to the left edge shows what was, and lets the address follow.
  const box = await slider().locator('..').boundingBox();
  if (!box) throw new Error('the slider has no place');
  await page().mouse.move(box.x + box.width / 2, box.y + 20);
  await page().mouse.down();
  await page().mouse.move(box.x + 2, box.y + 20, { steps: 8 });
  await page().mouse.up();
  await expect(slider()).not.toHaveAttribute('aria-valuetext', 'Now');
  await page().getByLabel('Show the board at').fill('1999-01-01 00:00');
  await page().keyboard.press('Enter');
  await page().reload();
  await expect(page().getByText('You are viewing the past: ', { exact: false })).toBeVisible();
  await slider().focus();
  await page().keyboard.press('End');
  await boardIsNow();
});

const boardIsNow = async (): Promise<void> => {
  await expect(page()).not.toHaveURL(/at=/);
  await expect(page().getByText('You are viewing the past: ', { exact: false })).toHaveCount(0);
};

test('one version’s way, from the palette', async () => {
  const event = await eventOf({ types: ['deployment'], environments: ['production'], apps: ['router'] });
  if (event.type !== 'deployment') throw new Error('a deployment was asked for');
  await page().keyboard.press('Control+k');
  await expect(page().getByRole('dialog', { name: 'Command palette' }).getByRole('combobox')).toBeFocused();
  await page().keyboard.type(event.to);
  const option = page().getByRole('option', { name: new RegExp(`router ${event.to}`) });
  await expect(option).toBeVisible();
  await option.click();
  await expect(page()).toHaveURL(new RegExp(`#/apps/router/versions/${event.to}`));
  const way = await ask(page(), 'history.version', { app: 'router', version: event.to });
  const table = page().getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(way.length + 1);
  for (const run of way) await expect(table).toContainText(run.environment);
  await expect(table).toContainText(
    way.some(({ until }) => until === null) ? 'still running' : 'replaced by',
  );
});

test('figures, as plots and as a table, by app and period', async () => {
  await page().getByRole('link', { name: 'Figures' }).click();
  const figure = (name: string) => page().getByRole('region', { name, exact: true });
  const search = () => new URL(page().url().replace('#', '')).searchParams;
  await expect(figure('Deployments')).toBeVisible();
  await page().getByRole('combobox', { name: 'Time' }).selectOption('Last year');
  await expect.poll(() => search().get('days')).toBe('365');
  const names = await ask(page(), 'history.names', {});
  const pipeline = names.pipelines[0];
  const since = new Date(Date.now() - 365 * 86_400_000).toISOString();
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const [sum] = await ask(page(), 'history.figures', {
    environments: pipeline?.environments ?? [],
    since,
    until,
    by: 'all',
  });
  await expect(figure('Deployments')).toContainText(sum?.deployments.toLocaleString('en-GB') ?? 'none');
  await page().getByRole('button', { name: 'What lead time means' }).click();
  await expect(page().getByText(/first deployment in the first environment/)).toBeVisible();
  await page().keyboard.press('Escape');
  await page().getByRole('button', { name: 'App', exact: true }).last().click();
  const appNames = () =>
    page().getByRole('region', { name: 'Apps' }).getByRole('rowheader').allTextContents();
  const ordered = (await appNames()).toSorted((a, b) => a.localeCompare(b));
  await expect.poll(appNames).toEqual(ordered);
  await page().getByRole('radiogroup', { name: 'View' }).getByText('Table').click();
  await expect(page().getByRole('region', { name: 'By period' }).getByRole('row').nth(1)).toBeVisible();
  await page().getByRole('region', { name: 'Apps' }).getByRole('button', { name: 'router' }).click();
  await expect.poll(() => search().get('app')).toContain('router');
});

test('what differs between two environments and two moments', async () => {
  await page().getByRole('link', { name: 'Compare' }).click();
  const now = new Date().toISOString();
  const differing = await ask(page(), 'history.compare', {
    left: { moment: { at: now }, environment: 'staging' },
    right: { moment: { at: now }, environment: 'production' },
  });
  const table = page().getByRole('table');
  await expect(table.getByRole('rowheader')).toHaveText(differing.map((row) => row.app));
  await page().getByRole('button', { name: 'A week ago and now' }).click();
  await expect(page()).toHaveURL(/leftAt=/);
  await expect(table.getByRole('columnheader', { name: 'Environment', exact: true })).toBeVisible();
});

test('a filtered view is exported as CSV and as JSON, and no half file is left when it cannot be', async () => {
  const folder = path.join(app.userData, 'exports');
  await mkdir(folder, { recursive: true });
  const answer = (file: string | null) =>
    app.electron.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = async () =>
        chosen === null ? { canceled: true, filePath: '' } : { canceled: false, filePath: chosen };
    }, file);
  const exportAs = async (item: string) => {
    await page().getByRole('button', { name: 'Export', exact: true }).click();
    await page().getByRole('menuitem', { name: item }).click();
  };
  const panel = page().getByRole('region', { name: 'Export' });
  await goTo(page(), '#/history?environment=["production"]');
  const wanted = await allEvents({ environments: ['production'] });
  // The file has every event, the list a row for each story of them.
  const { total } = await ask(page(), 'history.outline', {
    environments: ['production'],
    pageSize: 100,
    stories: true,
  });
  await expect(rows().first()).toHaveAttribute('aria-setsize', String(total));

  await answer(path.join(folder, 'history.json'));
  await exportAs('As JSON…');
  await expect(panel).toContainText(`${wanted.length.toLocaleString('en-GB')} events saved`);
  expect(JSON.parse(await readFile(path.join(folder, 'history.json'), 'utf8'))).toEqual(wanted);
  await panel.getByRole('button', { name: 'Close' }).click();

  await answer(path.join(folder, 'history.csv'));
  await exportAs('As CSV…');
  await expect(panel).toContainText('events saved');
  const csv = await readFile(path.join(folder, 'history.csv'), 'utf8');
  expect(
    csv.startsWith(
      'at,type,app,environment,from,to,kind,author,reason,subject,commit,operationId,pipeline,path,startedBy,through,run,overridden\r\n',
    ),
  ).toBe(true);
  const commits = csv.match(/[0-9a-f]{40}/g) ?? [];
  expect(new Set(commits)).toEqual(new Set(wanted.map(({ commit }) => commit)));
  await panel.getByRole('button', { name: 'Close' }).click();

  await answer(null);
  await exportAs('As CSV…');
  await expect(page().getByRole('button', { name: 'Export', exact: true })).toBeEnabled();
  await expect(panel).toHaveCount(0);

  await answer(path.join(folder, 'nowhere', 'history.csv'));
  await exportAs('As CSV…');
  await expect(panel.getByRole('alert')).toContainText('could not be written');
  expect((await readdir(folder)).toSorted()).toEqual(['history.csv', 'history.json']);
});

test('without any process beside it: the board is there, and so is every answer', async () => {
  const { userData } = app;
  const version = (await eventOf({
    types: ['deployment'],
    environments: ['production'],
    apps: ['router'],
  })) as {
    to?: string;
  };
  await app.close();
  // The practice estate is not started this time: nothing listens where Git and the clusters were.
  const estate = statePaths(path.join(userData, 'practice')).estateFile;
  const begun = performance.now();
  const alone = await startApp(userData, ['--estate', estate]);
  try {
    const cell = cellAt(alone.page, 'router', 'production');
    await expect(cell).toContainText(version.to ?? 'none');
    console.log(`start to a readable board, offline: ${Math.round(performance.now() - begun)} ms`);
    await expect(cell).toHaveAccessibleName(/deployed .* ago/);
    await expect(alone.page.getByRole('note', { name: 'Offline' })).toContainText(/Offline since/);
    await goTo(alone.page, '#/history');
    await expect(
      alone.page.getByRole('listbox', { name: 'Events, newest first' }).getByRole('option').first(),
    ).toContainText(failing.version);
  } finally {
    await alone.close();
    app = await startOnPractice(userData, { ready: false });
  }
});

test('what cannot be done offline says why, and it works again when the network is back', async () => {
  await goTo(page(), '#/');
  await cellAt(page(), 'signon', 'production').click();
  await inspector(page()).getByRole('button', { name: 'Hold signon in production' }).click();
  await expect(page().getByRole('dialog')).toContainText('unreachable, so nothing can be changed now');
  await page().keyboard.press('Escape');
  await app.practice.control.gitUp();
  for (const environment of environments) await app.practice.control.clusterUp({ environment });
  await expect(page().getByRole('note', { name: 'Offline' })).toHaveCount(0);
});
