import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { owner, releaseRepoName } from '../estate/apps';
import { gitDirOf, seedRepos } from '../estate/seed/seed';
import { BareRepo } from '../git/bare-repo';
import { git } from '../git/command';
import { noGithubFaults } from './faults';
import { type GithubServer, startGithubServer } from './server';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const release = { owner, repo: releaseRepoName };
const app = { owner, repo: 'whitehall' };

let root: string;
let server: GithubServer;
let octokit: Octokit;
let reader: Octokit;
let repo: BareRepo;
let main: string;
const changes: string[] = [];

const client = (auth?: string) => new Octokit({ baseUrl: server.url, log: quiet, ...(auth ? { auth } : {}) });

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-github-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
  repo = new BareRepo(gitDirOf(root, releaseRepoName));
  server = await startGithubServer({
    root,
    tokens: {
      writer: { login: 'tamsin-okoro', write: true },
      reader: { login: 'ivo-larkspur', write: false },
    },
    gitUrl: 'http://127.0.0.1:1',
    onRefsChanged: (change) => {
      changes.push(change.repo);
    },
  });
  octokit = client('writer');
  reader = client('reader');
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

beforeEach(async () => {
  server.setFaults(noGithubFaults());
  main = (await repo.readRef('refs/heads/main')) ?? '';
  changes.length = 0;
});

const author = { name: 'Demo', email: 'demo@example.invalid', at: new Date('2026-03-04T12:00:00Z') };
const commitOn = (parent: string, files: Record<string, string>) =>
  repo.commitFiles({ parent, files: new Map(Object.entries(files)), message: 'change\n', author });
const status = (expected: number, message?: string | RegExp) =>
  expect.objectContaining({
    status: expected,
    ...(message ? { message: expect.stringMatching(message) } : {}),
  });

