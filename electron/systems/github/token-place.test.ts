import { describe, expect, it } from 'vitest';
import { createGitHub, gitHubFailure, whoseToken } from './github-client';

/** A network that notes what it is sent, and to whom. */
function network() {
  const sent: [url: string, authorization: string | null][] = [];
  const fetched: typeof fetch = async (input, init = {}) => {
    sent.push([String(input), new Headers(init.headers).get('authorization')]);
    return Response.json({ login: 'ada' });
  };
  return { sent, fetch: fetched };
}
const gitHub = (apiUrl: string, fetched: typeof fetch) =>
  createGitHub({ apiUrl, token: async () => 'ghp_secret', fetch: fetched });

describe('the GitHub token', () => {
  it.each(['https://ghe.example/api/v3', 'http://127.0.0.1:8080', 'http://localhost:8080/api/v3'])(
    'is sent to %s',
    async (apiUrl) => {
      const { sent, fetch } = network();
      await whoseToken(gitHub(apiUrl, fetch));
      expect(sent).toEqual([[`${apiUrl}/user`, 'token ghp_secret']]);
    },
  );
  it('is not sent over plain http to another machine, which is told', async () => {
    const { sent, fetch } = network();
    const error: unknown = await whoseToken(gitHub('http://ghe.example/api/v3', fetch)).catch((one) => one);
    expect(gitHubFailure(error, 'the question')).toMatchObject({
      code: 'refused',
      message: 'The GitHub token was not sent (the question).',
    });
    expect(sent).toEqual([]);
  });
  it.each(['https://evil.example/page/2', 'http://ghe.example/page/2', 'https://ghe.example:8443/page/2'])(
    'is not sent to the address %s that an answer names',
    async (url) => {
      const { sent, fetch } = network();
      await gitHub('https://ghe.example/api/v3', fetch).request(`GET ${url}`);
      expect(sent).toEqual([[url, null]]);
    },
  );
});
