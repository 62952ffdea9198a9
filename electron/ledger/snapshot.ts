import { isUtf8 } from 'node:buffer';
import { isMonthNear, operationFolder } from '../../shared/domain/attribution/operation-record';
import { decodeYaml, yamlEncoding } from '../../shared/domain/go/yaml/encoding';
import {
  type ImageTagLayout,
  maxFileBytes,
  nameProblem,
  signalboxFolder,
} from '../../shared/domain/ledger/layout';
import type { ObjectReader } from '../systems/git/cat-file';
import { GitError } from '../systems/git/errors';
import { isoTime } from '../systems/git/git-log';
import type { LedgerFile, LedgerProblem, Snapshot } from './ledger';
import { parseTree, type TreeEntry } from './tree';

/** What a repo without a commit says. */
export const emptySnapshot: Snapshot = makeSnapshot(null, null, null, new Map(), []);

function makeSnapshot(
  commit: string | null,
  committedAt: string | null,
  subject: string | null,
  files: ReadonlyMap<string, LedgerFile>,
  problems: readonly LedgerProblem[],
): Snapshot {
  const paths = [...files.keys()].sort();
  return Object.freeze({
    commit,
    committedAt,
    subject,
    file: (path: string) => files.get(path),
    list: (prefix: string) => (prefix === '' ? paths : paths.filter((path) => path.startsWith(prefix))),
    problems,
  });
}

interface Found {
  path: string;
  blob: string;
  executable: boolean;
}

/** Files that lie around in such folders and mean nothing. */
const ignored = new Set(['.gitkeep', '.gitignore', '.gitattributes', '.DS_Store', 'README.md']);

/**
 * Reads what the repo says at a commit: the image-tag files of the layout and everything in `.signalbox/`, but of the
 * records of operations only those of the months near the commit.
 * Trees and blobs that are known from before are not read again. What cannot be used becomes a problem of its own and
 * hinders nothing else.
 */
export class SnapshotReader {
  readonly #objects: ObjectReader;
  readonly #layout: ImageTagLayout;
  readonly #isWhole: boolean;
  readonly #readsAll: boolean;
  #trees = new Map<string, readonly TreeEntry[]>();

  /**
   * @param isWhole whether the repo lacks no content, as a partial clone may: then a file without is damage.
   * @param readsAll reads the records of all operations, however old.
   */
  constructor(objects: ObjectReader, layout: ImageTagLayout, isWhole: boolean, readsAll = false) {
    this.#objects = objects;
    this.#layout = layout;
    this.#isWhole = isWhole;
    this.#readsAll = readsAll;
  }

