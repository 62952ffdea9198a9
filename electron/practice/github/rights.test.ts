import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGitHub } from '../../systems/github/github-client';
import { mergeBranch } from '../../systems/github/merges';
import { createRepoRights } from '../../systems/github/repo-rights';
import type { RightsState } from '../../systems/practice/rights';
import { owner, releaseRepoName } from '../estate/apps';
import { bot, consoleUser, rival } from '../estate/people';
import { gitDirOf, seedRepos } from '../estate/seed/seed';
import { BareRepo } from '../git/bare-repo';
import { standardRights } from '../rights/standard-rights';
import { type GithubServer, startGithubServer } from './server';
import { type Exchange, readDescription } from './testing/github-description';
import { notingFetch } from './testing/noting-fetch';

/** What GitHub's own client is told about rights, held against GitHub's description of its API. */
const release = { owner, repo: releaseRepoName };
const description = readDescription();
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const deployTeam = 'gov-uk-production-deploy';
const rights: RightsState = standardRights('govuk');
let root: string;
let server: GithubServer;
let repo: BareRepo;
let exchanges: Exchange[];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-github-rights-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
  repo = new BareRepo(gitDirOf(root, releaseRepoName));
  server = await startGithubServer({
    root,
    tokens: {
      person: { login: consoleUser.login, write: true },
      bot: { login: bot.login, write: true },
      reader: { login: 'reader', write: false },
    },
    gitUrl: 'http://127.0.0.1:1',
    rights,
  });
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  Object.assign(rights, standardRights('govuk'));
  exchanges = [];
});

const noting = notingFetch((exchange) => exchanges.push(exchange));
const client = (token = 'person') =>
  new Octokit({ baseUrl: server.url, auth: token, log: quiet, request: { fetch: noting } });
const problems = (): string[] => [...new Set(exchanges.flatMap((one) => description.problems(one)))];
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    (error: { status: number; response?: { data?: { message?: string } } }) =>
      `${error.status} ${error.response?.data?.message}`,
  );
const leave = (team: keyof RightsState['teams'] = deployTeam): void => {
  rights.teams[team] = rights.teams[team].filter((login) => login !== consoleUser.login);
};
/** A branch with a commit on main. @returns its name. */
async function branch(name: string): Promise<string> {
  const main = (await repo.readRef('refs/heads/main')) ?? '';
  const at = new Date('2026-03-04T12:00:00Z');
  const commit = await repo.commitFiles({
    parent: main,
    files: new Map([[`docs/${name}.md`, 'text\n']]),
    message: 'change\n',
    author: { name: 'Demo', email: 'demo@example.invalid', at },
  });
  await repo.swapRef(`refs/heads/${name}`, await repo.readRef(`refs/heads/${name}`), commit);
  return name;
}

it('shows of a protected branch that it is one, and of its rules nothing to whoever is no administrator', async () => {
  const github = client();
  const { data } = await github.repos.getBranch({ ...release, branch: 'main' });
  expect(data).toMatchObject({ protected: true, protection: { enabled: true } });
  const { data: all } = await github.repos.listBranches(release);
  expect(all.find(({ name }) => name === 'main')).toMatchObject({ protected: true });
  expect((await github.repos.getBranchRules({ ...release, branch: 'main' })).data).toEqual([]);
  expect(await refusal(github.repos.getBranchProtection({ ...release, branch: 'main' }))).toBe(
    '404 Not Found',
  );
  const admin = await client('bot').repos.getBranchProtection({ ...release, branch: 'main' });
  expect(admin.data).toMatchObject({
    enforce_admins: { enabled: true },
    required_pull_request_reviews: {
      required_approving_review_count: 1,
      require_code_owner_reviews: true,
      bypass_pull_request_allowances: { users: [{ login: bot.login }] },
    },
    restrictions: { teams: [{ slug: 'gov-uk-production-admin' }, { slug: deployTeam }] },
  });
  expect((await github.repos.get(release)).data.permissions).toMatchObject({ admin: false, push: true });
  expect((await client('bot').repos.get(release)).data.permissions).toMatchObject({ admin: true });
  expect((await client('reader').repos.get(release)).data.permissions).toMatchObject({ push: false });
  expect(problems()).toEqual([]);
});

