import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliConfigFile, readCliSession } from './cli-session';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'argocd-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As `argocd login` writes it. */
const usual = `contexts:
- name: argocd.example.org
  server: argocd.example.org
  user: argocd.example.org
- name: staging
  server: argocd.staging.example.org:443
  user: staging-user
- name: rooted
  server: tools.example.org
  user: rooted
- name: kubernetes
  server: kubernetes
  user: kubernetes
current-context: argocd.example.org
prompts-enabled: false
servers:
- grpc-web-root-path: ""
  server: argocd.example.org
- grpc-web: true
  grpc-web-root-path: ""
  server: argocd.staging.example.org:443
- grpc-web-root-path: argo-cd
  server: tools.example.org
- core: true
  grpc-web-root-path: ""
  server: kubernetes
users:
- auth-token: a.production.token
  name: argocd.example.org
  refresh-token: not-to-be-taken
- auth-token: a.staging.token
  name: staging-user
- auth-token: a.rooted.token
  name: rooted
- auth-token: a.core.token
  name: kubernetes
`;
const from = async (text: string | Buffer, url: string) => {
  const file = path.join(folder, 'config');
  await writeFile(file, text);
  return readCliSession(file, url);
};

it.each([
  ['https://argocd.example.org', 'Bearer a.production.token'],
  ['https://argocd.example.org:443/', 'Bearer a.production.token'],
  ['https://argocd.staging.example.org/', 'Bearer a.staging.token'],
  ['https://tools.example.org/argo-cd/', 'Bearer a.rooted.token'],
  ['https://tools.example.org/', undefined],
  ['https://argocd.example.org:8443', undefined],
  ['https://argocd.example.org.evil.example', undefined],
  ['https://kubernetes', undefined],
])('the session at %s is %s', async (url, authorization) => {
  expect((await from(usual, url))?.authorization).toBe(authorization);
});

it('the file stays as it is, and the current context comes first', async () => {
  const two = usual
    .replace('contexts:', 'contexts:\n- {name: other, server: argocd.example.org, user: staging-user}')
    .replace('current-context: argocd.example.org', 'current-context: other');
  expect(await from(two, 'https://argocd.example.org')).toEqual({
    authorization: 'Bearer a.staging.token',
    context: 'other',
  });
  expect(await readFile(path.join(folder, 'config'), 'utf8')).toBe(two);
});

it.each([
  ['nothing', ''],
  ['no YAML', '\t{['],
  ['another shape', '[1, 2]'],
  ['lists that are none', 'contexts: 1\nservers: {}\nusers: null\ncurrent-context: [a]'],
  ['a null list', 'contexts: null\nservers: []\nusers: null\n'],
  ['a token with a line break', usual.replace('a.production.token', '"a.b.c\\r\\nX-Evil: 1"')],
  ['a token that is none', usual.replace('a.production.token', '12')],
  ['aliases that grow', bomb()],
  ['too much', `${usual}# ${'x'.repeat(2 * 1024 * 1024)}`],
  ['bytes', Buffer.from([0, 255, 254, 1])],
])('a file with %s has no session', async (_, text) => {
  expect(await from(text, 'https://argocd.example.org')).toBeNull();
});

function bomb(): string {
  const lines = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
  );
  return `a0: &a0 [x]\n${lines.join('\n')}\nusers: *a12\n`;
}

it('nothing is there, or a folder, or a pipe that nobody writes into', async () => {
  expect(await readCliSession(path.join(folder, 'missing'), 'https://argocd.example.org')).toBeNull();
  expect(await readCliSession(folder, 'https://argocd.example.org')).toBeNull();
  if (process.platform === 'win32') return;
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await readCliSession(pipe, 'https://argocd.example.org')).toBeNull();
});

it('the file lies where argocd has it', async () => {
  expect(await cliConfigFile({ ARGOCD_CONFIG_DIR: '/x' }, folder)).toBe('/x/config');
  expect(await cliConfigFile({ XDG_CONFIG_HOME: '/y' }, folder)).toBe('/y/argocd/config');
  expect(await cliConfigFile({}, folder)).toBe(path.join(folder, '.config/argocd/config'));
  await mkdir(path.join(folder, '.argocd'));
  expect(await cliConfigFile({ XDG_CONFIG_HOME: '/y' }, folder)).toBe(path.join(folder, '.argocd/config'));
});
