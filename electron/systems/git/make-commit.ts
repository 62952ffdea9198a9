import { createHash } from 'node:crypto';
import type { ObjectReader } from './cat-file';
import { GitError } from './errors';
import { editTree, findInTree } from './tree-bytes';

/** A commit to make: file contents by path upon a base commit. */
export interface NewCommit {
  /** `null`: the first commit of a branch, whose ids are as long as `idLength` says. */
  base: string | null;
  /** Hex digits of an id, where there is no base: 40 (SHA-1, the default) or 64. */
  idLength?: number;
  /** `null` removes the file. Paths must have been checked: this writes whatever they say. */
  files: ReadonlyMap<string, { content: Uint8Array; executable: boolean } | null>;
  message: string;
  author: { name: string; email: string };
  /** Seconds since 1970. */
  at: number;
}

export interface GitObject {
  type: 'commit' | 'tree' | 'blob';
  id: string;
  content: Buffer;
}

/** A commit and the objects that it adds to those of its base; the commit is the last one. */
export interface MadeCommit {
  id: string;
  objects: readonly GitObject[];
}

/** A folder's part of the change: files here, and the folders below. */
interface Folder {
  files: Map<string, { content: Uint8Array; executable: boolean } | null>;
  folders: Map<string, Folder>;
}

/**
 * Makes a commit in memory: the files, the trees on the way to them, and the commit. Only those trees are read, through
 * the reader that is open anyway, so no process starts and the repo's size does not matter. Entries that do not change
 * are kept byte by byte, whatever their names and modes.
 * @throws {GitError} `bad-repo` when the base or a tree of it is missing.
 */
export async function makeCommit(reader: ObjectReader, commit: NewCommit): Promise<MadeCommit> {
  const idLength = commit.base?.length ?? commit.idLength ?? 40;
  const algorithm = idLength === 64 ? 'sha256' : 'sha1';
  // By id: files with the same content are one object, and a pack must not hold one twice.
  const objects = new Map<string, GitObject>();
  const add = (type: GitObject['type'], content: Buffer): string => {
    const id = createHash(algorithm).update(`${type} ${content.length}\0`).update(content).digest('hex');
    objects.set(id, { type, id, content });
    return id;
  };
  const read = async (id: string, type: string): Promise<Buffer> => {
    const object = await reader.read(id);
    if (object?.type !== type) throw new GitError('bad-repo', 'commit', `${type} ${id} is missing.`);
    return object.content;
  };
  const idBytes = idLength / 2;
  /** @returns the new tree's id, `null` when nothing is left in it. */
  const write = async (id: string | null, folder: Folder): Promise<string | null> => {
    let tree: Buffer = id ? await read(id, 'tree') : Buffer.alloc(0);
    for (const [name, file] of folder.files)
      tree = editTree(
        tree,
        idBytes,
        name,
        file && {
          mode: file.executable ? '100755' : '100644',
          id: add('blob', Buffer.from(file.content)),
        },
      );
    for (const [name, inner] of folder.folders) {
      const there = findInTree(tree, idBytes, name);
      const written = await write(there?.mode === '40000' ? there.id : null, inner);
      tree = editTree(tree, idBytes, name, written ? { mode: '40000', id: written } : null);
    }
    return tree.length > 0 ? add('tree', tree) : null;
  };
  const { base } = commit;
  const header = base === null ? '' : (await read(base, 'commit')).toString('latin1');
  const root = /^tree ([0-9a-f]+)$/m.exec(header)?.[1] ?? null;
  const tree = (await write(root, foldersOf(commit.files))) ?? add('tree', Buffer.alloc(0));
  const who = `${safeName(commit.author.name)} <${safeName(commit.author.email)}> ${commit.at} +0000`;
  const message = commit.message.replaceAll('\0', '').replace(/\n*$/, '\n');
  const head = `tree ${tree}\n${base === null ? '' : `parent ${base}\n`}author ${who}\ncommitter ${who}\n\n`;
  const id = add('commit', Buffer.from(head + message, 'utf8'));
  return { id, objects: [...objects.values()] };
}

function foldersOf(files: NewCommit['files']): Folder {
  const root: Folder = { files: new Map(), folders: new Map() };
  for (const [path, file] of files) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = root;
    for (const part of parts) {
      const inner = folder.folders.get(part) ?? { files: new Map(), folders: new Map() };
      folder.folders.set(part, inner);
      folder = inner;
    }
    folder.files.set(name, file);
  }
  return root;
}

/** Git's own rule for names: no angle brackets, line ends or NUL; never empty. */
const safeName = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  text.replace(/[<>\u0000-\u001f\u007f]/g, ' ').trim() || 'unknown';
