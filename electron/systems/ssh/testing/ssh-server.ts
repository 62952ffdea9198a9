import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';

const daemon = '/usr/sbin/sshd';

/** Why no real server can be started here; `null`: one can. */
export function noSshServerBecause(): string | null {
  try {
    accessSync(daemon, constants.X_OK);
  } catch {
    return 'openssh-server is not installed';
  }
  return null;
}

/** A real OpenSSH server on loopback, with a person's SSH settings of its own. */
export interface SshServer {
  port: number;
  /** Of the person: their private key, the file of hosts they trust, and their settings. */
  identity: string;
  knownHosts: string;
  /** To run with these settings: `GIT_SSH_COMMAND`. */
  environment: NodeJS.ProcessEnv;
  /** Gives the server another key, as a reinstalled or a false one has. */
  changeKey(): Promise<void>;
  fingerprint(): Promise<string>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

export async function startSshServer(): Promise<SshServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-sshd-'));
  const at = (name: string) => path.join(folder, name);
  const makeKey = (name: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
  makeKey('host');
  makeKey('identity');
  // Where root runs it, it wants this folder of its own (sshd(8)).
  if (process.getuid?.() === 0 && !existsSync('/run/sshd')) mkdirSync('/run/sshd', { mode: 0o755 });
  const port = await freePort();
  await writeFile(at('authorized_keys'), await readFile(at('identity.pub')));
  await writeFile(
    at('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      `PidFile ${at('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
    ].join('\n'),
  );
  await writeFile(
    at('config'),
    [
      `IdentityFile ${at('identity')}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${at('known_hosts')}`,
      'GlobalKnownHostsFile none',
      // What must not count.
      'StrictHostKeyChecking no',
    ].join('\n'),
  );
  let child = spawn(daemon, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
  const ready = async () => {
    while (!(await answers(port))) await new Promise(setImmediate);
  };
  const end = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  await ready();
  return {
    port,
    identity: at('identity'),
    knownHosts: at('known_hosts'),
    environment: { ...process.env, GIT_SSH_COMMAND: `ssh -F ${at('config')}`, USER: userInfo().username },
    async changeKey() {
      await end();
      await rm(at('host'));
      await rm(at('host.pub'));
      makeKey('host');
      child = spawn(daemon, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
      await ready();
    },
    fingerprint: async () =>
      execFileSync('ssh-keygen', ['-l', '-f', at('host.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '',
    async close() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
