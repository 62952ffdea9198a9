import { execFile, spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { type RunningApp, startApp } from '../electron/dev/running-app';
import { ask, cellAt, choose, goTo, grid, inspector } from './screen';
import { newUserData, removeUserData } from './shared-app';

const run = promisify(execFile);
const realData = path.resolve(import.meta.dirname, '../../shared/data/govuk-image-tags.fast-export.gz');

let folder: string;
let app: RunningApp | null = null;
test.beforeEach(async () => {
  folder = await newUserData();
});
test.afterEach(async () => {
  await app?.close();
  app = null;
  await removeUserData(folder);
});

/** Opens a release repo as `npm start -- --ledger <repo>` does. */
async function open(repo: string): Promise<Page> {
  app = await startApp(path.join(folder, 'user-data'), ['--ledger', repo]);
  await expect(grid(app.page)).toBeVisible();
  return app.page;
}

/** A repo in GOV.UK's layout, with one app that was deployed twice in one of two environments. */
async function smallRepo(): Promise<string> {
  const repo = path.join(folder, 'release-repo');
  const identity = { GIT_AUTHOR_NAME: 'Ada Vale', GIT_AUTHOR_EMAIL: 'ada@example.invalid' };
  const git = (...args: string[]) =>
    run('git', ['-C', repo, ...args], {
      env: {
        ...process.env,
        ...identity,
        GIT_COMMITTER_NAME: identity.GIT_AUTHOR_NAME,
        GIT_COMMITTER_EMAIL: identity.GIT_AUTHOR_EMAIL,
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
    });
  const tag = async (environment: string, name: string, version: string): Promise<void> => {
    const file = path.join(repo, 'charts/app-config/image-tags', environment, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(
      file,
      `image_tag: ${version}\nautomatic_deploys_enabled: true\npromote_deployment: true\n`,
    );
  };
  await mkdir(repo, { recursive: true });
  await git('init', '--quiet', '--initial-branch', 'main');
  await tag('staging', 'ledger-app', 'v11');
  await tag('production', 'ledger-app', 'v10');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Begin');
  await tag('production', 'ledger-app', 'v11');
  await git('commit', '--quiet', '-am', 'Update ledger-app image tag to v11 for production');
  return repo;
}

test('a local release repo is opened for reading, and actions say why they cannot be done', async () => {
  const repo = await smallRepo();
  const page = await open(repo);
  await expect(page.getByText('Read-only', { exact: true })).toBeVisible();
  await expect(grid(page).getByRole('columnheader')).toHaveText([
    /^App/,
    /staging|production/,
    /staging|production/,
  ]);
  const cell = cellAt(page, 'ledger-app', 'production');
  await expect(cell).toContainText('v11');
  await expect(cell).toHaveAccessibleName(/deployed (just now|.* ago)/);
  await cell.click();
  for (const name of [
    /^Deploy ledger-app to production/,
    /^Hold ledger-app in production/,
    /^Roll back ledger-app/,
  ]) {
    const action = inspector(page).getByRole('button', { name });
    await expect(action).toHaveAttribute('aria-disabled', 'true');
    await expect(action).toHaveAccessibleDescription('This release repo was opened for reading only.');
  }
  // It is read where it lies: a commit shows by itself, and nothing of ours is left in it.
  await run('git', [
    '-C',
    repo,
    '-c',
    'user.name=Ada Vale',
    '-c',
    'user.email=ada@example.invalid',
    'revert',
    '--no-edit',
    'HEAD',
  ]);
  await expect(cell).toContainText('v10');
  const { stdout } = await run('git', ['-C', repo, 'status', '--porcelain', '--ignored']);
  expect(stdout).toBe('');
});

test('the real data: four environments, every app, the right versions', async () => {
  const there = existsSync(realData);
  if (!there) console.log(`skipped: ${realData} is not there`);
  test.skip(!there, 'the real data is not on this machine');
  const repo = path.join(folder, 'real.git');
  await run('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', repo]);
  const importer = spawn('git', ['-C', repo, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => importer.once('exit', resolve));
  await pipeline(createReadStream(realData), createGunzip(), importer.stdin);
  expect(await ended).toBe(0);
  const { stdout: ref } = await run('git', ['-C', repo, 'for-each-ref', '--format=%(refname)', 'refs/heads']);
  const root = 'charts/app-config/image-tags/';
  const { stdout: files } = await run('git', ['-C', repo, 'ls-tree', '-r', '--name-only', ref.trim(), root]);

  const page = await open(repo);
  // The environment that is in no chain has a board of its own.
  await expect(grid(page).getByRole('columnheader')).toHaveCount(4);
  await choose(page, 'Pipeline', 'Others');
  await expect(grid(page).getByRole('columnheader')).toHaveText([/^App/, /^test/]);
  await goTo(page, '#/');
  const board = await ask(page, 'board.get', {});
  expect(board.environments).toHaveLength(4);
  const wanted = files
    .trim()
    .split('\n')
    .map((file) => file.slice(root.length));
  expect(board.cells.map(({ app: name, environment }) => `${environment}/${name}`).toSorted()).toEqual(
    wanted.toSorted(),
  );
  expect(board.cells.filter(({ ledger }) => ledger?.version)).toHaveLength(191);
  for (const name of ['publishing-api', 'router']) {
    const cell = board.cells.find((each) => each.app === name && each.environment === 'production');
    const { stdout: text } = await run('git', [
      '-C',
      repo,
      'show',
      `${ref.trim()}:${root}production/${name}`,
    ]);
    expect(text).toContain(cell?.ledger?.version);
    await page.getByRole('textbox', { name: 'Filter apps' }).fill(name);
    await expect(cellAt(page, name, 'production')).toContainText(
      cell?.ledger?.version?.slice(0, 8) ?? 'none',
    );
  }
  const total = await deepScroll(page);
  await exportAll(page, total);
});

/** The feed of 115,000 rows: there at once, and scrolled from its newest to its oldest event. */
async function deepScroll(page: Page): Promise<number> {
  await expect
    .poll(async () => (await ask(page, 'history.status', {})).phase, { timeout: 240_000 })
    .toBe('ready');
  const outline = await ask(page, 'history.outline', { pageSize: 100, stories: true });
  const events = outline.events ?? 0;
  expect(events).toBeGreaterThan(109_289);
  await goTo(page, '#/operations');
  await expect(page.getByRole('heading', { level: 1, name: 'Operations' })).toBeVisible();
  const first = await page.evaluate(firstRows);
  const list = page.getByRole('listbox', { name: 'Events, newest first' });
  await expect(list.getByRole('option').first()).toHaveAttribute('aria-setsize', String(outline.total));

  // Frame after frame through a part of it, as fast as a wheel goes, then to places all over it.
  const frames = await list.evaluate(scrollThrough);
  for (const part of [0.9, 0.25, 0.6, 1]) {
    await list.evaluate((element, at) => {
      element.scrollTop = at * element.scrollHeight;
    }, part);
    await expect.poll(() => list.evaluate(unread), { message: `rows at ${part} are read` }).toBe(0);
  }
  await list.focus();
  await page.keyboard.press('End');
  const oldest = list.getByRole('option', { selected: true });
  await expect(oldest).toHaveAttribute('aria-posinset', String(outline.total));
  await expect(oldest).toBeInViewport();
  console.log(
    `the real history: first rows after ${first.toFixed(0)} ms; ${frames.length} frames of scrolling, ` +
      `p95 ${frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)]?.toFixed(0)} ms, ` +
      `longest ${Math.max(...frames).toFixed(0)} ms`,
  );
  return events;
}

/** Everything exported through the window as CSV, then as JSON; another export is cancelled on its way. */
async function exportAll(page: Page, total: number): Promise<void> {
  const exports = path.join(folder, 'exports');
  await mkdir(exports);
  const panel = page.getByRole('region', { name: 'Export' });
  const list = page.getByRole('listbox', { name: 'Events, newest first' });
  const begin = async (format: 'csv' | 'json'): Promise<string> => {
    const file = path.join(exports, `history.${format}`);
    await app?.electron.evaluate(({ dialog }, chosen) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen });
    }, file);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('menuitem', { name: `As ${format.toUpperCase()}…` }).click();
    await expect(panel.getByRole('progressbar', { name: 'Export' })).toBeVisible();
    return file;
  };
  await begin('json');
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel).toContainText('Cancelled. Nothing was saved.');
  await expect.poll(() => readdir(exports)).toEqual([]);
  await panel.getByRole('button', { name: 'Close' }).click();

  const count = total.toLocaleString('en-GB');
  for (const format of ['csv', 'json'] as const) {
    await app?.electron.evaluate(watchMemory);
    const file = await begin(format);
    await expect(panel).toContainText(`of ${count} events`);
    const frames = await list.evaluate(scrollThrough);
    await expect(panel).toContainText(`${count} events saved`, { timeout: 120_000 });
    const grown = await app?.electron.evaluate(memoryGrown);
    const text = await readFile(file, 'utf8');
    const rows =
      format === 'json'
        ? (JSON.parse(text) as unknown[]).length
        : (text.match(/(?:"[^"]*"|[^"\n])*\n/g) ?? []).length - 1;
    expect(rows).toBe(total);
    // The worker thread is a part of the main process: 43 MB of JSON pass through both.
    expect(grown).toBeLessThan(300);
    console.log(
      `${format}: ${(text.length / 2 ** 20).toFixed(0)} MB; the main process grew by ${grown?.toFixed(0)} MB at most; ` +
        `frames while scrolling beside it: p95 ${frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)]?.toFixed(0)} ms`,
    );
    await panel.getByRole('button', { name: 'Close' }).click();
  }
  expect((await readdir(exports)).toSorted()).toEqual(['history.csv', 'history.json']);
}

