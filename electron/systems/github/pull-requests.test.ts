import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHub } from './github-client';
import { createPullRequests, type PullRequests } from './pull-requests';

/** A GitHub with the given answers to each question, in turn; the last one stays. */
type Answer = { status?: number; headers?: Record<string, string>; body: unknown };
let answers: Record<string, Answer[]>;
let asked: { what: string; body: unknown }[];
let server: Server;
let pulls: PullRequests;
const signal = new AbortController().signal;
const place = { owner: 'alphagov', repo: 'charts' };
const at = '/repos/alphagov/charts';
const message = { title: 'Deploy', body: 'Signalbox-Operation: x' };

beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url?.split('?')[0]}`;
    const sent = await text(request);
    asked.push({ what, body: sent === '' ? null : JSON.parse(sent) });
    const of = answers[what] ?? [{ status: 404, body: { message: 'Not Found' } }];
    const answer = of.length > 1 ? of.shift() : of[0];
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', ...answer?.headers });
    response.end(JSON.stringify(answer?.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  pulls = createPullRequests(
    createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'token' }),
  );
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const repo = (methods: object): Answer => ({ body: { full_name: 'alphagov/charts', ...methods } });
const said = (words: string, type = 'UNPROCESSABLE'): Answer => ({
  body: { data: { enablePullRequestAutoMerge: null }, errors: [{ type, message: words }] },
});
const on: Answer = { body: { data: { enablePullRequestAutoMerge: { pullRequest: { number: 1 } } } } };
const inputs = () =>
  asked
    .filter(({ what }) => what === 'POST /graphql')
    .map(({ body }) => (body as { variables: { input: object } }).variables.input);

describe('reviews', () => {
  const review = (login: string, state: string, association: string) => ({
    user: { login },
    state,
    author_association: association,
  });
  const given = [
    review('ada', 'APPROVED', 'MEMBER'),
    review('eve', 'APPROVED', 'MEMBER'),
    review('mallory', 'APPROVED', 'NONE'),
  ];
  const ask = () => pulls.reviews(place, { number: 7, id: 'PR_7' }, signal);

  it('count by who can write to the repo and by GitHub’s verdict, and code owners who are asked are named', async () => {
    const node = {
      reviewDecision: 'REVIEW_REQUIRED',
      latestOpinionatedReviews: {
        nodes: [
          { author: { login: 'ada' }, authorCanPushToRepository: true },
          { author: { login: 'eve' }, authorCanPushToRepository: false },
          { author: null, authorCanPushToRepository: false },
        ],
      },
      reviewRequests: {
        nodes: [
          { asCodeOwner: true, requestedReviewer: { slug: 'platform' } },
          { asCodeOwner: false, requestedReviewer: { login: 'bob' } },
          { asCodeOwner: true, requestedReviewer: null },
        ],
      },
    };
    answers = {
      [`GET ${at}/pulls/7/reviews`]: [{ body: given }],
      'POST /graphql': [{ body: { data: { node } } }],
    };
    expect(await ask()).toEqual({
      ok: true,
      value: {
        approvedBy: ['ada'],
        changesBy: [],
        uncounted: ['eve', 'mallory'],
        decision: 'review-required',
        ownersAsked: ['platform'],
      },
    });
  });
  it('are told apart by how people belong to the repo where a server has no GraphQL', async () => {
    answers = { [`GET ${at}/pulls/7/reviews`]: [{ body: given }] };
    expect(await ask()).toMatchObject({
      value: { approvedBy: ['ada', 'eve'], uncounted: ['mallory'], decision: null },
    });
  });
  it('need no second question where nobody has said yes or no', async () => {
    answers = { [`GET ${at}/pulls/7/reviews`]: [{ body: [review('ada', 'COMMENTED', 'MEMBER')] }] };
    expect(await ask()).toMatchObject({ value: { approvedBy: [], decision: null } });
    expect(asked.map(({ what }) => what)).not.toContain('POST /graphql');
  });
});

describe('auto-merge', () => {
  it('is asked for by a way of merging that the repo allows; a squash is told title and trailers', async () => {
    answers = {
      [`GET ${at}`]: [
        repo({ allow_merge_commit: false, allow_squash_merge: true, allow_rebase_merge: true }),
      ],
      'POST /graphql': [on],
    };
    expect(await pulls.autoMerge(place, { id: 'PR_1' }, message, signal)).toEqual({
      ok: true,
      value: { state: 'on' },
    });
    expect(inputs()).toEqual([
      {
        pullRequestId: 'PR_1',
        mergeMethod: 'SQUASH',
        commitHeadline: message.title,
        commitBody: message.body,
      },
    ]);
  });

  it('tries one way after the other where the repo does not tell', async () => {
    answers = {
      [`GET ${at}`]: [repo({})],
      'POST /graphql': [said('Merge commits are not allowed on this repository'), on],
    };
    expect(await pulls.autoMerge(place, { id: 'PR_1' }, message, signal)).toMatchObject({
      value: { state: 'on' },
    });
    expect(inputs()).toMatchObject([{ mergeMethod: 'MERGE' }, { mergeMethod: 'SQUASH' }]);
  });

  it.each([
    ['Pull request Pull request is in clean status', 'not-now'],
    ['Pull request is in unstable status', 'not-now'],
    ['Base branch was modified. Review and try the merge again.', 'not-now'],
    ['Pull request Auto merge is not allowed for this repository', 'refused'],
    ['Pull request Protected branch rules not configured for this branch', 'refused'],
    ['Resource not accessible by personal access token', 'refused'],
  ])('%s: %s', async (words, state) => {
    answers = { [`GET ${at}`]: [repo({})], 'POST /graphql': [said(words)] };
    expect(await pulls.autoMerge(place, { id: 'PR_1' }, message, signal)).toEqual({
      ok: true,
      value: { state, because: words },
    });
    expect(inputs()).toHaveLength(1);
  });

  it('tells a limit that GraphQL answers with status 200', async () => {
    answers = {
      [`GET ${at}`]: [repo({})],
      'POST /graphql': [said('API rate limit exceeded', 'RATE_LIMITED')],
    };
    expect(await pulls.autoMerge(place, { id: 'PR_1' }, message, signal)).toMatchObject({
      ok: false,
      failure: { code: 'rate-limited' },
    });
  });
});

const sha = 'a'.repeat(40);
const pull = (change: object = {}) => ({
  number: 7,
  node_id: 'PR_7',
  html_url: 'https://github.com/alphagov/charts/pull/7',
  state: 'open',
  user: { login: 'ada' },
  head: { ref: 'b', sha },
  base: { ref: 'main' },
  merged_at: null,
  merged: false,
  mergeable: true,
  mergeable_state: 'blocked',
  ...change,
});

describe('a pull request', () => {
  it.each([
    ['in conflict', { mergeable: false, mergeable_state: 'dirty' }, { conflicts: true }],
    ['not computed yet', { mergeable: null, mergeable_state: 'unknown' }, { conflicts: false }],
    ['whose page is no web page', { html_url: 'javascript:alert(1)' }, { url: null }],
    ['of a deleted account', { user: null }, { author: null }],
    [
      'merged',
      { state: 'closed', merged: true, merged_at: 'now', merge_commit_sha: sha },
      { state: 'merged', mergeCommit: sha },
    ],
    ['closed', { state: 'closed' }, { state: 'closed' }],
    [
      'whose team’s name steers the screen',
      { requested_teams: [{ slug: 'a\u202eb' }] },
      { asked: ['a\\u202Eb'] },
    ],
  ])('%s', async (_, change, read) => {
    answers = { [`GET ${at}/pulls/7`]: [{ body: pull(change) }] };
    expect(await pulls.get(place, 7, signal)).toMatchObject({ ok: true, value: read });
  });

  it.each([
    ['an answer that lacks its state', { body: pull({ merged: undefined }) }, 'bad-data'],
    ['a head that is no commit', { body: pull({ head: { ref: 'b', sha: 'HEAD' } }) }, 'bad-data'],
    [
      'a repo that has moved',
      { status: 301, headers: { location: '/repositories/1' }, body: { message: 'Moved Permanently' } },
      'not-found',
    ],
    ['one that is not there', { status: 404, body: { message: 'Not Found' } }, 'not-found'],
    [
      'a token without the right',
      { status: 403, body: { message: 'Resource not accessible by personal access token' } },
      'forbidden',
    ],
    [
      'a limit',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0' },
        body: { message: 'API rate limit exceeded' },
      },
      'rate-limited',
    ],
  ])('fails in words for %s', async (_, answer, code) => {
    answers = { [`GET ${at}/pulls/7`]: [answer as Answer] };
    expect(await pulls.get(place, 7, signal)).toMatchObject({ ok: false, failure: { code } });
  });

  it('is not asked to be opened twice where no answer came, and one that exists is told as such', async () => {
    const asking = { title: 't', body: 'b', head: 'h', base: 'main' };
    answers = { [`POST ${at}/pulls`]: [{ status: 502, body: { message: 'Bad Gateway' } }] };
    expect(await pulls.create(place, asking, signal)).toMatchObject({
      ok: false,
      failure: { code: 'unreachable' },
    });
    expect(asked).toHaveLength(1);
    const exists = {
      message: 'Validation Failed',
      errors: [
        { resource: 'PullRequest', code: 'custom', message: 'A pull request already exists for alphagov:h.' },
      ],
    };
    answers = { [`POST ${at}/pulls`]: [{ status: 422, body: exists }] };
    expect(await pulls.create(place, asking, signal)).toEqual({ ok: true, value: 'already' });
    const none = {
      message: 'Validation Failed',
      errors: [{ resource: 'PullRequest', code: 'custom', message: 'No commits between main and h' }],
    };
    answers = { [`POST ${at}/pulls`]: [{ status: 422, body: none }] };
    const refused = await pulls.create(place, asking, signal);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'refused' } });
    expect(refused.ok ? '' : refused.failure.meaning).toContain('No commits between main and h');
  });

  it('of another branch is not taken for the one that was looked for', async () => {
    answers = { [`GET ${at}/pulls`]: [{ body: [pull({ head: { ref: 'other', sha } })] }] };
    expect(await pulls.find(place, 'b', signal)).toEqual({ ok: true, value: null });
  });
});

describe('the merge queue', () => {
  const pull = { number: 1, id: 'PR_1', head: 'c'.repeat(40) };
  const node = (told: object) => {
    answers = { 'POST /graphql': [{ body: { data: { node: told } } }] };
    return pulls.queue(place, pull, signal);
  };
  const nothing = { isMergeQueueEnabled: true, mergeQueueEntry: null, timelineItems: { nodes: [] } };
  const removed = (reason: string) => ({
    ...nothing,
    timelineItems: {
      nodes: [{ __typename: 'RemovedFromMergeQueueEvent', createdAt: '2026-03-01T12:00:00Z', reason }],
    },
  });
  it.each<[string, object, object | null]>([
    [
      'tells place, state, since when, and how long still',
      {
        ...nothing,
        mergeQueueEntry: {
          position: 3,
          state: 'AWAITING_CHECKS',
          enqueuedAt: '2026-03-01T12:00:00Z',
          estimatedTimeToMerge: 90,
        },
      },
      {
        isNeeded: true,
        entry: { position: 3, state: 'awaiting-checks', since: '2026-03-01T12:00:00.000Z', msLeft: 90_000 },
        removed: null,
      },
    ],
    [
      'takes a state that is not known, and times that are none, for what they are',
      {
        ...nothing,
        mergeQueueEntry: { position: 1, state: 'DANCING', enqueuedAt: 'soon', estimatedTimeToMerge: null },
      },
      { isNeeded: true, entry: { position: 1, state: 'unknown', since: null, msLeft: null }, removed: null },
    ],
    [
      'tells that there is none',
      { ...nothing, isMergeQueueEnabled: false },
      { isNeeded: false, entry: null, removed: null },
    ],
    [
      'tells why it was thrown out',
      removed('failed_checks'),
      { isNeeded: true, entry: null, removed: { reason: 'failed_checks', at: '2026-03-01T12:00:00.000Z' } },
    ],
    [
      'takes one that left it since it was merged for one that is being merged',
      removed('merged'),
      {
        isNeeded: true,
        entry: { position: 1, state: 'mergeable', since: null, msLeft: null },
        removed: null,
      },
    ],
    ['tells nothing where the answer does not', {}, null],
  ])('%s', async (_, told, expected) => {
    expect(await node(told)).toEqual({ ok: true, value: expected });
  });

  it('is nowhere on a server that knows of none', async () => {
    answers = {
      'POST /graphql': [
        { body: { errors: [{ message: "Field 'mergeQueueEntry' doesn't exist on type 'PullRequest'" }] } },
      ],
    };
    expect(await pulls.queue(place, pull, signal)).toEqual({ ok: true, value: null });
  });

  it('takes a pull request whose head is still the commit, and says why not', async () => {
    const entered = { body: { data: { enqueuePullRequest: { mergeQueueEntry: { position: 1 } } } } };
    answers = { 'POST /graphql': [entered, said('Pull request is not mergeable')] };
    expect(await pulls.enqueue(place, pull, signal)).toEqual({ ok: true, value: { state: 'on' } });
    expect(inputs()).toEqual([{ pullRequestId: 'PR_1', expectedHeadOid: pull.head }]);
    expect(await pulls.enqueue(place, pull, signal)).toEqual({
      ok: true,
      value: { state: 'not-now', because: 'Pull request is not mergeable' },
    });
  });
});