describe('the practice GitHub API', () => {
  it('tells the run that built a release, by its commit', async () => {
    const { data: tags } = await octokit.repos.listTags(app);
    const [newest, older] = tags;
    if (!newest || !older) throw new Error('the seed has releases');
    const { data } = await octokit.actions.listWorkflowRunsForRepo({ ...app, head_sha: newest.commit.sha });
    expect(data.total_count).toBe(1);
    expect(data.workflow_runs[0]).toMatchObject({
      name: 'Release',
      path: '.github/workflows/release.yml',
      head_branch: newest.name,
      head_sha: newest.commit.sha,
      event: 'release',
      status: 'completed',
      conclusion: 'success',
    });
    const all = await octokit.actions.listWorkflowRunsForRepo({ ...app, per_page: 2 });
    expect(all.data.workflow_runs.map((run) => run.head_branch)).toEqual([newest.name, older.name]);
    const none = await octokit.actions.listWorkflowRunsForRepo({ ...app, head_sha: '0'.repeat(40) });
    expect(none.data).toEqual({ total_count: 0, workflow_runs: [] });
  });
  it('tells the repo, the user and the rate limit', async () => {
    const { data, headers } = await octokit.repos.get(release);
    expect(data).toMatchObject({ full_name: `${owner}/${releaseRepoName}`, default_branch: 'main' });
    expect(data.permissions?.push).toBe(true);
    expect(headers['x-github-request-id']).toMatch(/^[0-9A-F:]+$/);
    const left = Number(headers['x-ratelimit-remaining']);
    expect((await octokit.users.getAuthenticated()).data).toMatchObject({
      login: 'tamsin-okoro',
      name: 'Tamsin Okoro',
    });
    expect((await octokit.rateLimit.get()).data.rate).toMatchObject({ limit: 5000, remaining: left - 1 });
  });

  it.each([
    ['no token', undefined, 401, /Requires authentication/],
    ['a wrong token', 'nobody', 401, /Bad credentials/],
  ])('refuses %s', async (_what, token, code, message) => {
    await expect(client(token).repos.get(release)).rejects.toEqual(status(code, message));
  });

  it('answers 404 for what is not there, and 403 for a write with a token that only reads', async () => {
    await expect(octokit.repos.get({ owner, repo: 'other' })).rejects.toEqual(status(404, /Not Found/));
    await expect(octokit.git.getRef({ ...release, ref: 'heads/nowhere' })).rejects.toEqual(status(404));
    await expect(octokit.request('GET /orgs/{org}', { org: owner })).rejects.toEqual(status(404));
    await expect(reader.repos.merge({ ...release, base: 'main', head: main })).rejects.toEqual(status(403));
  });

  it('creates, reads, moves and deletes a ref with slashes in its name', async () => {
    const ref = 'refs/heads/signalbox/a/b';
    const below = ref.slice('refs/'.length);
    const next = await commitOn(main, { 'README.md': 'next\n' });
    const other = await commitOn(main, { 'README.md': 'other\n' });
    expect((await octokit.git.createRef({ ...release, ref, sha: main })).data.object.sha).toBe(main);
    expect(changes).toEqual([releaseRepoName]);
    await expect(octokit.git.createRef({ ...release, ref, sha: main })).rejects.toEqual(
      status(422, /Reference already exists/),
    );
    expect((await octokit.git.getRef({ ...release, ref: below })).data).toMatchObject({ ref });
    await octokit.git.updateRef({ ...release, ref: below, sha: next });
    await expect(octokit.git.updateRef({ ...release, ref: below, sha: other })).rejects.toEqual(
      status(422, /not a fast forward/),
    );
    await octokit.git.updateRef({ ...release, ref: below, sha: other, force: true });
    expect(await repo.readRef(ref)).toBe(other);
    const matching = await octokit.git.listMatchingRefs({ ...release, ref: 'heads/signalbox/' });
    expect(matching.data.map((one) => one.ref)).toEqual([ref]);
    expect((await octokit.git.deleteRef({ ...release, ref: below })).status).toBe(204);
    await expect(octokit.git.deleteRef({ ...release, ref: below })).rejects.toEqual(
      status(422, /Reference does not exist/),
    );
    await expect(octokit.git.createRef({ ...release, ref, sha: '1'.repeat(40) })).rejects.toEqual(
      status(422, /Object does not exist/),
    );
    await expect(octokit.git.createRef({ ...release, ref: 'refs/heads/a..b', sha: main })).rejects.toEqual(
      status(422, /valid reference name/),
    );
  });

  it('merges: 201, 204, 409, 404', async () => {
    const left = await commitOn(main, { 'docs/deploying.md': 'left\n' });
    const right = await commitOn(main, { 'docs/deploying.md': 'right\n' });
    const apart = await commitOn(main, { 'docs/new.md': 'new\n' });
    for (const [name, sha] of Object.entries({ left, right, apart }))
      await repo.swapRef(`refs/heads/${name}`, null, sha);
    const first = await octokit.repos.merge({ ...release, base: 'main', head: 'left' });
    expect(first).toMatchObject({ status: 201, data: { sha: left } });
    expect(changes).toEqual([releaseRepoName]);
    expect((await octokit.repos.merge({ ...release, base: 'main', head: 'left' })).status).toBe(204);
    const second = await octokit.repos.merge({
      ...release,
      base: 'main',
      head: 'apart',
      commit_message: 'Merge apart\n\nwith a body',
    });
    expect(second.data.parents.map((parent) => parent.sha)).toEqual([left, apart]);
    expect(second.data.commit).toMatchObject({
      message: 'Merge apart\n\nwith a body',
      author: { name: 'Tamsin Okoro' },
      committer: { name: 'GitHub' },
    });
    expect(second.data.sha).toBe(await repo.readRef('refs/heads/main'));
    await expect(octokit.repos.merge({ ...release, base: 'main', head: 'right' })).rejects.toEqual(
      status(409, /Merge conflict/),
    );
    await expect(octokit.repos.merge({ ...release, base: 'none', head: 'left' })).rejects.toEqual(
      status(404, /Base does not exist/),
    );
    await expect(octokit.repos.merge({ ...release, base: 'main', head: 'none' })).rejects.toEqual(
      status(404, /Head does not exist/),
    );
  });

  it('compares two releases: commits oldest first, files, migrations', async () => {
    const { data } = await octokit.repos.compareCommitsWithBasehead({ ...app, basehead: 'v3228...v3232' });
    const expected = await git(gitDirOf(root, 'whitehall'), ['rev-list', '--count', 'v3228..v3232']);
    expect(data).toMatchObject({ status: 'ahead', ahead_by: Number(expected), behind_by: 0 });
    expect(data.commits).toHaveLength(Number(expected));
    expect(data.commits.at(-1)?.commit.message).toContain('Merge pull request #');
    const place = new Map(data.commits.map((one, index) => [one.sha, index]));
    for (const [index, one] of data.commits.entries())
      for (const parent of one.parents) expect(place.get(parent.sha) ?? -1).toBeLessThan(index);
    const migration = data.files?.find((file) => file.filename.startsWith('db/migrate/'));
    expect(migration).toMatchObject({ status: 'added', deletions: 0 });
    expect(migration?.patch).toContain('+class ');
    const back = await octokit.repos.compareCommitsWithBasehead({ ...app, basehead: 'v3232...v3228' });
    expect(back.data).toMatchObject({ status: 'behind', ahead_by: 0, behind_by: Number(expected) });
    await expect(
      octokit.repos.compareCommitsWithBasehead({ ...app, basehead: 'v1...v3232' }),
    ).rejects.toEqual(status(404));
  });

  it('pages a comparison without losing or repeating a commit', async () => {
    const whole = await octokit.repos.compareCommitsWithBasehead({ ...app, basehead: 'v3228...v3232' });
    const shas: string[] = [];
    let files = 0;
    const pages = octokit.paginate.iterator(octokit.repos.compareCommitsWithBasehead, {
      ...app,
      basehead: 'v3228...v3232',
      per_page: 2,
    });
    for await (const { data } of pages) {
      const page = data as unknown as typeof whole.data;
      shas.push(...page.commits.map((one) => one.sha));
      if (page.files) files += 1;
    }
    expect(shas).toEqual(whole.data.commits.map((one) => one.sha));
    expect(files).toBe(1);
  });

  it('lists tags, branches and commits in pages', async () => {
    const tags = await octokit.paginate(octokit.repos.listTags, { ...app, per_page: 5 });
    expect(tags.map((tag) => tag.name).slice(0, 2)).toEqual(['v3232', 'v3231']);
    expect(tags).toHaveLength(19);
    const branches = await octokit.paginate(octokit.repos.listBranches, { ...app, per_page: 1 });
    expect(branches).toHaveLength(3);
    const { data: branch } = await octokit.repos.getBranch({ ...app, branch: 'main' });
    expect(branch.commit.sha).toBe(tags[0]?.commit.sha);
    const commits = await octokit.paginate(octokit.repos.listCommits, { ...app, per_page: 7 });
    const expected = await git(gitDirOf(root, 'whitehall'), ['rev-list', 'main']);
    expect(commits.map((one) => one.sha)).toEqual(expected.trim().split('\n'));
    await expect(octokit.repos.getBranch({ ...app, branch: 'none' })).rejects.toEqual(
      status(404, /Branch not found/),
    );
  });

  it('finds the pull request that brought a commit in', async () => {
    const { data: merge } = await octokit.repos.getCommit({ ...app, ref: 'v3232' });
    const number = Number(/#(\d+)/.exec(merge.commit.message)?.[1]);
    expect(merge.files?.length).toBeGreaterThan(0);
    for (const sha of [merge.sha, merge.parents[1]?.sha ?? '']) {
      const { data } = await octokit.repos.listPullRequestsAssociatedWithCommit({ ...app, commit_sha: sha });
      expect(data.map((pull) => pull.number)).toEqual([number]);
      expect(data[0]).toMatchObject({ merge_commit_sha: merge.sha, state: 'closed' });
      expect(data[0]?.title).not.toBe('');
    }
    await expect(octokit.repos.getCommit({ ...app, ref: 'nothing' })).rejects.toEqual(
      status(422, /No commit found/),
    );
  });

  it('answers 304 to a known ETag, and does not count it', async () => {
    const first = await octokit.repos.listTags(app);
    const known = octokit.request('GET /repos/{owner}/{repo}/tags', {
      ...app,
      headers: { 'if-none-match': first.headers.etag ?? '' },
    });
    await expect(known).rejects.toEqual(status(304));
    const { data } = await octokit.rateLimit.get();
    expect(data.rate.remaining).toBe(Number(first.headers['x-ratelimit-remaining']));
  });

  it('can be rate-limited, failing and away', async () => {
    server.setFaults({ rateLimited: true });
    await expect(octokit.repos.get(release)).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-ratelimit-remaining': '0' } },
    });
    server.setFaults({ rateLimited: false, failing: true });
    await expect(octokit.repos.get(release)).rejects.toEqual(status(502));
    server.setFaults({ failing: false, down: true });
    await expect(octokit.repos.get(release)).rejects.toEqual(status(500));
    server.setFaults({ down: false });
    expect((await octokit.repos.get(release)).status).toBe(200);
  });
});
