import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processesWith } from '../../testing/processes-with';
import { openObjects } from './cat-file';
import { classifyStderr, GitError, saidByGit } from './errors';
import { parseLog } from './git-log';
import { parseGitVersion } from './git-version';
import { initBare } from './init';
import { makeCommit } from './make-commit';
import { flushPkt, pkt, takePackets } from './pkt-line';
import { parseProgress, splitLines } from './progress';
import { parsePushReport, rejectionKind } from './push';
import { ReportReader } from './receive-report';
import { lsRemote } from './remote';
import { gitEnvironment, runGit } from './run-git';
import { canSpeakDirectly } from './smart-http';
import { encodePack, writeLoose } from './write-objects';

describe('what Git says', () => {
  it.each([
    ["fatal: Authentication failed for 'https://x/'", 'unauthorised'],
    [
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'unauthorised',
    ],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", 'forbidden'],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", 'unreachable'],
    [
      "fatal: unable to access 'http://x/': Failed to connect to x port 80: Connection refused",
      'unreachable',
    ],
    ["fatal: transport 'ext' not allowed", 'unreachable'],
    ["fatal: repository 'https://x/' not found", 'no-such-repo'],
    ["fatal: couldn't find remote ref refs/heads/x", 'branch-missing'],
    ['error: unable to write file x: No space left on device', 'disk-full'],
    [
      'error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: the remote end hung up unexpectedly',
      'connection-lost',
    ],
    ['fatal: not a git repository (or any of the parent directories): .git', 'bad-repo'],
    ['remote: error: GH013: Repository rule violations found for refs/heads/main.', 'forbidden'],
    ['remote: error: GH009: Secrets detected! This push failed.', 'bad-content'],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 429", 'limited'],
    [
      "remote: You have exceeded a secondary rate limit.\nfatal: unable to access 'https://x/': The requested URL returned error: 403",
      'limited',
    ],
    ['fatal: something new', 'other'],
  ])('%j is %s', (stderr, kind) => {
    expect(classifyStderr(stderr)).toBe(kind);
  });

  it('is kept without secrets', () => {
    expect(saidByGit('fatal: https://me:token@host/x\nAuthorization: Basic abc')).toBe(
      'fatal: https://***@host/x\nAuthorization: ***',
    );
  });

  it('keeps what Git said and leaves its progress out', () => {
    const said = [
      'Enumerating objects: 13, done.\n',
      'Counting objects:   7% (1/13)\rCounting objects: 100% (13/13)\rCounting objects: 100% (13/13), done.\n',
      'Delta compression using up to 2 threads\n',
      'Writing objects: 100% (7/7), 610 bytes | 610.00 KiB/s, done.\n',
      'Total 7 (delta 0), reused 0 (delta 0), pack-reused 0\n',
      'remote: Resolving deltas: 100% (1/1), done.        \n',
      'remote: error: GH006: Protected branch update failed: 3 of 5 checks passed\n',
      "error: failed to push some refs to '/x'\n",
    ];
    expect(saidByGit(said.join(''))).toBe(
      "remote: error: GH006: Protected branch update failed: 3 of 5 checks passed\nerror: failed to push some refs to '/x'",
    );
  });

  it('tells progress', () => {
    expect(parseProgress('Receiving objects:  42% (1234/2938), 1.2 MiB | 3 MiB/s')).toEqual({
      phase: 'Receiving objects',
      share: 0.42,
    });
    expect(parseProgress('remote: Enumerating objects: 12, done.')).toEqual({
      phase: 'Enumerating objects',
      share: null,
    });
    expect(parseProgress('From https://x')).toBeNull();
    expect(splitLines('a\rb\r\nc\nd')).toEqual({ lines: ['a', 'b', 'c'], rest: 'd' });
  });

  it('tells how a push ended', () => {
    const ref = 'refs/heads/main';
    const report = (line: string) => parsePushReport(`To x\n${line}\nDone\n`, ref);
    expect(report(` \tabc:${ref}\ta..b`)).toBe('done');
    expect(report(`!\tabc:${ref}\t[rejected] (stale info)`)).toMatchObject({ kind: 'moved' });
    expect(report(`!\tabc:${ref}\t[remote rejected] (pre-receive hook declined)`)).toMatchObject({
      kind: 'forbidden',
    });
    expect(report(`!\tabc:${ref}\t[remote failure] (remote failed to report status)`)).toMatchObject({
      kind: 'connection-lost',
    });
    expect(report('nothing')).toBeNull();
    expect(rejectionKind("cannot lock ref 'refs/heads/main': is at a but expected b")).toBe('moved');
    expect(rejectionKind('protected branch hook declined')).toBe('forbidden');
    expect(rejectionKind('push declined due to repository rule violations')).toBe('forbidden');
    const secret =
      'remote: error: GH013: Repository rule violations found\nremote: - Push cannot contain secrets';
    expect(rejectionKind('push declined due to repository rule violations', secret)).toBe('bad-content');
    expect(rejectionKind('pre-receive hook declined', 'remote: error: GH001: Large files detected.')).toBe(
      'bad-content',
    );
    expect(rejectionKind('Internal Server Error')).toBe('connection-lost');
    expect(rejectionKind('unpacker error')).toBe('connection-lost');
  });

  it('tells versions and logs', () => {
    expect(parseGitVersion('git version 2.39.5 (Apple Git-154)')).toEqual([2, 39]);
    expect(parseGitVersion('hg 1')).toBeNull();
    const record = ['a', 'b c', 'R', 'r@x', '0', '60', 'subject\n\nbody\x1fmore'].join('\x1f');
    expect(parseLog(`${record}\0`)).toEqual([
      {
        commit: 'a',
        parents: ['b', 'c'],
        authorName: 'R',
        authorEmail: 'r@x',
        authoredAt: '1970-01-01T00:00:00.000Z',
        committedAt: '1970-01-01T00:01:00.000Z',
        message: 'subject\n\nbody\x1fmore',
      },
    ]);
  });
});

