import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { redact } from '../../../shared/domain/text/redact';
import type { SshAddress } from './ssh-address';
import { sshProgram } from './ssh-command';

/** A server's key, as a person compares it with what the server's owner publishes. */
export interface HostKey {
  /** `ssh-ed25519` */
  type: string;
  /** `SHA256:…`, as OpenSSH writes it. */
  fingerprint: string;
  /** Its line of a known-hosts file. */
  line: string;
}

/** What is known of the server at an address. */
export type HostKeyAnswer =
  | { state: 'known' }
  /** Nobody has said yet whether it is the right one. */
  | { state: 'unknown'; keys: HostKey[] }
  /** It has another key than the one that was trusted, or one that was revoked: perhaps somebody is in between. */
  | { state: 'changed'; keys: HostKey[]; trustedIn: string | null }
  | { state: 'unreachable'; detail: string };

/** Milliseconds that one connection may take. */
const patience = 20_000;

const strict = ['-o', 'StrictHostKeyChecking=yes'];
/** No sign-in is tried, nothing is forwarded, no other connection is shared, and nothing on this computer is run. */
const quiet = [
  'BatchMode=yes',
  'ConnectTimeout=15',
  'PreferredAuthentications=none',
  'ControlMaster=no',
  'ControlPath=none',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'UpdateHostKeys=no',
].flatMap((option) => ['-o', option]);

interface Asking {
  signal?: AbortSignal;
  environment?: NodeJS.ProcessEnv;
}

const placeOf = ({ host, user, port }: SshAddress): string[] => [
  ...(port === null ? [] : ['-p', String(port)]),
  ...(user === null ? [] : ['-l', user]),
  '--',
  host,
];

async function runSsh(args: readonly string[], { signal, environment = process.env }: Asking) {
  const [program, ...words] = sshProgram(environment);
  const result = await execa(program, [...words, ...args], {
    stdin: 'ignore',
    reject: false,
    timeout: patience,
    maxBuffer: 1_000_000,
    env: { ...environment, LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
    extendEnv: false,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  return { code: result.exitCode, out: String(result.stdout ?? ''), said: String(result.stderr ?? '') };
}

/** `SHA256:` and the hash of the key's bytes in base64 without padding (ssh-keygen(1), -l). */
function keyOf(line: string): HostKey | null {
  const [type = '', key = ''] = line.split(' ').slice(line.startsWith('@') ? 2 : 1);
  if (!/^[a-z0-9@.-]{1,60}$/i.test(type) || !/^[A-Za-z0-9+/=]{20,}$/.test(key)) return null;
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  return { type, fingerprint: `SHA256:${hash.replace(/=+$/, '')}`, line };
}

/** The keys that the server shows now: OpenSSH writes them into an empty file, on the way that Git would take. */
async function shownKeys(address: SshAddress, asking: Asking): Promise<HostKey[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-host-'));
  const file = path.join(folder, 'known_hosts');
  const fresh = [
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile="${file}"`,
    'GlobalKnownHostsFile=none',
  ];
  try {
    await runSsh(
      [...fresh.flatMap((option) => ['-o', option]), ...quiet, ...placeOf(address), 'true'],
      asking,
    );
    // It showed none: no file was written.
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => keyOf(line.trim()) ?? []);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Asks whether the server at an address is the one that the person trusted, by connecting as Git would (their SSH
 * settings, jump hosts and aliases count) and going before anybody signs in.
 */
export async function askHostKey(address: SshAddress, asking: Asking = {}): Promise<HostKeyAnswer> {
  const { code, said } = await runSsh([...strict, ...quiet, ...placeOf(address), 'true'], asking);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|HOST KEY.*REVOKED/i.test(said)) {
    const trustedIn = /^Offending \S+ key in (.{1,300}:\d+)\r?$/m.exec(said)?.[1] ?? null;
    return { state: 'changed', keys: await shownKeys(address, asking), trustedIn };
  }
  if (/Host key verification failed/i.test(said)) {
    const keys = await shownKeys(address, asking);
    return keys.length > 0
      ? { state: 'unknown', keys }
      : { state: 'unreachable', detail: 'The server did not show a key.' };
  }
  // Past the key: whether somebody may sign in is not asked here.
  if (code === 0 || /Permission denied \(|No more authentication methods|Too many authentication/i.test(said))
    return { state: 'known' };
  return { state: 'unreachable', detail: redact(said).trim().slice(-500) || 'It did not answer.' };
}

/** Files of the person's that hold the servers they trust, in the order of ssh_config(5), `UserKnownHostsFile`. */
async function knownHostsFile(address: SshAddress, asking: Asking): Promise<string | null> {
  const { out } = await runSsh(['-G', ...placeOf(address)], asking);
  const named = /^userknownhostsfile (.*)$/im.exec(out)?.[1] ?? '';
  // Paths are written one after the other, without quotes: a folder with a blank in it can't be told from two files.
  const first = /^\S+/.exec(named)?.[0] ?? '~/.ssh/known_hosts';
  if (first === 'none' || first === '/dev/null') return null;
  return first.startsWith('~/') ? path.join(homedir(), first.slice(2)) : path.resolve(first);
}

/**
 * Trusts a server from now on, in the person's own file, as answering *yes* to ssh does: their terminal trusts it, too.
 * @param fingerprint of the key that the person was shown: a server that shows another one meanwhile is not trusted.
 * @returns why it is not trusted; `null`: it is.
 */
export async function trustHost(
  address: SshAddress,
  fingerprint: string,
  asking: Asking = {},
): Promise<string | null> {
  const now = await askHostKey(address, asking);
  if (now.state === 'known') return null;
  if (now.state === 'changed')
    return 'The server’s key changed. Signalbox does not replace a key that you trusted.';
  if (now.state === 'unreachable') return 'The server did not answer.';
  const key = now.keys.find((one) => one.fingerprint === fingerprint);
  if (!key) return 'The server shows another key now than the one that you were shown.';
  const file = await knownHostsFile(address, asking);
  if (file === null) return 'Your SSH settings keep no list of known hosts.';
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  // None there yet: it is begun.
  const before = await readFile(file, 'utf8').catch(() => '');
  await appendFile(file, `${before === '' || before.endsWith('\n') ? '' : '\n'}${key.line}\n`, {
    mode: 0o600,
  });
  return null;
}
