import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listCandidates } from './candidates';
import { createGitHub, gitHubFailure, whoseToken } from './github-client';
import { mergeBranch } from './merges';

/** A GitHub that answers as a test says, and another place beside it. */
let servers: Server[];
let urls: string[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: [server: number, method: string, path: string, authorization: string | null, body: string][];
const json = { 'content-type': 'application/json' };

beforeEach(async () => {
  asked = [];
  servers = [0, 1].map((index) =>
    createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      asked.push([
        index,
        request.method ?? '',
        request.url ?? '',
        request.headers.authorization ?? null,
        body,
      ]);
      answer(request, response);
    }),
  );
  urls = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const github = () => createGitHub({ apiUrl: urls[0] ?? '', token: async () => 'secret' });
const refuse = (status: number, body: object, headers: Record<string, string> = {}): void => {
  answer = (_, response) => response.writeHead(status, { ...json, ...headers }).end(JSON.stringify(body));
};
const failure = async () => {
  try {
    return { believed: await whoseToken(github()) };
  } catch (error) {
    return gitHubFailure(error, 'the question');
  }
};
const date = 'Mon, 01 Jun 2026 12:00:00 GMT';
const at = (seconds: number): string => String(Date.parse(date) / 1000 + seconds);

describe('what GitHub refuses is told as what it is', () => {
  it.each<[string, number, object, Record<string, string>, string, RegExp]>([
    [
      'a token that is none',
      401,
      { message: 'Bad credentials' },
      {},
      'unauthorised',
      /did not accept the token/,
    ],
    [
      'the hour’s limit',
      403,
      { message: 'API rate limit exceeded for user ID 1.' },
      { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(1_200) },
      'rate-limited',
      /request limit is used up .*answers again at 2026-06-01 12:20 UTC/,
    ],
    [
      'the hour’s limit, by its headers alone, with 429',
      429,
      { message: 'No.' },
      { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(60) },
      'rate-limited',
      /used up .*12:01 UTC/,
    ],
    [
      'a limit whose end is years away',
      403,
      { message: 'API rate limit exceeded' },
      { date, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': at(1e9) },
      'rate-limited',
      /within the hour/,
    ],
    [
      'too much at once',
      403,
      { message: 'You have exceeded a secondary rate limit. Please wait.' },
      { 'retry-after': '60' },
      'rate-limited',
      /limiting requests .*in 60 seconds/,
    ],
    [
      'too much at once, without a time',
      429,
      { message: 'You have exceeded a secondary rate limit.' },
      {},
      'rate-limited',
      /limiting requests .*in a few minutes/,
    ],
    [
      'single sign-on',
      403,
      { message: 'Resource protected by organization SAML enforcement.' },
      { 'x-github-sso': 'required; url=https://evil.example/orgs/x/sso' },
      'forbidden',
      /Single sign-on was not confirmed .*under the settings of your tokens/,
    ],
    [
      'a permission of a fine-grained token',
      403,
      { message: 'Resource not accessible by personal access token' },
      { 'x-accepted-github-permissions': 'checks=read' },
      'forbidden',
      /lacks the permission checks=read/,
    ],
    [
      'a right',
      403,
      { message: 'Must have admin rights to Repository.' },
      {},
      'forbidden',
      /Must have admin rights/,
    ],
    [
      'a scope of a classic token, with 404',
      404,
      { message: 'Not Found' },
      { 'x-oauth-scopes': 'read:org, gist', 'x-accepted-oauth-scopes': 'repo' },
      'not-found',
      /lacks the scope repo\. GitHub reports what a token can’t see as not found/,
    ],
    [
      'what is not there, with the scope',
      404,
      { message: 'Not Found' },
      { 'x-oauth-scopes': 'repo', 'x-accepted-oauth-scopes': 'public_repo, repo' },
      'not-found',
      /does not exist, was renamed/,
    ],
    ['an empty repo', 409, { message: 'Git Repository is empty.' }, {}, 'not-found', /no commit yet/],
    [
      'a race',
      409,
      { message: 'Reference already exists' },
      {},
      'conflict',
      /at the same time .*Reference already/,
    ],
    [
      'a rule of the branch, with 409',
      409,
      { message: 'Required status check "ci" is expected.' },
      {},
      'forbidden',
      /A rule of the branch forbids this .*GitHub says: Required status check/,
    ],
    [
      'a race that asks for a look',
      409,
      { message: 'Head branch was modified. Review and try the merge again.' },
      {},
      'conflict',
      /at the same time .*Head branch was modified/,
    ],
    [
      'a rule of a ruleset, with 422',
      422,
      { message: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n' },
      {},
      'forbidden',
      /A rule of the branch forbids this .*through a pull request/,
    ],
    [
      'an input that the workflow wants, which is no rule',
      422,
      { message: "Required input 'gitRef' not provided" },
      {},
      'refused',
      /Required input/,
    ],
    [
      'too much made at once, with 422',
      422,
      { message: 'Validation Failed', errors: [{ code: 'custom', message: 'was submitted too quickly' }] },
      {},
      'rate-limited',
      /limiting requests .*in a few minutes/,
    ],
    [
      'what is wrong with the question',
      422,
      {
        message: 'Validation Failed',
        errors: [{ resource: 'X', field: 'ref', code: 'invalid' }, { message: 'No such ref' }, 'odd'],
      },
      {},
      'refused',
      /It says: Validation Failed; ref invalid; No such ref; odd/,
    ],
    [
      'a fault of its own',
      502,
      { message: 'Server Error' },
      {},
      'unreachable',
      /an internal error .*HTTP 502/,
    ],
    ['a text that hides something', 422, { message: 'a\u202eb' }, {}, 'refused', /a\\u202Eb/],
  ])('%s', async (_, status, body, headers, code, words) => {
    refuse(status, body, headers);
    const told = await failure();
    expect(told).toMatchObject({ code });
    if (!('message' in told)) throw new Error('it was believed');
    expect([told.message, told.meaning, ...told.next.map((step) => step.label)].join(' ')).toMatch(words);
    expect(told.message).toContain('the question');
  });

  it('the page where single sign-on is confirmed is opened where it is GitHub’s own', async () => {
    const page = 'https://github.com/orgs/example/sso?authorization_request=1';
    const network: typeof fetch = async () =>
      Response.json(
        { message: 'Resource protected by organization SAML enforcement.' },
        { status: 403, headers: { 'x-github-sso': `required; url=${page}` } },
      );
    const own = createGitHub({ apiUrl: 'https://api.github.com', token: async () => 'x', fetch: network });
    const error: unknown = await whoseToken(own).catch((one: unknown) => one);
    expect(gitHubFailure(error, 'x').next[0]).toEqual({
      do: 'open-url',
      label: 'Confirm it on GitHub',
      url: page,
    });
  });

  it('an answer that breaks off is no answer, and no fault of GitHub’s', async () => {
    answer = (_, response) => {
      response.writeHead(200, { ...json, 'content-length': '500' }).write('{"login":');
      setImmediate(() => response.destroy());
    };
    expect(await failure()).toMatchObject({
      code: 'unreachable',
      message: 'GitHub’s answer broke off (the question).',
    });
  });
  it('a server that is away', async () => {
    const { close } = servers[0] as Server;
    await new Promise((resolve) => close.call(servers[0], resolve));
    expect(await failure()).toMatchObject({
      code: 'unreachable',
      message: 'GitHub did not answer (the question).',
    });
    servers = servers.slice(1);
  });
});

describe('a repo that was moved', () => {
  const moved = (location: string, status: number) => {
    answer = (request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/repos/example/old')) {
        const rest = path.slice('/repos/example/old'.length);
        response
          .writeHead(status, { ...json, location: `${location}/repositories/7${rest}` })
          .end('{"message":"Moved Permanently"}');
      } else if (/^\/repositories\/7(\?|$)/.test(path))
        response.writeHead(200, json).end('{"full_name":"example/new"}');
      else if (path.endsWith('/merges'))
        response.writeHead(201, json).end(JSON.stringify({ sha: '1'.repeat(40), parents: [] }));
      else if (path.includes('/tags'))
        response.writeHead(200, json).end(JSON.stringify([{ name: 'v1', commit: { sha: '2'.repeat(40) } }]));
      else response.writeHead(200, json).end('[]');
    };
  };
  const repo = { owner: 'example', repo: 'old' };

  it('is read at its new place, and its new name is told', async () => {
    moved(urls[0] ?? '', 301);
    const { listed, partial } = await listCandidates(github(), repo);
    expect(listed).toMatchObject([{ name: 'v1' }]);
    expect(partial).toContain('GitHub calls the repo example/old example/new by now');
    expect(asked.every(([, , , authorization]) => authorization === 'token secret')).toBe(true);
  });
  it('a merge is made there once, as it was asked for', async () => {
    moved(urls[0] ?? '', 307);
    const merge = { ...repo, base: 'main', head: 'h', message: 'm' };
    expect(await mergeBranch(github(), merge)).toMatchObject({ outcome: 'merged' });
    expect(asked.map(([, method, path]) => `${method} ${path}`)).toEqual([
      'POST /repos/example/old/merges',
      'POST /repositories/7/merges',
    ]);
    expect(JSON.parse(asked[1]?.[4] ?? '')).toMatchObject({ base: 'main', head: 'h' });
  });
  it('what is to be made there is made, also where it is said that it moved for good', async () => {
    moved(urls[0] ?? '', 301);
    const merge = { ...repo, base: 'main', head: 'h', message: 'm' };
    expect(await mergeBranch(github(), merge)).toMatchObject({ outcome: 'merged' });
    expect(asked.map(([, method, path]) => `${method} ${path}`)).toEqual([
      'POST /repos/example/old/merges',
      'POST /repositories/7/merges',
    ]);
  });
  it.each([301, 302, 307, 308])(
    'nothing is sent on to another server, and that is told (%i)',
    async (status) => {
      moved(urls[1] ?? '', status);
      const error: unknown = await listCandidates(github(), repo).catch((one: unknown) => one);
      const told = gitHubFailure(error, 'the tags');
      expect(told).toMatchObject({
        code: 'offline',
        message: 'GitHub sends this on to another server (the tags).',
      });
      expect(told.meaning).toContain(`It leads to ${urls[1]}.`);
      const merge = { ...repo, base: 'main', head: 'h', message: 'm' };
      await expect(mergeBranch(github(), merge)).rejects.toThrow();
      expect(asked.filter(([server]) => server === 1)).toEqual([]);
    },
  );
  it('a redirect without end is ended', async () => {
    answer = (request, response) =>
      response
        .writeHead(301, { ...json, location: `${request.url}x` })
        .end('{"message":"Moved Permanently"}');
    expect(await failure()).toMatchObject({ code: 'offline' });
    expect(asked).toHaveLength(6);
  });
});
