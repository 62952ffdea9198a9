/**
 * `npm run bench -- board [--apps 200] [--against 14] [--rate 200] [--seconds 10] [--json]`: the board in the real window,
 * with so many apps in five environments, scrolled while the clusters change so many times a second. Figures: the times
 * between frames, against those of an empty page that is scrolled in the same way in the same run, before and after; and
 * the window's own work in them, in processor time, which does not depend on what else the machine does. `--against`: the
 * same with fewer apps, which should be no smoother; 0 leaves it out. Ends with 1 where a frame's own work is over 50 ms.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { stringify } from 'yaml';
import { buildApp } from '../dev/build';
import { withDisplay } from '../dev/display';
import { ensureElectron } from '../dev/electron-runtime';
import { type RunningApp, startApp } from '../dev/running-app';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';
import { allowNames, frameTimes, scrolledFrames, showFrames } from './frame-times';
import { type Fleet, startFleet } from './watch-fleet';
import { showWork, windowWork } from './window-work';

const { values } = parseArgs({
  options: {
    apps: { type: 'string', default: '200' },
    against: { type: 'string', default: '14' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const environments = 5;
/** Of one frame's own work, in milliseconds. */
const longestFrame = 50;
const grid = '[role="grid"][aria-label="Apps and environments"]';
/** What scrolls: the grid's parent. */
const scroller = `:has(> ${grid})`;

/** As high as a board of two hundred apps, in px. */
const emptyHeight = 9_600;

/** A window with nothing in it but something to scroll. */
async function emptyPage({ electron }: RunningApp): Promise<Page> {
  const opened = electron.waitForEvent('window');
  await electron.evaluate(async ({ BrowserWindow }) => {
    const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { sandbox: true } });
    await window.loadURL('about:blank');
  });
  const page = await opened;
  await page.waitForLoadState();
  await page.evaluate((px) => {
    document.body.style.margin = '0';
    const [box, inner] = [document.createElement('div'), document.createElement('div')];
    box.id = 'box';
    box.style.cssText = 'height: 100vh; overflow: auto';
    inner.style.height = `${px}px`;
    box.append(inner);
    document.body.append(box);
  }, emptyHeight);
  return page;
}

async function emptyFrames(app: RunningApp) {
  const page = await emptyPage(app);
  await allowNames(page);
  const frames = await scrolledFrames(page, '#box', 4_000);
  await page.close();
  return frames;
}

/** Waits until every cell is there and live. */
async function filled(page: Page, apps: number): Promise<void> {
  await page.locator(grid).waitFor({ timeout: 120_000 });
  await page.waitForFunction(
    ([wanted]) => document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount') === String(wanted),
    [apps + 1],
    { timeout: 120_000 },
  );
  await page
    .getByRole('gridcell', { name: /Healthy/ })
    .first()
    .waitFor({ timeout: 120_000 });
}

async function measure(app: RunningApp, fleet: Fleet) {
  const { page } = app;
  await allowNames(page);
  await filled(page, fleet.apps.length);
  await fleet.warmUp();
  const scrolls = await page.evaluate((wanted) => {
    const box = document.querySelector(wanted);
    return box !== null && box.scrollHeight > box.clientHeight;
  }, scroller);
  const before = await emptyFrames(app);
  const scroll = () => scrolledFrames(page, scroller, seconds * 1000);
  const frames = {
    changing: await whileChanging(fleet, () => frameTimes(page, seconds * 1000)),
    ...(scrolls ? { scrolled: await scroll(), both: await whileChanging(fleet, scroll) } : {}),
  };
  const after = await emptyFrames(app);
  // Once more with the trace, which costs time itself.
  const work = {
    changing: await whileChanging(fleet, () => windowWork(app, () => frameTimes(page, seconds * 1000))),
    ...(scrolls ? { both: await whileChanging(fleet, () => windowWork(app, scroll)) } : {}),
  };
  return { apps: fleet.apps.length, empty: { before, after }, frames, work };
}

async function whileChanging<T>(fleet: Fleet, what: () => Promise<T>): Promise<T> {
  const [found] = await Promise.all([what(), fleet.measured(seconds, [])]);
  return found;
}

/** Opens an estate with so many apps and measures its board. */
async function board(apps: number) {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-board-'));
  const fleet = await startFleet(folder, { apps, pods: apps * environments, rate, environments });
  try {
    const gitDir = join(folder, 'release.git');
    await mkdir(gitDir, { recursive: true });
    await initBare(gitDir, 'main');
    await commitFiles(
      gitDir,
      Object.fromEntries(
        fleet.environments.flatMap((name) => fleet.apps.map((app) => [tagPath(name, app), tagFile('v1')])),
      ),
    );
    const estate = join(folder, 'signalbox.yaml');
    await writeFile(
      estate,
      stringify({
        name: 'Bench',
        ledger: { url: gitDir, branch: 'main', landing: 'push' },
        environments: fleet.environments.map((name) => ({
          name,
          cluster: { context: name, kubeconfig: fleet.kubeconfig },
        })),
        pipelines: [{ name: 'bench', kind: 'apps', environments: fleet.environments }],
      }),
    );
    const app = await startApp(join(folder, 'user-data'), ['--estate', estate]);
    try {
      return await measure(app, fleet);
    } finally {
      await app.close();
    }
  } finally {
    await fleet.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Measured = Awaited<ReturnType<typeof board>>;

const shown = ({ apps, empty, frames, work }: Measured): string[] => [
  `${apps} apps × ${environments} environments, ${rate} changes a second. Frames:`,
  showFrames('empty', empty.before),
  ...Object.entries(frames).map(([name, one]) => showFrames(name, one)),
  showFrames('empty', empty.after),
  "The window's own work between two frames, in processor time:",
  ...Object.entries(work).map(([name, one]) => showWork(name, one)),
];

await ensureElectron();
await buildApp();
const sizes = [Number(values.apps), Number(values.against)].filter((apps) => apps > 0);
const all = await withDisplay(async ({ DISPLAY }) => {
  if (DISPLAY) process.env.DISPLAY = DISPLAY;
  const found: Measured[] = [];
  for (const apps of sizes) found.push(await board(apps));
  return found;
});
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
const [large, small] = all;
const ratio =
  large && small
    ? Math.round((large.work.changing.p95 / Math.max(0.1, small.work.changing.p95)) * 10) / 10
    : null;
const late = all.flatMap(({ work }) => Object.values(work)).filter(({ over50 }) => over50 > 0).length;
if (values.json) process.stdout.write(`${JSON.stringify({ machine, boards: all, ratio }, null, 1)}\n`);
else
  process.stdout.write(
    [
      machine,
      ...all.flatMap(shown),
      ...(ratio === null ? [] : [`Work of a frame (p95) against ${small?.apps} apps: ${ratio} times`]),
      late === 0
        ? `No frame's own work is over ${longestFrame} ms.`
        : `Some frames' own work is over ${longestFrame} ms.`,
      '',
    ].join('\n'),
  );
process.exitCode = late === 0 ? 0 : 1;
