import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLog } from './log-file';

const most = 5 * 1024 * 1024;

let folder: string;
const at = (name: string) => path.join(folder, 'logs', name);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-log-'));
  await mkdir(path.join(folder, 'logs'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('goes on in a new file at 5 MB, and keeps one that came before', async () => {
  await writeFile(at('main.old.log'), 'the oldest\n');
  await writeFile(at('main.log'), `the older\n${'x'.repeat(most - 1_000)}\n`);
  const { log } = startLog(folder, false);
  const data = { some: 'words '.repeat(300) };
  for (let entry = 0; entry < 10; entry += 1) log('info', `entry-${entry}`, data);
  expect((await readdir(path.join(folder, 'logs'))).sort()).toEqual(['main.log', 'main.old.log']);
  expect((await stat(at('main.old.log'))).size).toBeLessThan(most + 64 * 1024);
  expect((await stat(at('main.log'))).size).toBeLessThan(64 * 1024);
  const before = await readFile(at('main.old.log'), 'utf8');
  expect(before).toMatch(/^the older\n/);
  // Nothing between the two is lost.
  const all = before + (await readFile(at('main.log'), 'utf8'));
  expect([...all.matchAll(/entry-(\d)/g)].map(([, entry]) => Number(entry))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
});