  /** @throws {GitError} `bad-repo` when the repo lacks the commit or one of its trees. */
  async read(commit: string, previous: Snapshot = emptySnapshot, signal?: AbortSignal): Promise<Snapshot> {
    const header = parseCommit(await this.#object(commit, 'commit'));
    const used = new Map<string, readonly TreeEntry[]>();
    const tree = async (id: string): Promise<readonly TreeEntry[]> => {
      if (signal?.aborted) throw new GitError('aborted', 'cat-file', '');
      const known = used.get(id) ?? this.#trees.get(id);
      const entries = known ?? parseTree(await this.#object(id, 'tree'), commit.length / 2);
      used.set(id, entries);
      return entries;
    };
    const found: Found[] = [];
    const problems: LedgerProblem[] = [];
    await Promise.all([
      this.#walkLayout(tree, header.tree, 0, '', found, problems),
      this.#walkAll(tree, header, found, problems),
    ]);
    const files = new Map<string, LedgerFile>();
    await Promise.all(
      found.map(async ({ path, blob, executable }) => {
        const known = previous.file(path);
        if (known?.blob === blob && known.executable === executable) return void files.set(path, known);
        const read = await this.#file(path, blob, executable);
        if ('reason' in read) problems.push(read);
        else files.set(path, read);
      }),
    );
    // Trees of this snapshot alone are kept, so that the cache does not grow.
    this.#trees = used;
    problems.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return makeSnapshot(commit, header.committedAt, header.subject, files, problems);
  }

  /**
   * Why no new file can be put at a path, `null` when it can: something that is no folder lies on the way, or something
   * that is not read here lies at its end.
   */
  async placeProblem(commit: string, path: string): Promise<string | null> {
    let id = parseCommit(await this.#object(commit, 'commit')).tree;
    const parts = path.split('/');
    for (const [index, part] of parts.entries()) {
      const entries = this.#trees.get(id) ?? parseTree(await this.#object(id, 'tree'), commit.length / 2);
      const entry = entries.find(({ name }) => name === part);
      if (!entry) return null;
      const isLast = index === parts.length - 1;
      if (isLast || entry.kind !== 'tree')
        return `${shown(parts.slice(0, index + 1).join('/'))} is a ${entry.kind === 'tree' ? 'folder' : entry.kind}`;
      id = entry.id;
    }
    return null;
  }

  async #walkLayout(
    tree: (id: string) => Promise<readonly TreeEntry[]>,
    id: string,
    depth: number,
    folder: string,
    found: Found[],
    problems: LedgerProblem[],
  ): Promise<void> {
    const segment = this.#layout.segments[depth];
    const isLast = depth === this.#layout.segments.length - 1;
    await Promise.all(
      (await tree(id)).map(async (entry) => {
        if (!segment?.test(entry.name)) return;
        const path = folder + entry.name;
        if (entry.kind === 'tree' && !isLast) {
          const place = this.#layout.isVariable(depth) ? nameProblem(entry.name) : null;
          if (place)
            problems.push({ path: shown(path), reason: `The folder's name is not valid: ${place}.` });
          else await this.#walkLayout(tree, entry.id, depth + 1, `${path}/`, found, problems);
          return;
        }
        if (ignored.has(entry.name)) return;
        const problem = entryProblem(entry, isLast);
        if (problem) problems.push({ path: shown(path), reason: problem });
        else if (isLast) {
          const place = this.#layout.match(path);
          const bad = place && (nameProblem(place.app) ?? nameProblem(place.environment));
          if (bad) problems.push({ path: shown(path), reason: `Its name is not a valid app name: ${bad}.` });
          else found.push({ path, blob: entry.id, executable: entry.kind === 'executable' });
        }
      }),
    );
  }

  async #walkAll(
    tree: (id: string) => Promise<readonly TreeEntry[]>,
    { tree: root, committedAt }: { tree: string; committedAt: string },
    found: Found[],
    problems: LedgerProblem[],
  ): Promise<void> {
    const visit = async (entry: TreeEntry, path: string, depth: number): Promise<void> => {
      if (entry.kind === 'tree') {
        // The history reads them all; what is done now needs the newest alone.
        if (!this.#readsAll && isOldMonth(`${path}/`, committedAt)) return;
        if (depth > 8) return void problems.push({ path: shown(path), reason: 'It is nested too deep.' });
        const entries = await tree(entry.id);
        await Promise.all(entries.map((inner) => visit(inner, `${path}/${inner.name}`, depth + 1)));
        return;
      }
      if (ignored.has(entry.name)) return;
      const problem = entryProblem(entry, true);
      if (problem) problems.push({ path: shown(path), reason: problem });
      else found.push({ path, blob: entry.id, executable: entry.kind === 'executable' });
    };
    const folder = (await tree(root)).find((entry) => entry.name === signalboxFolder);
    if (folder) await visit(folder, signalboxFolder, 0);
  }

  async #file(path: string, blob: string, executable: boolean): Promise<LedgerFile | LedgerProblem> {
    const info = await this.#objects.info(blob);
    if (info?.type !== 'blob') return this.#missing(path, blob);
    if (info.size > maxFileBytes)
      return {
        path,
        reason: `It is too big: ${megabytes(info.size)} MB, at most ${megabytes(maxFileBytes)} are read.`,
      };
    const content = (await this.#objects.read(blob))?.content;
    if (!content) return this.#missing(path, blob);
    const decoded = decodeYaml(content);
    if (decoded) return { path, blob, ...decoded, executable };
    if (yamlEncoding(content) !== 'utf-8') return { path, reason: 'It is not valid UTF-16.' };
    return { path, line: badLine(content), reason: 'It is not valid UTF-8.' };
  }

  #missing(path: string, blob: string): LedgerProblem {
    if (this.#isWhole) throw new GitError('bad-repo', 'cat-file', `blob ${blob} of ${path} is missing.`);
    return { path, reason: 'The repo does not have its content.' };
  }

  async #object(id: string, type: string): Promise<Buffer> {
    const object = await this.#objects.read(id);
    if (object?.type !== type) throw new GitError('bad-repo', 'cat-file', `${type} ${id} is missing.`);
    return object.content;
  }
}

/** Whether a path is the folder of a month of operations that are long over. */
const isOldMonth = (folder: string, committedAt: string): boolean =>
  folder.startsWith(operationFolder) &&
  folder.length > operationFolder.length &&
  !isMonthNear(folder.slice(operationFolder.length, -1).split('/', 1)[0] ?? '', committedAt);

function entryProblem(entry: TreeEntry, fileWanted: boolean): string | null {
  switch (entry.kind) {
    case 'symlink':
      return 'It is a symbolic link: only plain files are read.';
    case 'submodule':
      return 'It is a submodule: only plain files are read.';
    case 'tree':
      return fileWanted ? 'It is a folder where a file is expected.' : null;
    case 'unknown':
      return 'Its file mode is not known.';
    default:
      return entry.nameIsValid ? null : 'Its name is not valid UTF-8.';
  }
}

function parseCommit(content: Buffer): { tree: string; committedAt: string; subject: string } {
  const text = content.toString('utf8');
  const blank = text.indexOf('\n\n');
  const head = blank < 0 ? text : text.slice(0, blank);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1];
  if (!tree) throw new GitError('bad-repo', 'cat-file', 'A commit has no tree.');
  const seconds = Number(/^committer .*> (-?\d+) [+-]\d+$/m.exec(head)?.[1] ?? 0);
  const subject = blank < 0 ? '' : (text.slice(blank + 2).split('\n', 1)[0] ?? '');
  return { tree, committedAt: isoTime(seconds), subject };
}

/** The first line whose bytes are not UTF-8, 1-based. A line feed is never part of a longer UTF-8 sequence. */
function badLine(content: Buffer): number {
  let line = 1;
  for (let start = 0; start < content.length; line++) {
    const end = content.indexOf(0x0a, start);
    if (!isUtf8(content.subarray(start, end < 0 ? content.length : end))) return line;
    if (end < 0) break;
    start = end + 1;
  }
  return line;
}

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0);

/** A path for a person: control characters cannot break the line or the terminal. */
const shown = (path: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  path.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
