import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPracticeProcess } from './run-practice';

let scratch: string;
let count = 0;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'signalbox-practice-'));
  const { stop } = await runPracticeProcess({ dir: path.join(scratch, 'used') });
  await stop();
});
afterAll(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

const damages: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  truncated: async (file) => {
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, content.length >> 1));
  },
  random: (file) => writeFile(file, Buffer.alloc(5000, 251)),
  missing: (file) => rm(file, { recursive: true }),
  'a folder': async (file) => {
    await rm(file);
    await mkdir(file);
  },
  'a file': async (file) => {
    await rm(file, { recursive: true, force: true });
    await writeFile(file, 'x');
  },
};

/** Damages a copy of the used folder, and starts on it. @returns whether it began with the first day again. */
async function started(...spoilt: readonly (readonly [file: string, damage: string])[]): Promise<boolean> {
  count += 1;
  const dir = path.join(scratch, String(count));
  await cp(path.join(scratch, 'used'), dir, { recursive: true });
  for (const [file, damage] of spoilt) await damages[damage]?.(path.join(dir, file));
  const { ready, stop } = await runPracticeProcess({ dir });
  await stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  return ready.fresh;
}

const files = ['state.json', 'credentials.json', 'certificates.json', 'kubeconfig.yaml', 'signalbox.yaml'];

it.each(['truncated', 'random', 'missing', 'a folder'])(
  'a practice estate of which all small files are %s starts as it was left',
  async (damage) => {
    const clusters = await readdir(path.join(scratch, 'used', 'clusters'));
    const all = [...files, ...clusters.map((name) => `clusters/${name}`)];
    expect(await started(...all.map((file) => [file, damage] as const))).toBe(false);
  },
);

it('starts where a folder lies in the place of its lock, and a file in that of its clusters', async () => {
  const lock = async (dir: string) => mkdir(path.join(dir, 'lock'));
  await lock(path.join(scratch, 'used'));
  try {
    expect(await started(['clusters', 'a file'])).toBe(false);
  } finally {
    await rm(path.join(scratch, 'used', 'lock'), { recursive: true });
  }
});

const repo = 'repos/alphagov/govuk-helm-charts.git';
it.each([
  ['repos', 'a file'],
  ['repos', 'missing'],
  [repo, 'a file'],
  [`${repo}/HEAD`, 'missing'],
  [`${repo}/HEAD`, 'random'],
  [`${repo}/config`, 'random'],
  [`${repo}/objects`, 'missing'],
  [`${repo}/refs`, 'a file'],
])('begins with the first day where %s is %s: nobody could deploy to that', async (file, damage) => {
  expect(await started([file, damage])).toBe(true);
});
