import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { classifyStderr, GitError, redact } from '../systems/git/errors';
import { gitEnvironment } from '../systems/git/run-git';

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
  const command = args.find((arg) => !arg.startsWith('-') && !arg.includes('=')) ?? '';
  let stopped = false;
  const child = spawn('git', [...args], { env: gitEnvironment({ gitDir }), windowsHide: true });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < 4000) stderr += chunk.toString('utf8');
  });
  // A pipe that breaks because the process ended is told by its exit code.
  child.stdin.on('error', () => {});
  const stop = () => {
    stopped = true;
    child.kill('SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const ended = new Promise<void>((done, failed) => {
    child.on('error', () => {
      failed(new GitError('git-missing', command, 'There is no git on this machine (PATH).'));
    });
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) failed(new GitError('aborted', command, ''));
      else if (code === 0 || stopped) done();
      else failed(new GitError(classifyStderr(stderr), command, redact(stderr)));
    });
  });
  // Whoever started it awaits it, maybe later.
  ended.catch(() => {});
  return { child, ended, stop };
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
