/**
 * `npm run bench -- watch [--seconds 20] [--rate 200] [--apps 60] [--pods 5000] [--against 240]`: how long a change in a
 * cluster takes until the board that shows it has been handed to the window, over real TLS from another process, and
 * what that costs the main process; then the same with more apps (and as many pods each), which should cost no more.
 * Beside it, before and after, in the same run: a loop that only parses the same streams. `--against 0` leaves the
 * larger one out.
 *
 * It is built as the app is: from source, tsx puts a call of a helper around every closure. Both sides are warmed up
 * before they are measured, since a console is open all day; memory is looked at between the two halves, since that
 * collects all garbage at once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { estateSchema } from '../../shared/domain/estate/estate';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { entryText } from '../log/entry-text';
import { createHandlers } from '../session/handlers';
import { openSession } from '../session/open-session';
import type { ShellServices } from '../session/session-handlers';
import { initBare } from '../systems/git/init';
import { onlyParsing } from './watch-baseline';
import { type Fleet, type Phase, pause, startFleet } from './watch-fleet';
import { type Handed, openWindow } from './watch-window';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '200' },
    apps: { type: 'string', default: '60' },
    pods: { type: 'string', default: '5000' },
    against: { type: 'string', default: '240' },
  },
});
const seconds = Number(values.seconds);
/** The figures to hold: milliseconds, CPU as a multiple of the baseline's, and of that with fewer apps. */
const mostLate = 50;
const mostCost = 3;
const mostGrowth = 1.3;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

const quantile = (some: readonly number[], part: number): number => {
  const sorted = [...some].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
function tell(what: string, latencies: readonly number[]): void {
  const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((part) => quantile(latencies, part).toFixed(1));
  say(`  ${what}: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, most ${most} ms (${latencies.length} seen)`);
}

/** Milliseconds of CPU for a change. */
const perChange = (phases: readonly Phase[]): number =>
  phases.reduce((sum, { cpu }) => sum + cpu, 0) / phases.reduce((sum, { changes }) => sum + changes, 0);
const share = (phases: readonly Phase[]): string =>
  `${((phases.reduce((sum, one) => sum + one.cpu, 0) / phases.reduce((sum, one) => sum + one.seconds * 1000, 0)) * 100).toFixed(0)} %`;
const delay = (phases: readonly Phase[]): string =>
  `p99 ${Math.max(...phases.map((one) => one.delay.p99)).toFixed(1)}, most ${Math.max(...phases.map((one) => one.delay.max)).toFixed(1)} ms`;

interface Measured {
  handed: Handed;
  ours: Phase[];
  memory: number[];
}

/** Opens an estate on the clusters, with a stand-in for the window, and measures in two halves. */
async function measureOurs(fleet: Fleet, folder: string): Promise<Measured> {
  const gitDir = join(folder, 'release.git');
  await initBare(gitDir, 'main');
  await commitFiles(
    gitDir,
    Object.fromEntries(
      fleet.environments.flatMap((environment) =>
        fleet.apps.map((app) => [tagPath(environment, app), tagFile('v1')]),
      ),
    ),
  );
  const estate = estateSchema.parse({
    name: 'bench',
    ledger: { url: gitDir },
    environments: fleet.environments.map((name) => ({
      name,
      cluster: { context: name, kubeconfig: fleet.kubeconfig },
    })),
    pipelines: [{ name: 'apps', kind: 'apps', environments: fleet.environments }],
  });
  const session = await openSession({
    estate,
    mode: 'read-only',
    dir: join(folder, 'data'),
    inPlace: true,
    identity: () => ({ name: 'Robin', email: 'robin@example.invalid' }),
    ledgerCredentials: async () => null,
    githubToken: async () => null,
    log: (level, event, data) => {
      if (level === 'warn' || level === 'error') say(entryText(event, data));
    },
  });
  const handlers = createHandlers(session, {} as ShellServices);
  const views = [...session.clusters.values()].map(({ view }) => view);
  const from = performance.now();
  while (
    views.some((view) => view.freshness().state !== 'live') ||
    session.history.status().phase !== 'ready'
  )
    await pause(20);
  say(`  live after ${Math.round(performance.now() - from)} ms`);
  const window = openWindow(session, handlers);
  await fleet.warmUp();
  const memory = [heap()];
  const handed = window.count();
  const ours: Phase[] = [];
  for (const _half of [1, 2]) {
    ours.push(await fleet.measured(seconds / 2, handed.toBoard));
    memory.push(heap());
  }
  window.close();
  await session.close();
  return { handed, ours, memory };
}

/** @returns milliseconds of CPU for a change, and the figures that are to hold. */
async function run(apps: number, pods: number): Promise<{ cost: number; held: Record<string, boolean> }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-watch-'));
  const fleet = await startFleet(folder, { apps, pods, rate: Number(values.rate) });
  say(
    `${fleet.apps.length} apps × ${fleet.environments.length} environments, ${fleet.podsPerApp * fleet.apps.length * fleet.environments.length} pods`,
  );
  const plain = [await onlyParsing(fleet, seconds / 2)];
  const { handed, ours, memory } = await measureOurs(fleet, folder);
  plain.push(await onlyParsing(fleet, seconds / 2));
  await fleet.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });

  const changes = ours.reduce((sum, one) => sum + one.changes, 0);
  say(`  ${Math.round(changes / seconds)} changes a second for ${seconds} s`);
  tell(
    'change → parsed, nothing else (baseline)',
    plain.flatMap(({ latencies }) => latencies),
  );
  tell('change → batch of the engine', handed.toBatch);
  tell('change → board handed over', handed.toBoard);
  tell(
    `what was sent, ${handed.took.length} times, ${handed.cells} cells (the whole board ${handed.whole} times)`,
    handed.took,
  );
  say(`  event loop: ${delay(ours)} (baseline: ${delay(plain)})`);
  const cost = perChange(ours) / perChange(plain);
  say(
    `  CPU of one core: ${share(ours)} (baseline: ${plain.map((one) => share([one])).join(' before, ')} after); ${perChange(ours).toFixed(2)} ms per change, ${cost.toFixed(1)} times the baseline`,
  );
  const [start = 0, middle = 1, end = 0] = memory;
  say(
    `  heap: ${memory.map((one) => one.toFixed(1)).join(' → ')} MB (${(end / middle).toFixed(2)} times from the middle to the end, ${(middle / start).toFixed(2)} to the middle)`,
  );
  return {
    cost: perChange(ours),
    held: {
      [`${apps} apps: p99 from a change to the board under ${mostLate} ms`]:
        quantile(handed.toBoard, 0.99) < mostLate,
      [`${apps} apps: at most ${mostCost} times the parsing`]: cost <= mostCost,
    },
  };
}

const apps = Number(values.apps);
const pods = Number(values.pods);
const more = Number(values.against);
const { cost, held } = await run(apps, pods);
if (more > 0) {
  const larger = await run(more, (pods / apps) * more);
  Object.assign(held, larger.held);
  const growth = larger.cost / cost;
  say(`a change costs ${growth.toFixed(2)} times as much with ${more} apps as with ${apps}`);
  held[`${more} apps: a change costs at most ${mostGrowth} times as much`] = growth <= mostGrowth;
}
for (const [figure, isHeld] of Object.entries(held)) say(`${isHeld ? 'held' : 'NOT held'}: ${figure}`);
process.exitCode = Object.values(held).every(Boolean) ? 0 : 1;
