import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { put, remove } from '../../shared/domain/records/record-change';
import { type GithubServer, startGithubServer } from '../practice/github/server';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import type { Mutation } from './ledger';
import { openLedger } from './open-ledger';
import { deploy } from './testing/commit-deploy';
import {
  commitFiles,
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
  writerToken,
} from './testing/release-repo';

const path = tagPath('production', 'good');
const other = tagPath('production', 'other');
let estate: TestEstate;
beforeEach(async () => {
  estate = await makeEstate({ [path]: tagFile('v1'), [other]: tagFile('v1') });
});
afterEach(() => estate.close());

const wish = (version: string, expectedFrom: string | null = null) => {
  const operationId = uuidv7();
  return [
    { operationId, what: 'deploy good' },
    deploy({ operationId, app: 'good', version, expectedFrom }),
  ] as const;
};
const change = (files: Record<string, string | null>): Extract<Mutation<null>, { kind: 'change' }> => ({
  kind: 'change',
  files: new Map(Object.entries(files)),
  message: 'change\n',
  value: null,
});
const intent = { operationId: 'x', what: 'x' };

describe('a transaction', () => {
  it('lands without asking the remote first, and the snapshot says so at once', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const seen: string[] = [];
    const landed = unwrap(
      await ledger.transact(...wish('v2', 'v1'), {
        onPrepared: async ({ commit, base, attempt }) => {
          seen.push(commit, base, String(attempt));
          expect(await commitsOf(estate.gitDir)).toEqual([base]);
        },
      }),
    );
    expect(landed).toMatchObject({
      changed: true,
      attempts: 1,
      value: { from: 'v1' },
      ownCommit: landed.commit,
    });
    expect(seen).toEqual([landed.commit, landed.base.commit, '1']);
    expect(ledger.snapshot().commit).toBe(landed.commit);
    expect(ledger.snapshot().file(path)?.text).toContain('image_tag: v2\n');
    expect(await commitsOf(estate.gitDir)).toEqual([landed.commit, landed.base.commit]);
    expect(unwrap(await ledger.log([path], 1))[0]).toMatchObject({
      commit: landed.commit,
      authorName: 'Robin',
    });
  });

  it('does not believe a refusal on a stale snapshot', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    await commitFiles(estate.gitDir, { [path]: tagFile('v5') });
    expect(unwrap(await ledger.transact(...wish('v6', 'v5'))).value.from).toBe('v5');
  });

  it('refuses what the newest snapshot refuses', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    await commitFiles(estate.gitDir, { [path]: tagFile('v5') });
    const refused = await ledger.transact(...wish('v6', 'v1'));
    expect(refused.ok ? '' : refused.failure.message).toBe('good is at v5, not at v1.');
  });

  it('runs again on what somebody else landed in between', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    let theirs = '';
    const landed = unwrap(
      await ledger.transact(...wish('v2'), {
        onPrepared: async ({ attempt }) => {
          if (attempt === 1) theirs = await commitFiles(estate.gitDir, { [other]: tagFile('v9') });
        },
      }),
    );
    expect([landed.attempts, landed.base.commit]).toEqual([2, theirs]);
    expect(await fileAt(estate.gitDir, other)).toBe(tagFile('v9'));
  });

  it('never overwrites a branch that was rewound, and follows it', async () => {
    const first = (await commitsOf(estate.gitDir))[0] ?? '';
    await commitFiles(estate.gitDir, { [other]: tagFile('v2') });
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    await runGit(['update-ref', 'refs/heads/main', first], { gitDir: estate.gitDir });
    const landed = unwrap(await ledger.transact(...wish('v2')));
    expect([landed.attempts, landed.base.commit]).toEqual([2, first]);
    expect(await fileAt(estate.gitDir, other)).toBe(tagFile('v1'));
  });

  it('says when there is nothing to write', async () => {
    const ledger = await estate.open('a');
    const result = unwrap(await ledger.transact(intent, () => ({ kind: 'nothing', value: 7 })));
    expect(result).toMatchObject({ changed: false, value: 7, commit: ledger.snapshot().commit });
  });

  it('adds, changes and removes files in one commit that Git finds sound', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const lock = put('lock', { pipeline: 'a', environment: 'b', token: 1, held: null });
    const cutoff = { pipeline: 'a', environment: 'b', bag: 1, by: 'Robin', operation: 'o' };
    const note = put('cutoff', { ...cutoff, at: '2026-03-01T10:00:00.000Z' });
    const add = change({ [other]: null, [path]: tagFile('v3') });
    unwrap(await ledger.transact(intent, () => ({ ...add, records: [lock, note] })));
    const more = change({ 'a/b.txt': 'x', 'a.txt': 'y' });
    unwrap(await ledger.transact(intent, () => ({ ...more, records: [remove('cutoff', cutoff)] })));
    const { stdout } = await runGit(['ls-tree', '-r', '--name-only', 'main'], { gitDir: estate.gitDir });
    expect(stdout.toString().trim().split('\n')).toEqual([
      '.signalbox/locks/a/b.yaml',
      'a.txt',
      'a/b.txt',
      path,
    ]);
    await runGit(['fsck', '--strict', '--no-dangling'], { gitDir: estate.gitDir });
    await runGit(['fsck', '--strict', '--no-dangling'], { gitDir: ledger.gitDir });
  });

  it('stops before anything is pushed when it is cancelled or the journal fails', async () => {
    const ledger = await estate.open('a');
    unwrap(await ledger.refresh());
    const stop = new AbortController();
    const cancelled = await ledger.transact(...wish('v2'), {
      signal: stop.signal,
      onPrepared: () => stop.abort(),
    });
    expect(cancelled).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    const broken = await ledger.transact(...wish('v2'), {
      onPrepared: () => Promise.reject(new Error('no journal')),
    });
    expect(broken.ok ? '' : broken.failure.code).toBe('internal');
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
  });

  it('is forbidden to a token that may only read', async () => {
    const ledger = await estate.open('a', {
      credentials: async () => ({ username: 'x', password: 'reader-token' }),
    });
    unwrap(await ledger.refresh());
    const result = await ledger.transact(...wish('v2'));
    expect(result.ok ? '' : result.failure.code).toBe('forbidden');
  });

  it('lands in a remote that is a folder, too', async () => {
    const ledger = await estate.open('a', { url: `file://${estate.gitDir}` });
    const landed = unwrap(await ledger.transact(...wish('v2')));
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
  });
});

