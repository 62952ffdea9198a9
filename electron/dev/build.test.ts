import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fingerprint } from './build';
import { checkIntegrity } from './fallback-electron';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-build-'));
  await mkdir(join(folder, 'electron', 'engine'), { recursive: true });
  await writeFile(join(folder, 'electron', 'engine', 'deploy.ts'), 'one');
  await writeFile(join(folder, 'package-lock.json'), '{}');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const print = () => fingerprint(['electron', 'package-lock.json'], folder);

it('builds again when a source, the lockfile or the set of files changed', async () => {
  const prints = [await print()];
  await writeFile(join(folder, 'electron', 'engine', 'deploy.ts'), 'two');
  prints.push(await print());
  await writeFile(join(folder, 'package-lock.json'), '{ }');
  prints.push(await print());
  await writeFile(join(folder, 'electron', 'engine', 'promote.ts'), '');
  prints.push(await print());
  expect(new Set(prints).size).toBe(4);
});

it('does not build again for the same contents, nor for a test', async () => {
  const before = await print();
  await writeFile(join(folder, 'electron', 'engine', 'deploy.ts'), 'one');
  await writeFile(join(folder, 'electron', 'engine', 'deploy.test.ts'), 'a test');
  expect(await print()).toBe(before);
});

it('takes only the file that was pinned', async () => {
  const file = join(folder, 'download.tgz');
  await writeFile(file, 'hello');
  const sha256OfHello = 'sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
  await expect(checkIntegrity(file, sha256OfHello)).resolves.toBeUndefined();
  await writeFile(file, 'hallo');
  await expect(checkIntegrity(file, sha256OfHello)).rejects.toThrow('not the file that was pinned');
});
