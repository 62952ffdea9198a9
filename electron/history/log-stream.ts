import { type GitStream, streamGit } from './git-stream';
import { type LogCommit, LogParser, logArguments } from './log-parser';

/** Commits that are read ahead at most: a bound for memory, wide enough that git log never waits for the database. */
const ahead = 12_000;

/**
 * The commits of the first-parent line that touch a folder, newest first, in the portions in which they arrive.
 * `begun` is called with each portion as soon as it is read, before the consumer gets to it, so that what it needs can
 * be asked for meanwhile.
 * @throws {GitError}
 */
export async function* readLog<T>(
  gitDir: string,
  from: string,
  folder: string,
  begun: (commits: LogCommit[]) => T,
  signal?: AbortSignal,
): AsyncGenerator<{ commits: LogCommit[]; begun: T }> {
  const stream: GitStream = streamGit(gitDir, logArguments(from, folder), signal);
  const parser = new LogParser();
  const queue: { commits: LogCommit[]; begun: T }[] = [];
  let queued = 0;
  let ended = false;
  let failure: unknown = null;
  let wake: (() => void) | null = null;
  const add = (commits: LogCommit[]) => {
    if (commits.length === 0) return;
    queue.push({ commits, begun: begun(commits) });
    queued += commits.length;
    if (queued > ahead) stream.child.stdout.pause();
    wake?.();
  };
  stream.child.stdout.on('data', (chunk: Buffer) => add(parser.push(chunk)));
  stream.ended.then(
    () => {
      add(parser.end());
      ended = true;
      wake?.();
    },
    (error) => {
      failure = error;
      ended = true;
      wake?.();
    },
  );
  try {
    for (;;) {
      const next = queue.shift();
      if (next) {
        queued -= next.commits.length;
        if (queued < ahead / 2) stream.child.stdout.resume();
        yield next;
      } else if (ended) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (failure) throw failure;
  } finally {
    stream.stop();
  }
}
