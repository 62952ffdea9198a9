import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createRepoRights, type RepoRights } from './repo-rights';

/** A GitHub with the answers of one person; what is not listed is 404, as GitHub answers what may not be seen. */
type Answers = Record<string, { status?: number; headers?: Record<string, string>; body: unknown }>;
let answers: Answers;
let asked: string[];
let server: Server;
let rights: RepoRights;
const signal = new AbortController().signal;

beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    await text(request);
    asked.push(`${request.method} ${path}`);
    const answer = answers[`${request.method} ${path}`] ?? { status: 404, body: { message: 'Not Found' } };
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      'x-oauth-scopes': 'read:org, repo',
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  rights = createRepoRights(createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'token' }));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const permissions = (...names: string[]) =>
  Object.fromEntries(
    ['admin', 'maintain', 'push', 'triage', 'pull'].map((one) => [one, names.includes(one)]),
  );
const repo = (names: string[], more: object = {}) => ({
  body: { full_name: 'alphagov/charts', archived: false, permissions: permissions(...names), ...more },
});
const writer = repo(['push', 'triage', 'pull'], { allow_auto_merge: true });
const admin = repo(['admin', 'maintain', 'push', 'triage', 'pull']);
const branch = (isProtected: boolean) => ({ body: { name: 'main', protected: isProtected } });
const place = { owner: 'alphagov', repo: 'charts', branch: 'main' };
const at = '/repos/alphagov/charts';
const user = { 'GET /user': { body: { login: 'Priya' } } };
const refUpdateRule = (rule: object | null) => ({
  'POST /graphql': { body: { data: { repository: { ref: { refUpdateRule: rule } } } } },
});
const rule = {
  requiredApprovingReviewCount: 1,
  requiresCodeOwnerReviews: true,
  requiresSignatures: false,
  requiredStatusCheckContexts: ['lint'],
  viewerCanPush: false,
};
const protection = (more: object = {}) => ({
  enforce_admins: { url: 'x', enabled: true },
  required_pull_request_reviews: {
    url: 'x',
    dismiss_stale_reviews: true,
    require_code_owner_reviews: true,
    required_approving_review_count: 1,
    bypass_pull_request_allowances: { users: [{ login: 'govuk-ci' }], teams: [], apps: [] },
  },
  restrictions: { users: [], teams: [{ slug: 'gov-uk-production-deploy' }], apps: [] },
  ...more,
});
const none = { needsReview: false, needsCodeOwners: false, restrictsPushes: false };

