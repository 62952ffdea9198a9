import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GitCommandError, git, tryGit } from './command';
import { type FileChange, parseDiff } from './diff';
import { type MergeOutcome, mergeTrees } from './merge-trees';

/** Who signs, without a clock of its own: `at` is written to the second, in UTC. */
export interface Signature {
  name: string;
  email: string;
  at: Date;
}

/** A commit as `git log` tells it. Times are ISO 8601 in UTC. */
export interface CommitInfo {
  sha: string;
  tree: string;
  parents: readonly string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  /** Whole message without the newline at its end. */
  message: string;
}

/** An annotated tag, as git-mktag(1) writes it. */
export interface TagObject {
  object: string;
  type: string;
  name: string;
  tagger: { name: string; email: string; date: string };
  message: string;
}

const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00');

/** Whether a text is a whole object id. */
export const isSha = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

/** Git plumbing on one bare repo. Every method asks git (or the files) again and holds nothing, so it is never stale. */
export class BareRepo {
  readonly gitDir: string;
  constructor(gitDir: string) {
    this.gitDir = gitDir;
  }

  /** Whether there is a repo with a main, as far as git can read both. */
  async exists(): Promise<boolean> {
    const isThere = (await stat(this.gitDir).catch(() => null))?.isDirectory() === true;
    return isThere && (await this.resolve('refs/heads/main')) !== null;
  }

