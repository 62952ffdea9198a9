import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { makeWayForFile } from '../../own-folder';
import { classifyStderr, GitError, saidByGit } from '../errors';
import { gitEnvironment } from '../run-git';

/** A Git process whose output is read while it runs. */
export interface GitStream {
  child: ChildProcessWithoutNullStreams;
  /** Settles when the process has ended and its output is closed: rejects with a GitError on a bad exit. */
  ended: Promise<void>;
  /** Ends it; `ended` then resolves. */
  stop(): void;
}

/** Starts Git on a repo. Arguments go to the process as they are; nothing of the user's settings applies. */
export function streamGit(gitDir: string, args: readonly string[], signal?: AbortSignal): GitStream {
  const child = spawn('git', [...args], { env: gitEnvironment({ gitDir }), windowsHide: true });
  // A pipe that breaks because the process ended is told by its exit code.
  child.stdin.on('error', () => {});
  return { child, ...watch(child, args, signal) };
}

/** Follows a process to its end, which comes by itself, by {@link GitStream.stop} or by the signal. */
function watch(
  child: ChildProcess,
  args: readonly string[],
  signal?: AbortSignal,
): Pick<GitStream, 'ended' | 'stop'> {
  const command = args.find((arg) => !arg.startsWith('-') && !arg.includes('=')) ?? '';
  let stopped = false;
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 4000) stderr += chunk.toString('utf8');
  });
  const stop = () => {
    stopped = true;
    child.kill('SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<void>((done, failed) => {
    child.on('error', () => {
      failed(new GitError('git-missing', command, 'Git is not installed on this computer (PATH).'));
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) failed(new GitError('aborted', command, ''));
      else if (code === 0 || stopped) done();
      else failed(new GitError(classifyStderr(stderr), command, saidByGit(stderr)));
    });
  });
  // Whoever started it awaits it, maybe later.
  ended.catch(() => {});
  return { ended, stop };
}

/** A Git process whose output gathers in a file, to be read at leisure. */
export interface GitSpool extends Pick<GitStream, 'ended'> {
  /**
   * The next bytes that are there, put into `into`; answers how many. 0: none yet, or none any more when the process had
   * ended before.
   */
  read(into: Buffer): number;
  /** Bytes that there are so far. */
  size(): number;
  /** Whether the process has ended: what it wrote is all there. */
  readonly finished: boolean;
  /** Ends the process and lets the file go. */
  close(): void;
}

/**
 * Starts Git with its output going to a file without a name, which takes as many bytes as Git writes and goes with the
 * process. Git writes 4 kB at a time: through a pipe of Node's each is an event of its own and a wait for Git, and a log
 * of 35 MB takes longer to pass on than to make.
 */
export function spoolGit(
  gitDir: string,
  args: readonly string[],
  file: string,
  signal?: AbortSignal,
): GitSpool {
  makeWayForFile(file);
  const descriptor = openSync(file, 'w+', 0o600);
  const child = spawn('git', [...args], {
    env: gitEnvironment({ gitDir }),
    stdio: ['ignore', descriptor, 'pipe'],
    windowsHide: true,
  });
  // The open file is what is read; its name would only be left over after a kill.
  rmSync(file, { force: true });
  const { ended, stop } = watch(child, args, signal);
  let position = 0;
  let finished = false;
  let closed = false;
  const finish = () => {
    finished = true;
  };
  ended.then(finish, finish);
  return {
    ended,
    read(into) {
      const count = closed ? 0 : readSync(descriptor, into, 0, into.length, position);
      position += count;
      return count;
    },
    size: () => (closed ? position : fstatSync(descriptor).size),
    get finished() {
      return finished;
    },
    close() {
      if (closed) return;
      closed = true;
      stop();
      closeSync(descriptor);
    },
  };
}

/**
 * The Git folder of a path: the path itself for a bare repo, `.git` of a work tree, or where a `.git` file points to.
 * Looked up by hand, as Git's own search refuses repos of another owner, which for reading alone do no harm.
 * @returns null when there is no repo.
 */
export function gitDirOf(path: string): string | null {
  const inner = join(path, '.git');
  if (existsSync(inner)) {
    if (statSync(inner).isDirectory()) return inner;
    const pointer = /^gitdir: (.+)$/m.exec(readFileSync(inner, 'utf8'))?.[1];
    return pointer ? resolve(path, pointer.trim()) : null;
  }
  return existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects')) ? path : null;
}