describe('rights on a branch', () => {
  it.each<[string, Answers, object]>([
    [
      'a branch that nothing protects',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(false),
        [`GET ${at}/rules/branches/main`]: { body: [] },
      },
      { permission: 'write', archived: false, protected: false, ...none, allowsAutoMerge: true, rules: [] },
    ],
    [
      'protection as a writer sees it: by GraphQL alone',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
        ...refUpdateRule(rule),
      },
      {
        permission: 'write',
        protected: true,
        needsReview: true,
        needsCodeOwners: true,
        restrictsPushes: true,
        rules: ['pull_request', 'required_status_checks'],
      },
    ],
    [
      'protection that nobody shows',
      {
        [`GET ${at}`]: repo(['pull']),
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
      },
      {
        permission: 'read',
        protected: true,
        needsReview: null,
        needsCodeOwners: null,
        restrictsPushes: null,
        allowsAutoMerge: null,
        rules: [],
      },
    ],
    [
      'protection as GraphQL refuses it',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
        'POST /graphql': { body: { data: null, errors: [{ message: 'Resource not accessible' }] } },
      },
      { protected: true, needsReview: null, restrictsPushes: null },
    ],
    [
      'protection that binds its admins, one of whom is in the team that may push',
      {
        ...user,
        [`GET ${at}`]: admin,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
        [`GET ${at}/branches/main/protection`]: { body: protection() },
        'GET /orgs/alphagov/teams/gov-uk-production-deploy/memberships/Priya': {
          body: { state: 'active', role: 'member', url: 'x' },
        },
      },
      {
        permission: 'admin',
        protected: true,
        needsReview: true,
        needsCodeOwners: true,
        restrictsPushes: false,
      },
    ],
    [
      'protection whose rules of reviews let the person pass, and whose pushes are for others',
      {
        'GET /user': { body: { login: 'govuk-ci' } },
        [`GET ${at}`]: admin,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
        [`GET ${at}/branches/main/protection`]: { body: protection() },
      },
      { protected: true, needsReview: false, needsCodeOwners: false, restrictsPushes: true },
    ],
    [
      'protection that binds no admins',
      {
        [`GET ${at}`]: admin,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: { body: [] },
        [`GET ${at}/branches/main/protection`]: {
          body: protection({ enforce_admins: { url: 'x', enabled: false } }),
        },
      },
      { protected: false, ...none, rules: [] },
    ],
    [
      'a ruleset of the organisation, on a branch that has no protection',
      {
        [`GET ${at}`]: admin,
        [`GET ${at}/branches/main`]: branch(true),
        [`GET ${at}/rules/branches/main`]: {
          body: [
            {
              type: 'pull_request',
              ruleset_source_type: 'Organization',
              ruleset_source: 'alphagov',
              ruleset_id: 7,
              parameters: { required_approving_review_count: 1, require_code_owner_review: true },
            },
            { type: 'update', ruleset_id: 7 },
            { type: 'deletion', ruleset_id: 7 },
          ],
        },
        [`GET ${at}/branches/main/protection`]: { status: 404, body: { message: 'Branch not protected' } },
        [`GET ${at}/rulesets/7`]: { body: { id: 7, name: 'main', current_user_can_bypass: 'never' } },
      },
      {
        protected: true,
        needsReview: true,
        needsCodeOwners: true,
        restrictsPushes: true,
        rules: ['pull_request', 'update'],
      },
    ],
    [
      'a ruleset that lets the person pass',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(false),
        [`GET ${at}/rules/branches/main`]: { body: [{ type: 'pull_request', ruleset_id: 7 }] },
        [`GET ${at}/rulesets/7`]: { body: { id: 7, current_user_can_bypass: 'always' } },
      },
      { protected: false, ...none, rules: [] },
    ],
    [
      'rules of a kind that nobody knows yet: they may stand in the way',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(false),
        [`GET ${at}/rules/branches/main`]: {
          body: [{ type: 'moon_phase', ruleset_id: 7, parameters: 'odd' }],
        },
      },
      { protected: true, ...none, rules: ['moon_phase'] },
    ],
    [
      'rules that may not be seen',
      { [`GET ${at}`]: writer, [`GET ${at}/branches/main`]: branch(false) },
      { protected: null, needsReview: null, restrictsPushes: null },
    ],
    [
      'an archived repo without permissions in the answer',
      {
        [`GET ${at}`]: { body: { full_name: 'alphagov/charts', archived: true } },
        [`GET ${at}/branches/main`]: branch(false),
        [`GET ${at}/rules/branches/main`]: { body: [] },
      },
      { permission: null, archived: true },
    ],
  ])('%s', async (_, given, expected) => {
    answers = given;
    expect(await rights.branch(place, signal)).toEqual({
      ok: true,
      value: expect.objectContaining(expected),
    });
  });

  it.each<[string, Answers, object]>([
    ['a repo that is not there', {}, { code: 'not-found' }],
    [
      'a limit that is used up, which says nothing of rights',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: branch(false),
        [`GET ${at}/rules/branches/main`]: {
          status: 403,
          headers: { 'x-ratelimit-remaining': '0' },
          body: { message: 'API rate limit exceeded for user ID 1.' },
        },
      },
      { code: 'rate-limited' },
    ],
    [
      'an answer of another shape',
      {
        [`GET ${at}`]: writer,
        [`GET ${at}/branches/main`]: { body: { protected: 'yes' } },
        [`GET ${at}/rules/branches/main`]: { body: [] },
      },
      { code: 'bad-data', message: expect.stringContaining('rights on alphagov/charts main') },
    ],
  ])('fails in words: %s', async (_, given, expected) => {
    answers = given;
    expect(await rights.branch(place, signal)).toMatchObject({ ok: false, failure: expected });
  });
});

