import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import { imageTagLayout } from '../../shared/domain/ledger/layout';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import type { Ledger } from './ledger';
import { changeImageTag, readBoard } from './ledger-board';
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
} from './testing/release-repo';

const layout = imageTagLayout(defaultImageTagPath);
const in_ = (app: string) => tagPath('production', app);
let count = 0;
/** A deploy of its own, ready to be handed to `transact`. */
const deployOf = (app: string, version = 'v2', expectedFrom: string | null = null) => {
  const operationId = `0192f0c1-0000-7000-8000-${String(++count).padStart(12, '0')}`;
  return [
    { operationId, what: `deploy ${app}` },
    deploy({ operationId, app, version, expectedFrom }),
  ] as const;
};

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('bad files harm nothing else', () => {
  let estate: TestEstate;
  let ledger: Ledger;
  const notUtf8 = Buffer.from('promote_deployment: true\nimage_tag: v\xff\xfe1\n', 'latin1');
  /** app → [content, line, words of the reason] */
  const bad = {
    'does-not-parse': ['promote_deployment: true\nimage_tag: [v1\n', 3, 'not valid YAML'],
    empty: ['', undefined, 'empty'],
    'no-tag': ['promote_deployment: true\n', undefined, 'no image_tag'],
    number: ['# c\nimage_tag: 123\n', 2, 'a number'],
    'not-utf-8': [notUtf8, 2, 'UTF-8'],
    'not-utf-16': [Buffer.concat([utf16('image_tag: v1\n'), Buffer.from('x')]), undefined, 'UTF-16'],
    'half-a-pair': [utf16('image_tag: v1 # \ud83d\n'), undefined, 'UTF-16'],
    symlink: [{ symlink: '../../../etc/passwd' }, undefined, 'symbolic link'],
    submodule: [{ submodule: 'a'.repeat(40) }, undefined, 'submodule'],
    huge: [Buffer.alloc(50_000_000, 'image_tag: v1\n'), undefined, '50 MB'],
    twice: ['image_tag: v1\nimage_tag: v2\n', 2, 'twice'],
    several: ['image_tag: v1\n---\nimage_tag: v2\n', 2, 'more than one'],
    alias: ['a: 1\nimage_tag: *a\n', 2, 'alias'],
    nested: [`a: 1\nimage_tag: ${'['.repeat(3000)}\n`, 2, 'levels deep'],
    list: ['- image_tag: v1\n', 1, 'not a list of'],
    '-leading': [tagFile('v1'), undefined, 'begins with "-"'],
    'a..b': [tagFile('v1'), undefined, 'contains ".."'],
    'folder/inside': [tagFile('v1'), undefined, 'a folder'],
  } as const;

  beforeAll(async () => {
    estate = await makeEstate({
      ...Object.fromEntries(Object.entries(bad).map(([app, [content]]) => [in_(app), content])),
      [in_('good')]: tagFile('v1'),
      [in_('windows')]: '\ufeffimage_tag: v1 # here\r\npromote_deployment: true\r\n',
      [in_('utf-16')]: utf16('image_tag: v1 # grer\r\n'),
      [in_('utf-16-big')]: Buffer.from(utf16('image_tag: v1\n')).swap16(),
      '.signalbox/locks/production.yaml': 'holder: Robin\n',
      '.signalbox/notes/link': { symlink: '/etc/passwd' },
    });
    ledger = await estate.open('one');
    unwrap(await ledger.refresh());
  });
  afterAll(() => estate.close());

  it('shows what can be read', () => {
    const board = readBoard(ledger.snapshot(), layout);
    const apps = board.environments.get('production');
    expect([...(apps?.keys() ?? [])].sort()).toEqual([
      'good',
      'number',
      'several',
      'twice',
      'utf-16',
      'utf-16-big',
      'windows',
    ]);
    // Helm reads it (go-yaml, by its mark).
    expect([apps?.get('utf-16')?.imageTag, apps?.get('utf-16-big')?.imageTag]).toEqual(['v1', 'v1']);
    expect(apps?.get('number')?.imageTag).toBe('123');
    expect(ledger.snapshot().file('.signalbox/locks/production.yaml')?.text).toBe('holder: Robin\n');
  });

  it.each(Object.entries(bad))('names file and line of %s', (app, [, line, words]) => {
    const path = in_(app.split('/')[0] ?? '');
    const found = readBoard(ledger.snapshot(), layout).problems.filter((problem) => problem.path === path);
    expect(found).toHaveLength(1);
    expect(found[0]?.line).toBe(line);
    expect(found[0]?.reason).toContain(words);
  });

  it('names a symbolic link in its own folder', () => {
    expect(ledger.snapshot().problems.map(({ path }) => path)).toContain('.signalbox/notes/link');
  });

  it.each(Object.keys(bad).filter((app) => app !== 'no-tag' && app !== 'number'))(
    'refuses to change %s',
    (app) => {
      const name = app.split('/')[0] ?? '';
      const change = changeImageTag(
        ledger.snapshot(),
        layout,
        { environment: 'production', app: name },
        { imageTag: 'v2' },
      );
      expect(change.ok).toBe(false);
      if (!change.ok) expect(['bad-data', 'invalid-input']).toContain(change.failure.code);
    },
  );

  it.each(['../good', '-x', '.git', 'a/b', 'a\nb', '', 'a\u202eb'])('refuses the app name %j', (app) => {
    const change = changeImageTag(
      ledger.snapshot(),
      layout,
      { environment: 'production', app },
      { imageTag: 'v2' },
    );
    expect(change.ok ? '' : change.failure.code).toBe('invalid-input');
  });

  it('keeps carriage returns, byte order mark and comment', async () => {
    unwrap(await ledger.transact(...deployOf('windows', 'v2')));
    expect(await fileAt(estate.gitDir, in_('windows'))).toBe(
      '\ufeffimage_tag: v2 # here\r\npromote_deployment: false\r\n',
    );
  });

  it('changes a file in UTF-16 in place', async () => {
    unwrap(await ledger.transact(...deployOf('utf-16', 'v2')));
    unwrap(await ledger.transact(...deployOf('utf-16-big', 'v2')));
    const bytes = async (app: string) =>
      (await runGit(['cat-file', 'blob', `main:${in_(app)}`], { gitDir: estate.gitDir })).stdout;
    expect((await bytes('utf-16')).toString('utf16le')).toBe(
      '\ufeffimage_tag: v2 # grer\r\npromote_deployment: false\r\n',
    );
    expect((await bytes('utf-16-big')).swap16().toString('utf16le')).toMatch(/^\ufeffimage_tag: v2\n/);
  });

  it('deploys beside them', async () => {
    unwrap(await ledger.transact(...deployOf('good', 'v2')));
    expect(await fileAt(estate.gitDir, in_('good'))).toContain('image_tag: v2\n');
  });

  it.each([
    [in_('symlink'), 'a path that holds a symbolic link'],
    [`${in_('symlink')}/x`, 'a path through a symbolic link'],
    [`${in_('good')}/x`, 'a path through a file'],
    ['charts/app-config/image-tags/production', 'a folder'],
    ['../outside', 'a path that climbs'],
    ['.git/config', 'Git\u2019s own folder'],
    ['a/.GIT/config', 'Git\u2019s own folder in capitals'],
    ['/absolute', 'an absolute path'],
    ['a\nb', 'a path with a line end'],
    ['.signalbox/locks/notify/staging.yaml', 'a record, but for as a record'],
    ['.signalbox/of-tomorrow/x', 'what may be a record one day'],
  ])('never writes to %j: %s', async (path) => {
    const before = await commitsOf(estate.gitDir);
    const result = await ledger.transact({ operationId: 'x', what: 'write' }, () => ({
      kind: 'change',
      files: new Map([[path, 'x']]),
      message: 'x',
      value: null,
    }));
    expect(result.ok ? '' : result.failure.code).toBe('bad-data');
    expect(await commitsOf(estate.gitDir)).toEqual(before);
  });
});

