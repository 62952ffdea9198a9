import { devNull } from 'node:os';
import { Writable } from 'node:stream';
import { execa } from 'execa';
import { endGroup, endWithUs, ownGroup } from '../process-group';
import { sshVariables } from '../ssh/ssh-command';
import { credentialSettings, credentialText } from './credential-pipe';
import { classifyStderr, GitError, saidByGit } from './errors';
import type { HttpAuth } from './http-auth';
import { lowerPriority } from './priority';
import { type GitProgress, parseProgress, splitLines } from './progress';
import { trustedFolders } from './safe-directory';

export interface GitOptions {
  /** The repo (GIT_DIR); absent for commands that need none. */
  gitDir?: string;
  signal?: AbortSignal;
  /** Milliseconds without a byte of output after which the command is ended. Default 60,000. */
  stallMs?: number;
  /** Milliseconds after which the command is ended whatever it says. Default: none; everything remote has one. */
  deadlineMs?: number;
  /** Bytes of output that are taken. Default 512 MB; less for what a remote says. */
  maxBytes?: number;
  auth?: HttpAuth | null;
  /** Settings over those that every command runs with. */
  settings?: readonly (readonly [string, string])[];
  /** Variables over those that every command runs with; `undefined` takes one away. */
  variables?: Readonly<Record<string, string | undefined>>;
  input?: string | Uint8Array;
  /** Exit codes besides 0 that are an answer and no failure. */
  expectedCodes?: readonly number[];
  onProgress?: (progress: GitProgress) => void;
  /** Runs at the lowest priority. */
  background?: boolean;
}

export interface GitOutput {
  stdout: Buffer;
  stderr: string;
  code: number;
}

/** Oldest Git that has all that is used here (`repack --geometric`, 2021). */
export const oldestGit = [2, 32] as const;

const kept = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'TMP',
  'TEMP',
  'SystemRoot',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramFiles',
  'PATHEXT',
  'COMSPEC',
  'SSH_AUTH_SOCK',
  'SSH_AGENT_PID',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
]; // prettier-ignore

/**
 * Settings that every command runs with, whatever the machine or the repo says: no hooks, no helpers, no redirects
 * (a redirect would carry the credentials elsewhere), and only the transports that are known here.
 */
const settings: readonly (readonly [string, string])[] = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['core.askPass', ''],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.http.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  ['protocol.file.allow', 'always'],
  ['protocol.ext.allow', 'never'],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '60'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  // What comes is one pack, whose growth can be bounded (bounded-fetch.ts).
  ['fetch.unpackLimit', '1'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['push.gpgSign', 'false'],
  ['commit.gpgSign', 'false'],
  ['transfer.credentialsInUrl', 'die'],
  // What a repo's own settings would change of what log, diff-tree and ls-tree show (git-config(1)).
  ['log.showSignature', 'false'],
  ['log.diffMerges', 'separate'],
  ['log.follow', 'false'],
  ['log.mailmap', 'false'],
  ['log.showRoot', 'true'],
  ['diff.ignoreSubmodules', 'none'],
  // git-diff(1), -O: "To cancel diff.orderFile, use -O/dev/null"; Git itself knows this name on Windows.
  ['diff.orderFile', '/dev/null'],
  ['diff.relative', 'false'],
  ['diff.renames', 'false'],
  ['color.ui', 'false'],
  ['core.commentChar', '#'],
  ['advice.graftFileDeprecated', 'false'],
  ['i18n.logOutputEncoding', 'UTF-8'],
];

/**
 * The whole environment of a Git command. Nothing of the user's or system's Git settings applies, nor of a Git that
 * happens to run us (GIT_DIR in a hook, GIT_TRACE_CURL that writes headers down). Credentials are neither here nor in
 * argv: Git reads them out of a pipe (`credential-pipe.ts`).
 */
export function gitEnvironment(
  options: Pick<GitOptions, 'gitDir' | 'auth' | 'settings' | 'variables'>,
): Record<string, string> {
  const environment: Record<string, string> = {
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: devNull,
    GIT_NO_LAZY_FETCH: '1',
    ...sshVariables(),
  };
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  if (options.gitDir !== undefined) environment.GIT_DIR = options.gitDir;
  const pairs: (readonly [string, string])[] = [...settings];
  for (const folder of trustedFolders()) pairs.push(['safe.directory', folder]);
  if (options.auth) pairs.push(...credentialSettings(options.auth));
  pairs.push(...(options.settings ?? []));
  environment.GIT_CONFIG_COUNT = String(pairs.length);
  pairs.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  for (const [name, value] of Object.entries(options.variables ?? {}))
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  return environment;
}

