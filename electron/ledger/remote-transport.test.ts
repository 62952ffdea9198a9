import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveRef } from '../systems/git/refs';
import { runGit } from '../systems/git/run-git';
import { deploy } from './testing/commit-deploy';
import {
  commitFiles,
  commitsOf,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
  writerToken,
} from './testing/release-repo';

const path = tagPath('production', 'good');
let estate: TestEstate;
beforeEach(async () => {
  estate = await makeEstate({ [path]: tagFile('v1') });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await estate.close();
});

const wish = (version: string) => {
  const operationId = uuidv7();
  return [
    { operationId, what: 'deploy' },
    deploy({ operationId, app: 'good', version, expectedFrom: null }),
  ] as const;
};

describe('what others pushed', () => {
  /** Where git's own fetch put the branch last: it stays where it is when we fetch by our own means. */
  const broughtByGit = (gitDir: string) => resolveRef('refs/signalbox/incoming', { gitDir });

  it('comes without git’s own fetch, whole', async () => {
    const ledger = await estate.open('a');
    const first = unwrap(await ledger.refresh()).commit;
    await commitFiles(estate.gitDir, { [path]: tagFile('v2'), 'docs/new/folder/file': 'text\n' });
    const second = await commitFiles(estate.gitDir, { [path]: tagFile('v3') });
    expect(unwrap(await ledger.refresh()).commit).toBe(second);
    expect(ledger.snapshot().file(path)?.text).toContain('image_tag: v3\n');
    expect(await broughtByGit(ledger.gitDir)).toBe(first);
    await runGit(['fsck', '--strict', '--connectivity-only', second], { gitDir: ledger.gitDir });
    // And a push that came too late lands upon it.
    await commitFiles(estate.gitDir, { [path]: tagFile('v4') });
    const landed = unwrap(await ledger.transact(...wish('v5')));
    expect(landed).toMatchObject({ attempts: 2, value: { from: 'v4' } });
    expect(await commitsOf(estate.gitDir)).toHaveLength(5);
    expect(await broughtByGit(ledger.gitDir)).toBe(first);
  });

  it('is fetched by git when it is much, or when the branch was set to something else', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const much = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`docs/${n}`, `text ${n}\n`]));
    const second = await commitFiles(estate.gitDir, much);
    expect(unwrap(await ledger.refresh()).commit).toBe(second);
    expect(await broughtByGit(ledger.gitDir)).toBe(second);
    await runGit(['update-ref', '-d', 'refs/heads/main'], { gitDir: estate.gitDir });
    const another = await commitFiles(estate.gitDir, { [path]: tagFile('v9') });
    expect(unwrap(await ledger.refresh()).commit).toBe(another);
    expect(ledger.snapshot().file(path)?.text).toContain('image_tag: v9\n');
    await runGit(['fsck', '--strict', '--connectivity-only', another], { gitDir: ledger.gitDir });
  });
});

it('lets git use credentials that it alone knows', async () => {
  const home = join(estate.folder, 'home');
  await mkdir(home);
  await writeFile(join(home, '.netrc'), `machine 127.0.0.1 login robin password ${writerToken}\n`);
  const stranger = await estate.open('a', { credentials: async () => null });
  expect(await stranger.refresh()).toMatchObject({ ok: false, failure: { code: 'unauthorised' } });
  vi.stubEnv('HOME', home);
  const ledger = await estate.open('b', { credentials: async () => null });
  unwrap(await ledger.refresh());
  expect(unwrap(await ledger.transact(...wish('v2'))).changed).toBe(true);
  await commitFiles(estate.gitDir, { [path]: tagFile('v3') });
  unwrap(await ledger.refresh());
  expect(ledger.snapshot().file(path)?.text).toContain('image_tag: v3\n');
});