describe('the protocol', () => {
  it('cuts packets wherever the bytes were split', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), fc.nat({ max: 50 }), (texts, step) => {
        const whole = Buffer.concat([...texts.map(pkt), flushPkt]);
        const seen: string[] = [];
        let rest: Buffer = Buffer.alloc(0);
        for (let at = 0; at < whole.length; at += step + 1) {
          const taken = takePackets(Buffer.concat([rest, whole.subarray(at, at + step + 1)]));
          rest = taken.rest;
          for (const packet of taken.packets)
            seen.push(packet.kind === 'data' ? packet.content.toString('utf8') : 'flush');
        }
        expect(seen).toEqual([...texts, 'flush']);
      }),
    );
    expect(() => takePackets(Buffer.from('<html>'))).toThrow(RangeError);
  });

  it('reads the report of a push in side bands, however it comes', () => {
    const band = (number: number, content: Buffer) =>
      pkt(String.fromCharCode(number) + content.toString('latin1'));
    const answer = (line: string) => [
      ...Buffer.concat([
        band(2, Buffer.from('hello')),
        band(1, Buffer.concat([pkt('unpack ok\n'), pkt(line)])),
        band(1, flushPkt),
      ]),
    ];
    const read = (bytes: number[]) => {
      const reader = new ReportReader('refs/heads/main');
      return bytes.map((byte) => reader.take(Buffer.from([byte]))).find((report) => report !== null);
    };
    expect(read(answer('ok refs/heads/main\n'))).toEqual({ kind: 'done' });
    expect(read(answer('ng refs/heads/main failed to update ref\n'))).toEqual({
      kind: 'refused',
      reason: 'failed to update ref',
    });
    expect(read(answer('ok refs/heads/other\n'))).toBeUndefined();
  });

  it('is spoken directly only where git would take the same way', () => {
    expect(canSpeakDirectly('https://x/y.git', {})).toBe(true);
    expect(canSpeakDirectly('https://x/y.git', { https_proxy: 'http://p' })).toBe(false);
    expect(canSpeakDirectly('https://x/y.git', { GIT_SSL_CAINFO: '/ca.pem' })).toBe(false);
    expect(canSpeakDirectly('HTTP://x/y.git', { http_proxy: 'http://p' })).toBe(false);
    // Neither has a say in what goes without TLS.
    expect(canSpeakDirectly('http://x/y.git', { HTTPS_PROXY: 'http://p', GIT_SSL_CAINFO: '/ca' })).toBe(true);
    expect(canSpeakDirectly('git@x:y.git', {})).toBe(false);
  });
});

