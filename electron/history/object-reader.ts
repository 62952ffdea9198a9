import type { GitStream } from './git-stream';
import { streamGit } from './git-stream';

/** Objects beyond this many bytes are not kept in memory: nothing that the history reads is so big. */
const maxObjectBytes = 256 * 1024;

/** An object as `git cat-file --batch` gives it. `content` is `null` when it is bigger than {@link maxObjectBytes}. */
export interface GitObject {
  type: string;
  content: Buffer | null;
}

interface Question {
  resolve: (object: GitObject | null) => void;
  reject: (error: Error) => void;
}

/**
 * One long-lived `git cat-file`, asked by id, many questions at once. With Git 2.36 and newer its output is buffered and
 * flushed once for each volley of questions (`--batch-command --buffer`), which halves its cost.
 */
export class ObjectReader {
  readonly #stream: GitStream;
  readonly #volleys: boolean;
  readonly #questions: Question[] = [];
  #asked: string[] = [];
  #chunks: Buffer[] = [];
  #held = 0;
  #wanted = 1;
  #skip = 0;
  #failure: Error | null = null;

  constructor(gitDir: string, volleys: boolean, signal?: AbortSignal) {
    this.#volleys = volleys;
    const mode = volleys ? ['--batch-command', '--buffer'] : ['--batch'];
    this.#stream = streamGit(gitDir, ['cat-file', ...mode], signal);
    this.#stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#stream.ended.then(
      () => this.#fail(new Error('git cat-file ended')),
      (error) => this.#fail(error),
    );
  }

  /** One object by its full id; `null` when the repo does not have it. */
  read(id: string): Promise<GitObject | null> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#asked.length === 0) setImmediate(() => this.#send());
    this.#asked.push(this.#volleys ? `contents ${id}\n` : `${id}\n`);
    return new Promise((resolve, reject) => this.#questions.push({ resolve, reject }));
  }

  close(): void {
    this.#stream.stop();
  }

  #send(): void {
    const text = this.#asked.join('');
    this.#asked = [];
    this.#stream.child.stdin.write(this.#volleys ? `${text}flush\n` : text, 'latin1');
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const question of this.#questions.splice(0)) question.reject(this.#failure);
  }

  #data(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
    }
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#held += bytes.length;
    if (this.#held < this.#wanted) return;
    let all = this.#chunks.length === 1 ? bytes : Buffer.concat(this.#chunks);
    this.#wanted = 1;
    let at = 0;
    let answered = 0;
    while (at < all.length) {
      const line = all.indexOf(0x0a, at);
      if (line < 0) break;
      const header = all.toString('latin1', at, line).split(' ');
      const question = this.#questions[answered];
      if (!question) break;
      if (header[1] === 'missing' || header.length < 3) {
        question.resolve(null);
        answered += 1;
        at = line + 1;
        continue;
      }
      const size = Number(header[2]);
      const end = line + 1 + size + 1;
      if (size > maxObjectBytes) {
        question.resolve({ type: header[1] ?? '', content: null });
        answered += 1;
        this.#skip = Math.max(0, end - all.length);
        at = Math.min(end, all.length);
        continue;
      }
      if (end > all.length) {
        this.#wanted = end - at;
        break;
      }
      question.resolve({ type: header[1] ?? '', content: all.subarray(line + 1, end - 1) });
      answered += 1;
      at = end;
    }
    this.#questions.splice(0, answered);
    all = all.subarray(at);
    this.#chunks = all.length ? [all] : [];
    this.#held = all.length;
  }
}
