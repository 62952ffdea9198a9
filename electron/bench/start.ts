/**
 * `npm run bench -- start [--ledger <repo>] [--against <folder>] [--rounds 10] [--json]`: from the start of the process to
 * a shown window and to a readable board, from the cache: the second and later starts on one user-data folder. `--against`
 * names another checkout that is built: then both are started by turns, so that their ratio is of the same load. Without
 * `--ledger` it is a repo of 209 files in GOV.UK's layout. Times are milliseconds, medians.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { _electron } from 'playwright';
import { buildApp } from '../dev/build';
import { withDisplay } from '../dev/display';
import { appArguments, ensureElectron } from '../dev/electron-runtime';
import { projectRoot } from '../dev/project';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';

const { values } = parseArgs({
  options: {
    ledger: { type: 'string' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});

/** Milliseconds since the process was started, and of the processor's time in main until the board. */
interface Start {
  windowMs: number;
  boardMs: number;
  mainCpuMs: number;
}

const files = 209;

async function repoOf(folder: string): Promise<string> {
  const gitDir = join(folder, 'release.git');
  await mkdir(gitDir, { recursive: true });
  await initBare(gitDir, 'main');
  const places = Array.from({ length: files }, (_, index) =>
    tagPath(index % 2 ? 'staging' : 'production', `app-${Math.floor(index / 2)}`),
  );
  await commitFiles(gitDir, Object.fromEntries(places.map((place, index) => [place, tagFile(`v${index}`)])));
  return gitDir;
}

async function startOnce(
  executable: string,
  project: string,
  userData: string,
  ledger: string,
): Promise<Start> {
  const args = appArguments().map((one) => (one === projectRoot ? project : one));
  const begun = Date.now();
  const app = await _electron.launch({
    executablePath: executable,
    args: [...args, `--user-data-dir=${userData}`, '--ledger', ledger],
  });
  try {
    const shown = app.evaluate(async ({ app: electron, BrowserWindow }) => {
      const one =
        BrowserWindow.getAllWindows()[0] ??
        (await new Promise<Electron.BrowserWindow>((found) =>
          electron.once('browser-window-created', (_event, made) => found(made)),
        ));
      if (!one.isVisible()) await new Promise<void>((seen) => one.once('show', () => seen()));
      return Date.now();
    });
    const page = await app.firstWindow({ timeout: 0 });
    await page.waitForFunction(
      () => document.querySelector('[role="grid"] [role="gridcell"]') !== null,
      undefined,
      { polling: 'raf', timeout: 0 },
    );
    const boardMs = Date.now() - begun;
    const cpu = await app.evaluate(() => process.cpuUsage());
    return {
      windowMs: (await shown) - begun,
      boardMs,
      mainCpuMs: Math.round((cpu.user + cpu.system) / 1000),
    };
  } finally {
    await app.close();
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const medians = (starts: readonly Start[]): Start => ({
  windowMs: median(starts.map(({ windowMs }) => windowMs)),
  boardMs: median(starts.map(({ boardMs }) => boardMs)),
  mainCpuMs: median(starts.map(({ mainCpuMs }) => mainCpuMs)),
});

const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-start-'));
const { executable } = await ensureElectron();
await buildApp();
try {
  const ledger = values.ledger ? resolve(values.ledger) : await repoOf(folder);
  const projects = [projectRoot, ...(values.against ? [resolve(values.against)] : [])];
  const measured = await withDisplay(async ({ DISPLAY }) => {
    if (DISPLAY) process.env.DISPLAY = DISPLAY;
    const starts = projects.map((): Start[] => []);
    // The first round fills the caches and is not counted.
    for (let round = 0; round <= Number(values.rounds); round += 1) {
      for (const [index, project] of projects.entries()) {
        const start = await startOnce(executable, project, join(folder, `user-data-${index}`), ledger);
        if (round > 0) starts[index]?.push(start);
      }
    }
    return starts.map(medians);
  });
  const [ours, other] = measured;
  const ratio = (key: keyof Start): string =>
    ours && other ? `; ${(ours[key] / other[key]).toFixed(2)} of the other's ${other[key]}` : '';
  if (values.json) process.stdout.write(`${JSON.stringify({ ours, other }, null, 1)}\n`);
  else if (ours)
    process.stdout.write(
      [
        `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${values.rounds} starts`,
        `Until the window is shown: ${ours.windowMs} ms${ratio('windowMs')}`,
        `Until the board can be read: ${ours.boardMs} ms${ratio('boardMs')}`,
        `The main process's processor time until then: ${ours.mainCpuMs} ms${ratio('mainCpuMs')}`,
        '',
      ].join('\n'),
    );
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
