/**
 * `npm run bench -- watch`: how long a change in a cluster takes until the board that shows it has been handed to the
 * window, with 60 apps in 4 environments, 5,000 pods and 200 changes a second, over real TLS from another process;
 * and what that costs the main process. Beside it, in the same run, a loop that only parses the same streams.
 * `[seconds] [changes a second]`
 */

import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { serialize } from 'node:v8';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { estateSchema } from '../../shared/domain/estate/estate';
import { dispatch, type Handlers } from '../ipc/dispatcher';
import { commitFiles, tagFile, tagPath } from '../ledger/testing/release-repo';
import { entryText } from '../log/entry-text';
import { createHandlers } from '../session/handlers';
import { openSession } from '../session/open-session';
import type { ShellServices } from '../session/session-handlers';
import { initBare } from '../systems/git/init';
import { connect } from '../systems/kubernetes/connection';
import { LineSplitter } from '../systems/kubernetes/lines';

const seconds = Number(process.argv[2] ?? 20);
const rate = Number(process.argv[3] ?? 200);
const frame = 16;
/** The figures to hold: milliseconds, and CPU as a multiple of the baseline's. */
const mostLate = 50;
const mostCost = 3;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const now = (): number => performance.timeOrigin + performance.now();
const stampIn = (text: string | null | undefined): number =>
  Number(/^at ([\d.]+)$/.exec(text ?? '')?.[1] ?? 0);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

interface Phase {
  /** Milliseconds from a change to what is measured, of each change that was seen. */
  latencies: number[];
  changes: number;
  /** Milliseconds of CPU of this process. */
  cpu: number;
  /** Of the event loop, in milliseconds. */
  delay: { p50: number; p99: number; max: number };
}

function tell(what: string, latencies: readonly number[]): void {
  const sorted = [...latencies].sort((a, b) => a - b);
  const text = [0.5, 0.95, 0.99, 1].map((part) => quantile(sorted, part).toFixed(1));
  say(
    `${what}: p50 ${text[0]} ms, p95 ${text[1]} ms, p99 ${text[2]} ms, most ${text[3]} ms (${sorted.length} seen)`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-watch-'));
const program = join(import.meta.dirname, 'watch-clusters.ts');
const servers = execa(process.execPath, ['--import', 'tsx', program, folder], {
  stdin: 'pipe',
  stderr: 'inherit',
  buffer: false,
  reject: false,
});
const lines = createInterface({ input: servers.stdout })[Symbol.asyncIterator]();
const nextLine = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
const command = (text: string): boolean => servers.stdin.write(`${text}\n`);
const there = await nextLine<{
  kubeconfig: string;
  environments: string[];
  apps: string[];
  podsPerApp: number;
}>();

/** Lets the clusters change for a while, and measures this process meanwhile. */
async function measured(latencies: number[], middle: () => void): Promise<Phase> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const before = process.cpuUsage();
  loop.enable();
  command(`start ${rate}`);
  await pause((seconds * 1000) / 2);
  middle();
  await pause((seconds * 1000) / 2);
  command('stop');
  const { changes } = await nextLine<{ changes: number }>();
  const cpu = process.cpuUsage(before);
  loop.disable();
  // What is under way yet.
  await pause(500);
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  return {
    latencies,
    changes,
    cpu: (cpu.user + cpu.system) / 1000,
    delay: { p50: ms(loop.percentile(50)), p99: ms(loop.percentile(99)), max: ms(loop.max) },
  };
}

/** The same streams, and nothing but `JSON.parse`. */
async function onlyParsing(): Promise<Phase> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const latencies: number[] = [];
  const connections = await Promise.all(
    there.environments.map((context) => connect({ kubeconfig: [there.kubeconfig], context })),
  );
  const kinds = [
    '/apis/argoproj.io/v1alpha1/namespaces/cluster-services/applications',
    '/apis/argoproj.io/v1alpha1/namespaces/apps/workflows',
    '/api/v1/namespaces/apps/pods',
  ];
  for (const connection of connections)
    for (const path of kinds) {
      const { metadata } = await connection.json<{ metadata: { resourceVersion: string } }>({
        path,
        query: { limit: 1 },
      });
      const { resourceVersion } = metadata;
      const response = await connection.open({
        path,
        query: { watch: true, resourceVersion },
        signal: stop.signal,
      });
      const splitter = new LineSplitter();
      response.on('data', (chunk: Buffer) => {
        for (const line of splitter.push(chunk)) {
          const { object } = JSON.parse(line.toString('utf8')) as {
            object: { metadata: { annotations?: Record<string, string> } };
          };
          latencies.push(now() - stampIn(object.metadata.annotations?.['bench/at']));
        }
      });
    }
  const phase = await measured(latencies, () => undefined);
  stop.abort(new Error('enough'));
  for (const connection of connections) connection.close();
  return phase;
}

