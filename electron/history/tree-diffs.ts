import { type GitStream, streamGit } from './git-stream';

/** What a commit changed against one parent: the blob afterwards by path, `null` where the file is gone. */
export type TreeDiff = ReadonlyMap<string, string | null>;

interface Question {
  resolve: (diff: TreeDiff) => void;
  reject: (error: Error) => void;
}

/**
 * One long-lived `git diff-tree --stdin`, asked about one commit and one of its parents at a time. A line that is no
 * object id is echoed and flushes the output (git-diff-tree(1), "--stdin"): that marks the end of an answer.
 */
export class TreeDiffs {
  readonly #stream: GitStream;
  readonly #questions: Question[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #diff = new Map<string, string | null>();
  #blob: string | null | undefined;
  #asked: string[] = [];
  #failure: Error | null = null;

  constructor(gitDir: string, folder: string, signal?: AbortSignal) {
    const args = ['-c', 'diff.ignoreSubmodules=none', 'diff-tree', '--stdin', '-r', '--root', '--raw', '-z'];
    this.#stream = streamGit(gitDir, [...args, '--no-renames', '--', ...(folder ? [folder] : [])], signal);
    this.#stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#stream.ended.then(
      () => this.#fail(new Error('git diff-tree ended')),
      (error) => this.#fail(error),
    );
  }

  /** What `commit` changed against `parent`; against nothing at all when `parent` is `null` (a root commit). */
  between(commit: string, parent: string | null): Promise<TreeDiff> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#asked.length === 0) process.nextTick(() => this.#send());
    this.#asked.push(parent === null ? `${commit}\n=\n` : `${commit} ${parent}\n=\n`);
    return new Promise((resolve, reject) => this.#questions.push({ resolve, reject }));
  }

  close(): void {
    this.#stream.stop();
  }

  #send(): void {
    this.#stream.child.stdin.write(this.#asked.join(''));
    this.#asked = [];
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const question of this.#questions.splice(0)) question.reject(this.#failure);
  }

  #data(chunk: Buffer): void {
    const bytes = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      const marker = this.#blob === undefined && bytes[at] === 0x3d;
      const end = bytes.indexOf(marker ? 0x0a : 0, at);
      if (end < 0) break;
      if (marker) {
        this.#questions.shift()?.resolve(this.#diff);
        this.#diff = new Map();
      } else if (this.#blob !== undefined) {
        this.#diff.set(bytes.toString('utf8', at, end), this.#blob);
        this.#blob = undefined;
      } else if (bytes[at] === 0x3a) {
        const fields = bytes.toString('latin1', at + 1, end).split(' ');
        this.#blob = fields[1]?.startsWith('100') ? (fields[3] ?? null) : null;
      }
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
  }
}