describe('the mirror', () => {
  it('belongs to one process at a time', async () => {
    await estate.open('a');
    const second = await openLedger(estate.config('a'));
    expect(second.ok ? '' : second.failure.code).toBe('busy');
  });

  it('shows after a start without network what it saw last, and since when', async () => {
    const first = unwrap(await openLedger(estate.config('a')));
    unwrap(await first.refresh());
    await first.close();
    estate.server.setFaults({ down: true });
    const ledger = await estate.open('a');
    expect(ledger.freshness()).toMatchObject({ state: 'stale', asOf: expect.any(String) });
    expect(ledger.snapshot().file(path)?.text).toBe(tagFile('v1'));
    expect((await ledger.refresh()).ok).toBe(false);
    expect(ledger.freshness()).toMatchObject({ state: 'unreachable', since: expect.any(String) });
  });

  it('keeps unchanged files as they are from snapshot to snapshot', async () => {
    const ledger = await estate.open('a');
    const before = unwrap(await ledger.refresh());
    await commitFiles(estate.gitDir, { [path]: tagFile('v2') });
    const after = unwrap(await ledger.refresh());
    expect(after.file(other)).toBe(before.file(other));
    expect(after.file(path)).not.toBe(before.file(path));
    expect(before.file(path)?.text).toBe(tagFile('v1'));
    expect(unwrap(await ledger.snapshotAt(before.commit ?? '')).file(path)?.text).toBe(tagFile('v1'));
  });

  it('is made again for another address, and when Git cannot read it any more', async () => {
    const first = unwrap(await openLedger(estate.config('a')));
    unwrap(await first.refresh());
    await first.close();
    await rm(join(first.gitDir, 'HEAD'));
    const again = unwrap(await openLedger(estate.config('a')));
    expect(unwrap(await again.refresh()).file(path)?.text).toBe(tagFile('v1'));
    await again.close();
    const gitDir = join(estate.folder, 'repos', 'demo', 'second.git');
    await initBare(gitDir, 'main');
    await commitFiles(gitDir, { [path]: tagFile('v77') });
    const moved = await estate.open('a', { url: estate.url.replace('release', 'second') });
    expect(moved.snapshot().commit).toBeNull();
    expect(unwrap(await moved.refresh()).file(path)?.text).toBe(tagFile('v77'));
  });

  it('refuses a folder that holds something else', async () => {
    const result = await openLedger({ ...estate.config('a'), dir: estate.folder });
    expect(result.ok ? '' : result.failure.code).toBe('invalid-input');
  });
});

describe('a local repo, read where it lies', () => {
  it('follows it and never writes to it', async () => {
    const ledger = await estate.open('a', { url: estate.gitDir, inPlace: true });
    expect(ledger.snapshot().file(path)?.text).toBe(tagFile('v1'));
    await commitFiles(estate.gitDir, { [path]: tagFile('v2') });
    expect(unwrap(await ledger.refresh()).file(path)?.text).toBe(tagFile('v2'));
    const result = await ledger.transact(...wish('v3'));
    expect(result.ok ? '' : result.failure.code).toBe('read-only');
  });
});

