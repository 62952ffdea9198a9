import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createGitHub, gitHubFailure } from './github-client';
import { mergeBranch } from './merges';

/** How a merge goes with a GitHub that answers so. */
async function mergeWith(status: number, message: string): Promise<unknown> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message, documentation_url: 'https://docs.github.com/rest' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const github = createGitHub({ apiUrl: `http://127.0.0.1:${port}`, token: async () => 'secret-token' });
  try {
    return await mergeBranch(github, { owner: 'o', repo: 'r', base: 'main', head: 'h', message: 'm' }).catch(
      (error: unknown) => gitHubFailure(error, 'merging the change'),
    );
  } finally {
    server.close();
  }
}

describe('a merge that GitHub does not make', () => {
  it('is a conflict where GitHub says so', async () => {
    expect(await mergeWith(409, 'Merge conflict')).toEqual({ outcome: 'conflict' });
  });
  it.each([
    [409, 'Required status check "ci" is expected.'],
    [422, 'At least 1 approving review is required by reviewers with write access.'],
    [405, 'Base branch requires signed commits.'],
  ])('tells the rule that forbids it, with %i', async (status, message) => {
    const failure = await mergeWith(status, message);
    expect(failure).toMatchObject({
      code: 'forbidden',
      message: 'A rule of the branch forbids this (merging the change).',
    });
    expect(JSON.stringify(failure)).toContain(message.replaceAll('"', '\\"'));
    expect(JSON.stringify(failure)).not.toContain('secret-token');
  });
});
