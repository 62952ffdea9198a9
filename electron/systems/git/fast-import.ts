import { GitError } from './errors';
import { type GitOptions, runGit } from './run-git';

/** A commit to make: file contents by path upon a base commit. */
export interface NewCommit {
  base: string;
  /** `null` removes the file. */
  files: ReadonlyMap<string, { text: string; executable: boolean } | null>;
  message: string;
  author: { name: string; email: string };
  /** Seconds since 1970. */
  at: number;
}

/**
 * Makes a commit without work tree or index, in one process (git-fast-import(1)): it reads only the trees on the way to
 * the files, so that the repo's size does not matter. A ref of our own keeps the objects from being collected.
 * @returns the commit's id.
 */
export async function makeCommit(
  commit: NewCommit,
  ref: string,
  options: GitOptions & { gitDir: string },
): Promise<string> {
  const { stdout } = await runGit(['fast-import', '--quiet', '--done', '--force', '--date-format=raw'], {
    ...options,
    input: fastImportStream(commit, ref),
  });
  const id = stdout.toString('utf8').trim();
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(id))
    throw new GitError('other', 'fast-import', 'It named no commit.');
  return id;
}

/** The stream that tells git-fast-import(1) to make one commit and to print its id. */
export function fastImportStream(commit: NewCommit, ref: string): Buffer {
  const who = `${safeName(commit.author.name)} <${safeName(commit.author.email)}> ${commit.at} +0000`;
  const parts: string[] = [
    `commit ${ref}\nmark :1\nauthor ${who}\ncommitter ${who}\n`,
    data(commit.message),
    `from ${commit.base}\n`,
  ];
  for (const [path, file] of commit.files) {
    if (file === null) parts.push(`D ${quotePath(path)}\n`);
    else
      parts.push(`M ${file.executable ? '100755' : '100644'} inline ${quotePath(path)}\n`, data(file.text));
  }
  parts.push('\nget-mark :1\ndone\n');
  return Buffer.from(parts.join(''), 'utf8');
}

const data = (text: string): string => `data ${Buffer.byteLength(text, 'utf8')}\n${text}\n`;

/** C-style quoting, as the stream's format asks for: backslash, quote and line feed. */
const quotePath = (path: string): string =>
  `"${path.replace(/[\\"]/g, (character) => `\\${character}`).replace(/\n/g, '\\n')}"`;

/** Git's own rule for names: no angle brackets, line ends or NUL; never empty. */
const safeName = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  text.replace(/[<>\u0000-\u001f\u007f]/g, ' ').trim() || 'unknown';
