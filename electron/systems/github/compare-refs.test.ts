import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrationPatterns, pathMatcher } from '../../../shared/domain/estate/path-pattern';
import { compareRefs } from './compare-refs';
import { createGitHub } from './github-client';

const sha = (of: number): string => of.toString(16).padStart(40, '0');
const [base, head, mergeBase] = [sha(1), sha(2), sha(3)];
let server: Server;
let commits: number;
let files: string[];
/** By commit: path and blob. */
let trees: Record<string, Record<string, string>>;
let isTreeCut: boolean;
let asked: string[];

beforeEach(async () => {
  commits = 1;
  files = [];
  trees = {};
  isTreeCut = false;
  asked = [];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    asked.push(decodeURIComponent(pathname));
    const page = Number(searchParams.get('page') ?? 1);
    const count = Math.max(0, Math.min(100, commits - (page - 1) * 100));
    const tree = Object.entries(trees[pathname.split('/').at(-1) ?? ''] ?? {});
    const body = pathname.includes('/compare/')
      ? {
          status: 'ahead',
          total_commits: commits,
          commits: Array.from({ length: count }, (_, index) => ({
            sha: sha(page * 1_000 + index),
            commit: { message: 'm', author: null, committer: null },
            author: null,
            parents: [],
          })),
          // As GitHub: at most 300, on the first page.
          ...(page === 1 ? { files: files.slice(0, 300).map((filename) => ({ filename })) } : {}),
          html_url: 'https://x/compare',
          merge_base_commit: { sha: mergeBase },
        }
      : {
          sha: head,
          truncated: isTreeCut,
          tree: tree.map(([path, blob]) => ({ path, type: 'blob', sha: blob, mode: '100644' })),
        };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const compared = () => {
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = createGitHub({ apiUrl, token: async () => null });
  return compareRefs(github, { owner: 'example', repo: 'app' }, base, head, pathMatcher(migrationPatterns));
};
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `app/${index}.rb`);

describe('more than 250 commits', () => {
  it.each([
    [250, 250, false],
    [251, 251, false],
    [640, 640, false],
    [1_000, 1_000, false],
    [1_001, 1_000, true],
  ])('%i of them: %i are listed, and that there are more is told (%s)', async (total, listed, truncated) => {
    commits = total;
    const found = await compared();
    expect([found.commits.length, found.truncated, found.migrationsPartial]).toEqual([
      listed,
      truncated,
      false,
    ]);
    expect(new Set(found.commits.map((one) => one.sha)).size).toBe(listed);
  });
});

describe('more than 300 files', () => {
  it('migrations beyond them are found by the trees, from the merge base on', async () => {
    files = [...many(400), 'db/migrate/2_b.rb'];
    trees = {
      [mergeBase]: {
        'db/migrate/1_a.rb': sha(10),
        'db/migrate/0_gone.rb': sha(11),
        'db/migrate/9_same.rb': sha(12),
      },
      [head]: {
        'db/migrate/1_a.rb': sha(20),
        'db/migrate/2_b.rb': sha(21),
        'db/migrate/9_same.rb': sha(12),
        'app/1.rb': sha(22),
      },
    };
    const found = await compared();
    expect(found.migrations).toEqual(['db/migrate/0_gone.rb', 'db/migrate/1_a.rb', 'db/migrate/2_b.rb']);
    expect(found.migrationsPartial).toBe(false);
  });
  it('a tree that GitHub does not tell whole: there may be more', async () => {
    files = ['db/migrate/2_b.rb', ...many(400)];
    isTreeCut = true;
    expect(await compared()).toMatchObject({ migrations: ['db/migrate/2_b.rb'], migrationsPartial: true });
  });
  it('with fewer no tree is asked for', async () => {
    files = [...many(298), 'db/migrate/2_b.rb'];
    expect(await compared()).toMatchObject({ migrations: ['db/migrate/2_b.rb'], migrationsPartial: false });
    expect(asked.filter((path) => path.includes('/git/trees/'))).toEqual([]);
  });
});