describe('commits made in memory', () => {
  let folder: string;
  let gitDir: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-git-'));
    gitDir = join(folder, 'a.git');
    await initBare(gitDir, 'main');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are what git makes of the same change, loose and as a pack', async () => {
    const other = join(folder, 'b.git');
    await initBare(other, 'main');
    const name = fc.constantFrom('a', 'b', 'a.b', 'a0', 'A', '\u00e9', 'a-b', 'z');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const state = fc.dictionary(path, fc.string({ maxLength: 20 }), { maxKeys: 8 });
    /** No file where another path has a folder. */
    const consistent = (files: Record<string, string | null>) =>
      Object.keys(files).every((one) => !Object.keys(files).some((two) => two.startsWith(`${one}/`)));
    const stream = (files: Record<string, string | null>, parent: string) =>
      Buffer.from(
        `commit refs/heads/git\nmark :1\ncommitter R <r@x> 5 +0000\ndata 2\nm\n${parent}${Object.entries(
          files,
        )
          .map(([at, text]) =>
            text === null
              ? `D "${at}"\n`
              : `M 100644 inline "${at}"\ndata ${Buffer.byteLength(text)}\n${text}\n`,
          )
          .join('')}\nget-mark :1\ndone\n`,
      );
    const byGit = async (files: Record<string, string | null>, parent: string) => {
      const input = stream(files, parent);
      const { stdout } = await runGit(['fast-import', '--quiet', '--force', '--done', '--date-format=raw'], {
        gitDir,
        input,
      });
      return stdout.toString().trim();
    };
    await fc.assert(
      fc.asyncProperty(
        state,
        fc.dictionary(path, fc.option(fc.string({ maxLength: 20 })), { minKeys: 1, maxKeys: 4 }),
        async (before, after) => {
          fc.pre(consistent({ ...before, ...after, keep: 'k' }));
          const base = await byGit({ ...before, keep: 'k' }, '');
          const expected = await byGit(after, `from ${base}\n`);
          const objects = openObjects(gitDir);
          const made = await makeCommit(objects, {
            base,
            files: new Map(
              Object.entries(after).map(([at, text]) => [
                at,
                text === null ? null : { content: Buffer.from(text), executable: false },
              ]),
            ),
            message: 'm\n',
            author: { name: 'R', email: 'r@x' },
            at: 5,
          });
          objects.close();
          expect(made.id).toBe(expected);
          expect(new Set(made.objects.map(({ id }) => id)).size).toBe(made.objects.length);
          await writeLoose(other, made.objects);
          for (const { id, type } of made.objects)
            expect((await runGit(['cat-file', '-t', id], { gitDir: other })).stdout.toString().trim()).toBe(
              type,
            );
          await runGit(['index-pack', '--stdin', '--strict'], {
            gitDir,
            input: await encodePack(made.objects),
          });
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('running Git', () => {
  const auth = {
    origin: 'https://x',
    username: 'robin',
    password: 'ghp_planted',
    header: `Basic ${Buffer.from('robin:ghp_planted').toString('base64')}`,
  };

  it('takes nothing from the settings and the environment of the machine', async () => {
    for (const name of ['GIT_TRACE', 'GIT_TRACE_CURL', 'GIT_CURL_VERBOSE', 'GIT_TRACE2', 'SSH_ASKPASS'])
      vi.stubEnv(name, '1');
    const environment = gitEnvironment({ auth });
    vi.unstubAllEnvs();
    expect(environment.GIT_CONFIG_NOSYSTEM).toBe('1');
    expect(Object.keys(environment).filter((name) => /TRACE|CURL|SSH_ASKPASS$/.test(name))).toEqual([]);
    const { stdout } = await runGit(['config', '--list', '--show-scope'], { auth });
    const lines = stdout.toString().trim().split('\n');
    // Of the machine's and the user's own settings none; "local" is the repo that the tests lie in.
    expect(new Set(lines.map((line) => line.split('\t')[0]))).toEqual(new Set(['local', 'command']));
  });

  it('has a secret neither in the arguments nor in the environment of any process, and sends it', async () => {
    const sent: (string | undefined)[] = [];
    const server = createHttpServer((request, response) => {
      sent.push(request.headers.authorization);
      if (request.headers.authorization === undefined)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      // Held until it was looked at who has it.
      held.push(() => response.writeHead(404).end());
    });
    const held: (() => void)[] = [];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const asked = lsRemote(`${origin}/x.git`, [], { auth: { ...auth, origin } });
    asked.catch(() => undefined);
    await expect.poll(() => held).toHaveLength(1);
    expect(sent.at(-1)).toBe(auth.header);
    const bare = Buffer.from('robin:ghp_planted').toString('base64');
    expect(await processesWith([auth.password, bare])).toEqual([]);
    held[0]?.();
    await expect(asked).rejects.toMatchObject({ kind: 'no-such-repo' });
    server.close();
  });

  it('ends a command that is silent, and one that is cancelled', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(mute.address() as AddressInfo).port}/x.git`;
    await expect(lsRemote(url, [], { stallMs: 200 })).rejects.toMatchObject({ kind: 'stalled' });
    const stop = new AbortController();
    mute.once('connection', () => stop.abort());
    await expect(lsRemote(url, [], { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it('does not run remote helpers', async () => {
    await expect(runGit(['ls-remote', '--end-of-options', 'ext::sh -c true'])).rejects.toBeInstanceOf(
      GitError,
    );
  });
});