describe('a team', () => {
  const team = { org: 'alphagov', team: 'gov-uk-production-deploy', login: 'Priya' };
  const membership = 'GET /orgs/alphagov/teams/gov-uk-production-deploy/memberships/Priya';
  const byName = { 'GET /orgs/alphagov/teams/gov-uk-production-deploy': { body: { slug: 'x' } } };

  it.each<[string, Answers, object]>([
    ['a member', { [membership]: { body: { state: 'active' } } }, { ok: true, value: 'active' }],
    ['an invitation', { [membership]: { body: { state: 'pending' } } }, { ok: true, value: 'pending' }],
    ['nobody of it', byName, { ok: true, value: 'none' }],
    ['a team that is hidden', {}, { ok: false, failure: { code: 'not-found' } }],
    [
      'a token without the scope',
      {
        ...byName,
        [membership]: { status: 404, headers: { 'x-oauth-scopes': 'repo' }, body: { message: 'Not Found' } },
      },
      { ok: false, failure: { code: 'forbidden', meaning: expect.stringContaining('read:org') } },
    ],
    [
      'a state that is none',
      { [membership]: { body: { state: 'maybe' } } },
      { ok: false, failure: { code: 'bad-data' } },
    ],
  ])('%s', async (_, given, expected) => {
    answers = given;
    expect(await rights.team(team, signal)).toMatchObject(expected);
  });
});

it('asks no more than it takes where nothing protects the branch', async () => {
  answers = {
    [`GET ${at}`]: writer,
    [`GET ${at}/branches/main`]: branch(false),
    [`GET ${at}/rules/branches/main`]: { body: [] },
  };
  await rights.branch(place, signal);
  expect(asked.toSorted()).toEqual([`GET ${at}`, `GET ${at}/branches/main`, `GET ${at}/rules/branches/main`]);
});

it('whose token it is, and its scopes', async () => {
  answers = user;
  expect(await rights.user(signal)).toEqual({
    ok: true,
    value: { login: 'Priya', id: null, emails: [], scopes: ['read:org', 'repo'] },
  });
});

describe('a workflow file', () => {
  const file = { owner: 'alphagov', repo: 'frontend', file: 'deploy.yml', ref: 'main' };
  const own = '/repos/alphagov/frontend';
  const contents = (source: string) => ({
    [`GET ${own}/contents/${encodeURIComponent('.github/workflows/deploy.yml')}`]: {
      body: { type: 'file', encoding: 'base64', content: Buffer.from(source).toString('base64') },
    },
  });
  const active = {
    [`GET ${own}/actions/workflows/deploy.yml`]: { body: { id: 1, state: 'active' } },
  };
  const dispatchable =
    'on:\n  workflow_dispatch:\n    inputs:\n      gitRef: {required: true}\n      environment:\njobs: {}\n';

  it.each<[string, Answers, object]>([
    [
      'that a writer may run',
      { [`GET ${own}`]: writer, ...contents(dispatchable), ...active },
      { exists: true, inputs: ['gitRef', 'environment'], mayRun: true },
    ],
    [
      'that a reader may not run',
      { [`GET ${own}`]: repo(['pull']), ...contents('on: workflow_dispatch'), ...active },
      { exists: true, inputs: [], mayRun: false },
    ],
    [
      'of an archived repo',
      { [`GET ${own}`]: repo(['push'], { archived: true }), ...contents(dispatchable) },
      { exists: true, mayRun: false },
    ],
    ['that is not there', { [`GET ${own}`]: writer }, { exists: false, inputs: null, mayRun: true }],
    [
      'that can’t be run by hand',
      { [`GET ${own}`]: writer, ...contents('on: [push, pull_request]'), ...active },
      { exists: false },
    ],
    [
      'that is no YAML',
      { [`GET ${own}`]: writer, ...contents('on: ['), ...active },
      { exists: true, inputs: null },
    ],
    [
      'whose aliases grow without end',
      {
        [`GET ${own}`]: writer,
        ...contents(
          `a0: &a0 [x]\n${Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]\n`).join('')}on: workflow_dispatch\n`,
        ),
        ...active,
      },
      { exists: true, inputs: null },
    ],
  ])('%s', async (_, given, expected) => {
    answers = given;
    expect(await rights.workflowFile(file, signal)).toEqual({
      ok: true,
      value: expect.objectContaining(expected),
    });
  });

  it('that is switched off, and a repo that is not there, are told in words', async () => {
    answers = {
      [`GET ${own}`]: writer,
      ...contents(dispatchable),
      [`GET ${own}/actions/workflows/deploy.yml`]: { body: { id: 1, state: 'disabled_manually' } },
    };
    expect(await rights.workflowFile(file, signal)).toMatchObject({
      ok: false,
      failure: { code: 'refused', message: expect.stringContaining('switched off') },
    });
    answers = {};
    expect(await rights.workflowFile(file, signal)).toMatchObject({
      ok: false,
      failure: { code: 'not-found' },
    });
  });
});
