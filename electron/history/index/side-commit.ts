import { runGit } from '../../systems/git/run-git';

/** The commit that made a change: the merged branch's commit where the line has a merge. */
export interface ChangeSource {
  author: string;
  message: string;
}

/** A commit of a merged branch. */
export interface SideCommit extends ChangeSource {
  oid: string;
  tree: string;
  parents: string[];
  /** Author and message are in another encoding than UTF-8, or hold a NUL: {@link CommitTexts} has them. */
  foreign: boolean;
}

const headerEnd = '\n\n';
const utf8 = /^utf-?8$/i;

/**
 * Reads a commit object: headers, an empty line, the message. As git does, the last of several authors counts, and
 * lines that begin with a blank belong to the header before (signatures, merged tags).
 */
export function readSideCommit(oid: string, content: Buffer): SideCommit {
  const blank = content.indexOf(headerEnd, 0, 'latin1');
  const head = content.toString('utf8', 0, blank < 0 ? content.length : blank);
  const foreign = content.includes(0);
  const commit: SideCommit = { oid, tree: '', parents: [], author: '', message: '', foreign };
  for (let at = 0; at < head.length; ) {
    const end = head.indexOf('\n', at);
    const stop = end < 0 ? head.length : end;
    if (head.startsWith('parent ', at)) commit.parents.push(head.slice(at + 7, stop));
    else if (head.startsWith('tree ', at)) commit.tree = head.slice(at + 5, stop);
    else if (head.startsWith('author ', at)) commit.author = nameIn(head.slice(at + 7, stop));
    else if (head.startsWith('encoding ', at)) commit.foreign ||= !utf8.test(head.slice(at + 9, stop));
    at = stop + 1;
  }
  if (blank >= 0) commit.message = content.toString('utf8', blank + headerEnd.length);
  return commit;
}

/** The name before an address, without the blanks at its end; empty where there is no address (ident.c, `split_ident_line`). */
function nameIn(line: string): string {
  const open = line.indexOf('<');
  if (open < 0 || !line.includes('>', open)) return '';
  let end = open;
  while (end > 0 && ' \t\r'.includes(line.charAt(end - 1))) end -= 1;
  return line.slice(0, end);
}

interface Question {
  oid: string;
  resolve: (source: ChangeSource) => void;
  reject: (error: unknown) => void;
}

/**
 * Authors and messages of commits in other encodings, as git itself turns them into UTF-8: it knows those of iconv (CP932,
 * CP437), shows an unknown one as it is, and is the word that everybody else reads. What is asked for in one turn of the
 * event loop is asked of one `git log`.
 */
export class CommitTexts {
  readonly #gitDir: string;
  readonly #signal: AbortSignal | undefined;
  #asked: Question[] = [];

  constructor(gitDir: string, signal?: AbortSignal) {
    this.#gitDir = gitDir;
    this.#signal = signal;
  }

  read(oid: string): Promise<ChangeSource> {
    if (this.#asked.length === 0) setImmediate(() => void this.#ask(this.#asked.splice(0)));
    return new Promise((resolve, reject) => this.#asked.push({ oid, resolve, reject }));
  }

  async #ask(questions: Question[]): Promise<void> {
    try {
      const found = await this.#log([...new Set(questions.map(({ oid }) => oid))]);
      for (const { oid, resolve } of questions) resolve(found.get(oid) ?? { author: '', message: '' });
    } catch (error) {
      for (const { reject } of questions) reject(error);
    }
  }

  async #log(oids: readonly string[]): Promise<Map<string, ChangeSource>> {
    const format = '--format=%H%x00%an%x00%B';
    const { stdout } = await runGit(
      ['log', '--no-walk=unsorted', '--stdin', '--encoding=UTF-8', '-z', format],
      {
        gitDir: this.#gitDir,
        input: `${oids.join('\n')}\n`,
        ...(this.#signal ? { signal: this.#signal } : {}),
      },
    );
    const fields = stdout.toString('utf8').split('\0');
    const found = new Map<string, ChangeSource>();
    for (let at = 0; at + 2 < fields.length; at += 3)
      found.set(fields[at] ?? '', { author: fields[at + 1] ?? '', message: fields[at + 2] ?? '' });
    return found;
  }
}
