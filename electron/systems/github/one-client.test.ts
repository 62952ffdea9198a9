import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHub, gitHubFailure, whoseToken } from './github-client';
import { mergeBranch } from './merges';

const asked: Record<string, string[]> = {};
let servers: Server[] = [];
let limited = new Set<string>();
let resetsIn = 600;

/** A GitHub that counts by token, as GitHub does, and whose clock is an hour behind ours. */
async function startGitHub(name: string): Promise<string> {
  const requests: string[] = [];
  asked[name] = requests;
  const server = createServer((request, response) => {
    const token = request.headers.authorization ?? 'none';
    requests.push(token);
    const now = Math.floor(Date.now() / 1000) - 3600;
    const isLimited = limited.has(`${name} ${token}`);
    response.writeHead(isLimited ? 403 : 200, {
      'content-type': 'application/json',
      date: new Date(now * 1000).toUTCString(),
      'x-ratelimit-remaining': isLimited ? '0' : '4999',
      'x-ratelimit-reset': String(now + resetsIn),
    });
    response.end(JSON.stringify(isLimited ? { message: 'API rate limit exceeded' } : { login: token }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(() => {
  servers = [];
  limited = new Set();
  resetsIn = 600;
});
afterEach(() => {
  for (const server of servers) server.close();
});

const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: unknown) => gitHubFailure(error, 'the test').code,
  );

describe('one client for each GitHub and token', () => {
  it('tells everybody that the limit is used up, and asks no more until GitHub counts again', async () => {
    const [one, other] = [await startGitHub('one'), await startGitHub('other')];
    const client = (apiUrl: string, token: string) => createGitHub({ apiUrl, token: async () => token });
    limited.add('one token a');
    expect(await codeOf(whoseToken(client(one, 'a')))).toBe('rate-limited');
    // As sources, runs, dispatches and merges do: each has a client of its own making.
    const merge = { owner: 'o', repo: 'r', base: 'main', head: 'h', message: 'm' };
    expect(await codeOf(mergeBranch(client(`${one}/`, 'a'), merge))).toBe('rate-limited');
    expect(await codeOf(whoseToken(client(one, 'a')))).toBe('rate-limited');
    expect(asked.one).toEqual(['token a']);
    expect(await codeOf(whoseToken(client(one, 'b')))).toBe('answered');
    expect(await codeOf(whoseToken(client(other, 'a')))).toBe('answered');
  });

  it('asks again once the limit is over, and at once with another token', async () => {
    const url = await startGitHub('one');
    let token = 'a';
    const github = createGitHub({ apiUrl: url, token: async () => token });
    limited.add('one token a');
    resetsIn = 0;
    expect(await codeOf(whoseToken(github))).toBe('rate-limited');
    limited.clear();
    await expect.poll(() => codeOf(whoseToken(github))).toBe('answered');
    limited.add('one token a');
    resetsIn = 600;
    expect(await codeOf(whoseToken(github))).toBe('rate-limited');
    token = 'b';
    expect(await whoseToken(github)).toMatchObject({ account: 'token b' });
  });
});
