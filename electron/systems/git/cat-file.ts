import { execa, type ResultPromise } from 'execa';
import { GitError, saidByGit } from './errors';
import { gitEnvironment } from './run-git';

/** An object's kind and size in bytes. */
export interface ObjectInfo {
  type: string;
  size: number;
}

/** Long-lived readers of one repo's objects, by object id (git-cat-file(1), --batch and --batch-check). */
export interface ObjectReader {
  /** `null` when the repo has no such object. */
  info(id: string): Promise<ObjectInfo | null>;
  /**
   * Type and content; `null` when the repo has no such object. The whole content comes into memory: ask for the size
   * first. One of more than 64 MB is refused (`overlong`) and never held.
   */
  read(id: string): Promise<{ type: string; content: Buffer } | null>;
  /** Forgets what is open of the repo, since another one takes its place. Questions under way fail. */
  restart(): void;
  close(): void;
}

/** Begins to read a repo; processes start with the first question and again after they ended by themselves. */
export function openObjects(gitDir: string): ObjectReader {
  const checks = new Batch(gitDir, '--batch-check', false);
  const contents = new Batch(gitDir, '--batch', true);
  return {
    info: async (id) => {
      const answer = await checks.ask(id);
      return answer && { type: answer.type, size: answer.size };
    },
    read: async (id) => {
      const answer = await contents.ask(id);
      return answer && { type: answer.type, content: answer.content };
    },
    restart: () => {
      checks.restart();
      contents.restart();
    },
    close: () => {
      checks.close();
      contents.close();
    },
  };
}

/** A folder of a million files has a tree of about forty. */
const maxObjectBytes = 64 * 1024 * 1024;

interface Answer {
  type: string;
  size: number;
  content: Buffer;
}
interface Question {
  resolve: (answer: Answer | null) => void;
  reject: (error: Error) => void;
}

class Batch {
  readonly #gitDir: string;
  readonly #mode: '--batch' | '--batch-check';
  readonly #withContent: boolean;
  #child: ResultPromise<{ encoding: 'buffer'; reject: false; buffer: false }> | null = null;
  #questions: Question[] = [];
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes without which it makes no sense to look at the chunks again. */
  #wanted = 1;
  /** Bytes of an object that is too big, still to come. */
  #skipped = 0;
  #closed = false;

  constructor(gitDir: string, mode: '--batch' | '--batch-check', withContent: boolean) {
    this.#gitDir = gitDir;
    this.#mode = mode;
    this.#withContent = withContent;
  }

  ask(id: string): Promise<Answer | null> {
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(id))
      return Promise.reject(new GitError('other', 'cat-file', 'That is no object id.'));
    if (this.#closed) return Promise.reject(new GitError('aborted', 'cat-file', 'The reader is closed.'));
    return new Promise((resolve, reject) => {
      const child = this.#child ?? this.#start();
      this.#questions.push({ resolve, reject });
      child.stdin?.write(`${id}\n`);
    });
  }

  restart(): void {
    const child = this.#child;
    this.#child = null;
    child?.kill();
    for (const { reject } of this.#questions.splice(0))
      reject(new GitError('other', 'cat-file', 'The repo was replaced meanwhile.'));
  }

  close(): void {
    this.#closed = true;
    this.#child?.stdin?.end();
  }

  #start() {
    const child = execa('git', ['cat-file', this.#mode], {
      env: gitEnvironment({ gitDir: this.#gitDir }),
      extendEnv: false,
      encoding: 'buffer',
      reject: false,
      buffer: false,
      stdin: 'pipe',
      windowsHide: true,
    });
    this.#child = child;
    this.#chunks = [];
    this.#held = 0;
    this.#wanted = 1;
    this.#skipped = 0;
    const errors: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => {
      if (errors.length < 20) errors.push(chunk);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (this.#child === child) this.#take(chunk);
    });
    // A write to a process that just ended: its end is told below.
    child.stdin?.on('error', () => {});
    // With `reject: false` it never rejects.
    void child.then(() => {
      if (this.#child !== child) return;
      this.#child = null;
      const lost = this.#questions.splice(0);
      const said = saidByGit(Buffer.concat(errors).toString('utf8'));
      for (const question of lost)
        question.reject(new GitError('bad-repo', 'cat-file', said || 'It ended early.'));
    });
    return child;
  }

  #take(bytes: Buffer): void {
    const chunk = bytes.subarray(Math.min(this.#skipped, bytes.length));
    this.#skipped -= bytes.length - chunk.length;
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#wanted) return;
    let data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#wanted = 1;
    while (this.#questions.length > 0) {
      const lineEnd = data.indexOf(0x0a);
      if (lineEnd < 0) break;
      const header = /^[0-9a-f]+ (\w+) (\d+)$/.exec(data.toString('latin1', 0, lineEnd));
      if (!header) {
        // "<id> missing"
        this.#questions.shift()?.resolve(null);
        data = data.subarray(lineEnd + 1);
        continue;
      }
      const size = Number(header[2]);
      const length = lineEnd + 1 + (this.#withContent ? size + 1 : 0);
      if (this.#withContent && size > maxObjectBytes) {
        this.#questions.shift()?.reject(new GitError('overlong', 'cat-file', `An object has ${size} bytes.`));
        this.#skipped = Math.max(length - data.length, 0);
        data = data.subarray(Math.min(length, data.length));
        continue;
      }
      if (data.length < length) {
        this.#wanted = length;
        break;
      }
      // A copy: a slice would keep the whole chunk in memory for as long as the file is known.
      const content = Buffer.from(this.#withContent ? data.subarray(lineEnd + 1, lineEnd + 1 + size) : []);
      this.#questions.shift()?.resolve({ type: header[1] ?? '', size, content });
      data = data.subarray(length);
    }
    this.#chunks = data.length > 0 ? [data] : [];
    this.#held = data.length;
  }
}
