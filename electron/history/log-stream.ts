import { type GitStream, streamGit } from './git-stream';
import { type LogCommit, LogParser, logArguments } from './log-parser';

/** Commits that are read ahead at most: a bound for memory, wide enough that git log never waits for the database. */
const ahead = 12_000;
/** Commits that are handed on together. */
const portion = 1024;

/** After so many commits it is decided how to go on. */
const sample = 1000;
/**
 * With a path, Git compares the trees of every commit that touches it twice: once to choose the commit, once to show it.
 * Where most of the line touches the folder it is a quarter faster to show everything and to leave the rest out here.
 */
const dense = 0.5;

/** A portion of commits, and what `begun` made of it. */
export interface Portion<T> {
  commits: LogCommit[];
  begun: T;
}

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
): AsyncGenerator<Portion<T>> {
  const first = new LogReading(gitDir, from, '', folder, begun, signal);
  let rest: string | null = null;
  try {
    for await (const portion of first.portions()) {
      yield portion;
      if (first.sparse && first.drained) {
        rest = first.lastOid;
        break;
      }
    }
  } finally {
    first.stop();
  }
  if (rest === null) return;
  const second = new LogReading(gitDir, rest, folder, folder, begun, signal);
  try {
    yield* second.portions();
  } finally {
    second.stop();
  }
}

/** One run of `git log`. */
class LogReading<T> {
  readonly #stream: GitStream;
  readonly #parser: LogParser;
  readonly #begun: (commits: LogCommit[]) => T;
  readonly #limited: boolean;
  readonly #queue: Portion<T>[] = [];
  #queued = 0;
  #gathered: LogCommit[] = [];
  #portions = 0;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;
  #failure: unknown = null;
  #wake: (() => void) | null = null;
  /** Few commits touch the folder: reading stopped, and goes on with a path. */
  sparse = false;

  constructor(
    gitDir: string,
    from: string,
    pathspec: string,
    folder: string,
    begun: (commits: LogCommit[]) => T,
    signal?: AbortSignal,
  ) {
    this.#begun = begun;
    this.#limited = pathspec === folder;
    this.#parser = new LogParser(folder);
    this.#stream = streamGit(gitDir, logArguments(from, pathspec), signal);
    this.#stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#stream.ended.then(
      () => {
        if (!this.sparse) this.#gathered.push(...this.#parser.end());
        this.#end();
      },
      (error) => {
        this.#failure = error;
        this.#end();
      },
    );
  }

  get lastOid(): string | null {
    return this.#parser.lastOid;
  }

  get drained(): boolean {
    return this.#queue.length === 0 && this.#gathered.length === 0;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#stream.stop();
  }

  async *portions(): AsyncGenerator<Portion<T>> {
    for (;;) {
      const next = this.#queue.shift();
      if (next) {
        this.#queued -= next.commits.length;
        if (this.#queued < ahead / 2) this.#resume();
        yield next;
      } else if (this.#ended) break;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    if (this.#failure) throw this.#failure;
  }

  #resume(): void {
    if (!this.sparse) this.#stream.child.stdout.resume();
  }

  #end(): void {
    this.#hand();
    this.#ended = true;
    this.#wake?.();
  }

  #hand(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const commits = this.#gathered;
    if (commits.length === 0) return;
    this.#gathered = [];
    this.#queue.push({ commits, begun: this.#begun(commits) });
    this.#queued += commits.length;
    this.#portions += 1;
    this.#wake?.();
  }

  #data(chunk: Buffer): void {
    if (this.sparse) return;
    const commits = this.#parser.push(chunk);
    this.#gathered = this.#gathered.length ? this.#gathered.concat(commits) : commits;
    const { seen, touching } = this.#parser;
    if (!this.#limited && seen >= sample && touching < seen * dense) {
      this.sparse = true;
      this.#stream.stop();
      return;
    }
    // The first ones at once: an update of one commit waits for nothing. Later, many together cost less.
    if (this.#portions < 4 || this.#gathered.length >= portion) this.#hand();
    else this.#timer ??= setTimeout(() => this.#hand(), 50);
    const { stdout } = this.#stream.child;
    if (this.#queued > ahead) stdout.pause();
    else if (this.#portions >= 4 && chunk.length < 32_768) {
      // Git writes 4 kB at a time. Let some gather in the pipe rather than wake up for each.
      stdout.pause();
      setTimeout(() => {
        if (this.#queued <= ahead) this.#resume();
      }, 4);
    }
  }
}
