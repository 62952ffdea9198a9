import { maxFileBytes } from '../../../../shared/domain/ledger/layout';
import { CatFileAnswers } from '../cat-file-answers';
import { GitError } from '../errors';
import { type GitStream, streamGit } from './git-stream';

/** An object as `git cat-file --batch` gives it. `content` is `null` when it is bigger than {@link maxFileBytes}. */
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
 *
 * In a partial clone, Git says of an object that was promised and is not there that it could not be fetched, and ends.
 * Then all that is waited for is answered with `null`, and the next question starts Git again: `null` for one that was
 * asked along with others only says that it has to be asked for again, by itself.
 */
export class ObjectReader {
  readonly #start: () => GitStream;
  readonly #volleys: boolean;
  #stream: GitStream | null = null;
  readonly #questions: Question[] = [];
  #asked: string[] = [];
  #answers = new CatFileAnswers(maxFileBytes);
  #failure: Error | null = null;

  constructor(gitDir: string, volleys: boolean, signal?: AbortSignal) {
    this.#volleys = volleys;
    const mode = volleys ? ['--batch-command', '--buffer'] : ['--batch'];
    this.#start = () => {
      const stream = streamGit(gitDir, ['cat-file', ...mode], signal);
      stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
      stream.ended.then(
        () => this.#fail(new Error('git cat-file ended')),
        (error) => (isPromisedOnly(error) ? this.#forget() : this.#fail(error)),
      );
      return stream;
    };
  }

  /** One object by its full id; `null` when the repo does not have it (see above for partial clones). */
  read(id: string): Promise<GitObject | null> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#asked.length === 0) setImmediate(() => this.#send());
    this.#asked.push(this.#volleys ? `contents ${id}\n` : `${id}\n`);
    return new Promise((resolve, reject) => this.#questions.push({ resolve, reject }));
  }

  close(): void {
    this.#fail(new Error('the reader is closed'));
    this.#stream?.stop();
  }

  #send(): void {
    const text = this.#asked.join('');
    this.#asked = [];
    if (text === '' || this.#failure) return;
    this.#stream ??= this.#start();
    this.#stream.child.stdin.write(this.#volleys ? `${text}flush\n` : text, 'latin1');
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const question of this.#questions.splice(0)) question.reject(this.#failure);
  }

  /** Git ended at an object that it only promised. */
  #forget(): void {
    this.#stream = null;
    this.#asked = [];
    this.#answers = new CatFileAnswers(maxFileBytes);
    for (const question of this.#questions.splice(0)) question.resolve(null);
  }

  #data(chunk: Buffer): void {
    const answers = this.#answers.take(chunk);
    const questions = this.#questions.splice(0, answers.length);
    for (const [index, question] of questions.entries()) question.resolve(answers[index] ?? null);
  }
}

const isPromisedOnly = (error: unknown): boolean =>
  error instanceof GitError && /could not fetch \w+ from promisor remote/.test(error.detail);
