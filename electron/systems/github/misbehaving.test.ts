import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patience } from '../../testing/patience';
import { listCandidates } from './candidates';
import { compareRefs } from './compare-refs';
import { createGitHub, type GitHub, gitHubFailure, whoseToken } from './github-client';
import { createGitHubSources } from './github-sources';
import { mergeBranch } from './merges';
import { resolveName } from './resolve-name';
import { listRuns } from './runs';
import { createWorkflowRuns } from './workflow-dispatch';

/** A GitHub that answers as a test says. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];
let github: GitHub;
const intervals: NodeJS.Timeout[] = [];
/** Limits of time that only what never ends can reach. */
const patient = { silence: patience, whole: patience, bytes: 1_000_000 };
const connectWith = (limits: typeof patient): void => {
  const { port } = server.address() as AddressInfo;
  github = createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'secret-token', limits });
};

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  connectWith(patient);
});
afterEach(async () => {
  for (const one of intervals.splice(0)) clearInterval(one);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json = { 'content-type': 'application/json; charset=utf-8' };
const repo = { owner: 'example', repo: 'app' };
const signal = new AbortController().signal;
const sha = (of: number): string => of.toString(16).padStart(40, '0');
/** Something every so often, without end. */
const trickle = (response: ServerResponse, every: number, what: string) =>
  intervals.push(setInterval(() => response.write(what), every));

/** Every call that the console makes. */
const calls: readonly [string, () => Promise<unknown>][] = [
  ['whose token it is', () => whoseToken(github)],
  ['candidates', () => listCandidates(github, repo)],
  ['a ref', () => resolveName(github, repo, 'v1')],
  ['a comparison', () => compareRefs(github, repo, 'v1', 'v2', () => false)],
  ['a merge', () => mergeBranch(github, { ...repo, base: 'main', head: 'h', message: 'm' })],
  ['runs of a version', () => listRuns(github, repo, sha(1))],
];
const failureOf = (call: () => Promise<unknown>) =>
  call().then(
    (value) => ({ believed: value }),
    (error: unknown) => gitHubFailure(error, 'the question'),
  );
/** Those of started workflows, which give results. */
const place = { ...repo, workflow: 'tests.yml' };
const runCalls: readonly [string, () => Promise<unknown>][] = [
  ['a dispatch', () => createWorkflowRuns(github).dispatch(place, { ref: 'main', inputs: {} }, signal)],
  ['the run of a title', () => createWorkflowRuns(github).find(place, 'id', signal)],
  ['a run', () => createWorkflowRuns(github).get(place, 7, signal)],
];

describe('a login page with status 200', () => {
  beforeEach(() => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to continue</html>');
  });
  it.each(calls)('is not believed: %s', async (_, call) => {
    expect(await failureOf(call)).toMatchObject({
      code: 'bad-data',
      message: 'What answered is not GitHub’s API (the question).',
      meaning: expect.stringContaining('proxy’s login page'),
    });
  });
  it.each(runCalls)('is not believed: %s', async (_, call) => {
    expect(await call()).toMatchObject({ ok: false, failure: { code: 'bad-data' } });
  });
  it('is asked for once, not three times', async () => {
    await failureOf(() => whoseToken(github));
    expect(asked).toEqual(['/user']);
  });
});

it.each([404, 403, 401, 422])('a page with status %i says nothing of what was asked', async (status) => {
  answer = (_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<html></html>');
  const sources = createGitHubSources({
    github,
    owner: 'example',
    repos: {},
    memory: null,
    urlTemplate: 'https://x/{app}',
    now: Date.now,
  });
  expect(await sources.published('app', 'v1')).toBeNull();
  expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'bad-data' });
});

describe.each([
  ['{}', '{}'],
  ['[]', '[]'],
  ['null', 'null'],
  ['a text', '"ok"'],
  ['half of it', '{"login": "oct'],
  [
    'what is of another shape',
    '{"login": 7, "sha": null, "status": "odd", "commits": 3, "workflow_runs": {}}',
  ],
])('garbage with status 200: %s', (_, body) => {
  beforeEach(() => {
    answer = (__, response) => response.writeHead(200, json).end(body);
  });
  // An empty list is an answer to the question for candidates.
  it.each(calls.filter(([name]) => !(body === '[]' && name === 'candidates')))(
    'is not believed: %s',
    async (__, call) => {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({
        code: 'bad-data',
        message: 'GitHub’s answer can’t be read (the question).',
      });
      expect(JSON.stringify(failure)).not.toMatch(/undefined|internal/);
    },
  );
  it.each(runCalls)('is not believed: %s', async (__, call) => {
    expect(await call()).toMatchObject({ ok: false, failure: { code: 'bad-data' } });
  });
});

