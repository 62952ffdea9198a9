import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basicAuth } from '../../ledger/remote-auth';
import { commitFiles, makeEstate, type TestEstate, writerToken } from '../../ledger/testing/release-repo';
import { initBare } from '../git/init';
import { runGit } from '../git/run-git';
import { createGitSources, type GitSources } from './git-sources';

let estate: TestEstate;
let gitDir: string;
let sources: GitSources;
const opened: GitSources[] = [];

/** Sources over the test's Git server, with a token or without. */
function open(token: string | null = writerToken): GitSources {
  const made = createGitSources({
    urlTemplate: `${estate.server.url}/demo/{app}.git`,
    repos: { site: 'frontend', odd: '../frontend' },
    dir: join(estate.folder, 'sources'),
    auth: async (url) => basicAuth(url, token === null ? null : { username: 'x', password: token }),
    now: Date.now,
  });
  opened.push(made);
  return made;
}
const tag = (name: string, commit: string) => runGit(['tag', name, commit], { gitDir });

beforeEach(async () => {
  estate = await makeEstate({ 'README.md': 'release\n' });
  gitDir = join(estate.folder, 'repos', 'demo', 'frontend.git');
  await initBare(gitDir, 'main');
  sources = open();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await estate.close();
});

describe.each([true, false])('source repos over plain Git (the server leaves content out: %s)', (partial) => {
  beforeEach(async () => {
    // The test's server takes filters unless the repo forbids them, and then it ends the fetch (git-config(1)).
    if (!partial) await runGit(['config', 'uploadpackfilter.allow', 'false'], { gitDir });
  });

  it('give tags, newest first, branches and commits', async () => {
    const first = await commitFiles(gitDir, { 'app.rb': '1\n' }, { message: 'Begin' });
    for (const name of ['v999', 'v1400', 'v99']) await tag(name, first);
    await runGit(
      ['-c', 'user.name=R', '-c', 'user.email=r@e', 'tag', '-a', '-m', 'annotated', 'v1401', first],
      {
        gitDir,
      },
    );
    const fix = await commitFiles(gitDir, { 'app.rb': '2\n' }, { branch: 'fix', message: 'Mend it' });
    const { listed, partial: missing } = await sources.candidates('frontend', '', 50);
    expect(listed.filter(({ kind }) => kind === 'tag').map(({ name }) => name)).toEqual([
      'v1401',
      'v1400',
      'v999',
      'v99',
    ]);
    expect(listed[0]).toMatchObject({ version: 'v1401', sha: first, subject: 'Begin', author: 'Robin' });
    expect(listed.find(({ name }) => name === 'fix')).toMatchObject({ kind: 'branch', version: fix });
    expect(listed.at(-1)).toMatchObject({ kind: 'commit', sha: first });
    expect(missing).toBeNull();
    // Content that is not here is listed with a question mark (git-rev-list(1), `--missing=print`).
    const [folder = ''] = await readdir(join(estate.folder, 'sources'));
    const { stdout } = await runGit(['rev-list', '--objects', '--all', '--missing=print'], {
      gitDir: join(estate.folder, 'sources', folder, 'repo.git'),
    });
    expect(/^\?/m.test(stdout.toString())).toBe(partial);
    expect(sources.freshness().state).toBe('live');
  });

  it('tell what a change brings and loses, with its migrations', async () => {
    const first = await commitFiles(gitDir, { 'app.rb': '1\n' }, { message: 'Begin' });
    await tag('v1', first);
    const second = await commitFiles(
      gitDir,
      { 'db/migrate/20260101_add.rb': 'x\n', 'app.rb': '2\n' },
      { message: 'Add a column (#12)' },
    );
    await tag('v2', second);
    expect(await sources.change('frontend', 'v1', 'v2')).toMatchObject({
      state: 'known',
      direction: 'forward',
      commits: [
        { sha: second, subject: 'Add a column (#12)', pullRequest: { number: 12, url: null, title: null } },
      ],
      lost: [],
      migrations: ['db/migrate/20260101_add.rb'],
      truncated: false,
      migrationsPartial: false,
    });
    expect(await sources.change('frontend', 'v2', 'v1')).toMatchObject({
      direction: 'backward',
      commits: [],
      lost: [{ sha: second }],
      migrations: ['db/migrate/20260101_add.rb'],
    });
    // What is here is read without the network.
    estate.server.setFaults({ down: true });
    expect(await sources.change('frontend', first, second)).toMatchObject({ direction: 'forward' });
    estate.server.setFaults({ down: false });
  });

  it('find a version that was made since the last look, and say where there is none', async () => {
    await tag('v1', await commitFiles(gitDir, { 'app.rb': '1\n' }));
    expect(await sources.published('frontend', 'v1')).toBe(true);
    expect(await open().published('frontend', 'v2')).toBe(false);
    await tag('v2', await commitFiles(gitDir, { 'app.rb': '2\n' }));
    expect(await open().published('frontend', 'v2')).toBe(true);
    expect(await open().change('frontend', 'v2', 'v3')).toEqual({
      state: 'unknown',
      because: 'The source repo of frontend has no tag or commit v3.',
    });
  });
});

