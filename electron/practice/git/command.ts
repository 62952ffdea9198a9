import { execa } from 'execa';

/**
 * The environment of every git process of the practice estate: the person's own configuration, hooks, templates,
 * prompts and credential helpers stay out of it, so that it behaves the same on every machine.
 * @param hooks folder of hooks to run; none otherwise
 */
export function gitEnvironment(
  extra: Record<string, string> = {},
  hooks: string | null = null,
): Record<string, string> {
  const settings: readonly (readonly [string, string])[] = [
    ['safe.directory', '*'],
    ['gc.auto', '0'],
    ['receive.autogc', 'false'],
    ['core.hooksPath', hooks ?? '/dev/null'],
    // Only those of a protected main are ever given.
    ...(hooks === null ? [] : ([['receive.procReceiveRefs', 'refs/heads/main']] as const)),
    // As GitHub does: a malformed commit or tree is refused (git-config(1), receive.fsckObjects).
    ['receive.fsckObjects', 'true'],
    ['http.receivepack', 'true'],
    ['http.getanyfile', 'false'],
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowReachableSHA1InWant', 'true'],
  ];
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    // Windows starts no program without them.
    ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot, TEMP: process.env.TEMP ?? '' } : {}),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    // Command-scope configuration (git-config(1), GIT_CONFIG_COUNT), inherited by receive-pack and upload-pack.
    GIT_CONFIG_COUNT: String(settings.length),
  };
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return { ...environment, ...extra };
}

/** How a git process ended. `exitCode` is `undefined` when a signal ended it. */
export interface GitResult {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface GitOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  signal?: AbortSignal;
}

/** A git command that should have succeeded and did not. */
export class GitCommandError extends Error {
  override readonly name = 'GitCommandError';
  readonly result: GitResult;
  constructor(args: readonly string[], result: GitResult) {
    super(`git ${args[0] ?? ''} ended with ${result.exitCode ?? 'a signal'}: ${result.stderr.trim()}`);
    this.result = result;
  }
}

/**
 * Runs git on a bare repo and hands back whatever came of it; never rejects for an exit code.
 * @param gitDir folder of the bare repo
 * @throws when git cannot be started or the signal aborts it
 */
export async function tryGit(
  gitDir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const result = await execa('git', ['--git-dir', gitDir, ...args], {
    env: gitEnvironment(options.env),
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (result.isCanceled) throw options.signal?.reason ?? new Error('git was aborted');
  if (result.exitCode === undefined && !result.isTerminated) throw result;
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/**
 * Standard output of a git command on a bare repo.
 * @throws {GitCommandError} on any exit code but 0
 */
export async function git(
  gitDir: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  const result = await tryGit(gitDir, args, options);
  if (result.exitCode !== 0) throw new GitCommandError(args, result);
  return result.stdout;
}

let backend: Promise<string> | undefined;

/**
 * Folder of git's own programs (`git --exec-path`), where `git-http-backend` lies; asked once.
 */
export function gitExecPath(): Promise<string> {
  backend ??= execa('git', ['--exec-path'], { stdin: 'ignore' }).then((result) => result.stdout.trim());
  return backend;
}