describe('an answer that never comes to its end', () => {
  beforeEach(() => connectWith({ ...patient, silence: 300, whole: 600 }));
  it.each([
    ['of bytes, one after the other', (response: ServerResponse) => trickle(response, 50, ' ')],
    ['that never begins', () => undefined],
  ])('%s: is ended and told', async (name, go) => {
    answer = (_, response) => {
      if (!name.includes('never')) response.writeHead(200, json);
      go(response);
    };
    expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'timeout' });
    expect(asked).toHaveLength(1);
  });
  it('that falls silent in the middle: is ended and told', async () => {
    answer = (_, response) => response.writeHead(200, json).write('{"login":');
    expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'timeout' });
  });
});

describe('an answer that is too large', () => {
  it.each([200, 500, 404])('that grows, with status %i: is dropped', async (status) => {
    let sent = 0;
    answer = (_, response) => {
      response.writeHead(status, json);
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536))) sent += 65_536;
        sent += 65_536;
        response.once('drain', more);
      };
      more();
    };
    expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'too-large' });
    expect(sent).toBeLessThan(30_000_000);
  });
  it('that unpacks to a thousand times its size: is dropped', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
    answer = (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb);
    expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'too-large' });
  });
});

it('asked to slow down for three years, it says so at once and asks no more', async () => {
  answer = (_, response) =>
    response
      .writeHead(429, { ...json, 'retry-after': '99999999' })
      .end('{"message":"You have exceeded a secondary rate limit"}');
  expect(await failureOf(() => whoseToken(github))).toMatchObject({ code: 'rate-limited' });
  expect(asked).toHaveLength(1);
});

describe('tags in GitHub’s own order', () => {
  const pages = (names: readonly string[], last = true) => {
    answer = (request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const page = Number(url.searchParams.get('page') ?? 1);
      const isTags = url.pathname.endsWith('/tags');
      const all = Math.ceil(names.length / 100);
      const rels = [`<http://elsewhere/?page=${page + 1}>; rel="next"`];
      if (last) rels.push(`<http://elsewhere/?page=${all}>; rel="last"`);
      const link = isTags && page < all ? { link: rels.join(', ') } : {};
      const items = isTags ? names.slice((page - 1) * 100, page * 100) : [];
      response
        .writeHead(200, { ...json, ...link })
        .end(
          JSON.stringify(items.map((name, index) => ({ name, commit: { sha: sha(page * 100 + index) } }))),
        );
    };
  };
  const reverse = (count: number) =>
    Array.from({ length: count }, (_, index) => `v${index + 1}`)
      .sort()
      .reverse();

  it.each([true, false])('1,400 of them: v1400 comes first (the last page is told: %s)', async (last) => {
    pages(reverse(1_400), last);
    const { listed, partial } = await listCandidates(github, repo);
    expect(listed.slice(0, 3).map(({ name }) => name)).toEqual(['v1400', 'v1399', 'v1398']);
    expect(listed).toHaveLength(1_400);
    expect(partial).toBeNull();
    expect(asked.filter((url) => url.includes('/tags'))).toHaveLength(14);
  });

  it.each([true, false])('more than are read: the list is told as partial (%s)', async (last) => {
    pages(reverse(6_000), last);
    const { listed, partial } = await listCandidates(github, repo);
    expect(listed).toHaveLength(5_000);
    expect(partial).toContain('Only the first 5,000 tags');
    expect(asked.filter((url) => url.includes('/tags'))).toHaveLength(50);
  });

  it.each([
    ['repeats', '[{"name":"v1","commit":{"sha":"0000000000000000000000000000000000000001"}}]'],
    ['is empty', '[]'],
  ])('a page that %s and leads on: the list ends', async (_, page) => {
    answer = (request, response) =>
      response
        .writeHead(200, { ...json, ...(request.url?.includes('/tags') ? { link: '<x>; rel="next"' } : {}) })
        .end(request.url?.includes('/commits') ? '[]' : page);
    const { partial } = await listCandidates(github, repo);
    expect(partial).not.toBeNull();
    expect(asked.length).toBeLessThan(6);
  });
});
