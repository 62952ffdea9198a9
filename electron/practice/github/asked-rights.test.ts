import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGitHub } from '../../systems/github/github-client';
import { createRepoRights, type RepoRights } from '../../systems/github/repo-rights';
import type { RightsState } from '../../systems/practice/rights';
import { owner, releaseRepoName } from '../estate/apps';
import { deployFile } from '../estate/deploy-workflow';
import { bot, consoleUser } from '../estate/people';
import { seedRepos } from '../estate/seed/seed';
import { standardRights } from '../rights/standard-rights';
import { type GithubServer, startGithubServer } from './server';
import { type Exchange, readDescription } from './testing/github-description';
import { notingFetch } from './testing/noting-fetch';

/** What the console asks about rights, of the practice estate's GitHub and held against GitHub's own description. */
const description = readDescription();
const rights: RightsState = standardRights('govuk');
const signal = new AbortController().signal;
const main = { owner, repo: releaseRepoName, branch: 'main' };
let root: string;
let server: GithubServer;
let exchanges: Exchange[];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'practice-asked-rights-'));
  await seedRepos({ root, now: new Date('2026-03-04T11:30:00Z') });
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
const of = (token: string): RepoRights =>
  createRepoRights(
    createGitHub({
      apiUrl: server.url,
      token: async () => token,
      fetch: notingFetch((exchange) => exchanges.push(exchange)),
    }),
  );
/** GraphQL is described elsewhere, and this server has none. */
const problems = (): string[] => [
  ...new Set(
    exchanges.filter(({ url }) => !url.endsWith('/graphql')).flatMap((one) => description.problems(one)),
  ),
];

it('a protected main: by protection, which GraphQL alone tells a writer, or by a ruleset', async () => {
  expect(await of('person').branch(main, signal)).toMatchObject({
    ok: true,
    value: {
      permission: 'write',
      archived: false,
      protected: true,
      needsReview: true,
      needsCodeOwners: true,
    },
  });
  rights.protectedBy = 'ruleset';
  expect(await of('person').branch(main, signal)).toMatchObject({
    ok: true,
    value: { protected: true, needsReview: true, needsCodeOwners: true },
  });
  rights.profile = 'everything';
  expect(await of('person').branch(main, signal)).toMatchObject({
    ok: true,
    value: { protected: false, needsReview: false, restrictsPushes: false },
  });
  expect(problems()).toEqual([]);
});

it('a team: its members, others, and what a token without the scope can’t tell', async () => {
  const team = { org: owner, team: 'gov-uk-production-deploy', login: consoleUser.login };
  expect(await of('person').user(signal)).toMatchObject({ ok: true, value: { login: consoleUser.login } });
  expect(await of('person').team(team, signal)).toEqual({ ok: true, value: 'active' });
  rights.teams['gov-uk-production-deploy'] = [];
  expect(await of('person').team(team, signal)).toEqual({ ok: true, value: 'none' });
  rights.scopes = ['repo'];
  expect(await of('person').team(team, signal)).toMatchObject({ ok: false });
  expect(problems()).toEqual([]);
});

it('an app’s workflow: what it takes, and who may run it', async () => {
  const file = { owner, repo: 'whitehall', file: deployFile, ref: 'main' };
  expect(await of('person').workflowFile(file, signal)).toEqual({
    ok: true,
    value: { exists: true, inputs: ['gitRef', 'environment'], mayRun: true },
  });
  expect(await of('reader').workflowFile(file, signal)).toMatchObject({
    ok: true,
    value: { exists: true, mayRun: false },
  });
  expect(await of('person').workflowFile({ ...file, file: 'none.yml' }, signal)).toMatchObject({
    ok: true,
    value: { exists: false },
  });
  expect(problems()).toEqual([]);
});