it('a branch whose name is typed is deployed by its commit, and is no published version', async () => {
  const commit = await commitFiles(gitDir, { 'app.rb': '1\n' }, { branch: 'fix' });
  expect(await sources.published('frontend', 'fix')).toBe(false);
  expect((await sources.candidates('frontend', 'fix', 5)).listed[0]).toMatchObject({ version: commit });
});

it('a name that is typed is a tag, a branch, or both, as the repo says', async () => {
  const tagged = await commitFiles(gitDir, { 'app.rb': '1\n' });
  await tag('fix', tagged);
  const commit = await commitFiles(gitDir, { 'app.rb': '2\n' }, { branch: 'fix' });
  await commitFiles(gitDir, { 'app.rb': '3\n' }, { branch: 'team/fix' });
  const { listed, partial } = await sources.candidates('frontend', 'fix', 5);
  expect(listed.slice(0, 2)).toMatchObject([
    { kind: 'tag', version: 'fix', sha: tagged },
    { kind: 'branch', version: commit },
  ]);
  expect(partial).toBe('fix is a tag and a branch of this repo: choose the one you mean.');
  expect((await sources.candidates('frontend', 'team/fix', 5)).listed[0]).toMatchObject({ kind: 'branch' });
  expect((await sources.candidates('frontend', '../fix', 5)).listed).toEqual([]);
});

it('an app whose repo is called otherwise is read there', async () => {
  await tag('v1', await commitFiles(gitDir, { 'app.rb': '1\n' }));
  expect(await sources.published('site', 'v1')).toBe(true);
  await expect(sources.candidates('odd', '', 5)).rejects.toThrow('odd can’t have a source repo.');
});

it('a copy that is damaged is made again', async () => {
  await tag('v1', await commitFiles(gitDir, { 'app.rb': '1\n' }));
  expect(await sources.published('frontend', 'v1')).toBe(true);
  const [folder = ''] = await readdir(join(estate.folder, 'sources'));
  await writeFile(join(estate.folder, 'sources', folder, 'repo.git', 'HEAD'), 'rubbish');
  expect(await open().published('frontend', 'v1')).toBe(true);
});

it.each([
  ['without a sign-in', 'frontend', null, 'The source repo of frontend refused the sign-in.'],
  [
    'where there is no such repo',
    'nothing',
    writerToken,
    'There is no Git repo at the address of the source repo of nothing.',
  ],
  [
    'with a name that is no part of an address',
    '../frontend',
    writerToken,
    '../frontend can’t have a source repo.',
  ],
  ['with a name like an option', '-x', writerToken, '-x can’t have a source repo.'],
])('%s: it is told', async (_, app, token, message) => {
  await tag('v1', await commitFiles(gitDir, { 'app.rb': '1\n' }));
  const asked = open(token);
  await expect(asked.candidates(app, '', 5)).rejects.toThrow(message);
  expect(await asked.published(app, 'v1')).toBeNull();
  const change = await asked.change(app, 'v1', 'v2');
  expect(change).toMatchObject({ state: 'unknown', because: expect.stringContaining(message.slice(0, 20)) });
  expect(JSON.stringify(change)).not.toContain('unexpected error');
});
