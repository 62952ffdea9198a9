/** The index on ground that gives way: killed at any point, on a disk that is really full, in a folder that takes nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { HistoryEvent, HistoryStatus } from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import { builtProgram, programArguments } from '../testing/programs';
import { type History, openHistory } from './open-history';
import { type ModelCommit, modelFolder, writeModel } from './testing/model-repo';

const length = 20_000;
let scratch = '';
let gitDir = '';
let whole: Omit<HistoryEvent, 'id'>[] = [];
const open: History[] = [];

function history(indexFile: string): History {
  const one = openHistory({
    repo: gitDir,
    branch: 'main',
    indexFile,
    builtWorker: builtProgram('history-worker'),
  });
  open.push(one);
  return one;
}

async function everything(one: History): Promise<Omit<HistoryEvent, 'id'>[]> {
  const events: Omit<HistoryEvent, 'id'>[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const page = await one.feed({ limit: 1000, ...(before === undefined ? {} : { before }) });
    events.push(...page.events.map(({ id: _, ...event }) => event));
    before = page.next;
  }
  return events;
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-ground-'));
  gitDir = join(scratch, 'repo.git');
  const tree = new Map<string, string>();
  const commits = Array.from({ length }, (_, i): ModelCommit => {
    const version = i % 10 === 9 ? `v${i - 8}` : `v${i - (i % 2)}`;
    tree.set(`${modelFolder}/${i % 2 ? 'production' : 'integration'}/app`, `image_tag: ${version}\n`);
    return {
      parents: i ? [i - 1] : [],
      tree: new Map(tree),
      at: 1_700_000_000 + i * 60,
      author: 'Ada',
      message: `Update app image tag to ${version}\n`,
    };
  });
  await writeModel(gitDir, commits);
  const one = history(join(scratch, 'whole.db'));
  await one.update();
  whole = await everything(one);
  expect(whole.length).toBeGreaterThan(length);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it.each([
  [
    'before the first rows',
    (told: readonly HistoryStatus[]) => told.some(({ phase }) => phase === 'indexing'),
  ],
  ['after the first rows', (told: readonly HistoryStatus[]) => progressOf(told) > 0],
  ['between two transactions', (told: readonly HistoryStatus[]) => progressOf(told) > 5000],
  ['before it is complete', (told: readonly HistoryStatus[]) => progressOf(told) >= length],
  ['right after it is complete', (told: readonly HistoryStatus[]) => told.at(-1)?.phase === 'ready'],
])('has everything once, in order, after a kill %s', async (name, isTime) => {
  const folder = join(scratch, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  const indexFile = join(folder, 'history.db');
  const child = spawn(process.execPath, [...programArguments('killed-indexer'), gitDir, indexFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      const lines = said.split('\n').slice(0, -1);
      if (isTime(lines.map((line) => JSON.parse(line) as HistoryStatus))) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve());
  });
  expect(child.signalCode).toBe('SIGKILL');
  const one = history(indexFile);
  await one.update();
  expect(await everything(one)).toEqual(whole);
  expect(one.status()).toMatchObject({ phase: 'ready', notice: null });
  // Git's output leaves nothing behind.
  expect(readdirSync(folder).filter((file) => !/^history\.db(-wal|-shm)?$/.test(file))).toEqual([]);
});

const progressOf = (told: readonly HistoryStatus[]): number => told.at(-1)?.progress?.done ?? 0;

it('says that the disk is full when it is, keeps what fits, and goes on when there is room', async (context) => {
  const disk = join(scratch, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;
  if (!mounted) return context.skip('no file system can be mounted here: a full disk cannot be had');
  try {
    const one = history(join(disk, 'history.db'));
    await expect(one.update()).rejects.toMatchObject({ failure: { code: 'disk-full' } });
    expect(one.status()).toMatchObject({ phase: 'failed', failure: { code: 'disk-full' } });
    // The worker goes on answering.
    const kept = await everything(one);
    const places = (events: typeof whole) => events.map(({ commit, type, app }) => [commit, type, app]);
    expect(places(kept)).toEqual(places(whole.slice(0, kept.length)));
    expect(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status).toBe(0);
    await one.update();
    expect(await everything(one)).toEqual(whole);
    await one.close();
  } finally {
    for (const one of open.splice(0)) await one.close();
    spawnSync('umount', [disk]);
  }
});

it('says that nothing can be written where there is no folder', async () => {
  const one = history(join(scratch, 'nowhere', 'history.db'));
  await expect(one.update()).rejects.toMatchObject({ failure: { code: 'read-only' } });
});

/** The real worker behind a door that lets it die so many times, each time at the first question. */
function dyingWorker(times: number): string {
  const folder = mkdtempSync(join(scratch, 'dying-'));
  const file = join(folder, 'worker.mjs');
  const real = builtProgram('history-worker') ?? '';
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
const marks = ${JSON.stringify(join(folder, 'deaths'))};
appendFileSync(marks, 'x');
if (readFileSync(marks, 'utf8').length <= ${times}) parentPort.once('message', () => process.exit(70));
else await import(${JSON.stringify(pathToFileURL(real).href)});
`,
  );
  return file;
}

it('starts a worker that died again, says so, and answers what was waited for', async () => {
  const one = openHistory({
    repo: gitDir,
    branch: 'main',
    indexFile: join(scratch, 'again.db'),
    builtWorker: dyingWorker(2),
  });
  open.push(one);
  const names = one.names();
  await one.update();
  expect(await everything(one)).toEqual(whole);
  expect((await names).apps).toBeInstanceOf(Array);
  expect(one.status()).toMatchObject({ phase: 'ready', notice: expect.stringContaining('restarted') });
});

/** The real worker, which dies at whatever holds a word; `starts` grows with each start. */
function sensitiveWorker(): { file: string; starts: () => number } {
  const folder = mkdtempSync(join(scratch, 'sensitive-'));
  const file = join(folder, 'worker.mjs');
  const marks = join(folder, 'starts');
  const real = builtProgram('history-worker') ?? '';
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(marks)}, 'x');
const { split } = String.prototype;
String.prototype.split = function (...by) {
  if (this.startsWith('image_tag: killer')) process.exit(70);
  return split.apply(this, by);
};
await import(${JSON.stringify(pathToFileURL(real).href)});
`,
  );
  return { file, starts: () => readFileSync(marks, 'utf8').length };
}