/** Writes into a pipe that nobody may read: a command that needs no credentials ends without having asked. */
function give(pipe: unknown, text: string): void {
  if (!(pipe instanceof Writable)) return;
  pipe.on('error', () => undefined);
  pipe.end(text);
}

/** Milliseconds from asking a command to end to ending it by force. */
const endPatience = 2000;

/**
 * Runs one Git command and collects its output. Arguments go to the process as they are; no shell.
 * @throws {GitError} for every exit code that is not 0 or expected, on abort (`aborted`), on silence (`stalled`), after
 *   its time (`too-slow`), for too much output (`overlong`), and where there is no Git (`git-missing`).
 */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const command = args[0] ?? '';
  if (options.signal?.aborted) throw new GitError('aborted', command, '');
  let ended: 'stalled' | 'too-slow' | 'overlong' | 'aborted' | null = null;
  let kill = (): void => {};
  const end = (why: 'stalled' | 'too-slow' | 'overlong' | 'aborted') => {
    ended ??= why;
    kill();
  };
  const { stallMs = 60_000, maxBytes = 512 * 1024 * 1024 } = options;
  let stall = setTimeout(end, stallMs, 'stalled');
  const alive = () => {
    clearTimeout(stall);
    stall = setTimeout(end, stallMs, 'stalled');
  };
  const { deadlineMs } = options;
  const deadline = deadlineMs === undefined ? undefined : setTimeout(end, deadlineMs, 'too-slow');
  const aborted = () => end('aborted');
  options.signal?.addEventListener('abort', aborted, { once: true });
  const secret = options.auth ? credentialText(options.auth) : null;
  try {
    const child = execa('git', [...args], {
      env: gitEnvironment(options),
      extendEnv: false,
      encoding: 'buffer',
      stripFinalNewline: false,
      reject: false,
      // A process group of its own: the helper that git starts for a transport outlives a git that is ended alone.
      detached: ownGroup,
      // One more is never held: the group is ended before.
      maxBuffer: maxBytes + 1024 * 1024,
      windowsHide: true,
      stdio: [
        options.input === undefined ? 'ignore' : 'pipe',
        'pipe',
        'pipe',
        ...(secret === null ? [] : ['pipe' as const]),
      ],
      ...(options.input === undefined ? {} : { input: options.input }),
    });
    if (secret !== null) give(child.stdio[3], secret);
    // Asked, so that it takes its lock files with it.
    endWithUs(child, 'SIGTERM');
    kill = () => endGroup(child, endPatience);
    if (options.background && child.pid !== undefined) lowerPriority(child.pid);
    let rest = '';
    let taken = 0;
    child.stdout.on('data', (chunk: Uint8Array) => {
      alive();
      taken += chunk.length;
      if (taken > maxBytes) end('overlong');
    });
    child.stderr.on('data', (chunk: Uint8Array) => {
      alive();
      if (!options.onProgress) return;
      const cut = splitLines(rest + Buffer.from(chunk).toString('utf8'));
      // A line that never ends is no progress.
      rest = cut.rest.slice(-4096);
      for (const line of cut.lines) {
        const progress = parseProgress(line);
        if (progress) options.onProgress(progress);
      }
    });
    const result = await child;
    const stderr = Buffer.from(result.stderr).toString('utf8');
    if (ended) throw new GitError(ended, command, saidByGit(stderr));
    if (result.code === 'ENOENT' && result.exitCode === undefined)
      throw new GitError('git-missing', command, 'Git is not installed on this computer (PATH).');
    if (result.isMaxBuffer) throw new GitError('overlong', command, '');
    if (result.exitCode === undefined)
      throw new GitError('other', command, saidByGit(`${stderr}\n${result.shortMessage ?? ''}`));
    if (result.exitCode !== 0 && !options.expectedCodes?.includes(result.exitCode))
      throw new GitError(classifyStderr(stderr), command, saidByGit(stderr));
    return { stdout: Buffer.from(result.stdout), stderr, code: result.exitCode };
  } finally {
    clearTimeout(stall);
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', aborted);
  }
}
