import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareRepo } from './bare-repo';
import { git } from './command';
import { mergeIntoBranch } from './merge-branch';

const author = { name: 'Demo', email: 'demo@example.invalid', at: new Date('2026-03-04T11:30:00Z') };
const main = 'refs/heads/main';

let folder: string;
let repo: BareRepo;
let first: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'practice-bare-'));
  const gitDir = path.join(folder, 'demo.git');
  await mkdir(gitDir);
  await git(gitDir, ['init', '-q', '--bare', '--template=', '--initial-branch=main']);
  repo = new BareRepo(gitDir);
  await git(gitDir, ['fast-import', '--quiet'], {
    input:
      'commit refs/heads/main\ncommitter Demo <demo@example.invalid> 1700000000 +0000\ndata 5\nfirst\nM 644 inline tags/one\ndata 15\na: 1\nb: 2\nc: 3\n\nM 644 inline tags/two\ndata 2\nx\n\n',
  });
  first = (await repo.readRef(main)) ?? '';
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const change = (parent: string, files: Record<string, string | null>, message = 'change\n') =>
  repo.commitFiles({ parent, files: new Map(Object.entries(files)), message, author });

const merge = (head: string) =>
  mergeIntoBranch(repo, { ref: main, head, message: 'Merge\n', author, committer: author });

describe('a bare repo', () => {
  it('commits changed, new and removed files, and leaves the others', async () => {
    const commit = await change(first, { 'tags/one': 'new\n', 'deep/er/file': 'é\n', 'tags/two': null });
    expect(await repo.text(commit, 'tags/one')).toBe('new\n');
    expect(await repo.text(commit, 'deep/er/file')).toBe('é\n');
    expect(await repo.text(commit, 'tags/two')).toBeNull();
    expect(await repo.diff(first, commit)).toMatchObject([
      { path: 'deep/er/file', status: 'added', additions: 1, deletions: 0 },
      { path: 'tags/one', status: 'modified', additions: 1, deletions: 3 },
      { path: 'tags/two', status: 'removed', additions: 0, deletions: 1 },
    ]);
    expect((await repo.diff(null, first)).map((file) => file.path)).toEqual(['tags/one', 'tags/two']);
    expect(await repo.commit(commit)).toMatchObject({
      parents: [first],
      message: 'change',
      author: { name: 'Demo', date: '2026-03-04T11:30:00Z' },
    });
  });

  it('tells a rename', async () => {
    const text = (await repo.text(first, 'tags/one')) ?? '';
    const commit = await change(first, { 'tags/one': null, 'tags/three': text });
    expect(await repo.diff(first, commit)).toMatchObject([
      { path: 'tags/three', previousPath: 'tags/one', status: 'renamed', additions: 0 },
    ]);
  });

  it('reads a folder, files that are no UTF-8 included', async () => {
    expect(await repo.folder(first, 'tags')).toEqual(
      new Map([
        ['one', 'a: 1\nb: 2\nc: 3\n'],
        ['two', 'x\n'],
      ]),
    );
    await git(repo.gitDir, ['fast-import', '--quiet'], {
      input: Buffer.concat([
        Buffer.from(
          'commit refs/heads/odd\ncommitter Demo <demo@example.invalid> 1700000000 +0000\ndata 3\nodd\nM 644 inline tags/bad\ndata 4\n',
        ),
        Buffer.from([0xff, 0xfe, 0xe9, 0x0a]),
        Buffer.from('\nM 644 inline tags/good\ndata 2\ny\n\n'),
      ]),
    });
    const odd = (await repo.readRef('refs/heads/odd')) ?? '';
    expect((await repo.folder(odd, 'tags')).get('good')).toBe('y\n');
    expect(await repo.folder(first, 'nowhere')).toEqual(new Map());
  });

  it('swaps a ref only from where it stands', async () => {
    const commit = await change(first, { 'tags/two': 'y\n' });
    expect(await repo.swapRef(main, commit, first)).toBe(false);
    expect(await repo.swapRef(main, null, commit)).toBe(false);
    expect(await repo.swapRef(main, first, commit)).toBe(true);
    expect(await repo.swapRef('refs/heads/new', null, first)).toBe(true);
    expect(await repo.swapRef('refs/heads/new', commit, null)).toBe(false);
    expect(await repo.swapRef('refs/heads/new', first, null)).toBe(true);
    expect(await repo.readRef('refs/heads/new')).toBeNull();
  });

  it('merges by fast-forward, by a merge commit, within one file, and not at all', async () => {
    const left = await change(first, { 'tags/one': 'a: 9\nb: 2\nc: 3\n' });
    const right = await change(first, { 'tags/two': 'y\n' });
    const clash = await change(first, { 'tags/one': 'a: 7\nb: 2\nc: 3\n' });
    expect(await merge(left)).toEqual({ outcome: 'merged', commit: left, fastForward: true });
    expect(await merge(left)).toEqual({ outcome: 'nothing', commit: left });
    const merged = await merge(right);
    expect(merged).toMatchObject({ outcome: 'merged', fastForward: false });
    const tip = (await repo.readRef(main)) ?? '';
    expect((await repo.commit(tip)).parents).toEqual([left, right]);
    expect(await repo.text(tip, 'tags/one')).toBe('a: 9\nb: 2\nc: 3\n');
    expect(await repo.text(tip, 'tags/two')).toBe('y\n');
    expect(await merge(clash)).toEqual({ outcome: 'conflict', paths: ['tags/one'] });
    expect(await repo.readRef(main)).toBe(tip);
  });

  it('merges two changes far apart in one file', async () => {
    const long = (head: string, tail: string) =>
      `${head}\n${Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join('')}${tail}\n`;
    const base = await change(first, { long: long('a', 'z') });
    await repo.swapRef(main, first, base);
    const left = await change(base, { long: long('b', 'z') });
    const right = await change(base, { long: long('a', 'y') });
    await merge(left);
    await merge(right);
    expect(await repo.text((await repo.readRef(main)) ?? '', 'long')).toBe(long('b', 'y'));
  });

  it('loses none of ten merges at once', async () => {
    const heads = await Promise.all(
      Array.from({ length: 10 }, (_, index) => change(first, { [`new/${index}`]: 'x\n' })),
    );
    await Promise.all(heads.map(merge));
    const files = await repo.folder((await repo.readRef(main)) ?? '', 'new');
    expect(files.size).toBe(10);
  });
});
