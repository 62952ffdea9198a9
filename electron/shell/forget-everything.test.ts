import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetAtNextStart, forgetIfAsked } from './forget-everything';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'signalbox-forget-'));
  for (const folder of ['estates/0123456789abcdef/mirror', 'Partitions/argo', 'logs'])
    await mkdir(path.join(dir, folder), { recursive: true });
  for (const file of [
    'config.json',
    'vault.json',
    'estates/0123456789abcdef/journal.sqlite',
    'SingletonLock',
  ])
    await writeFile(path.join(dir, file), 'x');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('nothing is deleted that nobody asked to delete', async () => {
  expect(forgetIfAsked(dir)).toEqual([]);
  expect(await readdir(dir)).toContain('vault.json');
});

it('everything of all estates is deleted at the next start, once', async () => {
  forgetAtNextStart(dir);
  expect(forgetIfAsked(dir)).toEqual([]);
  expect(await readdir(dir)).toEqual(['SingletonLock']);
  await writeFile(path.join(dir, 'config.json'), '{}');
  expect(forgetIfAsked(dir)).toEqual([]);
  expect(await readdir(dir)).toContain('config.json');
});
