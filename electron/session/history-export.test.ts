import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StreamMessageOf } from '../../shared/contract/contract';
import { exportHistory } from './history-export';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-export-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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