it('starts a worker again without the files that it died of, and names them', async () => {
  const repo = join(scratch, 'killers.git');
  const killers = 6;
  const commits = Array.from({ length: 2 * killers + 2 }, (_, i): ModelCommit => {
    const version = i % 2 ? `killer${i}` : `v${i}`;
    return {
      parents: i ? [i - 1] : [],
      tree: new Map([
        [`${modelFolder}/production/app`, `image_tag: ${i > 2 * killers ? 'v99' : version}\n`],
        [`${modelFolder}/production/other`, `image_tag: v${i}\n`],
      ]),
      at: 1_700_000_000 + i * 60,
      author: 'Ada',
      message: 'Update\n',
    };
  });
  const oids = await writeModel(repo, commits);
  const worker = sensitiveWorker();
  const start = () => {
    const started = openHistory({
      repo,
      branch: 'main',
      indexFile: join(scratch, 'killers.db'),
      builtWorker: worker.file,
    });
    open.push(started);
    return started;
  };
  let one = start();
  await one.update();
  const said = new RegExp(
    `crashed on ${modelFolder}/production/app of commit [0-9a-f]{10}, .* and ${killers - 3} more`,
  );
  expect(one.status()).toMatchObject({ phase: 'ready', notice: expect.stringMatching(said) });
  expect(worker.starts()).toBe(killers + 1);
  await one.close();
  // What ended it is known at the next start, where nothing is read again, and where it comes back.
  one = start();
  await one.update();
  expect(one.status()).toMatchObject({ phase: 'ready', notice: expect.stringMatching(said) });
  const tree = `${oids[1]}^{tree}`;
  const made = await runGit(
    ['-c', 'user.name=A', '-c', 'user.email=a@b', 'commit-tree', '-p', oids.at(-1) ?? '', '-m', 'Back', tree],
    { gitDir: repo },
  );
  await runGit(['update-ref', 'refs/heads/main', made.stdout.toString().trim()], { gitDir: repo });
  await one.update();
  expect(one.status()).toMatchObject({ phase: 'ready', notice: expect.stringMatching(said) });
  // And where the whole history is indexed again.
  await runGit(['update-ref', 'refs/heads/main', oids[0] ?? ''], { gitDir: repo });
  await one.update();
  await runGit(['update-ref', 'refs/heads/main', oids.at(-1) ?? ''], { gitDir: repo });
  await one.update();
  expect(one.status()).toMatchObject({ phase: 'ready', notice: expect.stringMatching(said) });
  expect(worker.starts()).toBe(killers + 2);
  const events = await everything(one);
  const versions = events.flatMap((event) =>
    event.app === 'app' && 'to' in event && event.to ? [event.to] : [],
  );
  expect(versions.toSorted()).toEqual(['v0', 'v10', 'v12', 'v2', 'v4', 'v6', 'v8', 'v99'].sort());
  expect(events.filter(({ app, type }) => app === 'other' && type === 'deployment')).toHaveLength(
    commits.length,
  );
});

it('does not start a worker again that dies each time: every question is answered with that', async () => {
  const one = openHistory({
    repo: gitDir,
    branch: 'main',
    indexFile: join(scratch, 'never.db'),
    builtWorker: dyingWorker(100),
  });
  open.push(one);
  const asked = await Promise.allSettled([one.update(), one.names(), one.lastDeployments()]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(one.names()).rejects.toMatchObject({ failure: { message: 'The history has stopped.' } });
});
