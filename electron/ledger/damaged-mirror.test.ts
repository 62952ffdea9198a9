import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGit } from '../systems/git/run-git';
import { until } from '../testing/until';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { deploy } from './testing/commit-deploy';
import {
  commitFiles,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from './testing/release-repo';

const path = tagPath('production', 'good');
let estate: TestEstate;
/** A whole mirror, to be copied and damaged: a pack of old history, loose objects of newer, all kinds of indexes. */
let whole: string;

beforeAll(async () => {
  estate = await makeEstate({ [path]: tagFile('v1'), 'docs/old': 'old\n' });
  for (let n = 0; n < 5; n++) await commitFiles(estate.gitDir, { [`docs/${n}`]: `text ${n}\n` });
  const ledger = unwrap(await openLedger(estate.config('whole')));
  unwrap(await ledger.refresh());
  const { gitDir } = ledger;
  // The mirror packs itself after its first fetch, and may hold the locks still.
  for (const step of [
    ['repack', '-q', '-d', '--geometric=2', '--write-midx'],
    ['commit-graph', 'write', '--reachable', '--split', '--no-progress'],
  ])
    await until(() => runGit(step, { gitDir }));
  await commitFiles(estate.gitDir, { [path]: tagFile('v2') });
  unwrap(await ledger.refresh());
  await ledger.close();
  whole = join(estate.folder, 'mirror-whole');
});
afterAll(() => estate.close());

/** Files of the mirror below its folder, by the kind of file. */
async function filesOf(kind: string): Promise<string[]> {
  const all = await readdir(join(whole, 'repo.git'), { recursive: true });
  const files: string[] = [];
  for (const name of all) if ((await stat(join(whole, 'repo.git', name))).isFile()) files.push(name);
  const wanted: Record<string, (name: string) => boolean> = {
    'loose objects': (name) => /^objects\/[0-9a-f]{2}\//.test(name),
    pack: (name) => name.endsWith('.pack'),
    'pack index': (name) => name.endsWith('.idx'),
    'multi-pack index': (name) => name.endsWith('multi-pack-index'),
    'commit graph': (name) => name.endsWith('.graph'),
    'commit graph chain': (name) => name.endsWith('commit-graph-chain'),
    HEAD: (name) => name === 'HEAD',
    config: (name) => name === 'config',
    'branch ref': (name) => name === 'refs/heads/main',
    'fetched ref': (name) => name === 'refs/signalbox/incoming',
  };
  const found = files.filter(wanted[kind] ?? (() => false)).map((name) => join('repo.git', name));
  expect(found, `${kind} among ${files.join(' ')}`).not.toEqual([]);
  return found;
}

const inRepo = [
  'loose objects',
  'pack',
  'pack index',
  'multi-pack index',
  'commit graph',
  'commit graph chain',
  'HEAD',
  'config',
  'branch ref',
  'fetched ref',
];
const damages: Record<string, (file: string) => Promise<unknown>> = {
  empty: (file) => truncate(file, 0),
  truncated: async (file) => truncate(file, Math.floor((await stat(file)).size / 2)),
  random: async (file) => writeFile(file, randomBytes((await stat(file)).size)),
  missing: (file) => rm(file),
  'a folder': async (file) => {
    await rm(file);
    await mkdir(file);
  },
};
const table = [...inRepo, 'stamp', 'lock'].flatMap((kind) =>
  Object.keys(damages).map((damage) => ({ kind, damage })),
);

let count = 0;
/** A copy of the whole mirror, damaged so. */
async function damaged(action: (dir: string) => Promise<unknown>): Promise<string> {
  const name = `copy-${++count}`;
  const dir = join(estate.folder, `mirror-${name}`);
  await cp(whole, dir, { recursive: true, preserveTimestamps: true });
  await action(dir);
  return name;
}
const damagedSo = (kind: string, damage: string): Promise<string> =>
  damaged(async (dir) => {
    const files =
      kind === 'stamp' ? ['signalbox-mirror'] : kind === 'lock' ? ['signalbox.lock'] : await filesOf(kind);
    for (const file of files) {
      await chmod(join(dir, file), 0o644);
      await damages[damage]?.(join(dir, file));
    }
  });

/** All of the history can be walked, and every file is there: what the history needs. */
const isWhole = async ({ gitDir, ref }: Ledger) => {
  await runGit(['rev-list', '--objects', '--quiet', ref], { gitDir });
  await runGit(['fsck', '--no-dangling', '--no-progress'], { gitDir });
};

it.each(table)(
  'a mirror whose $kind is $damage is live again, whole, and takes a deployment',
  async ({ kind, damage }) => {
    const name = await damagedSo(kind, damage);
    const ledger = unwrap(await openLedger(estate.config(name)));
    try {
      expect(unwrap(await ledger.refresh()).file(path)?.text).toMatch(/image_tag: v/);
      // What the history does when it cannot read the repo.
      await ledger.checkCopy();
      expect(ledger.freshness().state).toBe('live');
      const operationId = uuidv7();
      const landed = unwrap(
        await ledger.transact(
          { operationId, what: 'deploy' },
          deploy({ operationId, app: 'good', version: `v-${count}`, expectedFrom: null }),
        ),
      );
      expect(await fileAt(estate.gitDir, path)).toContain(`image_tag: v-${count}\n`);
      expect(ledger.snapshot().commit).toBe(landed.commit);
      await expect
        .poll(() =>
          runGit(['rev-parse', ledger.ref], { gitDir: ledger.gitDir }).then(
            ({ stdout }) => stdout.toString().trim(),
            () => '',
          ),
        )
        .toBe(landed.commit);
      await isWhole(ledger);
    } finally {
      await ledger.close();
    }
  },
);

it.each(table)(
  'a mirror whose $kind is $damage opens offline, and invents nothing',
  async ({ kind, damage }) => {
    const name = await damagedSo(kind, damage);
    const ledger = unwrap(await openLedger(estate.config(name, { url: estate.url })));
    try {
      estate.server.setFaults({ down: true });
      expect((await ledger.refresh()).ok).toBe(false);
      expect(ledger.freshness()).toMatchObject({ state: 'unreachable', failure: { code: 'unreachable' } });
      const { commit } = ledger.snapshot();
      if (commit === null)
        expect(ledger.notices()).toEqual([
          expect.stringMatching(/^The local copy of the release repo (is damaged|was missing)/),
        ]);
      else expect(ledger.snapshot().file(path)?.text).toBe(tagFile('v2'));
    } finally {
      estate.server.setFaults({ down: false });
      await ledger.close();
    }
  },
);

describe('lock files that nobody holds', () => {
  it.each([
    ['old', -3600],
    ['of a clock that went wrong', 86_400],
  ])('%s ones are no hindrance', async (_age, seconds) => {
    const name = await damaged(async (dir) => {
      for (const lock of [
        'HEAD',
        'config',
        'packed-refs',
        'shallow',
        'refs/heads/main',
        'refs/signalbox/incoming',
        'objects/info/commit-graph',
        'objects/pack/multi-pack-index',
      ]) {
        const file = join(dir, 'repo.git', `${lock}.lock`);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, '');
        const at = new Date(Date.now() + seconds * 1000);
        await utimes(file, at, at);
      }
    });
    await commitFiles(estate.gitDir, { 'docs/new': `${_age}\n` });
    const ledger = unwrap(await openLedger(estate.config(name)));
    const { commit } = unwrap(await ledger.refresh());
    await expect
      .poll(async () =>
        (await runGit(['rev-parse', ledger.ref], { gitDir: ledger.gitDir })).stdout.toString().trim(),
      )
      .toBe(commit);
    expect(ledger.notices()).toEqual([]);
    await ledger.close();
  });
});

