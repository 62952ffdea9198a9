import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeLoose } from './write-objects';

let gitDir: string;
beforeEach(async () => {
  gitDir = await mkdtemp(join(tmpdir(), 'signalbox-objects-'));
  await mkdir(join(gitDir, 'objects'));
});
afterEach(() => rm(gitDir, { recursive: true, force: true }));

it('writes every object while somebody takes empty folders away, as a repack does', async () => {
  let writing = true;
  const takeAway = async (): Promise<void> => {
    while (writing)
      for (const folder of await readdir(join(gitDir, 'objects')))
        await rmdir(join(gitDir, 'objects', folder)).catch(() => undefined);
  };
  const rivals = [takeAway(), takeAway(), takeAway()];
  const objects = Array.from({ length: 400 }, (_, number) => {
    const content = Buffer.from(`object ${number}`);
    const id = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    return { id, type: 'blob' as const, content };
  });
  try {
    for (const object of objects) await writeLoose(gitDir, [object]);
  } finally {
    writing = false;
    await Promise.all(rivals);
  }
  const folders = await readdir(join(gitDir, 'objects'));
  const files = await Promise.all(folders.map((folder) => readdir(join(gitDir, 'objects', folder))));
  expect(files.flat()).toHaveLength(400);
});
