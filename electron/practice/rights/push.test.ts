import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pushRef } from '../../systems/git/push';
import type { RightsState } from '../../systems/practice/rights';
import { owner, releaseRepoName } from '../estate/apps';
import { bot, consoleUser } from '../estate/people';
import { git, gitEnvironment } from '../git/command';
import { type GitServer, startGitServer } from '../git/server';
import { refusalOfChange } from './branch-rules';
import { standardRights } from './standard-rights';

/** What a push says where main is protected, by real Git against the practice Git server. */
let folder: string;
let work: string;
let server: GitServer;
let rights: RightsState;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'practice-rights-'));
  work = path.join(folder, 'work');
  for (const repo of [releaseRepoName, 'whitehall']) {
    const gitDir = path.join(folder, 'repos', owner, `${repo}.git`);
    await mkdir(gitDir, { recursive: true });
    await git(gitDir, ['init', '-q', '--bare', '--initial-branch=main']);
    await git(gitDir, ['fast-import', '--quiet'], {
      input:
        'commit refs/heads/main\ncommitter Demo <demo@example.invalid> 1700000000 +0000\ndata 5\nfirst\nM 644 inline file\ndata 6\nhello\n\n',
    });
  }
  rights = standardRights('govuk');
  server = await startGitServer({
    root: path.join(folder, 'repos'),
    tokens: {
      person: { login: consoleUser.login, write: true },
      bot: { login: bot.login, write: true },
    },
    refuses: (change) => refusalOfChange(rights, change),
  });
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const basic = (token: string): string => Buffer.from(`x:${token}`).toString('base64');
const client = (token: string, ...args: string[]) =>
  execa('git', args, {
    cwd: folder,
    extendEnv: false,
    env: {
      ...gitEnvironment(),
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic(token)}`,
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@example.invalid',
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@example.invalid',
    },
    reject: false,
  });

/** A clone with a commit of its own on main. @returns the commit. */
async function changed(repo = releaseRepoName): Promise<string> {
  await client('person', 'clone', '-q', `${server.url}/${owner}/${repo}.git`, work);
  await writeFile(path.join(work, 'file'), `${Math.random()}\n`);
  await client('person', '-C', work, 'commit', '-q', '-a', '-m', 'next');
  return (await client('person', '-C', work, 'rev-parse', 'HEAD')).stdout;
}
const refs = async (repo = releaseRepoName): Promise<Record<string, string>> => {
  const gitDir = path.join(folder, 'repos', owner, `${repo}.git`);
  const lines = (await git(gitDir, ['for-each-ref', '--format=%(refname:short) %(objectname)'])).trim();
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ') as [string, string]));
};
/** What the server printed for the person, without the spaces that side bands are filled up with. */
const said = (stderr: string): string[] =>
  stderr
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => /^(remote:| !)/.test(line));

it('refuses main to a member of the team in the words of branch protection, and takes other branches', async () => {
  const commit = await changed();
  const before = await refs();
  const refused = await client('person', '-C', work, 'push', 'origin', 'main', 'main:refs/heads/signalbox/x');
  expect(refused.exitCode).toBe(1);
  expect(said(refused.stderr)).toEqual([
    'remote: error: GH006: Protected branch update failed for refs/heads/main.',
    'remote:',
    'remote: - Changes must be made through a pull request.',
    ' ! [remote rejected] main -> main (protected branch hook declined)',
  ]);
  expect(await refs()).toEqual({ ...before, 'signalbox/x': commit });
});

it('says beside it that pushes are restricted, to whoever is in no team that may push', async () => {
  await changed();
  rights.teams['gov-uk-production-deploy'] = [];
  const { stderr } = await client('person', '-C', work, 'push', 'origin', 'main');
  expect(said(stderr).slice(2)).toEqual([
    'remote: - Changes must be made through a pull request.',
    'remote:',
    expect.stringMatching(
      /^remote: - You're not authorized to push to this branch\. Visit https:\S+ for more/,
    ),
    ' ! [remote rejected] main -> main (protected branch hook declined)',
  ]);
});

it('refuses in the words of a ruleset where it is one', async () => {
  await changed();
  rights.protectedBy = 'ruleset';
  const { stderr } = await client('person', '-C', work, 'push', 'origin', 'main');
  expect(said(stderr)).toEqual([
    'remote: error: GH013: Repository rule violations found for refs/heads/main.',
    `remote: Review all repository rules at https://github.example/${owner}/${releaseRepoName}/rules?ref=refs%2Fheads%2Fmain`,
    'remote:',
    'remote: - Changes must be made through a pull request.',
    'remote:',
    ' ! [remote rejected] main -> main (push declined due to repository rule violations)',
  ]);
});

it.each([
  ['a forced push', ['--force', 'origin', 'main']],
  ['a deletion', ['origin', ':main']],
  ['a push of everything or nothing', ['--atomic', 'origin', 'main', 'main:refs/heads/other']],
])('refuses %s', async (_, args) => {
  await changed();
  const before = await refs();
  const { exitCode, stderr } = await client('person', '-C', work, 'push', ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('GH006');
  expect(await refs()).toEqual(before);
});

it('takes main from the bot alone, from anybody where all may, and in the repos of apps', async () => {
  const commit = await changed();
  rights.profile = 'everything';
  expect((await client('person', '-C', work, 'push', 'origin', 'main')).exitCode).toBe(0);
  expect((await refs()).main).toBe(commit);
  rights.profile = 'govuk-pods-only';
  expect((await client('person', '-C', work, 'push', '-f', 'origin', 'main~1:main')).exitCode).toBe(1);
  expect((await client('bot', '-C', work, 'push', '-f', 'origin', 'main~1:main')).exitCode).toBe(0);
  await rm(work, { recursive: true });
  const next = await changed('whitehall');
  expect((await client('person', '-C', work, 'push', 'origin', 'main')).exitCode).toBe(0);
  expect((await refs('whitehall')).main).toBe(next);
});

it('is told by the console as a refusal, with what GitHub says', async () => {
  const commit = await changed();
  const push = pushRef(
    `${server.url}/${owner}/${releaseRepoName}.git`,
    { ref: 'refs/heads/main', old: (await refs()).main ?? '', commit },
    {
      gitDir: path.join(work, '.git'),
      auth: { origin: server.url, username: 'x', password: 'person', header: `Basic ${basic('person')}` },
    },
  );
  await expect(push).rejects.toMatchObject({
    kind: 'forbidden',
    detail: expect.stringContaining('Changes must be made through a pull request.'),
  });
});
