import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FailureError } from '../../shared/domain/failure/failure';
import type { HistoryEvent, HistoryStatus } from '../../shared/domain/history/history-event';
import { realRepo, realRepoMissing } from '../ledger/testing/real-data';
import { runGit } from '../systems/git/run-git';
import { builtProgram, programArguments } from '../testing/programs';
import { type History, openHistory } from './open-history';
import { eventsOf, type ModelCommit, modelFolder, writeModel } from './testing/model-repo';

const builtWorker = builtProgram('history-worker');
let scratch = '';
let gitDir = '';
let oids: string[] = [];
const commits = longHistory(9000);
const expected = eventsOf(commits, commits.length - 1).length;
const open: History[] = [];

/** One change a commit, four apps, two environments; every tenth commit goes back to what ran before. */
function longHistory(length: number): ModelCommit[] {
  const made: ModelCommit[] = [];
  const tree = new Map<string, string>();
  for (let i = 0; i < length; i += 1) {
    const environment = i % 2 ? 'production' : 'integration';
    const version = i % 10 === 9 ? `v${i - 8}` : `v${i - (i % 2)}`;
    tree.set(`${modelFolder}/${environment}/app-${(i >> 1) % 4}`, `image_tag: ${version}\n`);
    made.push({
      parents: i ? [i - 1] : [],
      tree: new Map(tree),
      at: 1_700_000_000 + i * 60,
      author: 'Ada',
      message: `Update app image tag to ${version} for ${environment}\n`,
    });
  }
  return made;
}

function history(indexFile: string, more: { repo?: string; maxPageCount?: number } = {}): History {
  const one = openHistory({ repo: gitDir, branch: 'main', indexFile, builtWorker, ...more });
  open.push(one);
  return one;
}