it('shows a ruleset to every reader, and nothing where all may', async () => {
  rights.protectedBy = 'ruleset';
  const { data } = await client('reader').repos.getBranchRules({ ...release, branch: 'main' });
  expect(data.map(({ type }) => type)).toEqual(['deletion', 'non_fast_forward', 'pull_request']);
  expect(data.at(-1)).toMatchObject({
    parameters: { required_approving_review_count: 1, require_code_owner_review: true },
  });
  const ruleset_id = Number(data[0]?.ruleset_id);
  const ofRuleset = async (token: string) =>
    (await client(token).repos.getRepoRuleset({ ...release, ruleset_id })).data.current_user_can_bypass;
  expect([await ofRuleset('person'), await ofRuleset('bot')]).toEqual(['never', 'always']);
  const other = await client().repos.getBranchRules({ ...release, branch: 'signalbox/not-there-yet' });
  expect(other.data).toEqual([]);
  rights.profile = 'everything';
  expect((await client().repos.getBranchRules({ ...release, branch: 'main' })).data).toEqual([]);
  const main = await client().repos.getBranch({ ...release, branch: 'main' });
  expect(main.data).toMatchObject({ protected: false, protection: { enabled: false } });
  expect(problems()).toEqual([]);
});

it('refuses merges into main, and changes of it, past a pull request', async () => {
  const head = await branch('past-a-review');
  const before = await repo.readRef('refs/heads/main');
  const sha = (await repo.readRef(`refs/heads/${head}`)) ?? '';
  const github = client();
  const merge = () => refusal(github.repos.merge({ ...release, base: 'main', head }));
  const needed = 'Changes must be made through a pull request.';
  expect(await merge()).toBe(`409 ${needed}`);
  const move = { ...release, ref: 'heads/main' };
  expect(await refusal(github.git.updateRef({ ...move, sha }))).toBe(`422 ${needed}`);
  expect(await refusal(github.git.deleteRef(move))).toBe(`422 ${needed}`);
  leave();
  expect(await merge()).toMatch(/^403 Changes must .* You're not authorized to push to this branch\./);
  rights.protectedBy = 'ruleset';
  expect(await merge()).toBe(`409 Repository rule violations found\n\n${needed}\n\n`);
  expect(await repo.readRef('refs/heads/main')).toBe(before);
  expect(problems()).toEqual([]);
});

it('takes other branches from people, and main from the bot, as update-image-tag merges it', async () => {
  const head = await branch('from-the-bot');
  await branch('another');
  expect((await client().repos.merge({ ...release, base: 'another', head })).status).toBe(201);
  expect((await client('bot').repos.merge({ ...release, base: 'main', head })).status).toBe(201);
  await client().git.deleteRef({ ...release, ref: 'heads/another' });
  expect(problems()).toEqual([]);
});

it('is told by the console as a refusal and not as a race, by whatever main is protected', async () => {
  const head = await branch('by-the-console');
  const github = createGitHub({ apiUrl: server.url, token: async () => 'person', fetch: noting });
  const merge = () => mergeBranch(github, { ...release, base: 'main', head, message: 'm' });
  await expect(merge()).rejects.toMatchObject({ status: 409 });
  rights.protectedBy = 'ruleset';
  await expect(merge()).rejects.toMatchObject({ status: 409 });
});

it('tells who is in a team to members of the organisation whose token has read:org', async () => {
  const github = client();
  const asked = { org: owner, team_slug: deployTeam };
  const own = () => github.teams.getMembershipForUserInOrg({ ...asked, username: consoleUser.login });
  const { data, headers } = await own();
  expect(data).toMatchObject({ state: 'active', role: 'member' });
  expect(headers['x-oauth-scopes']).toBe('read:org, repo, workflow');
  expect((await github.teams.getByName(asked)).data).toMatchObject({
    name: 'GOV.UK Production Deploy',
    slug: deployTeam,
    members_count: 4,
  });
  const members = await github.teams.listMembersInOrg({ ...asked, per_page: 2 });
  expect(members.data.map(({ login }) => login)).toEqual([consoleUser.login, rival.login]);
  const { data: mine } = await github.teams.listForAuthenticatedUser();
  expect(mine.map(({ slug }) => slug)).toEqual(['gov-uk', deployTeam]);
  leave();
  expect(await refusal(own())).toBe('404 Not Found');
  expect((await github.teams.getByName(asked)).data.members_count).toBe(3);
  expect(problems()).toEqual([]);
});

it('tells nothing of teams to other tokens: as if there were none, with the scope that is missing', async () => {
  const asked = { org: owner, team_slug: deployTeam };
  const membership = { ...asked, username: consoleUser.login };
  expect(await refusal(client('reader').teams.getMembershipForUserInOrg(membership))).toBe('404 Not Found');
  rights.scopes = ['repo'];
  const lacking = client().teams.getMembershipForUserInOrg(membership);
  await expect(lacking).rejects.toMatchObject({
    status: 404,
    response: {
      headers: {
        'x-oauth-scopes': 'repo',
        'x-accepted-oauth-scopes': 'admin:org, read:org, write:org',
      },
    },
  });
  expect(await refusal(client().teams.getByName(asked))).toBe('404 Not Found');
  rights.scopes = ['read:org'];
  expect(await refusal(client().repos.get(release))).toBe('404 Not Found');
  expect(await refusal(client().teams.getByName({ ...asked, team_slug: 'nobody' }))).toBe('404 Not Found');
  expect(problems()).toEqual([]);
});

it('gives the text of a file, and the files of a folder', async () => {
  const file = { ...release, path: '.github/workflows/provider-tests.yml' };
  const { data } = await client().repos.getContent(file);
  if (Array.isArray(data) || data.type !== 'file' || !('content' in data)) throw new Error('no file');
  const text = Buffer.from(data.content, 'base64').toString('utf8');
  expect(text).toContain('workflow_dispatch');
  const folder = await client().repos.getContent({ ...release, path: '.github/workflows' });
  expect(folder.data).toMatchObject([{ name: 'provider-tests.yml', type: 'file' }]);
  expect(await refusal(client().repos.getContent({ ...release, path: 'nothing.yml' }))).toBe('404 Not Found');
  expect(await refusal(client().repos.getContent({ ...file, ref: 'no-such-branch' }))).toBe('404 Not Found');
  expect(problems()).toEqual([]);
});

it('is read by the console as it is: by GraphQL, a ruleset, or nothing, for the person and for the bot', async () => {
  const branchRights = async (token: string) => {
    const github = createGitHub({ apiUrl: server.url, token: async () => token });
    const asked = createRepoRights(github).branch(
      { ...release, branch: 'main' },
      AbortSignal.timeout(60_000),
    );
    const answer = await asked;
    if (!answer.ok) throw new Error(answer.failure.message);
    const { needsReview, needsCodeOwners, restrictsPushes } = answer.value;
    return { protected: answer.value.protected, needsReview, needsCodeOwners, restrictsPushes };
  };
  const bound = { protected: true, needsReview: true, needsCodeOwners: true, restrictsPushes: false };
  const free = { needsReview: false, needsCodeOwners: false, restrictsPushes: false };
  expect(await branchRights('person')).toEqual(bound);
  leave();
  expect(await branchRights('person')).toEqual({ ...bound, restrictsPushes: true });
  rights.protectedBy = 'ruleset';
  expect(await branchRights('person')).toMatchObject({ needsReview: true, needsCodeOwners: true });
  expect(await branchRights('bot')).toMatchObject(free);
  rights.profile = 'everything';
  expect(await branchRights('person')).toEqual({ protected: false, ...free });
});
