import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createGitHubSources } from './github-sources';
import { listRuns } from './runs';
import { isRefName } from './typed-name';

/** A GitHub with these refs and commits, 100 to a page, in the order given. */
let server: Server;
let url: string;
let asked: string[];
let tags: Map<string, string>;
let branches: Map<string, string>;
/** Annotated tags: what the tag object names. */
let annotated: Map<string, string>;
let fails: ((path: string) => number | null) | null;
const sha = (of: number): string => of.toString(16).padStart(40, '0');
const commitAnswer = (id: string) => ({
  sha: id,
  commit: {
    message: `Commit ${id.slice(-3)}`,
    author: null,
    committer: { name: 'x', date: '2026-01-01T00:00:00Z' },
  },
  author: { login: 'ada' },
  parents: [],
});
const known = (id: string): boolean =>
  [...tags.values(), ...branches.values(), ...annotated.values()].includes(id);

function answerTo(path: string, search: URLSearchParams): { status: number; body: unknown; link?: string } {
  const none = { status: 404, body: { message: 'Not Found' } };
  const rest = decodeURIComponent(path.replace(/^\/repos\/example\/app\//, ''));
  const page = Number(search.get('page') ?? 1);
  const list = (all: Map<string, string>) => {
    const items = [...all].slice((page - 1) * 100, page * 100);
    const last = Math.ceil(all.size / 100);
    return {
      status: 200,
      body: items.map(([name, id]) => ({ name, commit: { sha: id } })),
      ...(page < last ? { link: `<x?page=${page + 1}>; rel="next", <x?page=${last}>; rel="last"` } : {}),
    };
  };
  if (rest === 'tags') return list(tags);
  if (rest === 'branches') return list(branches);
  if (rest === 'commits') return { status: 200, body: [] };
  const [, kind, name = ''] = /^git\/ref\/(tags|heads)\/(.+)$/.exec(rest) ?? [];
  if (kind) {
    const id = (kind === 'tags' ? tags : branches).get(name);
    if (!id) return none;
    const type = annotated.has(id) ? 'tag' : 'commit';
    return { status: 200, body: { ref: `refs/${kind}/${name}`, object: { type, sha: id } } };
  }
  const [, tagId = ''] = /^git\/tags\/(.+)$/.exec(rest) ?? [];
  if (tagId) {
    const named = annotated.get(tagId);
    if (!named) return none;
    const type = annotated.has(named) ? 'tag' : 'commit';
    return { status: 200, body: { sha: tagId, object: { type, sha: named } } };
  }
  const [, ref = ''] = /^commits\/(.+)$/.exec(rest) ?? [];
  if (ref) {
    // As GitHub: a branch or tag of that name, else an id or its beginning.
    const id =
      branches.get(ref) ??
      tags.get(ref) ??
      [...tags.values(), ...branches.values()].find((one) => one.startsWith(ref));
    return id && known(id)
      ? { status: 200, body: commitAnswer(id) }
      : { status: 422, body: { message: `No commit found for SHA: ${ref}` } };
  }
  if (rest.startsWith('actions/runs')) return { status: 200, body: { total_count: 0, workflow_runs: [] } };
  const [, base = '', head = ''] = /^compare\/(.+)\.\.\.(.+)$/.exec(rest) ?? [];
  if (base)
    return {
      status: 200,
      body: {
        status: 'ahead',
        total_commits: 1,
        commits: [commitAnswer(head)],
        files: [],
        html_url: `https://x/${base}...${head}`,
        merge_base_commit: { sha: base },
      },
    };
  return none;
}

beforeEach(async () => {
  asked = [];
  tags = new Map();
  branches = new Map();
  annotated = new Map();
  fails = null;
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    asked.push(decodeURIComponent(pathname.replace('/repos/example/app/', '')));
    const status = fails?.(pathname) ?? null;
    const answer =
      status === null
        ? answerTo(pathname, searchParams)
        : { status, body: { message: 'API rate limit exceeded' } };
    response
      .writeHead(answer.status, {
        'content-type': 'application/json',
        ...('link' in answer && answer.link ? { link: answer.link } : {}),
      })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

const client = () => createGitHub({ apiUrl: url, token: async () => null });
const clock = 0;
const sources = () =>
  createGitHubSources({
    github: client(),
    owner: 'example',
    repos: { web: 'app' },
    memory: null,
    urlTemplate: 'https://x/{app}',
    now: () => clock,
  });
const typed = async (name: string) => {
  const { listed, partial } = await sources().candidates('app', name, 20);
  return { found: listed.map(({ kind, name: called, version }) => [kind, called, version]), partial };
};

describe('a name that is typed by hand is asked for, and never guessed', () => {
  it('a branch beyond the pages that are read is a branch, and no tag', async () => {
    for (let index = 0; index < 1_200; index += 1) branches.set(`b${index}`, sha(index));
    branches.set('zzz', sha(7_777));
    expect((await typed('zzz')).found).toEqual([['branch', 'zzz', sha(7_777)]]);
    expect(await sources().published('app', 'zzz')).toBe(false);
  });
  it('one whose name is part of others that are listed is found all the same', async () => {
    for (let index = 0; index < 1_200; index += 1) branches.set(`fix-${index}`, sha(index));
    branches.set('fix', sha(7_777));
    expect((await typed('fix')).found[0]).toEqual(['branch', 'fix', sha(7_777)]);
  });
  it('a branch with slashes', async () => {
    for (let index = 0; index < 1_200; index += 1) branches.set(`b${index}`, sha(index));
    branches.set('team/fix#1', sha(7_777));
    expect((await typed('team/fix#1')).found).toEqual([['branch', 'team/fix#1', sha(7_777)]]);
  });
  it('a tag that was made since the list was read', async () => {
    const one = sources();
    expect((await one.candidates('app', '', 20)).listed).toEqual([]);
    tags.set('v9', sha(9));
    expect((await one.candidates('app', 'v9', 20)).listed).toMatchObject([
      { kind: 'tag', version: 'v9', sha: sha(9) },
    ]);
    expect(await one.published('app', 'v9')).toBe(true);
  });
  it('an annotated tag is the commit that it names in the end', async () => {
    tags.set('v9', sha(100));
    annotated.set(sha(100), sha(101)).set(sha(101), sha(9));
    branches.set('main', sha(9));
    expect((await sources().candidates('app', 'v9', 1)).listed[0]).toMatchObject({
      kind: 'tag',
      version: 'v9',
    });
    expect(await sources().change('app', 'v9', sha(9))).toMatchObject({ state: 'known' });
    expect(asked.at(-1)).toBe(`compare/${sha(9)}...${sha(9)}`);
  });
  it('a commit by the beginning of its id', async () => {
    branches.set('main', `abcdef1234${'0'.repeat(30)}`);
    expect((await typed('abcdef1')).found).toContainEqual([
      'commit',
      `abcdef1234${'0'.repeat(30)}`,
      `abcdef1234${'0'.repeat(30)}`,
    ]);
  });
  it.each([
    '..',
    'a..b',
    '-x',
    'a b',
    'x~1',
    'HEAD^',
    '@{u}',
    'a?b=c',
    'x.lock',
    '/x',
    'x/',
    'a\u0000b',
    '.',
  ])('%j can be no name, and is not asked for', async (name) => {
    expect(isRefName(name)).toBe(false);
    expect((await typed(name)).found).toEqual([]);
    expect(asked.filter((path) => path.startsWith('git/'))).toEqual([]);
  });
  it('what GitHub does not tell now is not taken for missing', async () => {
    fails = (path) => (path.includes('/git/') ? 403 : null);
    await expect(sources().candidates('app', 'zzz', 20)).rejects.toThrow('limit');
    expect(await sources().published('app', 'v1')).toBeNull();
    tags.set('fix-1', sha(1));
    for (let index = 0; index < 1_200; index += 1) branches.set(`fix-b${index}`, sha(index));
    const { found, partial } = await typed('fix');
    expect(found.length).toBeGreaterThan(0);
    expect(partial).toContain('Could not check for other names like fix.');
  });
});

describe('a name that means several things', () => {
  it('tag and branch are both offered, and it is said', async () => {
    tags.set('fix', sha(1));
    branches.set('fix', sha(2));
    const { found, partial } = await typed('fix');
    expect(found).toEqual([
      ['tag', 'fix', 'fix'],
      ['branch', 'fix', sha(2)],
    ]);
    expect(partial).toBe('fix is a tag and a branch of this repo: choose the one you mean.');
  });
  it('also where the branch is beyond the pages that are read', async () => {
    tags.set('fix', sha(1));
    for (let index = 0; index < 1_200; index += 1) branches.set(`b${index}`, sha(index));
    branches.set('fix', sha(7_777));
    const { found, partial } = await typed('fix');
    expect(found).toContainEqual(['branch', 'fix', sha(7_777)]);
    expect(partial).toContain('fix is a tag and a branch');
  });
  it('a tag that looks like the beginning of a commit’s id', async () => {
    tags.set('abcdef1', sha(1));
    branches.set('main', `abcdef1234${'0'.repeat(30)}`);
    // GitHub takes the tag for it when it is asked for the commit.
    const { found } = await typed('abcdef1');
    expect(found[0]).toEqual(['tag', 'abcdef1', 'abcdef1']);
    expect(found.map(([kind]) => kind)).not.toContain('commit');
  });
  it('a version is its tag in comparisons and runs, whatever branch is called so', async () => {
    tags.set('v1', sha(1)).set('v2', sha(2));
    branches.set('v1', sha(11)).set('v2', sha(12));
    expect(await sources().change('app', 'v1', 'v2')).toMatchObject({ state: 'known' });
    expect(asked.at(-1)).toBe(`compare/${sha(1)}...${sha(2)}`);
    await listRuns(client(), { owner: 'example', repo: 'app' }, 'v2');
    expect(asked.filter((path) => path.startsWith('commits/v'))).toEqual([]);
  });
  it('a version that is a branch alone cannot be compared, and is no version', async () => {
    branches.set('fix', sha(2));
    tags.set('v1', sha(1));
    expect(await sources().change('app', 'v1', 'fix')).toEqual({
      state: 'unknown',
      because: 'The source repo of app has no tag or commit fix.',
    });
    expect(await listRuns(client(), { owner: 'example', repo: 'app' }, 'fix')).toBeNull();
  });
});

it('a repo without a commit has no versions, and that is no fault', async () => {
  server.removeAllListeners('request');
  server.on('request', (_, response) =>
    response
      .writeHead(409, { 'content-type': 'application/json' })
      .end('{"message":"Git Repository is empty."}'),
  );
  expect(await sources().published('app', 'v1')).toBe(false);
});

describe('an app whose repo is called otherwise', () => {
  it('is asked for in that repo, and leads there', async () => {
    tags.set('v1', sha(1)).set('v2', sha(2));
    const one = sources();
    expect(await one.published('web', 'v1')).toBe(true);
    expect(await one.change('web', 'v1', 'v2')).toMatchObject({ state: 'known' });
    expect((await one.candidates('web', 'v2', 1)).listed).toMatchObject([{ version: 'v2' }]);
    expect(one.webUrl('web')).toBe('https://x/app');
    expect(one.webUrl('other')).toBe('https://x/other');
  });
  it.each(['..', '../app', 'a/b', 'a b', '.git', '', 'toString()'])(
    'no repo can be called %j: it is told, and nothing is asked',
    async (app) => {
      const one = sources();
      await expect(one.candidates(app, '', 5)).rejects.toThrow('can’t have a source repo');
      expect(await one.published(app, 'v1')).toBeNull();
      expect(await one.change(app, 'v1', 'v2')).toMatchObject({
        state: 'unknown',
        because: expect.stringContaining('can’t have a source repo'),
      });
      expect(one.webUrl(app)).toBeNull();
      expect(asked).toEqual([]);
    },
  );
});