const gitDir = join(folder, 'release.git');
await initBare(gitDir, 'main');
await commitFiles(
  gitDir,
  Object.fromEntries(
    there.environments.flatMap((environment) =>
      there.apps.map((app) => [tagPath(environment, app), tagFile('v1')]),
    ),
  ),
);
const estate = estateSchema.parse({
  name: 'bench',
  ledger: { url: gitDir },
  environments: there.environments.map((name) => ({
    name,
    cluster: { context: name, kubeconfig: there.kubeconfig },
  })),
  pipelines: [{ name: 'apps', kind: 'apps', environments: there.environments }],
});
await writeFile(join(folder, 'signalbox.yaml'), stringify(estate));

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
const handlers: Handlers = createHandlers(session, {} as ShellServices, () => undefined);
const views = [...session.clusters.values()].map(({ view }) => view);
const from = performance.now();
while (views.some((view) => view.freshness().state !== 'live') || session.history.status().phase !== 'ready')
  await pause(20);
say(
  `${there.apps.length} apps × ${there.environments.length} environments, ${there.podsPerApp * there.apps.length * there.environments.length} pods: live after ${Math.round(performance.now() - from)} ms`,
);

const toBatch: number[] = [];
const toBoard: number[] = [];
const boardTimes: number[] = [];
const seen = new Map<string, number>();
let waiting: number[] = [];
let changedApps = new Set<string>();
let wholeBoard = false;
let asking = false;
let asked = 0;
let askedWhole = 0;

/** The changes that the views show of an app and did not show before. */
function fresh(app: string): number[] {
  const found: number[] = [];
  const look = (key: string, message: string | null | undefined): void => {
    const at = stampIn(message);
    if (at === 0 || seen.get(key) === at) return;
    seen.set(key, at);
    found.push(at);
  };
  for (const { environment, ...view } of views) {
    for (const one of view.applications(app)) look(`${environment} a ${one.name}`, one.operation?.message);
    for (const { pods } of view.rollouts(app))
      for (const pod of pods) look(`${environment} p ${pod.name}`, pod.message);
    for (const one of view.workflows({ app })) look(`${environment} w ${one.name}`, one.message);
  }
  return found;
}

/** The window (`renderer/data/board-cells.ts`): asks once a frame for the cells that changed, or for the whole board. */
async function ask(): Promise<void> {
  asking = true;
  await pause(frame);
  while (waiting.length > 0) {
    const these = waiting;
    waiting = [];
    const apps = [...changedApps];
    changedApps = new Set();
    const whole = wholeBoard;
    wholeBoard = false;
    const begun = performance.now();
    const answer = await dispatch(
      async () => handlers,
      whole ? 'board.get' : 'board.cells',
      whole ? {} : { apps },
      () => undefined,
    );
    if (!answer.ok) throw new Error(answer.failure.message);
    if (whole) askedWhole++;
    // What the window gets is a copy.
    serialize(answer);
    boardTimes.push(performance.now() - begun);
    asked++;
    const at = now();
    for (const stamp of these) toBoard.push(at - stamp);
    await pause(frame);
  }
  asking = false;
}

session.engine.onChange((changes) => {
  const at = now();
  const apps = new Set(
    changes.flatMap(({ topic, key }) =>
      key !== null && ['app', 'rollout', 'workflow'].includes(topic) ? [key] : [],
    ),
  );
  for (const app of apps) changedApps.add(app);
  wholeBoard ||= changes.some(({ topic }) => topic === 'board' || topic === 'history');
  for (const app of apps)
    for (const stamp of fresh(app)) {
      toBatch.push(at - stamp);
      waiting.push(stamp);
    }
  if (waiting.length > 0 && !asking) void ask();
});

const memory = [heap()];
const ours = await measured(toBoard, () => memory.push(heap()));
memory.push(heap());
await session.close();
const plain = await onlyParsing();
servers.stdin.end();
await servers;
await rm(folder, { recursive: true, force: true, maxRetries: 5 });

say(`${Math.round(ours.changes / seconds)} changes a second for ${seconds} s`);
tell('change → parsed, nothing else (baseline)', plain.latencies);
tell('change → batch of the engine', toBatch);
tell('change → board handed over', toBoard);
tell(`what was sent, ${asked} times (the whole board ${askedWhole} times)`, boardTimes);
const delay = ({ p50, p99, max }: Phase['delay']): string =>
  `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${max.toFixed(1)} ms`;
say(`event loop: ${delay(ours.delay)} (baseline: ${delay(plain.delay)})`);
const share = (phase: Phase): string => `${((phase.cpu / (seconds * 1000)) * 100).toFixed(0)} %`;
const cost = ours.cpu / ours.changes / (plain.cpu / (plain.changes - ours.changes));
say(
  `CPU of one core: ${share(ours)} (baseline: ${share(plain)}); per change ${cost.toFixed(1)} times the baseline`,
);
say(
  `heap: ${memory.map((one) => one.toFixed(1)).join(' → ')} MB (start, middle, end); ${((memory[2] ?? 0) / (memory[1] ?? 1)).toFixed(2)} times from the middle to the end`,
);
const p99 = quantile(
  [...toBoard].sort((a, b) => a - b),
  0.99,
);
const held = {
  [`p99 from a change to the board under ${mostLate} ms`]: p99 < mostLate,
  [`at most ${mostCost} times the parsing`]: cost <= mostCost,
};
for (const [figure, isHeld] of Object.entries(held)) say(`${isHeld ? 'held' : 'NOT held'}: ${figure}`);
process.exitCode = Object.values(held).every(Boolean) ? 0 : 1;
