import { setTimeout as wait } from 'node:timers/promises';
import { type GitSpool, spoolGit } from './git-stream';
import { type LogCommit, LogParser, logArguments } from './log-parser';

/** Commits that are read ahead at most: a bound for memory, wide enough that nothing that is asked of Git waits long. */
const ahead = 4000;
/** Bytes of the log that are read at once: of the first portions, which somebody waits for, and of those after. */
const firstBytes = 16 * 1024;
const moreBytes = 128 * 1024;
const firstPortions = 8;

/** After so many commits it is decided how to go on. */
const sample = 1000;
/**
 * With a path, Git compares the trees of every commit that touches it twice: once to choose the commit, once to show it.
 * Where most of the line touches the folders it is a quarter faster to show everything and to leave the rest out here.
 */
const dense = 0.5;

/** Where a log is read from and what of it is wanted. */
export interface LogSource {
  gitDir: string;
  /** The commit to begin with. */
  from: string;
  /** Folders whose changes are wanted; none stands for the whole repo. */
  folders: readonly string[];
  /** A file that may be made for the time of reading. */
  spool: string;
  signal?: AbortSignal | undefined;
}

/** A portion of commits, and what `begun` made of it. */
export interface Portion<T> {
  commits: LogCommit[];
  begun: T;
  /** Commits read up to here, also those that touch nothing wanted, and about how many there are; `null`: not known yet. */
  seen: number;
  total: number | null;
}

/**
 * The commits of the first-parent line that touch some folders, newest first, in portions. `begun` is called with each
 * portion as soon as it is read, before the consumer gets to it, so that what it needs can be asked for meanwhile.
 * @throws {GitError}
 */
export async function* readLog<T>(
  source: LogSource,
  begun: (commits: LogCommit[]) => T,
): AsyncGenerator<Portion<T>> {
  const first = new LogReading(source, source.from, [], begun);
  yield* first.portions();
  const { lastOid } = first;
  if (!first.sparse || lastOid === null) return;
  // It begins with the commit that the first reading ended with.
  const rest = new LogReading(source, lastOid, source.folders, (commits) =>
    begun(commits.filter(({ oid }) => oid !== lastOid)),
  );
  const before = first.seen;
  for await (const { commits, begun: ready, seen, total } of rest.portions())
    yield {
      commits: commits.filter(({ oid }) => oid !== lastOid),
      begun: ready,
      seen: before + seen,
      total: total === null ? null : before + total,
    };
}

/** One run of `git log`. */
class LogReading<T> {
  readonly #spool: GitSpool;
  readonly #parser: LogParser;
  readonly #begun: (commits: LogCommit[]) => T;
  readonly #limited: boolean;
  readonly #queue: Portion<T>[] = [];
  #queued = 0;
  #portions = 0;
  #read = 0;
  #ended = false;
  /** Few commits touch the folders: reading stopped, and goes on with paths. */
  sparse = false;

  constructor(
    source: LogSource,
    from: string,
    pathspecs: readonly string[],
    begun: (commits: LogCommit[]) => T,
  ) {
    this.#begun = begun;
    this.#limited = pathspecs.length === source.folders.length;
    this.#parser = new LogParser(source.folders);
    this.#spool = spoolGit(source.gitDir, logArguments(from, pathspecs), source.spool, source.signal);
  }

  get lastOid(): string | null {
    return this.#parser.lastOid;
  }

  get seen(): number {
    return this.#parser.seen;
  }

  async *portions(): AsyncGenerator<Portion<T>> {
    try {
      for (;;) {
        while (!this.#ended && this.#queued < ahead && this.#fill());
        const next = this.#queue.shift();
        if (next) {
          this.#queued -= next.commits.length;
          yield next;
        } else if (this.#ended) break;
        else await wait(this.#portions < firstPortions ? 1 : 4);
      }
      if (!this.sparse) await this.#spool.ended;
    } finally {
      this.#spool.close();
    }
  }

  /** Reads on; `false` when nothing more is there yet. */
  #fill(): boolean {
    const { finished } = this.#spool;
    const early = this.#portions < firstPortions;
    const count = this.#spool.read(this.#parser.space().subarray(0, early ? firstBytes : moreBytes));
    this.#read += count;
    if (count > 0) this.#hand(this.#parser.push(count));
    else if (finished) {
      this.#hand(this.#parser.end());
      this.#ended = true;
    }
    const { seen, touching } = this.#parser;
    if (!this.#limited && seen >= sample && touching < seen * dense) {
      this.sparse = true;
      this.#ended = true;
    }
    return count > 0;
  }

  #hand(commits: LogCommit[]): void {
    if (commits.length === 0) return;
    const { seen } = this.#parser;
    // When Git is done, the bytes that are left tell how many commits are.
    const total = this.#spool.finished ? Math.round((seen * this.#spool.size()) / this.#read) : null;
    this.#queue.push({ commits, begun: this.#begun(commits), seen, total });
    this.#queued += commits.length;
    this.#portions += 1;
  }
}