  /** The commit that a revision names (branch, tag, id or a part of one); `null` for none. */
  async resolve(revision: string): Promise<string | null> {
    const result = await tryGit(this.gitDir, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    ]);
    return result.exitCode === 0 ? result.stdout.trim() : null;
  }

  /** An annotated tag; `null` where the id is of none. */
  async tagObject(sha: string): Promise<TagObject | null> {
    const result = await tryGit(this.gitDir, ['cat-file', 'tag', sha]);
    if (result.exitCode !== 0) return null;
    const [head = '', ...body] = result.stdout.split('\n\n');
    const line = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(head)?.[1] ?? '';
    const [, name = '', email = '', seconds = '0'] = /^(.*) <(.*)> (\d+) /.exec(line('tagger')) ?? [];
    return {
      object: line('object'),
      type: line('type'),
      name: line('tag'),
      tagger: { name, email, date: new Date(Number(seconds) * 1000).toISOString() },
      message: body.join('\n\n').trim(),
    };
  }

  /** The object that a full ref name (`refs/heads/main`) points at; `null` when there is no such ref. */
  async readRef(ref: string): Promise<string | null> {
    // Controllers ask for main all the time: the file is read (gitrepository-layout(5)), which takes no process. Git
    // is asked where there is none: the ref may be packed.
    const isPlain = /^refs\/[\w./-]+$/.test(ref) && !ref.includes('..');
    const text = isPlain ? await readFile(path.join(this.gitDir, ref), 'utf8').catch(() => '') : '';
    if (/^[0-9a-f]{40}\n$/.test(text)) return text.trim();
    const result = await tryGit(this.gitDir, ['show-ref', '--verify', '--hash', '--', ref]);
    return result.exitCode === 0 ? result.stdout.trim() : null;
  }

  /** Refs below a prefix with the commits that they stand for, in the order asked for. */
  async refs(prefix: string, sort = 'refname'): Promise<{ ref: string; sha: string; type: string }[]> {
    const text = await git(this.gitDir, [
      'for-each-ref',
      `--sort=${sort}`,
      '--format=%(refname) %(objectname) %(objecttype)',
      prefix,
    ]);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [ref = '', sha = '', type = ''] = line.split(' ');
        return { ref, sha, type };
      });
  }

  /**
   * Moves, creates (`from` null) or deletes (`to` null) a ref when it still stands at `from`: a compare-and-swap.
   * @returns whether it did.
   */
  async swapRef(ref: string, from: string | null, to: string | null): Promise<boolean> {
    const zero = '0'.repeat(40);
    const args =
      to === null
        ? ['update-ref', '-d', ref, from ?? zero]
        : ['update-ref', '--no-deref', ref, to, from ?? zero];
    const result = await tryGit(this.gitDir, args);
    if (result.exitCode === 0) return true;
    if (/cannot lock ref|unable to resolve|but expected|already exists|is at /.test(result.stderr))
      return false;
    throw new GitCommandError(args, result);
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const result = await tryGit(this.gitDir, ['merge-base', '--is-ancestor', ancestor, descendant]);
    if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0;
    throw new GitCommandError(['merge-base'], result);
  }

  async mergeBase(a: string, b: string): Promise<string | null> {
    const result = await tryGit(this.gitDir, ['merge-base', a, b]);
    return result.exitCode === 0 ? result.stdout.trim() : null;
  }

  /** How many commits `head` is ahead of and behind `base`. */
  async aheadBehind(base: string, head: string): Promise<{ ahead: number; behind: number }> {
    const text = await git(this.gitDir, ['rev-list', '--left-right', '--count', `${base}...${head}`]);
    const [behind = 0, ahead = 0] = text.trim().split(/\s+/).map(Number);
    return { ahead, behind };
  }

  /** Commits as `git log` selects them by the given arguments (revisions, `--skip`, `-n`, `--`, paths). */
  async log(args: readonly string[]): Promise<CommitInfo[]> {
    const text = await git(this.gitDir, ['log', '-z', `--format=${format}`, ...args], {
      env: { TZ: 'UTC' },
    });
    const fields = text.split('\0');
    const commits: CommitInfo[] = [];
    for (let at = 0; at + 9 < fields.length; at += 10) {
      const [
        sha = '',
        tree = '',
        parents = '',
        an = '',
        ae = '',
        ad = '',
        cn = '',
        ce = '',
        cd = '',
        body = '',
      ] = fields.slice(at, at + 10);
      commits.push({
        sha,
        tree,
        parents: parents === '' ? [] : parents.split(' '),
        author: { name: an, email: ae, date: utc(ad) },
        committer: { name: cn, email: ce, date: utc(cd) },
        message: body.trimEnd(),
      });
    }
    return commits;
  }

  /** One commit by its id. @throws when there is none. */
  async commit(sha: string): Promise<CommitInfo> {
    const [found] = await this.log(['-1', sha]);
    if (!found) throw new Error(`no commit ${sha}`);
    return found;
  }

  /** Files that differ between two commits; `null` as base compares with nothing (a first commit). */
  async diff(base: string | null, head: string): Promise<FileChange[]> {
    const ends = base === null ? ['--root', head] : [base, head];
    const text = await git(this.gitDir, [
      'diff-tree',
      '-r',
      '-z',
      '-M',
      '--no-commit-id',
      '--raw',
      '--numstat',
      '--abbrev=40',
      ...ends,
    ]);
    return parseDiff(text);
  }

  /** The unified diff of one path, without its header lines; `''` for binary or too big ones. */
  async patch(base: string | null, head: string, file: string): Promise<string> {
    const ends = base === null ? ['--root', head] : [base, head];
    const text = await git(this.gitDir, ['diff-tree', '-p', '-M', '--no-commit-id', ...ends, '--', file]);
    const hunk = text.indexOf('\n@@');
    const patch = hunk < 0 ? '' : text.slice(hunk + 1).trimEnd();
    return patch.length > 100_000 ? '' : patch;
  }

  /** Text of a file at a commit; `null` when there is none. */
  async text(commit: string, file: string): Promise<string | null> {
    const result = await tryGit(this.gitDir, ['cat-file', 'blob', `${commit}:${file}`]);
    return result.exitCode === 0 ? result.stdout : null;
  }

  /** Texts of all files directly below a folder at a commit, by file name. */
  async folder(commit: string, folder: string): Promise<Map<string, string>> {
    const listing = await git(this.gitDir, ['ls-tree', '-z', '--end-of-options', commit, `${folder}/`]);
    const entries = listing
      .split('\0')
      .map((line) => /^100\d+ blob ([0-9a-f]{40})\t(.+)$/s.exec(line))
      .filter((match) => match !== null);
    const texts = new Map<string, string>();
    if (entries.length === 0) return texts;
    const batch = await git(this.gitDir, ['cat-file', '--batch=%(objectname) %(objectsize)'], {
      input: `${entries.map(([, blob]) => blob).join('\n')}\n`,
    });
    const bytes = Buffer.from(batch, 'utf8');
    let at = 0;
    for (const [, , name = ''] of entries) {
      const line = bytes.indexOf(0x0a, at);
      const size = Number(bytes.subarray(at, line).toString().split(' ')[1]);
      const end = line + 1 + size;
      // A file that is no UTF-8 comes back longer than it is: its neighbours would be read wrongly.
      if (bytes[end] !== 0x0a)
        return this.#folderOneByOne(
          commit,
          folder,
          entries.map(([, , one = '']) => one),
        );
      texts.set(path.posix.basename(name), bytes.subarray(line + 1, end).toString('utf8'));
      at = end + 1;
    }
    return texts;
  }

  /** Writes a commit that changes some files of `parent`; `null` removes a file. @returns its id. */
  async commitFiles(change: {
    parent: string;
    files: ReadonlyMap<string, string | null>;
    message: string;
    author: Signature;
    committer?: Signature;
  }): Promise<string> {
    const index = path.join(this.gitDir, `practice-index-${randomUUID()}`);
    const env = { GIT_INDEX_FILE: index };
    try {
      await git(this.gitDir, ['read-tree', change.parent], { env });
      const lines: string[] = [];
      for (const [file, text] of change.files) {
        if (text === null) lines.push(`0 ${'0'.repeat(40)}\t${file}\0`);
        else {
          const blob = await git(this.gitDir, ['hash-object', '-w', '--stdin'], { input: text });
          lines.push(`100644 ${blob.trim()}\t${file}\0`);
        }
      }
      await git(this.gitDir, ['update-index', '-z', '--index-info'], { env, input: lines.join('') });
      const tree = (await git(this.gitDir, ['write-tree'], { env })).trim();
      return await this.commitTree({ ...change, tree, parents: [change.parent] });
    } finally {
      await rm(index, { force: true });
    }
  }

  /** Writes a commit object. @returns its id. */
  async commitTree(commit: {
    tree: string;
    parents: readonly string[];
    message: string;
    author: Signature;
    committer?: Signature;
  }): Promise<string> {
    const { author, committer = author } = commit;
    const args = ['commit-tree', commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent])];
    const env = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: date(author.at),
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: date(committer.at),
    };
    return (await git(this.gitDir, args, { env, input: commit.message })).trim();
  }

  /** Merges two commits' trees without a work tree. */
  async mergeTree(ours: string, theirs: string): Promise<MergeOutcome> {
    return mergeTrees(this.gitDir, await this.mergeBase(ours, theirs), ours, theirs);
  }

  async #folderOneByOne(
    commit: string,
    folder: string,
    names: readonly string[],
  ): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const name of names) {
      const text = await this.text(commit, name);
      if (text !== null) texts.set(path.posix.relative(folder, name), text);
    }
    return texts;
  }
}

const date = (at: Date): string => `${Math.floor(at.getTime() / 1000)} +0000`;
const utc = (iso: string): string => `${new Date(iso).toISOString().slice(0, 19)}Z`;