describe('the landing by merge', () => {
  let github: GithubServer;
  beforeEach(async () => {
    github = await startGithubServer({
      root: join(estate.folder, 'repos'),
      tokens: { [writerToken]: { login: 'robin', write: true } },
      gitUrl: estate.server.url,
    });
  });
  afterEach(() => github.close());

  const merging = () => ({
    estate: estateSchema.parse({
      name: 'test',
      ledger: {
        url: estate.url,
        landing: 'merge-branch',
        github: { apiUrl: github.url, owner: 'demo', repo: 'release' },
      },
      environments: [{ name: 'production' }],
    }),
  });
  const branches = async () => {
    const { stdout } = await runGit(['for-each-ref', '--format=%(refname:short)'], { gitDir: estate.gitDir });
    return stdout.toString().trim().split('\n');
  };

  it('merges a short-lived branch and deletes it', async () => {
    const ledger = await estate.open('a', merging());
    unwrap(await ledger.refresh());
    const [what, mutate] = wish('v2', 'v1');
    const landed = unwrap(await ledger.transact(what, mutate));
    expect(await fileAt(estate.gitDir, path)).toContain('image_tag: v2\n');
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
    expect(ledger.snapshot().commit).toBe(landed.commit);
    await expect.poll(() => branches()).toEqual(['main']);
    expect(unwrap(await ledger.findOperation(what.operationId))).toEqual({
      ownCommit: landed.ownCommit,
      commit: landed.commit,
    });
  });

  it('merges onto what somebody else landed elsewhere, without a word where that changes nothing', async () => {
    const ledger = await estate.open('a', merging());
    unwrap(await ledger.refresh());
    const [what, mutate] = wish('v2', 'v1');
    const landed = unwrap(
      await ledger.transact(what, mutate, {
        onPrepared: async () => void (await commitFiles(estate.gitDir, { [other]: tagFile('v9') })),
      }),
    );
    expect(landed.commit).not.toBe(landed.ownCommit);
    expect(landed).toMatchObject({ attempts: 1 });
    expect(landed.drift).toBeUndefined();
    expect(ledger.snapshot().file(other)?.text).toBe(tagFile('v9'));
    expect(unwrap(await ledger.findOperation(what.operationId))).toEqual({
      ownCommit: landed.ownCommit,
      commit: landed.commit,
    });
  });

  it('reports what mutate says on the commit that it was really merged onto', async () => {
    const ledger = await estate.open('a', merging());
    unwrap(await ledger.refresh());
    const [what, mutate] = wish('v2');
    const freeze = '.signalbox/freezes/production.yaml';
    const landed = unwrap(
      await ledger.transact(
        what,
        (snapshot) =>
          snapshot.file(freeze)
            ? { kind: 'refusal', failure: { code: 'refused', message: 'Frozen.', meaning: '', next: [] } }
            : mutate(snapshot),
        { onPrepared: async () => void (await commitFiles(estate.gitDir, { [freeze]: 'why: incident\n' })) },
      ),
    );
    expect(landed.drift).toMatchObject({ failure: { message: 'Frozen.' }, differingPaths: [path] });
  });

  it('tries again on a conflict', async () => {
    const ledger = await estate.open('a', merging());
    unwrap(await ledger.refresh());
    const landed = unwrap(
      await ledger.transact(...wish('v2'), {
        onPrepared: async ({ attempt }) => {
          if (attempt === 1) await commitFiles(estate.gitDir, { [path]: tagFile('v9') });
        },
      }),
    );
    expect([landed.attempts, landed.value.from]).toEqual([2, 'v9']);
    await expect.poll(() => branches()).toEqual(['main']);
  });

  it('says so when GitHub refuses, and leaves no branch', async () => {
    const ledger = await estate.open('a', { ...merging(), githubToken: async () => 'wrong' });
    unwrap(await ledger.refresh());
    const result = await ledger.transact(...wish('v2'));
    expect(result.ok ? '' : result.failure.code).toBe('unauthorised');
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
    await expect.poll(() => branches()).toEqual(['main']);
  });

  it('does not know the outcome when GitHub goes away for good, and says which commit to ask for', async () => {
    const ledger = await estate.open('a', merging());
    unwrap(await ledger.refresh());
    const result = await ledger.transact(...wish('v2'), {
      onPrepared: () => github.setFaults({ down: true }),
    });
    expect(result.ok ? null : result.failure).toMatchObject({
      code: 'unknown-outcome',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });
});
