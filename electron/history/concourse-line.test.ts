import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PastChange } from '../../shared/domain/concourse/past';
import { runGit } from '../systems/git/run-git';
import { concourseLine } from './concourse-line';

let folder: string;
let repo: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-line-'));
  repo = path.join(folder, 'concourse-history.git');
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const change = (version: number): PastChange => ({
  at: `2026-03-0${version}T10:00:00.000Z`,
  by: 'Ada',
  message: `Deploy a${version}`,
  files: { 'staging/api': `image_tag: a${version}\n` },
  order: 0,
});
const past = [1, 2, 3, 4].map(change);
/** What the line tells, newest first, with every file of it read. */
async function told(): Promise<string[]> {
  const { stdout } = await runGit(['log', '--format=%s', '-p', 'refs/heads/history'], { gitDir: repo });
  const lines = stdout.toString('utf8').split('\n');
  return lines.filter((line) => line.startsWith('Deploy') || line.startsWith('+image_tag'));
}
const whole = [4, 3, 2, 1].flatMap((version) => [`Deploy a${version}`, `+image_tag: a${version}`]);

it('goes on with what is new, and writes nothing where there is nothing', async () => {
  const line = concourseLine(repo);
  expect(await line.write(past.slice(0, 3))).toBe(true);
  expect(await line.write(past.slice(0, 3))).toBe(false);
  expect(await line.write(past)).toBe(true);
  expect(await told()).toEqual(whole);
  expect(await concourseLine(repo).write(past)).toBe(false);
});

const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
const filesBelow = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
const inEach = (below: string, spoil: (file: string) => Promise<unknown>) => async (): Promise<void> => {
  const files = await filesBelow(path.join(repo, below));
  expect(files).not.toEqual([]);
  for (const file of files) {
    await rm(file);
    await spoil(file);
  }
};

const damages: Readonly<Record<string, () => Promise<unknown>>> = {
  'all files random': inEach('', (file) => writeFile(file, random)),
  'all files empty': inEach('', (file) => writeFile(file, '')),
  'all files gone': inEach('', async () => undefined),
  'objects random': inEach('objects', (file) => writeFile(file, random)),
  'objects empty': inEach('objects', (file) => writeFile(file, '')),
  'objects gone': inEach('objects', async () => undefined),
  'refs random': inEach('refs', (file) => writeFile(file, random)),
  'the file of how far it is written random': () =>
    writeFile(path.join(repo, 'signalbox-written.json'), random),
  'the file of how far it is written a folder': async () => {
    await rm(path.join(repo, 'signalbox-written.json'));
    await mkdir(path.join(repo, 'signalbox-written.json', 'inner'), { recursive: true });
  },
  'a folder where that file is drafted': () =>
    mkdir(path.join(repo, 'signalbox-written.json.new', 'inner'), { recursive: true }),
  'a file in its place': async () => {
    await rm(repo, { recursive: true });
    await writeFile(repo, 'x');
  },
  'a lock left over': () => writeFile(path.join(repo, 'refs', 'heads', 'history.lock'), ''),
};

describe.each(Object.keys(damages))('a line of which there is or are %s', (damage) => {
  beforeEach(async () => {
    await concourseLine(repo).write(past.slice(0, 3));
    await damages[damage]?.();
  });

  it('is written again at the next start, where nothing is new', async () => {
    await concourseLine(repo).write(past.slice(0, 3));
    expect(await told()).toEqual(whole.slice(2));
  });

  it('is written again with what is new, and gone on with', async () => {
    const line = concourseLine(repo);
    await line.write(past);
    expect(await told()).toEqual(whole);
    expect(await concourseLine(repo).write(past)).toBe(false);
  });
});
