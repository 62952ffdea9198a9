import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import type { StreamMessageOf } from '../../shared/contract/contract';
import { exportHistory } from './history-export';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-export-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A disk of 1 MB, where this machine lets one be mounted; else `null`, and why is printed. */
function smallDisk(): string | null {
  const at = mkdtempSync(path.join(tmpdir(), 'signalbox-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'pipe' });
    return at;
  } catch (error) {
    rmSync(at, { recursive: true });
    process.stdout.write(
      `skipped: an export onto a full disk needs a small one, which cannot be mounted here: ${String(error)}\n`,
    );
    return null;
  }
}
const disk = smallDisk();
afterAll(() => {
  if (!disk) return;
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

type Chunks = () => AsyncGenerator<{ text: string; rows: number }>;

async function exported(
  chunks: Chunks,
  file = path.join(folder, 'history.csv'),
  stop = new AbortController(),
) {
  const told: StreamMessageOf<'export'>[] = [];
  await exportHistory({
    history: {
      exportEvents: chunks,
      outline: async () => ({ total: 3, pages: [], days: [], oldest: null, newest: null }),
    },
    filter: {},
    format: 'csv',
    file,
    send: (message) => told.push(message),
    signal: stop.signal,
  });
  return told;
}

it('tells how far it is, and gives the file its name when it is whole', async () => {
  const told = await exported(async function* () {
    yield { text: 'a,b\r\n', rows: 0 };
    yield { text: '1,2\r\n3,4\r\n', rows: 2 };
    expect(await readdir(folder)).toEqual([expect.stringMatching(/\.partial$/)]);
    yield { text: 'é,6\r\n', rows: 1 };
  });
  expect(told.map((one) => ('done' in one ? [one.done, one.total] : one.type))).toEqual([
    [0, 3],
    [2, 3],
    [3, 3],
    'saved',
  ]);
  expect(await readdir(folder)).toEqual(['history.csv']);
  expect(await readFile(path.join(folder, 'history.csv'), 'utf8')).toBe('a,b\r\n1,2\r\n3,4\r\né,6\r\n');
});

it('leaves what was there, and nothing else, when it fails or is cancelled', async () => {
  const file = path.join(folder, 'history.csv');
  await writeFile(file, 'from yesterday');
  const full = await exported(async function* () {
    yield { text: 'a', rows: 1 };
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  expect(full.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'disk-full' } });
  const stop = new AbortController();
  const cancelled = await exported(
    async function* () {
      yield { text: 'a', rows: 1 };
      stop.abort();
      yield { text: 'b', rows: 1 };
    },
    file,
    stop,
  );
  expect(cancelled.map(({ type }) => type)).not.toContain('failed');
  expect(await readdir(folder)).toEqual(['history.csv']);
  expect(await readFile(file, 'utf8')).toBe('from yesterday');
});

it('says so where nothing may be written', async () => {
  const told = await exported(
    async function* () {
      yield { text: 'a', rows: 1 };
    },
    path.join(folder, 'nowhere', 'history.csv'),
  );
  expect(told).toEqual([
    expect.objectContaining({ type: 'failed', failure: expect.objectContaining({ code: 'refused' }) }),
  ]);
});

it.skipIf(!disk)(
  'tells of a disk that is really full, and leaves what was there and no half file',
  async () => {
    const home = path.join(disk ?? '', 'exports');
    mkdirSync(home);
    const file = path.join(home, 'history.csv');
    await writeFile(file, 'from yesterday');
    let written = 0;
    const told = await exported(async function* () {
      for (;;) {
        written += 1;
        yield { text: 'x'.repeat(100_000), rows: 1 };
      }
    }, file);
    expect(told.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'disk-full' } });
    // Some of it was on the disk before there was no more room.
    expect(written).toBeGreaterThan(5);
    expect(await readdir(home)).toEqual(['history.csv']);
    expect(await readFile(file, 'utf8')).toBe('from yesterday');
    // The room that the half file took is there again.
    await writeFile(path.join(home, 'other'), 'x'.repeat(800_000));
  },
);
