import { type GitStream, streamGit } from './git-stream';

/**
 * What a commit changed against one parent, by path: the blob afterwards, `null` where no file is; or, where only what was
 * removed is asked for, the blob before.
 */
export type TreeDiff = ReadonlyMap<string, string | null>;

interface Question {
  commit: string;
  resolve: (diff: TreeDiff) => void;
  reject: (error: Error) => void;
}

const unchanged: TreeDiff = new Map();

/**
 * One long-lived `git diff-tree --stdin`, asked about one commit and one of its parents at a time, many questions in a
 * volley. A line that is no object id is echoed and flushes the output (git-diff-tree(1), "--stdin"): that marks the end
 * of a volley. Within one, an answer begins with the commit's id, and a commit without changes says nothing; so a
 * commit is asked about once in a volley.
 */
export class TreeDiffs {
  readonly #stream: GitStream;
  /** Volleys that are on their way. */
  readonly #volleys: Question[][] = [];
  #rest: Buffer = Buffer.alloc(0);
  #found = new Map<string, Map<string, string | null>>();
  #diff = new Map<string, string | null>();
  #blob: string | null | undefined;
  #volley: Question[] = [];
  #asked = new Set<string>();
  #text: string[] = [];
  #waiting = false;
  #failure: Error | null = null;
  readonly #mode: number;

  constructor(gitDir: string, folders: readonly string[], what: 'changed' | 'removed', signal?: AbortSignal) {
    const args = ['diff-tree', '--stdin', '-r', '--root', '--raw', '-z', '--no-renames'];
    // The fields of a line are both modes, then both ids.
    this.#mode = what === 'removed' ? 0 : 1;
    if (what === 'removed') args.push('--diff-filter=D');
    this.#stream = streamGit(gitDir, [...args, '--', ...folders], signal);
    this.#stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#stream.ended.then(
      () => this.#fail(new Error('git diff-tree ended')),
      (error) => this.#fail(error),
    );
  }

  /** What `commit` changed against `parent`; against nothing at all when `parent` is `null` (a root commit). */
  between(commit: string, parent: string | null): Promise<TreeDiff> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#asked.has(commit)) this.#endVolley();
    this.#asked.add(commit);
    this.#text.push(parent === null ? `${commit}\n` : `${commit} ${parent}\n`);
    if (!this.#waiting) {
      this.#waiting = true;
      setImmediate(() => this.#send());
    }
    return new Promise((resolve, reject) => this.#volley.push({ commit, resolve, reject }));
  }

  close(): void {
    this.#stream.stop();
  }

  #endVolley(): void {
    this.#text.push('=\n');
    this.#volleys.push(this.#volley);
    this.#volley = [];
    this.#asked.clear();
  }

  #send(): void {
    this.#waiting = false;
    this.#endVolley();
    this.#stream.child.stdin.write(this.#text.join(''), 'latin1');
    this.#text = [];
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const question of [...this.#volleys.splice(0).flat(), ...this.#volley.splice(0)])
      question.reject(this.#failure);
  }

  #data(chunk: Buffer): void {
    const bytes = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      const marker = this.#blob === undefined && bytes[at] === 0x3d;
      const end = bytes.indexOf(marker ? 0x0a : 0, at);
      if (end < 0) break;
      if (marker) {
        for (const question of this.#volleys.shift() ?? [])
          question.resolve(this.#found.get(question.commit) ?? unchanged);
        this.#found = new Map();
      } else if (this.#blob !== undefined) {
        this.#diff.set(bytes.toString('utf8', at, end), this.#blob);
        this.#blob = undefined;
      } else if (bytes[at] === 0x3a) {
        const fields = bytes.toString('latin1', at + 1, end).split(' ');
        this.#blob = fields[this.#mode]?.startsWith('100') ? (fields[this.#mode + 2] ?? null) : null;
      } else {
        this.#diff = new Map();
        this.#found.set(bytes.toString('latin1', at, end), this.#diff);
      }
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
  }
}
