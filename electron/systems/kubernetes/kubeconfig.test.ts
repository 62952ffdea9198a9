/** Kubeconfigs as people and tools really write them, read as kubectl reads them. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { execCallOf } from './exec-call';
import { ExecCredentials } from './exec-credential';
import { KubeError } from './failures';
import { findContext, type KubeContext } from './kubeconfig';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
async function contextOf(content: string | Uint8Array): Promise<KubeContext> {
  count += 1;
  const file = join(folder, `config-${count}`);
  await writeFile(file, content);
  return findContext([file], undefined);
}
async function refusalOf(content: string | Uint8Array): Promise<[string, number | undefined]> {
  const error = await contextOf(content).catch((thrown: unknown) => thrown);
  if (!(error instanceof KubeError)) throw new Error('It was read.');
  return [error.failure.message, error.failure.place?.line];
}

const usual = `apiVersion: v1
kind: Config
current-context: x
clusters:
- name: c
  cluster: {server: https://k.example}
users:
- name: u
  user: {token: secret}
contexts:
- name: x
  context: {cluster: c, user: u}
`;
const serverIs = (server: string, more = '') =>
  usual.replace('server: https://k.example', `server: "${server}"${more}`);

it.each([
  ['no user', usual.replace(', user: u}', '}')],
  ['an empty user', usual.replace('user: u}', 'user: ""}')],
  ['a user that is null', usual.replace('user: u}', 'user: ~}')],
])('takes a context with %s for an anonymous one', async (_, text) => {
  const { user } = await contextOf(text);
  expect([user.name, user.token]).toEqual(['', undefined]);
});

it('takes a user with nothing in it for an anonymous one', async () => {
  const { user } = await contextOf(usual.replace('  user: {token: secret}\n', ''));
  expect([user.name, user.token]).toEqual(['u', undefined]);
});

it.each([
  ['localhost:18001', '', 'http://localhost:18001'],
  ['127.0.0.1:18001', '', 'http://127.0.0.1:18001'],
  ['k.example:6443', ', insecure-skip-tls-verify: true', 'https://k.example:6443'],
  ['k.example', ', certificate-authority-data: aGVq', 'https://k.example'],
  ['HTTPS://k.example:6443/a', '', 'https://k.example:6443/a'],
  ['HttpS://K.example', '', 'https://K.example'],
])('completes the address %s%s to %s', async (server, more, wanted) => {
  expect((await contextOf(serverIs(server, more))).cluster.server).toBe(wanted);
});

it.each(['k.example', 'HTTP://k.example'])('does not reach %s without TLS', async (server) => {
  expect((await refusalOf(serverIs(server)))[0]).toContain('without TLS');
});

it.each(['ftp://k.example', 'k.example:1/a', 'localhost:1?x', 'https://', 'a b'])(
  'takes no %s for an address',
  async (server) => expect((await refusalOf(serverIs(server)))[0]).toContain('is not a URL'),
);

it.each([
  ['ends with ---', `${usual}---\n`],
  ['ends with --- and a comment', `${usual}--- # the end\n# really`],
  ['has a second document', `${usual}---\ncurrent-context: y\n`],
  ['has a second document that is no YAML', `${usual}---\n[[[`],
  ['begins with a byte order mark', `\ufeff${usual}`],
  ['has the line ends of Windows', usual.replaceAll('\n', '\r\n')],
  ['has the line ends of old Macs', usual.replaceAll('\n', '\r')],
  ['says a key twice', usual.replace('current-context: x', 'current-context: y\ncurrent-context: x')],
  ['merges', usual.replace('{token: secret}', '{<<: {token: old}, token: secret}')],
  ['has an alias', usual.replace('name: u\n', 'name: &u u\n').replace('user: u}', 'user: *u }')],
  [
    'is JSON with tabs',
    JSON.stringify(
      {
        'current-context': 'x',
        clusters: [{ name: 'c', cluster: { server: 'https://k.example' } }],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      },
      null,
      '\t',
    ),
  ],
  ['is in UTF-16', Buffer.from(`\ufeff${usual}`, 'utf16le')],
  ['is in UTF-16, the other way round', Buffer.from(`\ufeff${usual}`, 'utf16le').swap16()],
  ['has an entry that is null', usual.replace('users:\n', 'users:\n- ~\n')],
])('reads a file that %s', async (_, content) => {
  expect(await contextOf(content)).toMatchObject({ name: 'x', user: { name: 'u', token: 'secret' } });
});

it.each([
  [
    'users',
    usual.replace('users:\n', 'users:\n- name: u\n  user: {token: other}\n'),
    '"u", in lines 8 and 10',
    10,
  ],
  ['clusters', usual.replace('clusters:\n', 'clusters:\n- {name: c}\n'), '"c", in lines 5 and 6', 6],
  ['contexts', `${usual}- name: x\n  context: {cluster: c}\n`, '"x", in lines 11 and 13', 13],
])('names both of two %s of one name', async (list, text, words, line) => {
  const [message, at] = await refusalOf(text);
  expect([message.includes(`two ${list} have the name ${words}`), at]).toEqual([true, line]);
});

it.each([
  ['a token that is a number', usual.replace('token: secret', 'token: 12345678'), 'users.0.user.token'],
  [
    'a truth that is a text',
    serverIs('https://k', ', insecure-skip-tls-verify: "true"'),
    'clusters.0.cluster',
  ],
  ['another kind', usual.replace('kind: Config', 'kind: Pod'), 'its kind is not Config'],
  ['another version', usual.replace('apiVersion: v1', 'apiVersion: v2'), 'its apiVersion is not v1'],
  ['deep nesting', `${usual}x: ${'['.repeat(12_000)}`, 'levels deep'],
  ['what is no UTF-8', Buffer.from(`${usual}# \xff`, 'latin1'), 'UTF-8'],
  ['a list', '- a\n', 'not a kubeconfig'],
])('refuses %s, and quotes nothing', async (_, content, words) => {
  const [message] = await refusalOf(content);
  expect(message).toContain(words);
  expect(message).not.toMatch(/secret|12345678/);
});

it.skipIf(process.platform === 'win32')(
  'finds a command in our own PATH, whatever PATH the kubeconfig gives to it',
  async () => {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const file = join(bin, 'signalbox-test-login');
    await writeFile(
      file,
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$PATH"'"}}'\n`,
    );
    await chmod(file, 0o755);
    vi.stubEnv('PATH', [process.env.PATH, bin].join(delimiter));
    const exec = {
      command: 'signalbox-test-login',
      apiVersion: 'client.authentication.k8s.io/v1',
      env: [{ name: 'PATH', value: '/nowhere' }],
    };
    const call = await execCallOf({ name: 'u', exec }, null);
    if (!call) throw new Error('no command');
    const { token } = await new ExecCredentials().read(
      async () => call,
      async () => ({}),
    );
    vi.unstubAllEnvs();
    expect(token).toBe('/nowhere');
  },
);