describe('bad remotes', () => {
  let estate: TestEstate;
  beforeEach(async () => {
    estate = await makeEstate({ [in_('good')]: tagFile('v1') });
  });
  afterEach(() => estate.close());

  const codeOf = (result: { ok: true } | { ok: false; failure: { code: string } }) =>
    result.ok ? 'ok' : result.failure.code;

  it('an empty repo is said to be empty', async () => {
    const gitDir = join(estate.folder, 'repos', 'demo', 'empty.git');
    await mkdir(gitDir);
    await initBare(gitDir, 'main');
    const ledger = await estate.open('empty', { url: estate.url.replace('release', 'empty') });
    const looked = await ledger.refresh();
    expect(looked.ok ? '' : looked.failure.message).toBe('The release repo is empty.');
    expect(codeOf(await ledger.transact(...deployOf('good')))).toBe('not-found');
    expect(ledger.freshness()).toMatchObject({ state: 'unreachable', failure: { code: 'not-found' } });
  });

  it('a missing branch is named, with those that are there', async () => {
    const ledger = await estate.open('branch', { branch: 'release' });
    const looked = await ledger.refresh();
    expect(looked.ok ? '' : `${looked.failure.message} ${looked.failure.detail}`).toBe(
      'The release repo has no branch "release". Branches there: main',
    );
  });

  it('a repo that is not there, and a server that is not there', async () => {
    const absent = await estate.open('absent', { url: estate.url.replace('release', 'absent') });
    expect(codeOf(await absent.refresh())).toBe('not-found');
    const dead = await estate.open('dead', { url: 'http://127.0.0.1:1/x.git' });
    expect(codeOf(await dead.refresh())).toBe('unreachable');
  });

  it('refused authentication is told, leaks no token, and the old state stays visible', async () => {
    const ledger = await estate.open('auth');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ authRefused: true });
    const pushed = await ledger.transact(...deployOf('good'));
    expect(codeOf(pushed)).toBe('unauthorised');
    expect(codeOf(await ledger.refresh())).toBe('unauthorised');
    expect(JSON.stringify([pushed, ledger.freshness()])).not.toMatch(/writer-token|d3JpdGVyLXRva2Vu|Basic /);
    expect(ledger.snapshot().file(in_('good'))?.text).toBe(tagFile('v1'));
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
  });

  it('a remote that disappears: stale but visible, and live again when it returns', async () => {
    const ledger = await estate.open('gone', { pollMs: 20 });
    unwrap(await ledger.refresh());
    const states: string[] = [];
    const until = (state: string) =>
      new Promise<void>((resolve) => {
        const stop = ledger.onChange(({ freshness }) => {
          states.push(freshness.state);
          if (freshness.state !== state) return;
          stop();
          resolve();
        });
      });
    const lost = until('unreachable');
    ledger.start();
    estate.server.setFaults({ down: true });
    await lost;
    expect(codeOf(await ledger.transact(...deployOf('good')))).not.toBe('ok');
    expect(ledger.snapshot().file(in_('good'))?.text).toBe(tagFile('v1'));
    const back = until('live');
    estate.server.setFaults({ down: false });
    await back;
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
  });

  it('a push that is cut off midway lands once, by being sent again', async () => {
    const ledger = await estate.open('cut');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'during' });
    const landed = unwrap(await ledger.transact(...deployOf('good', 'v2', 'v1')));
    expect(await commitsOf(estate.gitDir)).toHaveLength(2);
    expect((await commitsOf(estate.gitDir))[0]).toBe(landed.commit);
  });

  it('a push whose answer is lost is found to have landed, and is not done twice', async () => {
    const ledger = await estate.open('answer');
    unwrap(await ledger.refresh());
    estate.server.setFaults({ cutNextPush: 'answer' });
    const landed = unwrap(await ledger.transact(...deployOf('good', 'v2', 'v1')));
    const commits = await commitsOf(estate.gitDir);
    expect(commits).toHaveLength(2);
    expect(commits[0]).toBe(landed.commit);
  });

  it('a push whose answer is lost, and others on top of it: still found', async () => {
    const ledger = await estate.open('buried');
    unwrap(await ledger.refresh());
    const [intent, mutate] = deployOf('good', 'v2', 'v1');
    estate.server.setFaults({ cutNextPush: 'answer' });
    const unhook = onNextPush(estate, () => commitFiles(estate.gitDir, { [in_('other')]: tagFile('v1') }));
    const landed = unwrap(await ledger.transact(intent, mutate));
    unhook();
    const commits = await commitsOf(estate.gitDir);
    expect(commits).toContain(landed.commit);
    expect(commits.length).toBeLessThanOrEqual(3);
    expect(ledger.snapshot().file(in_('good'))?.text).toContain('v2');
  });

  it('a remote that disappears mid-push and stays away: the outcome is unknown, with the commit to ask for', async () => {
    const ledger = await estate.open('unknown');
    unwrap(await ledger.refresh());
    const [intent, mutate] = deployOf('good', 'v2', 'v1');
    let prepared = '';
    estate.server.setFaults({ cutNextPush: 'answer' });
    const unhook = onNextPush(estate, async () => estate.server.setFaults({ down: true }));
    const result = await ledger.transact(intent, mutate, {
      onPrepared: ({ commit }) => {
        prepared = commit;
      },
    });
    unhook();
    expect(result.ok ? null : [result.failure.code, result.failure.commit]).toEqual([
      'unknown-outcome',
      prepared,
    ]);
    // Silence is no answer.
    expect(codeOf(await ledger.findOperation(intent.operationId))).not.toBe('ok');
    estate.server.setFaults({ down: false });
    expect(unwrap(await ledger.findOperation(intent.operationId))).toEqual({
      ownCommit: prepared,
      commit: prepared,
    });
    expect(unwrap(await ledger.findOperation('0192f0c1-0000-7000-8000-ffffffffffff'))).toBeNull();
    expect(await commitsOf(estate.gitDir)).toHaveLength(2);
  });
});

/** Does something at the moment when the server has served a push. */
function onNextPush(estate: TestEstate, action: () => Promise<unknown>): () => void {
  estate.onPush = () => {
    estate.onPush = () => {};
    void action();
  };
  return () => {
    estate.onPush = () => {};
  };
}
