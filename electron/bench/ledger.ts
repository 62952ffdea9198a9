/**
 * How long a rollback takes from the click to the commit on the remote, against a person who clones, edits, commits and
 * pushes: with a local remote, and behind a link of 40 ms round trip and 10 Mbit/s. Ratios are of the same run.
 * Run: `npx tsx electron/bench/ledger.ts [rounds]`.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { uuidv7 } from 'uuidv7';
import { estateSchema } from '../../shared/domain/estate/estate';
import { openLedger } from '../ledger/open-ledger';
import { deploy } from '../ledger/testing/commit-deploy';
import { realRepo } from '../ledger/testing/real-data';
import { commitFiles, tagFile, tagPath, unwrap, writerToken } from '../ledger/testing/release-repo';
import { initBare } from '../systems/git/init';
import { gitEnvironment } from '../systems/git/run-git';

const rounds = Number(process.argv[2] ?? 15);
const app = 'publishing-api';
const auth = Buffer.from(`x:${writerToken}`).toString('base64');
const median = (times: number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
const p95 = (times: number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
const gitDir = join(folder, 'repos', 'demo', 'release.git');
await mkdir(join(folder, 'repos', 'demo'), { recursive: true });
const say = (text: string) => process.stdout.write(`${text}\n`);

const real = await realRepo();
if (real) await cp(real, gitDir, { recursive: true });
else {
  say('The real data is not there: a repo of 60 files and one commit stands in.');
  await initBare(gitDir, 'main');
  await commitFiles(
    gitDir,
    Object.fromEntries(
      [app, ...Array(59).keys()].map((name) => [tagPath('production', String(name)), tagFile('v1')]),
    ),
  );
}

const server = execa(
  process.execPath,
  [
    '--import',
    'tsx',
    join(import.meta.dirname, '..', 'ledger', 'testing', 'serve.ts'),
    join(folder, 'repos'),
  ],
  {
    stdin: 'pipe',
    stderr: 'inherit',
    buffer: false,
    reject: false,
  },
);
const firstLine = await new Promise<string>((resolve) =>
  createInterface({ input: server.stdout }).once('line', resolve),
);
const ports = JSON.parse(firstLine) as { direct: number; slow: number };
const urlOf = (port: number) => `http://127.0.0.1:${port}/demo/release.git`;
let version = 0;

/** Rollbacks by Signalbox: an open console that polls, as in use. */
async function ours(url: string, name: string): Promise<number[]> {
  const ledger = unwrap(
    await openLedger({
      estate: estateSchema.parse({ name: 'bench', ledger: { url }, environments: [{ name: 'production' }] }),
      dir: join(folder, name),
      credentials: async () => ({ username: 'x', password: writerToken }),
      identity: { name: 'Robin', email: 'robin@example.invalid' },
    }),
  );
  unwrap(await ledger.refresh());
  ledger.start();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const operationId = uuidv7();
    const begun = performance.now();
    unwrap(
      await ledger.transact(
        { operationId, what: 'bench' },
        deploy({ operationId, app, version: `v90${++version}`, expectedFrom: null }),
      ),
    );
    times.push(performance.now() - begun);
  }
  await ledger.close();
  return times;
}

/** The same by hand: clone --depth 1, edit, commit, push; the token known from the start, as with a helper. */
async function byHand(url: string): Promise<number[]> {
  const env = {
    ...gitEnvironment({}),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${auth}`,
    GIT_AUTHOR_NAME: 'Robin',
    GIT_AUTHOR_EMAIL: 'robin@example.invalid',
    GIT_COMMITTER_NAME: 'Robin',
    GIT_COMMITTER_EMAIL: 'robin@example.invalid',
  };
  const times: number[] = [];
  for (let round = 0; round < Math.min(rounds, 8); round++) {
    const clone = join(folder, 'clone');
    const begun = performance.now();
    await execa('git', ['clone', '--quiet', '--depth', '1', '--branch', 'main', url, clone], {
      env,
      extendEnv: false,
    });
    await writeFile(join(clone, tagPath('production', app)), tagFile(`v80${++version}`));
    const at = { env, extendEnv: false, cwd: clone };
    await execa('git', ['commit', '--quiet', '-am', 'bench'], at);
    await execa('git', ['push', '--quiet', 'origin', 'HEAD:main'], at);
    times.push(performance.now() - begun);
    await rm(clone, { recursive: true });
  }
  return times;
}

try {
  for (const [name, port] of [
    ['local remote', ports.direct],
    ['40 ms, 10 Mbit/s', ports.slow],
  ] as const) {
    const hand = await byHand(urlOf(port));
    const mine = await ours(urlOf(port), name.replace(/\W+/g, '-'));
    say(
      `${name}: click to commit ${median(mine).toFixed(0)} ms (p95 ${p95(mine).toFixed(0)}), by hand ${median(hand).toFixed(0)} ms, ${(median(hand) / median(mine)).toFixed(1)} times faster`,
    );
  }
} finally {
  server.stdin.end();
  await server;
  await rm(folder, { recursive: true, force: true });
}
