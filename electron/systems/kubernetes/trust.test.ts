/** Two commands that are not the same are never allowed by one answer. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { execCallOf } from './exec-call';
import { consentRequestOf } from './trust';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-trust-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

interface Asked {
  command: string;
  args?: string[];
  env?: { name: string; value: string }[];
  wrapper?: string[];
  variables?: Record<string, string>;
  context?: string;
  server?: string;
}

async function requestOf(asked: Asked) {
  const { command, args, env, wrapper, variables, context = 'c', server = 'https://a.example' } = asked;
  const user = {
    name: 'u',
    said: {},
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, env },
  };
  const exec = wrapper || variables ? { wrapper: wrapper ?? [], env: variables ?? {} } : null;
  const call = await execCallOf(user, exec);
  const cluster = { name: 'k', server, skipTLSVerify: false, said: {} };
  const request = await consentRequestOf(
    { name: context, cluster, user },
    { kubeconfig: join(folder, 'kubeconfig'), isOwn: false },
    call,
  );
  if (!request) throw new Error('nothing is asked');
  return request;
}

async function program(path: string, body = ''): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${body}`);
  await chmod(file, 0o700);
  return file;
}

describe('the hash of what is asked', () => {
  const one = { name: 'A', value: 'b c' };
  it.each<[string, Asked, Asked]>([
    ['a quote that moved', { command: 'a', args: ["b' c"] }, { command: 'a', args: ['b', "' c"] }],
    ['words that were joined', { command: 'a', args: ['b', 'c'] }, { command: 'a', args: ['b c'] }],
    ['an empty word', { command: 'a', args: ['b'] }, { command: 'a', args: ['b', ''] }],
    ['a word that was a program', { command: 'a b', args: [] }, { command: 'a', args: ['b'] }],
    ['a variable that was a word', { command: 'a', env: [one] }, { command: 'A=b c', args: ['a'] }],
    [
      'a variable in another’s value',
      { command: 'a', env: [{ name: 'A', value: 'b C=d' }] },
      {
        command: 'a',
        env: [
          { name: 'A', value: 'b' },
          { name: 'C', value: 'd' },
        ],
      },
    ],
    [
      'a line feed in a value',
      { command: 'a', env: [{ name: 'A', value: 'b\nC=d' }] },
      {
        command: 'a',
        env: [
          { name: 'A', value: 'b' },
          { name: 'C', value: 'd' },
        ],
      },
    ],
    [
      'a name that holds what looks like a command',
      { command: 'a', env: [{ name: 'A', value: '' }] },
      { command: 'a', env: [{ name: "X''; evil #", value: '' }] },
    ],
    [
      'the same variable set twice',
      { command: 'a', env: [one] },
      { command: 'a', env: [one, { name: 'A', value: 'x' }] },
    ],
    ['letters that look alike', { command: 'gds' }, { command: 'g\u0501s' }],
    ['a hidden character', { command: 'gds' }, { command: 'gd\u200bs' }],
    ['writing that is turned', { command: 'a', args: ['bc'] }, { command: 'a', args: ['\u202ecb'] }],
    ['a wrapper that was arguments', { command: 'b', wrapper: ['a'] }, { command: 'a', args: ['b'] }],
    [
      'a variable of the estate',
      { command: 'a', variables: { X: '1' } },
      { command: 'a', variables: { X: '2' } },
    ],
    ['the context', { command: 'a' }, { command: 'a', context: 'd' }],
    ['the server', { command: 'a' }, { command: 'a', server: 'https://b.example' }],
  ])('differs by %s, and so does what is shown', async (_, first, second) => {
    const [a, b] = [await requestOf(first), await requestOf(second)];
    expect(a.hash).not.toBe(b.hash);
    expect([a.command, a.context, a.server, a.from]).not.toEqual([b.command, b.context, b.server, b.from]);
    for (const { command } of [a, b]) expect(command).toMatch(/^[\x20-\x7e]+$/);
  });

  it.skipIf(process.platform === 'win32')(
    'differs by the program that a link leads to, and by its content',
    async () => {
      const first = await program('v1/login', 'a');
      await symlink(first, join(folder, 'login'));
      const asked = { command: join(folder, 'login') };
      const before = await requestOf(asked);
      expect(before.programs).toEqual([first]);
      expect((await requestOf(asked)).hash).toBe(before.hash);
      await program('v1/login', 'b');
      const changed = await requestOf(asked);
      const second = await program('v2/login', 'b');
      await rm(join(folder, 'login'));
      await symlink(second, join(folder, 'login'));
      const moved = await requestOf(asked);
      expect(new Set([before.hash, changed.hash, moved.hash]).size).toBe(3);
      expect(moved.programs).toEqual([second]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'differs by a program of one’s own PATH, also where a wrapper starts it',
    async () => {
      vi.stubEnv('PATH', [join(folder, 'bin'), process.env.PATH].join(delimiter));
      for (const asked of [
        { command: 'signalbox-login' },
        { command: 'signalbox-login', wrapper: ['env'] },
        { command: 'sh', wrapper: ['signalbox-login'] },
      ]) {
        const file = await program('bin/signalbox-login', 'a');
        const before = await requestOf(asked);
        expect(before.programs).toContain(file);
        await program('bin/signalbox-login', 'b');
        expect((await requestOf(asked)).hash).not.toBe(before.hash);
      }
    },
  );

  it.skipIf(process.platform === 'win32')(
    'differs by what a PATH of the kubeconfig’s has a command find',
    async () => {
      const file = await program('repo/aws', 'a');
      const env = [{ name: 'PATH', value: [join(folder, 'repo'), '/usr/bin'].join(delimiter) }];
      const asked = { command: 'sh', args: ['-c', 'true && aws eks'], env };
      const before = await requestOf(asked);
      expect(before.programs).toContain(file);
      await program('repo/aws', 'b');
      expect((await requestOf(asked)).hash).not.toBe(before.hash);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'differs by a script, however many words stand before it',
    async () => {
      const file = await program('login.sh', 'a');
      const filler = Array.from({ length: 300 }, (_, at) => `--x${at}`);
      const asked = { command: 'sh', args: [...filler, file] };
      const before = await requestOf(asked);
      expect(before.programs).toContain(file);
      await program('login.sh', 'b');
      expect((await requestOf(asked)).hash).not.toBe(before.hash);
      const more = Array.from({ length: 1_200 }, (_, at) => `x${at}`);
      await expect(requestOf({ command: 'sh', args: [...more, file] })).rejects.toThrow(
        'too many to be reviewed',
      );
    },
  );

  it('differs by a file that changes twice at once', async () => {
    const file = await program('login.sh', 'a');
    const hashes = new Set<string>();
    for (const body of 'abcdefgh') {
      await program('login.sh', body);
      hashes.add((await requestOf({ command: file })).hash);
    }
    expect(hashes.size).toBe(8);
  });
});
