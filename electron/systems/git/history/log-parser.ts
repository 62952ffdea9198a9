/** One changed file of a commit, against the commit's first parent. */
export interface LogChange {
  path: string;
  /** Blob before and after; `null` where there is none, or none that is a regular file. */
  before: string | null;
  after: string | null;
}

/** One commit of `git log`, as {@link logArguments} asks for it. */
export interface LogCommit {
  oid: string;
  parents: string[];
  tree: string;
  /** When it was made, seconds since 1970: see {@link timeOf}. */
  at: number;
  author: string;
  /** The whole message. */
  message: string;
  changes: LogChange[];
}

/**
 * `git log` in the form that {@link LogParser} reads: first parents only, merges against their first parent, no renames
 * (a rename is one app that went and one that appeared), whole ids, NUL-separated. What the
 * repo's own settings would change of it is switched off for every command (systems/git/run-git.ts).
 */
export function logArguments(from: string, folders: readonly string[]): string[] {
  return [
    'log',
    '--first-parent',
    '-m',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-color',
    '--no-notes',
    '--encoding=UTF-8',
    '-z',
    '--format=%H%x00%P%x00%T%x00%ct%x00%at%x00%an%x00%B',
    '--end-of-options',
    from,
    '--',
    ...folders,
  ];
}

/** The last second that is written with four digits for the year, as every reader of ISO 8601 takes it. */
const lastSecond = 253_402_300_799;

/**
 * When a commit was made, of the times that it gives (git-log(1), `%ct` and `%at`: digits, or nothing where the line has
 * no time that Git reads): the committer's; the author's where that is no time of a calendar (missing, negative, or
 * after the year 9999, as of tools that write microseconds); else the nearest end of the calendar.
 */
function timeOf(committer: string, author: string): number {
  for (const text of [committer, author]) {
    const time = Number(text);
    if (text !== '' && time <= lastSecond) return time;
  }
  return committer === '' ? 0 : lastSecond;
}

/** Bytes that are read at once, about. */
const room = 256 * 1024;
/** Fields of a commit in the format above. */
const fields = 7;
const newline = 0x0a;
const colon = 0x3a;

/** Reads the bytes of `git log` as they come and gives out whole commits. Works on bytes: strings are made only of what is kept. */
export class LogParser {
  /** What is read and not done with yet, from `#from` to `#to`, and room for more. */
  #bytes: Buffer = Buffer.allocUnsafe(room);
  #from = 0;
  #to = 0;
  #field = 0;
  #commit: LogCommit | null = null;
  #change: LogChange | null = null;
  #committed = '';
  readonly #authors = new Map<string, string>();
  readonly #paths = new Map<string, string>();
  readonly #prefixes: readonly Buffer[];
  /** Commits seen, and those among them that touch the folders. */
  seen = 0;
  touching = 0;
  /** The last commit that is complete, whether it touches the folders or not. */
  lastOid: string | null = null;

  /** Keeps changes inside `folders` alone (everything when there are none), and commits that have such changes. */
  constructor(folders: readonly string[]) {
    this.#prefixes = folders.map((folder) => Buffer.from(`${folder}/`));
  }

  /** Where the next bytes are to be put. */
  space(): Buffer {
    if (this.#from > 0) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
      this.#to -= this.#from;
      this.#from = 0;
    }
    // One message that fills the room by itself.
    if (this.#to > this.#bytes.length / 2) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#to);
      this.#bytes = larger;
    }
    return this.#bytes.subarray(this.#to);
  }

  /** The commits that are complete after so many bytes more in {@link space}. */
  push(count: number): LogCommit[] {
    const bytes = this.#bytes;
    const done: LogCommit[] = [];
    // A text that is not complete yet was looked through for its end before.
    let start = this.#from;
    let search = this.#to;
    this.#to += count;
    for (;;) {
      const end = bytes.indexOf(0, search);
      if (end < 0 || end >= this.#to) break;
      this.#token(bytes, start, end, done);
      start = end + 1;
      search = start;
    }
    this.#from = start;
    return done;
  }

  /** The last commit, when the output has ended. */
  end(): LogCommit[] {
    const last: LogCommit[] = [];
    if (this.#field === fields && !this.#change) this.#finish(last);
    this.#commit = null;
    return last;
  }

  #finish(done: LogCommit[]): void {
    if (this.#commit) {
      this.seen += 1;
      if (this.#commit.changes.length) {
        this.touching += 1;
        done.push(this.#commit);
      }
      this.lastOid = this.#commit.oid;
    }
    this.#commit = null;
  }

  #token(bytes: Buffer, start: number, end: number, done: LogCommit[]): void {
    if (this.#change) {
      if (this.#isWanted(bytes, start, end)) {
        this.#change.path = this.#shared(this.#paths, bytes, start, end);
        this.#commit?.changes.push(this.#change);
      }
      this.#change = null;
      return;
    }
    if (this.#field === fields) {
      const first = bytes[start] === newline ? start + 1 : start;
      if (bytes[first] === colon) {
        this.#change = readMeta(bytes, first, end);
        return;
      }
      this.#finish(done);
      this.#field = 0;
    }
    const commit = this.#commit;
    if (!commit) {
      this.#commit = {
        oid: bytes.toString('latin1', start, end),
        parents: [],
        tree: '',
        at: 0,
        author: '',
        message: '',
        changes: [],
      };
    } else if (this.#field === 1) {
      if (end > start) commit.parents = bytes.toString('latin1', start, end).split(' ');
    } else if (this.#field === 2) commit.tree = bytes.toString('latin1', start, end);
    else if (this.#field === 3) this.#committed = bytes.toString('latin1', start, end);
    else if (this.#field === 4) commit.at = timeOf(this.#committed, bytes.toString('latin1', start, end));
    else if (this.#field === 5) commit.author = this.#shared(this.#authors, bytes, start, end);
    else commit.message = bytes.toString('utf8', start, end);
    this.#field += 1;
  }

  #isWanted(bytes: Buffer, start: number, end: number): boolean {
    return (
      this.#prefixes.length === 0 ||
      this.#prefixes.some(
        (prefix) =>
          bytes.compare(prefix, 0, prefix.length, start, Math.min(start + prefix.length, end)) === 0,
      )
    );
  }

  /** Few different texts come again and again: one string each. */
  #shared(known: Map<string, string>, bytes: Buffer, start: number, end: number): string {
    const key = bytes.toString('latin1', start, end);
    let text = known.get(key);
    if (text === undefined) {
      text = bytes.toString('utf8', start, end);
      if (known.size > 20_000) known.clear();
      known.set(key, text);
    }
    return text;
  }
}

/** `:100644 100644 <id> <id> M` (git-diff(1), "Raw output format"). Symlinks and submodules are no files of ours. */
function readMeta(bytes: Buffer, start: number, end: number): LogChange {
  const width = (end - start - 18) >> 1;
  const ids = start + 15;
  return {
    path: '',
    before: isFile(bytes, start + 1) ? bytes.toString('latin1', ids, ids + width) : null,
    after: isFile(bytes, start + 8) ? bytes.toString('latin1', ids + width + 1, ids + 2 * width + 1) : null,
  };
}

/** Mode `100…`. */
const isFile = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x31 && bytes[at + 1] === 0x30 && bytes[at + 2] === 0x30;
