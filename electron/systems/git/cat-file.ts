import { execa, type ResultPromise } from 'execa';
import { CatFileAnswers } from './cat-file-answers';
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
  #answers: CatFileAnswers;
  #closed = false;

  constructor(gitDir: string, mode: '--batch' | '--batch-check', withContent: boolean) {
    this.#gitDir = gitDir;
    this.#mode = mode;
    this.#withContent = withContent;
    this.#answers = this.#newAnswers();
  }

  #newAnswers(): CatFileAnswers {
    return new CatFileAnswers(this.#withContent ? maxObjectBytes : null);
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
    this.#answers = this.#newAnswers();
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
    for (const answer of this.#answers.take(bytes)) {
      const question = this.#questions.shift();
      if (answer === null) question?.resolve(null);
      else if (this.#withContent && answer.content === null)
        question?.reject(new GitError('overlong', 'cat-file', `An object has ${answer.size} bytes.`));
      // A copy: a view would keep the whole chunk in memory for as long as the file is known.
      else question?.resolve({ ...answer, content: Buffer.from(answer.content ?? []) });
    }
  }
}
