/**
 * `npm run bench -- logs [--lines 200000] [--rate 5000] [--seconds 15] [--json]`: the log viewer in the real window. A
 * server streams that many lines at once, then so many a second. Figures: lines a second until all of them can be
 * scrolled through, against reading the same stream to nothing; the window's frames while it follows, against the same
 * window at rest; the time of a find; memory of all of the app's processes. Ratios are of the same run.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { stringify } from 'yaml';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';
import { buildApp } from './build';
import { withDisplay } from './display';
import { ensureElectron } from './electron-runtime';
import { type FloodCluster, startFloodCluster } from './flood-cluster';
import { type RunningApp, startApp } from './running-app';

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

interface Frames {
  count: number;
  p50: number;
  p95: number;
  max: number;
  over50: number;
}

/** The times between frames of the window, in milliseconds, for so long. */
const frames = (page: Page, milliseconds: number): Promise<Frames> =>
  page.evaluate(
    (span) =>
      new Promise<Frames>((resolve) => {
        const times: number[] = [];
        const begun = performance.now();
        let last = begun;
        const step = (now: number): void => {
          if (now > last) times.push(now - last);
          last = now;
          if (now - begun < span) requestAnimationFrame(step);
          else {
            times.sort((a, b) => a - b);
            const at = (share: number): number =>
              Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) /
              10;
            const over50 = times.filter((time) => time > 50).length;
            resolve({ count: times.length, p50: at(0.5), p95: at(0.95), max: at(1), over50 });
          }
        };
        requestAnimationFrame(step);
      }),
    milliseconds,
  );

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
  // tsx names functions by a helper of its own, which what is evaluated in the page takes along.
  await page.evaluate('globalThis.__name = (named) => named');
  await page.getByRole('grid', { name: 'Apps and environments' }).waitFor({ timeout: 60_000 });
  const rest = await frames(page, 3_000);
  const before = await memoryMb(app);
  const baselines: number[] = [];
  for (let round = 0; round < 3; round += 1) baselines.push(await readToNothing(cluster));
  const baselineMs = baselines.sort((a, b) => a - b)[1] ?? Number.NaN;

  await goTo('#/logs/bench/flood');
  await page.getByRole('region', { name: /^Log of / }).waitFor({ timeout: 30_000 });
  const loadingFrames = frames(page, 2_000);
  const ingestMs = await untilKept(page, lines);
  const loading = await loadingFrames;
  cluster.rate(rate);
  const following = await frames(page, seconds * 1000);
  const behind = cluster.written() - (await keptNow(page));
  const findMs = await find(page, 'needle 7');
  const finding = await frames(page, 3_000);
  await page.getByRole('button', { name: 'Show only lines with a hit' }).click();
  const filtering = await frames(page, 3_000);
  await page.getByRole('button', { name: 'Show only lines with a hit' }).click();
  await page.getByRole('textbox', { name: 'Find in the log' }).fill('');
  await page.getByRole('region', { name: /^Log of / }).hover();
  const scrolled = frames(page, 3_000);
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
    const show = (name: string, one: Frames): string =>
      `  ${name.padEnd(10)} p50 ${one.p50} ms, p95 ${one.p95} ms, longest ${one.max} ms, ${one.over50} of ${one.count} over 50 ms`;
    process.stdout.write(
      [
        figures.machine,
        `${lines} lines at once: ${figures.ingest.ms} ms, ${figures.ingest.linesPerSecond} lines a second; read to nothing: ${figures.ingest.baselineMs} ms; ratio ${figures.ingest.ratio}`,
        `Frames (then ${rate} lines a second):`,
        ...Object.entries(figures.frames).map(([name, one]) => show(name, one)),
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
