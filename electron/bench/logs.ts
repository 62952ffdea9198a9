/**
 * `npm run bench -- logs [--lines 200000] [--rate 5000] [--seconds 15] [--json]`: the log viewer in the real window. A
 * server streams that many lines at once, then so many a second. Figures: lines a second until all of them can be
 * scrolled through, against reading the same stream to nothing; the window's frames while it follows, against the same
 * window at rest, and its own work in them, which does not depend on what else the machine does; the time of a find;
 * memory of all of the app's processes. Ratios are of the same run.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { cpus, tmpdir } from 'node:os';
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
import { type FloodCluster, startFloodCluster } from './flood-cluster';
import { allowNames, frameTimes, showFrames } from './frame-times';
import { showWork, windowWork } from './window-work';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});
const lines = Number(values.lines);
const rate = Number(values.rate);
const seconds = Number(values.seconds);

const memoryMb = async ({ electron }: RunningApp): Promise<number> => {
  const kilobytes = await electron.evaluate(({ app }) =>
    app.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0),
  );
  return Math.round(kilobytes / 1024);
};

/** Milliseconds until the viewer's foot tells of at least so many lines. */
async function untilKept(page: Page, wanted: number): Promise<number> {
  const begun = performance.now();
  await page.waitForFunction(
    (least) => {
      const text = document.querySelector('footer:last-of-type')?.textContent ?? '';
      return Number((/([\d,]+) lines/.exec(text)?.[1] ?? '0').replaceAll(',', '')) >= least;
    },
    wanted,
    { polling: 'raf', timeout: 120_000 },
  );
  return performance.now() - begun;
}

/** Milliseconds to read that many lines over the same kind of connection and throw them away. */
function readToNothing({ url, ca }: FloodCluster): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    get(`${url}/api/v1/namespaces/apps/pods/flood-1-a/log?timestamps=true`, { ca }, (response) => {
      response.resume();
      response.on('end', () => resolve(performance.now() - begun));
    }).on('error', reject);
  });
}

async function find(page: Page, text: string): Promise<number> {
  const begun = performance.now();
  await page.getByRole('textbox', { name: 'Find in the log' }).fill(text);
  await page.waitForFunction(
    () => /^\d+ of [\d,]+$/.test(document.querySelector('[data-part="count"]')?.textContent ?? ''),
    undefined,
    { polling: 'raf', timeout: 60_000 },
  );
  return performance.now() - begun;
}

async function measure(app: RunningApp, cluster: FloodCluster) {
  const { page } = app;
  const goTo = (hash: string): Promise<void> =>
    page.evaluate((address) => {
      location.hash = address;
    }, hash);
  await allowNames(page);
  await page.getByRole('grid', { name: 'Apps and environments' }).waitFor({ timeout: 60_000 });
  const rest = await frameTimes(page, 3_000);
  const before = await memoryMb(app);
  const baselines: number[] = [];
  for (let round = 0; round < 3; round += 1) baselines.push(await readToNothing(cluster));
  const baselineMs = baselines.sort((a, b) => a - b)[1] ?? Number.NaN;

  // Once with the trace, which costs time itself, and once without.
  const openLog = async (): Promise<void> => {
    await goTo('#/logs/bench/flood');
    await page.getByRole('region', { name: /^Log of / }).waitFor({ timeout: 30_000 });
  };
  const work = {
    loading: await windowWork(app, async () => {
      await openLog();
      await untilKept(page, lines);
    }),
    following: await windowWork(app, async () => {
      cluster.rate(rate);
      await frameTimes(page, 5_000);
    }),
  };
  cluster.rate(0);
  await goTo('#/');
  await page.getByRole('grid', { name: 'Apps and environments' }).waitFor();

  const writtenBefore = cluster.written();
  await openLog();
  const loadingFrames = frameTimes(page, 2_000);
  const ingestMs = await untilKept(page, lines);
  const loading = await loadingFrames;
  cluster.rate(rate);
  const following = await frameTimes(page, seconds * 1000);
  const behind = lines + cluster.written() - writtenBefore - (await keptNow(page));
  const findMs = await find(page, 'needle 7');
  const finding = await frameTimes(page, 3_000);
  await page.getByRole('button', { name: 'Show only lines with a hit' }).click();
  const filtering = await frameTimes(page, 3_000);
  await page.getByRole('button', { name: 'Show only lines with a hit' }).click();
  await page.getByRole('textbox', { name: 'Find in the log' }).fill('');
  await page.getByRole('region', { name: /^Log of / }).hover();
  const scrolled = frameTimes(page, 3_000);
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, -2_000);
  const scrolling = await scrolled;
  cluster.rate(0);
  const after = await memoryMb(app);
  return {
    lines,
    rate,
    ingest: {
      ms: Math.round(ingestMs),
      linesPerSecond: Math.round((lines / ingestMs) * 1000),
      baselineMs: Math.round(baselineMs),
      ratio: Math.round((ingestMs / baselineMs) * 10) / 10,
    },
    frames: { rest, loading, following, finding, filtering, scrolling },
    work,
    linesBehind: behind,
    findMs: Math.round(findMs),
    memoryMb: { before, after },
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  };
}

async function keptNow(page: Page): Promise<number> {
  const text = (await page.locator('footer').last().textContent()) ?? '';
  return Number((/([\d,]+) lines/.exec(text)?.[1] ?? '0').replaceAll(',', ''));
}

const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-logs-'));
await ensureElectron();
await buildApp();
const cluster = await startFloodCluster(folder, lines);
try {
  const gitDir = join(folder, 'release.git');
  await mkdir(gitDir, { recursive: true });
  await initBare(gitDir, 'main');
  await commitFiles(gitDir, { [tagPath('bench', 'flood')]: tagFile('v1') });
  const estate = join(folder, 'signalbox.yaml');
  await writeFile(
    estate,
    stringify({
      name: 'Bench',
      ledger: { url: gitDir, branch: 'main', landing: 'push' },
      environments: [{ name: 'bench', cluster: { context: 'test', kubeconfig: cluster.kubeconfig } }],
      pipelines: [{ name: 'bench', kind: 'apps', environments: ['bench'] }],
    }),
  );
  const figures = await withDisplay(async ({ DISPLAY }) => {
    if (DISPLAY) process.env.DISPLAY = DISPLAY;
    const app = await startApp(join(folder, 'user-data'), ['--estate', estate]);
    try {
      return await measure(app, cluster);
    } finally {
      await app.close();
    }
  });
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
  else {
    process.stdout.write(
      [
        figures.machine,
        `${lines} lines at once: ${figures.ingest.ms} ms, ${figures.ingest.linesPerSecond} lines a second; read to nothing: ${figures.ingest.baselineMs} ms; ratio ${figures.ingest.ratio}`,
        `Frames (then ${rate} lines a second):`,
        ...Object.entries(figures.frames).map(([name, one]) => showFrames(name, one)),
        "The window's own work between two frames, in processor time:",
        ...Object.entries(figures.work).map(([name, one]) => showWork(name, one)),
        `Behind after ${seconds} s of following: ${figures.linesBehind} lines`,
        `Find over everything: ${figures.findMs} ms`,
        `Memory of all processes: ${figures.memoryMb.before} MB before, ${figures.memoryMb.after} MB after`,
        '',
      ].join('\n'),
    );
  }
} finally {
  await cluster.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