describe('damage while the mirror is open', () => {
  it('is mended by a copy, told once, and the damaged one is set aside until the next start', async () => {
    const name = await damaged(async () => {});
    const ledger = unwrap(await openLedger(estate.config(name)));
    unwrap(await ledger.refresh());
    let told = 0;
    ledger.onChange(() => told++);
    await truncate(join(ledger.gitDir, 'HEAD'), 0);
    const commit = await commitFiles(estate.gitDir, { 'docs/while': 'open\n' });
    expect(unwrap(await ledger.refresh()).commit).toBe(commit);
    await isWhole(ledger);
    expect(ledger.notices()).toEqual([
      expect.stringMatching(
        /was damaged\. It was copied again at \d{4}-\d\d-\d\d \d\d:\d\d UTC; nothing in the release repo is lost\.$/,
      ),
    ]);
    expect(told).toBeGreaterThan(0);
    const dir = dirname(ledger.gitDir);
    expect((await readdir(dir)).sort()).toContain('repo.git.damaged');
    await ledger.close();
    const again = unwrap(await openLedger(estate.config(name)));
    expect(await readdir(dir)).not.toContain('repo.git.damaged');
    expect(again.notices()).toEqual([]);
    await again.close();
  });

  it('a remote that is broken itself is no reason to throw the copy away, nor to copy for ever', async () => {
    const name = await damaged(async () => {});
    const ledger = unwrap(await openLedger(estate.config(name)));
    const before = unwrap(await ledger.refresh());
    // The remote names a commit that it does not have.
    const ref = join(estate.gitDir, 'refs/heads/main');
    await writeFile(ref, `${'b'.repeat(40)}\n`);
    try {
      for (let n = 0; n < 5; n++) expect((await ledger.refresh()).ok).toBe(false);
      expect(ledger.freshness().state).toBe('unreachable');
      expect(ledger.snapshot()).toBe(before);
      await isWhole(ledger);
      expect((await readdir(dirname(ledger.gitDir))).filter((one) => one.startsWith('repo.git'))).toEqual([
        'repo.git',
      ]);
    } finally {
      await writeFile(ref, `${before.commit}\n`);
    }
    expect(unwrap(await ledger.refresh()).commit).toBe(before.commit);
    expect(ledger.freshness().state).toBe('live');
    await ledger.close();
  });
});
