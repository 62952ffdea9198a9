import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git, gitEnvironment } from './command';
import { type GitServer, startGitServer } from './server';

const tokens = {
  'writer-token': { login: 'robin', write: true },
  'reader-token': { login: 'kim', write: false },
};

let folder: string;
let root: string;
let gitDir: string;
let server: GitServer;
let pushes: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'practice-git-'));
  root = path.join(folder, 'repos');
  gitDir = path.join(root, 'alphagov', 'demo.git');
  await mkdir(gitDir, { recursive: true });
  await git(gitDir, ['init', '-q', '--bare', '--initial-branch=main']);
  await git(gitDir, ['fast-import', '--quiet'], {
    input:
      'commit refs/heads/main\ncommitter Demo <demo@example.invalid> 1700000000 +0000\ndata 5\nfirst\nM 644 inline file\ndata 6\nhello\n\n',
  });
  pushes = [];
  server = await startGitServer({
    root,
    tokens,
    onPush: ({ owner, repo, holder }) => pushes.push(`${owner}/${repo} by ${holder.login}`),
  });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const basic = (token: string): string => Buffer.from(`x-access-token:${token}`).toString('base64');

/** Runs git as a client that sends the token; the header goes by environment, not by argument. */
async function client(token: string | null, args: string[], env: Record<string, string> = {}) {
  const auth: Record<string, string> = token
    ? {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic(token)}`,
      }
    : {};
  return execa('git', args, {
    cwd: folder,
    extendEnv: false,
    env: {
      ...gitEnvironment(),
      GIT_CONFIG_COUNT: '0',
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@example.invalid',
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@example.invalid',
      ...auth,
      ...env,
    },
    reject: false,
  });
}

const cloneUrl = () => `${server.url}/alphagov/demo.git`;

async function cloned(): Promise<string> {
  const result = await client('writer-token', ['clone', '-q', cloneUrl(), 'work']);
  expect(result.stderr).toBe('');
  return path.join(folder, 'work');
}

async function commit(work: string, name: string, content: string | Buffer): Promise<string> {
  await writeFile(path.join(work, name), content);
  await client(null, ['-C', work, 'add', name]);
  await client(null, ['-C', work, 'commit', '-q', '-m', `change ${name}`]);
  return (await client(null, ['-C', work, 'rev-parse', 'HEAD'])).stdout;
}

const remoteMain = async () => (await git(gitDir, ['rev-parse', 'refs/heads/main'])).trim();

describe('the practice Git server', () => {
  it('clones and takes a push, and tells who pushed', async () => {
    const work = await cloned();
    const sha = await commit(work, 'file', 'changed\n');
    const push = await client('writer-token', ['-C', work, 'push', '-q', 'origin', 'main']);
    expect(push).toMatchObject({ exitCode: 0 });
    expect(await remoteMain()).toBe(sha);
    await expect.poll(() => pushes).toEqual(['alphagov/demo by robin']);
  });

  it('speaks protocol version 2', async () => {
    const result = await client('reader-token', ['ls-remote', cloneUrl()], { GIT_TRACE_PACKET: '1' });
    expect(result.stderr).toContain('version 2');
    expect(result.stdout).toContain('refs/heads/main');
  });

  it('refuses a second push on an old base, so a push is a compare-and-swap', async () => {
    const work = await cloned();
    await commit(work, 'file', 'mine\n');
    await git(gitDir, ['fast-import', '--quiet'], {
      input:
        'commit refs/heads/main\ncommitter Demo <demo@example.invalid> 1700000001 +0000\ndata 6\nsecond\nfrom refs/heads/main^0\nM 644 inline other\ndata 6\nhello\n\n',
    });
    const push = await client('writer-token', ['-C', work, 'push', 'origin', 'main']);
    expect(push.exitCode).toBe(1);
    expect(push.stderr).toContain('rejected');
  });

  it('takes a chunked body of several megabytes unharmed', async () => {
    const work = await cloned();
    const content = randomBytes(6 * 1024 * 1024);
    await commit(work, 'big', content);
    const push = await client('writer-token', [
      '-C',
      work,
      '-c',
      'http.postBuffer=65536',
      'push',
      '-q',
      'origin',
      'main',
    ]);
    expect(push).toMatchObject({ exitCode: 0, stderr: '' });
    const again = await client('reader-token', ['clone', '-q', cloneUrl(), 'second']);
    expect(again.exitCode).toBe(0);
    const read = await client(null, ['-C', path.join(folder, 'second'), 'hash-object', 'big']);
    const expected = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    expect(read.stdout).toBe(expected);
  });

  it('takes a gzip body, as git sends for a long negotiation', async () => {
    const body = gzipSync(Buffer.from('0014command=ls-refs\n0000'));
    const text = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        `${cloneUrl()}/git-upload-pack`,
        {
          method: 'POST',
          headers: {
            authorization: 'Bearer reader-token',
            'content-type': 'application/x-git-upload-pack-request',
            'content-encoding': 'gzip',
            'content-length': body.length,
            'git-protocol': 'version=2',
            expect: '100-continue',
          },
        },
        (response) => {
          let all = '';
          response.on('data', (chunk: Buffer) => {
            all += chunk.toString();
          });
          response.on('end', () => resolve(all));
        },
      );
      request.on('error', reject);
      request.on('continue', () => request.end(body));
    });
    expect(text).toContain(`${await remoteMain()} refs/heads/main`);
  });

  it.each([
    ['no token', null, 401],
    ['an unknown token', 'other-token', 401],
    ['a good token', 'reader-token', 200],
  ])('answers %s', async (_what, token, status) => {
    const response = await fetch(`${cloneUrl()}/info/refs?service=git-upload-pack`, {
      headers: token ? { authorization: `Basic ${basic(token)}` } : {},
    });
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  it.each([
    ['a token that only reads pushing', 'alphagov/demo.git/info/refs?service=git-receive-pack', 403],
    ['a repo that is not there', 'alphagov/other.git/info/refs?service=git-upload-pack', 404],
    ['the dumb protocol', 'alphagov/demo.git/info/refs', 404],
    ['a file of the repo', 'alphagov/demo.git/HEAD', 404],
    ['a way out of the root', '..%2f..%2fetc/demo.git/info/refs?service=git-upload-pack', 404],
  ])('refuses %s', async (_what, below, status) => {
    const response = await fetch(`${server.url}/${below}`, {
      headers: { authorization: 'token reader-token' },
    });
    expect(response.status).toBe(status);
  });

  it('can be taken away and brought back', async () => {
    server.setFaults({ down: true });
    expect((await client('reader-token', ['ls-remote', cloneUrl()])).exitCode).toBe(128);
    server.setFaults({ down: false });
    expect((await client('reader-token', ['ls-remote', cloneUrl()])).exitCode).toBe(0);
  });

  it('can refuse every token', async () => {
    server.setFaults({ authRefused: true });
    const result = await client('reader-token', ['ls-remote', cloneUrl()]);
    expect(result.exitCode).toBe(128);
    expect(result.stderr).toMatch(/Authentication failed|could not read Username/);
  });

  it('cuts a push within the pack: nothing lands, the next one does', async () => {
    const work = await cloned();
    const before = await remoteMain();
    const sha = await commit(work, 'file', randomBytes(40_000));
    server.setFaults({ cutNextPush: 'during' });
    const push = await client('writer-token', ['-C', work, 'push', 'origin', 'main']);
    expect(push.exitCode).not.toBe(0);
    await expect.poll(() => pushes.length).toBe(1);
    expect(await remoteMain()).toBe(before);
    expect((await client('writer-token', ['-C', work, 'push', 'origin', 'main'])).exitCode).toBe(0);
    expect(await remoteMain()).toBe(sha);
  });

  it('cuts the answer of a push that landed', async () => {
    const work = await cloned();
    const sha = await commit(work, 'file', 'landed\n');
    server.setFaults({ cutNextPush: 'answer' });
    const push = await client('writer-token', ['-C', work, 'push', 'origin', 'main']);
    expect(push.exitCode).not.toBe(0);
    await expect.poll(remoteMain).toBe(sha);
  });

  it('cuts a push before the first byte of the answer: it landed, and git hears of its own second try', async () => {
    const work = await cloned();
    const sha = await commit(work, 'file', 'landed\n');
    server.setFaults({ cutNextPush: 'unheard' });
    const push = await client('writer-token', ['-C', work, 'push', 'origin', 'main']);
    expect(await remoteMain()).toBe(sha);
    expect(push.exitCode).toBe(1);
    expect(push.stderr).toMatch(/failed to update ref|cannot lock ref/);
    expect(pushes).toHaveLength(2);
  });

  it('protects main from pushes, and no other branch', async () => {
    const work = await cloned();
    const before = await remoteMain();
    const sha = await commit(work, 'file', 'refused\n');
    server.setFaults({ protectedMain: true });
    const push = await client('writer-token', ['-C', work, 'push', 'origin', 'main']);
    expect(push.exitCode).not.toBe(0);
    expect(push.stderr).toContain('GH006: Protected branch update failed');
    expect(await remoteMain()).toBe(before);
    const other = await client('writer-token', ['-C', work, 'push', '-q', 'origin', 'main:refs/heads/other']);
    expect(other.exitCode).toBe(0);
    expect((await git(gitDir, ['rev-parse', 'refs/heads/other'])).trim()).toBe(sha);
  });

  it('serves a slow line whole', async () => {
    server.setFaults({ latencyMs: 20, bytesPerSecond: 200_000 });
    expect((await client('reader-token', ['clone', '-q', cloneUrl(), 'slow'])).exitCode).toBe(0);
  });
});