interface Watched {
  memoryWatch?: { base: number; peak: number; timer: NodeJS.Timeout };
}

/** In the main process: notes its memory from now on, every 20 ms. */
const watchMemory = (): void => {
  const base = process.memoryUsage().rss;
  const watch = { base, peak: base };
  const timer = setInterval(() => {
    watch.peak = Math.max(watch.peak, process.memoryUsage().rss);
  }, 20);
  (globalThis as Watched).memoryWatch = Object.assign(watch, { timer });
};

/** In the main process: by how much it grew at most since {@link watchMemory}, in MB. */
const memoryGrown = (): number => {
  const watch = (globalThis as Watched).memoryWatch;
  clearInterval(watch?.timer);
  return watch ? (watch.peak - watch.base) / 2 ** 20 : Number.NaN;
};

/** Goes to the history and waits for its first row: milliseconds from the click to the frame that has it. */
const firstRows = (): Promise<number> =>
  new Promise((resolve) => {
    const from = performance.now();
    const look = (): void => {
      if (document.querySelector('[role="option"] strong, [role="option"] .mono')) {
        requestAnimationFrame(() => resolve(performance.now() - from));
      } else requestAnimationFrame(look);
    };
    document.querySelector<HTMLElement>('nav a[href$="#/history"]')?.click();
    look();
  });

/** Scrolls 200 frames by 400 px each. @returns how long each frame took, in milliseconds. */
const scrollThrough = (element: Element): Promise<number[]> =>
  new Promise((resolve) => {
    const took: number[] = [];
    let last = performance.now();
    const step = (now: number): void => {
      took.push(now - last);
      last = now;
      element.scrollTop += 400;
      if (took.length < 200) requestAnimationFrame(step);
      else resolve(took.slice(1));
    };
    requestAnimationFrame(step);
  });

/** Rows in the page whose event was not read yet. */
const unread = (element: Element): number =>
  element.querySelectorAll('[role="option"][aria-label$="being read"]').length +
  (element.querySelector('[role="option"]') ? 0 : 1);
