import type { Person } from '../people';

export interface ImportCommit {
  author: Person;
  committer?: Person;
  at: Date;
  message: string;
  /** Mark of the first parent, or a committish of the repo; the ref's own tip when left out. */
  from?: number | string;
  /** Mark of the second parent. */
  merge?: number;
  /** Contents by path; `null` removes the file. */
  files: Readonly<Record<string, string | null>>;
}

/** Builds the input of `git fast-import` (git-fast-import(1)). */
export class ImportStream {
  readonly #parts: string[] = [];
  #mark = 0;

  /** Adds a commit to a ref. @returns its mark. */
  commit(ref: string, commit: ImportCommit): number {
    this.#mark += 1;
    const committer = commit.committer ?? commit.author;
    this.#parts.push(
      `commit ${ref}\nmark :${this.#mark}\n`,
      `author ${signature(commit.author, commit.at)}\ncommitter ${signature(committer, commit.at)}\n`,
      data(commit.message),
    );
    if (commit.from !== undefined) this.#parts.push(`from ${committish(commit.from)}\n`);
    if (commit.merge !== undefined) this.#parts.push(`merge :${commit.merge}\n`);
    for (const [path, content] of Object.entries(commit.files)) {
      if (content === null) this.#parts.push(`D ${path}\n`);
      else this.#parts.push(`M 100644 inline ${path}\n`, data(content));
    }
    return this.#mark;
  }

  /** Points a ref at a commit; a lightweight tag for `refs/tags/…`. */
  ref(name: string, from: number | string): void {
    this.#parts.push(`reset ${name}\nfrom ${committish(from)}\n\n`);
  }

  text(): string {
    return `${this.#parts.join('')}done\n`;
  }
}

const committish = (from: number | string): string => (typeof from === 'number' ? `:${from}` : from);

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function signature(person: Person, at: Date): string {
  return `${person.name} <${person.email}> ${Math.floor(at.getTime() / 1000)} +0000`;
}
