import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCodeOwners } from './code-owners';
import { createGitHub } from './github-client';

let server: Server;
let files: Record<string, unknown>;
let asked: string[];
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** As "Get repository content" answers a file: above 1 MB without its content. */
const file = (text: string) => ({
  type: 'file',
  size: Buffer.byteLength(text),
  sha: 'a'.repeat(40),
  ...(text.length > 1024 * 1024
    ? { encoding: 'none', content: '' }
    : { encoding: 'base64', content: base64(text) }),
});

beforeEach(async () => {
  files = {};
  asked = [];
  server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(new URL(url, 'http://x').pathname).replace('/repos/example/app/', '');
    asked.push(path);
    const body = files[path];
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(body ?? { message: 'Not Found' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
const read = () =>
  readCodeOwners(
    createGitHub({
      apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: async () => null,
    }),
    { owner: 'example', repo: 'app' },
  );

it('is taken from the first place where GitHub looks', async () => {
  files['contents/docs/CODEOWNERS'] = file('* @docs\n');
  expect(await read()).toBe('* @docs\n');
  expect(asked).toEqual(['contents/.github/CODEOWNERS', 'contents/CODEOWNERS', 'contents/docs/CODEOWNERS']);
  // A folder of that name is no file, and an empty file is one.
  files['contents/.github/CODEOWNERS'] = [{ type: 'file', name: 'x' }];
  files['contents/CODEOWNERS'] = file('');
  expect(await read()).toBe('');
});

it('is none where there is none, or GitHub would not load it', async () => {
  expect(await read()).toBeNull();
  files['contents/.github/CODEOWNERS'] = { ...file('x'), size: 3 * 1024 * 1024 + 1 };
  expect(await read()).toBeNull();
});

it('is read as a blob above 1 MB', async () => {
  const text = `${'# a line\n'.repeat(130_000)}* @sam\n`;
  files['contents/CODEOWNERS'] = file(text);
  files[`git/blobs/${'a'.repeat(40)}`] = { content: base64(text), encoding: 'base64' };
  expect(await read()).toBe(text);
});
