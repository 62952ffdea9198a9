import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commitFiles } from '../../ledger/testing/release-repo';
import { initBare } from '../git/init';
import { lsRemote } from '../git/remote';
import { askHostKey, trustHost } from './host-key';
import { sshAddressOf } from './ssh-address';
import { sshProgram, sshVariables } from './ssh-command';
import { noSshServerBecause, type SshServer, startSshServer } from './testing/ssh-server';

describe('an address of Git', () => {
  it.each([
    ['ssh://git@example.org/o/r.git', { host: 'example.org', user: 'git', port: null }],
    ['ssh://example.org:2222/o/r.git', { host: 'example.org', user: null, port: 2222 }],
    ['ssh://git@[2001:db8::1]:22/r', { host: '2001:db8::1', user: 'git', port: 22 }],
    ['git@example.org:o/r.git', { host: 'example.org', user: 'git', port: null }],
    ['work:o/r.git', { host: 'work', user: null, port: null }],
    ['https://example.org/o/r.git', null],
    ['/srv/r.git', null],
    ['./a:b', null],
    ['C:/repos/r.git', null],
    ['ssh://-oProxyCommand=x/r', null],
    ['-oProxyCommand=x:r', null],
    ['ssh://git@exa mple.org/r', null],
    ['ext::sh -c x', null],
    ['ssh://git@example.org:99999/r', null],
  ])('%s leads over SSH to %j', (url, place) => {
    expect(sshAddressOf(url)).toEqual(place);
  });
});

describe('the SSH that Git runs', () => {
  it('asks nobody and talks to no stranger, whatever the person has set', () => {
    expect(sshVariables({})).toEqual({
      SSH_ASKPASS_REQUIRE: 'never',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o StrictHostKeyChecking=yes',
    });
    expect(sshVariables({ GIT_SSH_COMMAND: '/usr/bin/ssh -i key' }).GIT_SSH_COMMAND).toBe(
      '/usr/bin/ssh -i key -o BatchMode=yes -o StrictHostKeyChecking=yes',
    );
    // Other programs have other options (git-config(1), ssh.variant).
    expect(sshVariables({ GIT_SSH_COMMAND: 'plink -batch' }).GIT_SSH_COMMAND).toBe('plink -batch');
    expect(sshVariables({ GIT_SSH: '/opt/tortoiseplink' })).toEqual({
      SSH_ASKPASS_REQUIRE: 'never',
      GIT_SSH: '/opt/tortoiseplink',
    });
    expect(sshProgram({ GIT_SSH: '/opt/ssh' })).toEqual(['/opt/ssh']);
  });
});

const missing = noSshServerBecause();
if (missing) console.info(`host keys are not tried on a real server: ${missing}`);

describe.skipIf(missing !== null)('a real SSH server', () => {
  let server: SshServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-ssh-'));
    server = await startSshServer();
  });
  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  it('is asked about once, by its fingerprint, then known to Git, and refused when its key changes', async () => {
    const repo = path.join(folder, 'repo.git');
    await initBare(repo, 'main');
    await commitFiles(repo, { a: 'b\n' });
    const url = `ssh://${userInfo().username}@127.0.0.1:${server.port}${repo}`;
    const address = sshAddressOf(url);
    if (!address) throw new Error('no address');
    const asking = { environment: server.environment };
    vi.stubEnv('GIT_SSH_COMMAND', server.environment.GIT_SSH_COMMAND);

    await expect(lsRemote(url, [])).rejects.toMatchObject({ kind: 'host-unknown' });
    const answer = await askHostKey(address, asking);
    const fingerprint = await server.fingerprint();
    expect(answer).toMatchObject({ state: 'unknown', keys: [{ type: 'ssh-ed25519', fingerprint }] });
    // Looking trusts nobody.
    await expect(readFile(server.knownHosts, 'utf8')).rejects.toThrow();

    expect(await trustHost(address, 'SHA256:another', asking)).toContain('another key');
    // A last line that nobody ended is left as it is.
    await writeFile(server.knownHosts, '# mine');
    expect(await trustHost(address, fingerprint, asking)).toBeNull();
    expect(await readFile(server.knownHosts, 'utf8')).toMatch(
      /^# mine\n\[127\.0\.0\.1\]:\d+ ssh-ed25519 \S+\n$/,
    );
    expect(await askHostKey(address, asking)).toEqual({ state: 'known' });
    expect([...(await lsRemote(url, [])).keys()]).toEqual(['refs/heads/main']);

    await server.changeKey();
    const changed = await server.fingerprint();
    expect(changed).not.toBe(fingerprint);
    expect(await askHostKey(address, asking)).toMatchObject({
      state: 'changed',
      keys: [{ fingerprint: changed }],
      trustedIn: expect.stringContaining(`${server.knownHosts}:2`),
    });
    await expect(lsRemote(url, [])).rejects.toMatchObject({ kind: 'host-changed' });
    expect(await trustHost(address, changed, asking)).toContain('changed');
  });

  it('refuses a changed key also where the settings say that it does not matter', async () => {
    const url = `ssh://${userInfo().username}@127.0.0.1:${server.port}/nowhere.git`;
    await server.changeKey();
    vi.stubEnv('GIT_SSH_COMMAND', server.environment.GIT_SSH_COMMAND);
    await expect(lsRemote(url, [])).rejects.toMatchObject({ kind: 'host-changed' });
  });

  it('that is not there is told as that', async () => {
    const address = { host: '127.0.0.1', user: null, port: 1 };
    expect(await askHostKey(address, { environment: server.environment })).toMatchObject({
      state: 'unreachable',
      detail: expect.stringContaining('refused'),
    });
  });
});