async function countOf(one: History): Promise<number> {
  let events = 0;
  let before: number | undefined;
  for (;;) {
    const page = await one.feed({ limit: 1000, ...(before === undefined ? {} : { before }) });
    events += page.events.length;
    if (page.next === null) return events;
    before = page.next;
  }
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-history-'));
  gitDir = join(scratch, 'repo.git');
  oids = await writeModel(gitDir, commits);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the history worker', () => {
  it('answers while it indexes, newest first, and tells how far it is', async () => {
    const one = history(join(scratch, 'first.db'));
    const told: HistoryStatus[] = [];
    const early = new Promise<string>((resolve, reject) => {
      one.onStatus((status) => {
        told.push(status);
        if (status.progress && told.filter(({ progress }) => progress).length === 1)
          one.feed({ limit: 1 }).then((page) => resolve(page.events[0]?.commit ?? ''), reject);
      });
    });
    await one.update();
    expect(await early).toBe(oids.at(-1));
    const first = told.find(({ progress }) => progress);
    expect(first?.beginning?.reason).toBe('unfinished');
    expect(first?.progress?.done).toBeLessThan(commits.length);
    expect(one.status()).toMatchObject({
      phase: 'ready',
      tip: oids.at(-1),
      beginning: { reason: 'root', commit: oids[0] },
    });
    expect(await countOf(one)).toBe(expected);
  });

  it('goes on where it was killed', async () => {
    const indexFile = join(scratch, 'killed.db');
    const child = spawn(process.execPath, [...programArguments('killed-indexer'), gitDir, indexFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let done = 0;
    let said = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
        const [status] = said
          .split('\n')
          .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as HistoryStatus] : []))
          .filter(({ progress }) => progress);
        if (!status?.progress || done) return;
        done = status.progress.done;
        child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    expect(child.signalCode).toBe('SIGKILL');
    expect(done).toBeGreaterThan(0);
    const one = history(indexFile);
    const told: HistoryStatus[] = [];
    one.onStatus((status) => told.push(status));
    const before = await countOf(one);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(expected);
    await one.update();
    expect(await countOf(one)).toBe(expected);
    // It did not begin again.
    const total = told.reduce((most, { progress }) => Math.max(most, progress?.done ?? 0), 0);
    expect(total).toBeLessThan(commits.length);
    expect(one.status().notice).toBeNull();
    // Kinds that only older history tells are right too.
    const fresh = history(join(scratch, 'fresh.db'));
    await fresh.update();
    const withoutIds = async (which: History) =>
      (await which.feed({ limit: 1000 })).events.map(({ id: _, ...event }) => event);
    expect(await withoutIds(one)).toEqual(await withoutIds(fresh));
  });

  it.each([
    [
      'no database at all',
      (file: string) =>
        writeFileSync(file, 'not a database, but long enough to be looked at as one'.repeat(300)),
    ],
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 3))],
    [
      'overwritten in the middle',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes.fill(0x5a, 8192, bytes.length - 8192);
        writeFileSync(file, bytes);
      },
    ],
    ['empty', (file: string) => writeFileSync(file, '')],
  ])('builds the index again when its file is %s', async (_, spoil) => {
    const indexFile = join(scratch, `spoilt-${Math.abs(hash(_))}.db`);
    const first = history(indexFile);
    await first.update();
    await first.close();
    for (const end of ['-wal', '-shm']) rmSync(indexFile + end, { force: true });
    spoil(indexFile);
    const one = history(indexFile);
    await one.update().catch(() => null);
    await one.lastDeployments().catch(() => null);
    await expect
      .poll(async () => (one.status().phase === 'ready' ? countOf(one).catch(() => -1) : -1))
      .toBe(expected);
    if (_ !== 'empty') expect(one.status().notice).toMatch(/being rebuilt/);
  });

  it('builds an index of another version again', async () => {
    const indexFile = join(scratch, 'older.db');
    const first = history(indexFile);
    await first.update();
    await first.close();
    const libsql = createRequire(import.meta.url)('libsql') as new (
      file: string,
    ) => { exec(sql: string): void; close(): void };
    const database = new libsql(indexFile);
    database.exec('pragma user_version=99');
    database.close();
    const one = history(indexFile);
    await one.update();
    expect(one.status().notice).toMatch(/another version/);
    expect(await countOf(one)).toBe(expected);
  });

  it('indexes only what changed when the branch is rewritten, and says so', async () => {
    const own = join(scratch, 'rewritten.git');
    const ids = await writeModel(own, commits);
    const one = history(join(scratch, 'rewritten.db'), { repo: own });
    await one.update();
    const told: HistoryStatus[] = [];
    one.onStatus((status) => told.push(status));
    await runGit(['update-ref', 'refs/heads/main', ids[8900] ?? ''], { gitDir: own });
    await one.update();
    expect(await countOf(one)).toBe(eventsOf(commits, 8900).length);
    expect(one.status().notice).toMatch(/rewritten/);
    expect(told.some(({ phase }) => phase === 'indexing')).toBe(false);
  });

  it('tells that the disk is full, keeps what it has, and goes on when there is room', async () => {
    const indexFile = join(scratch, 'full.db');
    const small = history(indexFile, { maxPageCount: 120 });
    const failure = await small.update().then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(FailureError);
    expect((failure as FailureError).failure.code).toBe('disk-full');
    expect(small.status()).toMatchObject({ phase: 'failed', failure: { code: 'disk-full' } });
    const kept = await countOf(small);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(expected);
    await small.close();
    const one = history(indexFile);
    await one.update();
    expect(await countOf(one)).toBe(expected);
  });

  it('says where the history of a shallow clone begins, and takes in what comes later', async () => {
    const shallow = join(scratch, 'shallow.git');
    await runGit([
      'clone',
      '--quiet',
      '--bare',
      '--branch=main',
      '--depth=40',
      pathToFileURL(gitDir).href,
      shallow,
    ]);
    const one = history(join(scratch, 'shallow.db'), { repo: shallow });
    await one.update();
    expect(one.status().beginning).toMatchObject({ reason: 'shallow', commit: oids.at(-40) });
    expect(await countOf(one)).toBe(39);
    // Eight cells, although not each of them changed since.
    const board = await one.board({ at: new Date().toISOString() });
    expect(board.cells).toHaveLength(8);
    await runGit(['fetch', '--quiet', '--unshallow', pathToFileURL(gitDir).href, 'main'], {
      gitDir: shallow,
    });
    await one.update();
    expect(one.status().beginning?.reason).toBe('root');
    expect(await countOf(one)).toBe(expected);
  });

  it('says where the history of a partial clone begins', async () => {
    const partial = join(scratch, 'partial.git');
    await runGit(['config', 'uploadpack.allowFilter', 'true'], { gitDir });
    await runGit(['clone', '--quiet', '--bare', '--filter=blob:none', pathToFileURL(gitDir).href, partial]);
    // The files of the last commits are there, as a checkout would leave them.
    const wanted = await runGit(['rev-list', '--objects', '-n', '20', 'main'], { gitDir });
    const objects = wanted.stdout
      .toString('latin1')
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '')
      .filter(Boolean);
    const pack = await runGit(['pack-objects', '--stdout'], { gitDir, input: `${objects.join('\n')}\n` });
    await runGit(['index-pack', '--stdin'], { gitDir: partial, input: pack.stdout });
    const one = history(join(scratch, 'partial.db'), { repo: partial });
    await one.update();
    const { beginning } = one.status();
    expect(beginning?.reason).toBe('partial');
    const count = await countOf(one);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(30);
  });

  it('indexes each commit once where few commits of a long line are its own', async () => {
    // Somewhat less than half of the commits touch the folder: after a thousand commits Git is asked for those alone.
    // Where exactly is a matter of timing, so it is tried with several lines.
    const tree = new Map<string, string>();
    const mixed = Array.from({ length: 2006 }, (_, i): ModelCommit => {
      if (i % 2 === 0 && i % 20 > 0)
        tree.set(`${modelFolder}/integration/app-${i % 5}`, `image_tag: v${i}\n`);
      else tree.set('README.md', `${i}\n`);
      return {
        parents: i ? [i - 1] : [],
        tree: new Map(tree),
        at: 1_700_000_000 + i * 60,
        author: 'Ada',
        message: `Change ${i}\n`,
      };
    });
    for (const length of [2001, 2002, 2003, 2004, 2005, 2006]) {
      const repo = join(scratch, `sparse-${length}.git`);
      await writeModel(repo, mixed.slice(0, length));
      const one = history(join(scratch, `sparse-${length}.db`), { repo });
      await one.update();
      const all = eventsOf(mixed, length - 1);
      const page = await one.feed({ limit: 1000 });
      expect(page.events.map(({ subject }) => subject)).toEqual(all.map(({ subject }) => subject).reverse());
    }
  });

  it('refuses what is no repo, no branch, and no template', async () => {
    const none = history(join(scratch, 'none.db'), { repo: scratch });
    await expect(none.update()).rejects.toMatchObject({ failure: { code: 'not-found' } });
    const branch = openHistory({
      repo: gitDir,
      branch: 'nowhere',
      indexFile: join(scratch, 'nowhere.db'),
      builtWorker,
    });
    open.push(branch);
    await expect(branch.update()).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  it('stops when it is told to, and goes on later', async () => {
    const one = history(join(scratch, 'stopped.db'));
    const stop = new AbortController();
    one.onStatus(({ progress }) => progress && stop.abort());
    await expect(one.update(stop.signal)).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    await one.update();
    expect(await countOf(one)).toBe(expected);
  });

  it('keeps nothing of an update that is over', async () => {
    const told = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const one = history(join(scratch, 'often.db'));
    // Node warns of the eleventh listener of a signal.
    for (let round = 0; round < 12; round += 1) await one.update();
    await one.close();
    const text = told.mock.calls.map(([chunk]) => String(chunk)).join('');
    told.mockRestore();
    expect(text).not.toContain('MaxListenersExceededWarning');
  });

  it('exports what the feed holds', async () => {
    const one = history(join(scratch, 'first.db'));
    await one.update();
    let csv = '';
    for await (const chunk of one.exportEvents({ apps: ['app-1'], environments: ['production'] }, 'csv'))
      csv += chunk.text;
    let json = '';
    let rows = 0;
    for await (const chunk of one.exportEvents({ apps: ['app-1'], environments: ['production'] }, 'json')) {
      json += chunk.text;
      rows += chunk.rows;
    }
    const events = JSON.parse(json) as unknown[];
    expect(csv.trimEnd().split('\r\n')).toHaveLength(events.length + 1);
    expect(events.length).toBeGreaterThan(1000);
    expect(rows).toBe(events.length);
  });

  it('outlines a feed: its pages, fetched by themselves, are the feed, and its days cover every row', async () => {
    const one = history(join(scratch, 'first.db'));
    await one.update();
    for (const filter of [{}, { text: 'app-1' }, { apps: ['app-1'] }, { types: ['hold-set' as const] }]) {
      const { total, pages, days, newest, oldest } = await one.outline({ ...filter, pageSize: 70 });
      const whole: HistoryEvent[] = [];
      for (const [index, { row, before }] of pages.entries()) {
        const limit = (pages[index + 1]?.row ?? total) - row;
        expect(row).toBe(whole.length);
        const page = await one.feed({ ...filter, limit, ...(before === null ? {} : { before }) });
        whole.push(...page.events);
        expect(page.next === null).toBe(index === pages.length - 1);
      }
      expect(whole).toHaveLength(total);
      expect(new Set(whole.map(({ id }) => id)).size).toBe(total);
      expect([newest, oldest]).toEqual([whole[0]?.at ?? null, whole.at(-1)?.at ?? null]);
      let row = 0;
      for (const day of days) {
        expect(day.row).toBe(row);
        for (const event of whole.slice(row, row + day.count))
          expect(new Date(event.at).toDateString()).toBe(new Date(day.from).toDateString());
        row += day.count;
      }
      expect(row).toBe(total);
    }
    expect(await one.outline({ apps: ['nobody'], pageSize: 70 })).toMatchObject({
      total: 0,
      pages: [],
      days: [],
    });
  });
});

const hash = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);

describe('the real data', () => {
  it('gives exactly the deployments that there were', { timeout: 600_000 }, async (context) => {
    const repo = await realRepo();
    if (repo === null) return context.skip(realRepoMissing);
    const one = history(join(scratch, 'real.db'), { repo });
    await one.update();
    const environments: Record<string, number> = {};
    const apps = new Set<string>();
    let returns = 0;
    let before: number | undefined;
    for (;;) {
      const page = await one.feed({
        types: ['deployment'],
        limit: 1000,
        ...(before === undefined ? {} : { before }),
      });
      for (const event of page.events) {
        if (event.type !== 'deployment') continue;
        environments[event.environment] = (environments[event.environment] ?? 0) + 1;
        apps.add(event.app);
        if (event.returns) returns += 1;
      }
      if (page.next === null) break;
      before = page.next;
    }
    expect(environments).toEqual({ integration: 46_595, staging: 32_513, production: 30_152, test: 29 });
    expect([apps.size, returns]).toEqual([82, 1758]);
    const now = await one.board({ at: '2100-01-01T00:00:00Z' });
    expect(now.cells.filter(({ version }) => version).length).toBe(191);
  });
});
