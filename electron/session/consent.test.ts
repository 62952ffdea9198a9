import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { GivenConsent } from '../../shared/domain/estate/consent';
import { noLog } from '../log/log';
import { readEstateFile } from './choose-estate';
import { openSession, type Session } from './open-session';

let folder: string;
let server: Server;
let tokens: (string | undefined)[];
let saved: readonly GivenConsent[];
let opened: Session[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-consent-'));
  tokens = [];
  saved = [];
  opened = [];
  server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const repo = path.join(folder, 'ledger');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args]);
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', repo]);
  git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.org',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'Begin',
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  await Promise.all(opened.map((session) => session.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const place = (name: string) => path.join(folder, 'estate', name);
const ran = (name = 'evil') => existsSync(place(`${name}.ran`));

/** A login as an attacker writes it: it leaves a mark where it ran. */
async function script(name: string, token: string): Promise<void> {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token },
  };
  await writeFile(
    place(`${name}.sh`),
    `#!/bin/sh\ntouch '${place(`${name}.ran`)}'\necho '${JSON.stringify(credential)}'\n`,
  );
  await chmod(place(`${name}.sh`), 0o700);
}

const exec = (command: string, args: string[] = [], more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command, args, ...more },
});

async function kubeconfig(user: object, cluster: object = {}, name = 'kubeconfig'): Promise<void> {
  await mkdir(place(''), { recursive: true });
  await writeFile(
    place(name),
    stringify({
      clusters: [{ name: 'c', cluster: { server: url(), ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
}

/** Opens an estate of one environment on the kubeconfig that it names, relative to its own file. */
async function open(cluster: object = { kubeconfig: 'kubeconfig' }): Promise<Session> {
  await writeFile(
    place('signalbox.yaml'),
    stringify({
      name: 'Somebody’s',
      ledger: { url: path.join(folder, 'ledger') },
      environments: [{ name: 'staging', cluster: { context: 'c', ...cluster } }],
    }),
  );
  const session = await openSession({
    estate: await readEstateFile(place('signalbox.yaml')),
    mode: 'real',
    dir: path.join(folder, 'data'),
    inPlace: false,
    identity: () => ({ name: 'A', email: 'a@example.org' }),
    ledgerCredentials: async () => null,
    githubToken: async () => null,
    consents: {
      get: () => saved,
      set: (given) => {
        saved = given;
      },
    },
    log: noLog,
  });
  opened.push(session);
  return session;
}

/** Waits until something waits for the person, with the cluster told to be away because of it. */
async function waiting(session: Session) {
  await expect.poll(() => session.consents.waiting().length).toBe(1);
  await expect
    .poll(() => session.clusters.get('staging')?.view.freshness())
    .toMatchObject({
      state: 'unreachable',
      failure: {
        code: 'consent-needed',
        message: expect.stringContaining('is waiting for your permission'),
      },
    });
  const [request] = session.consents.waiting();
  if (!request) throw new Error('nothing waits');
  return request;
}

describe('a kubeconfig that the estate file names', () => {
  it('runs no program before it was allowed, and then at once', async () => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'of-evil');
    await kubeconfig(exec('./evil.sh', ['--all', 'a b'], { env: [{ name: 'HOST', value: 'x y' }] }));
    const session = await open();
    const request = await waiting(session);
    expect(request).toMatchObject({
      command: `HOST='x y' ${place('evil.sh')} --all 'a b'`,
      server: url(),
      programs: [place('evil.sh')],
      environments: ['staging'],
      changedSince: null,
    });
    expect(ran()).toBe(false);
    expect(tokens).toEqual([]);
    session.consents.allow(request.hash);
    await expect.poll(() => tokens).toContain('Bearer of-evil');
    expect(ran()).toBe(true);
    expect(session.consents.waiting()).toEqual([]);
    expect(saved).toMatchObject([{ hash: request.hash, at: expect.any(String) }]);
  });

  it('is not asked about again while it stays as it is, and again when its program changed', async () => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'first');
    await kubeconfig(exec('sh', ['-c', './evil.sh']));
    vi.spyOn(process, 'cwd').mockReturnValue(place(''));
    const first = await open();
    first.consents.allow((await waiting(first)).hash);
    await first.close();
    opened = [];
    await kubeconfig(exec('sh', ['-c', './evil.sh']));
    const second = await open();
    await expect
      .poll(() => second.clusters.get('staging')?.view.freshness())
      .not.toMatchObject({ state: 'connecting' });
    expect(second.consents.waiting()).toEqual([]);
    await second.close();
    opened = [];
    await script('evil', 'second');
    const third = await open();
    const request = await waiting(third);
    expect(request.changedSince).toBe(saved[0]?.at);
    vi.restoreAllMocks();
  });

  it.each([
    ['its command', exec('./evil.sh', ['--more']), {}],
    ['a variable of it', exec('./evil.sh', [], { env: [{ name: 'A', value: 'b' }] }), {}],
    ['its server’s proxy', exec('./evil.sh'), { 'proxy-url': 'http://127.0.0.1:1' }],
    ['what is believed of its server', exec('./evil.sh'), { 'insecure-skip-tls-verify': true }],
  ])('is asked about again when %s changed', async (_, user, cluster) => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'token');
    await kubeconfig(exec('./evil.sh'));
    const first = await open();
    const before = await waiting(first);
    first.consents.allow(before.hash);
    await first.close();
    opened = [];
    await kubeconfig(user, cluster);
    const again = await open();
    expect((await waiting(again)).hash).not.toBe(before.hash);
  });

  it('is asked about again when it changed while Signalbox runs', async () => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'first');
    await script('worse', 'worse');
    await kubeconfig(exec('./evil.sh'));
    const session = await open();
    session.consents.allow((await waiting(session)).hash);
    await expect.poll(() => tokens).toContain('Bearer first');
    await kubeconfig(exec('./worse.sh'));
    // Credentials are read again a minute later.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(await waiting(session)).toMatchObject({ command: place('worse.sh'), changedSince: saved[0]?.at });
    expect(ran('worse')).toBe(false);
    vi.restoreAllMocks();
  });

  it('runs nothing any more when it was withdrawn', async () => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'token');
    await kubeconfig(exec('./evil.sh'));
    const session = await open();
    const { hash } = await waiting(session);
    session.consents.allow(hash);
    await expect.poll(ran).toBe(true);
    await rm(place('evil.ran'));
    session.consents.withdraw(hash);
    expect((await waiting(session)).hash).toBe(hash);
    expect(ran()).toBe(false);
    expect(saved).toEqual([]);
  });

  it('sends no file from elsewhere before it was allowed', async () => {
    await writeFile(path.join(folder, 'secret'), 'of-the-person');
    await mkdir(place(''), { recursive: true });
    // Also where its own folder only seems to hold it.
    await symlink(path.join(folder, 'secret'), place('token'));
    await kubeconfig({ tokenFile: 'token' });
    const session = await open();
    const request = await waiting(session);
    expect(request).toMatchObject({
      command: null,
      files: [{ use: 'token', path: path.join(folder, 'secret') }],
    });
    expect(tokens).toEqual([]);
    session.consents.allow(request.hash);
    await expect.poll(() => tokens).toContain('Bearer of-the-person');
  });

  it('is not asked about for what lies in it', async () => {
    await kubeconfig({ token: 'inline', ...exec('./evil.sh') });
    const session = await open();
    await expect.poll(() => tokens).toContain('Bearer inline');
    expect(session.consents.waiting()).toEqual([]);
  });

  it('runs no program of an auth-provider’s, as kubectl runs none', async () => {
    await mkdir(place(''), { recursive: true });
    await script('evil', 'token');
    await writeFile(path.join(folder, 'secret'), 'of-the-person');
    for (const config of [
      { exec: { command: place('evil.sh'), apiVersion: 'client.authentication.k8s.io/v1' } },
      { tokenFile: path.join(folder, 'secret') },
    ]) {
      await kubeconfig({ 'auth-provider': { name: 'oidc', config } });
      const session = await open();
      await expect.poll(() => session.clusters.get('staging')?.view.freshness().state).toBe('unreachable');
      expect(ran()).toBe(false);
      expect(tokens).toEqual([]);
      await session.close();
    }
    opened = [];
  });
});

describe('the person’s own kubeconfig', () => {
  it.each([
    ['left out', {}],
    ['named', { kubeconfig: 'kubeconfig' }],
  ])('asks nothing, %s in the estate file', async (_, cluster) => {
    await mkdir(place(''), { recursive: true });
    await script('own', 'own');
    await kubeconfig(exec('./own.sh'));
    vi.stubEnv('KUBECONFIG', place('kubeconfig'));
    const session = await open(cluster);
    await expect.poll(() => tokens).toContain('Bearer own');
    expect(session.consents.waiting()).toEqual([]);
  });

  it('is another one where a link leads to it from elsewhere, since its paths lead elsewhere too', async () => {
    await mkdir(place(''), { recursive: true });
    await mkdir(path.join(folder, 'home'));
    await script('own', 'own');
    await kubeconfig(exec('./own.sh'), {}, '../home/config');
    vi.stubEnv('KUBECONFIG', path.join(folder, 'home', 'config'));
    await symlink(path.join(folder, 'home', 'config'), place('kubeconfig'));
    const session = await open();
    expect(await waiting(session)).toMatchObject({ command: place('own.sh') });
    expect(await readFile(place('own.ran'), 'utf8').catch(() => null)).toBeNull();
  });
});
