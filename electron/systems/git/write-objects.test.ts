import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
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

const takeAway = `
  const { rmdirSync } = require('node:fs');
  for (;;) for (let n = 0; n < 256; n++) try {
    rmdirSync(process.argv[1] + '/' + n.toString(16).padStart(2, '0'));
  } catch {}
`;

it('writes every object while somebody takes empty folders away, as a repack does', async () => {
  // A process of its own: only that comes between two steps of ours often enough.
  const rival = spawn(process.execPath, ['-e', takeAway, join(gitDir, 'objects')], { stdio: 'ignore' });
  const objects = Array.from({ length: 2000 }, (_, number) => {
    const content = Buffer.from(`object ${number}`);
    const id = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    return { id, type: 'blob' as const, content };
  });
  try {
    for (const object of objects) await writeLoose(gitDir, [object]);
  } finally {
    rival.kill('SIGKILL');
    await once(rival, 'exit');
  }
  const folders = await readdir(join(gitDir, 'objects'));
  const files = await Promise.all(folders.map((folder) => readdir(join(gitDir, 'objects', folder))));
  expect(files.flat()).toHaveLength(2000);
});
