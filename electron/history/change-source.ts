import type { LogChange, LogCommit } from './log-parser';
import type { ObjectReader } from './object-reader';
import type { TreeDiffs } from './tree-diffs';

/** The commit that made a change: the merged branch's commit where the line has a merge. */
export interface ChangeSource {
  author: string;
  message: string;
}

interface SideCommit extends ChangeSource {
  oid: string;
  parents: string[];
}

/** How far a merged branch is followed back before its tip is taken for the author of everything in it. */
const maxSteps = 500;

/**
 * Who made each change of a merge. The change is followed from the merged branches' tips (second parent first) backwards
 * as long as a parent has the same file; the commit where that ends made it. Where no merged branch has the file as the
 * merge has it (a conflict was resolved in the merge itself), the merge made it.
 * @returns one source per change, in order; `null` stands for the merge itself.
 */
export async function sourcesOfMerge(
  merge: LogCommit,
  objects: ObjectReader,
  diffs: TreeDiffs,
): Promise<(ChangeSource | null)[]> {
  const commits = new Map<string, Promise<SideCommit | null>>();
  const commit = (oid: string): Promise<SideCommit | null> => {
    const known = commits.get(oid);
    if (known) return known;
    const asked = objects
      .read(oid)
      .then((object) => (object?.content ? parseCommit(oid, object.content) : null));
    commits.set(oid, asked);
    return asked;
  };
  const answers = new Map<string, ReturnType<TreeDiffs['between']>>();
  const diff = (oid: string, parent: string | null) => {
    const key = `${oid} ${parent}`;
    let known = answers.get(key);
    if (!known) {
      known = diffs.between(oid, parent);
      answers.set(key, known);
    }
    return known;
  };

  const follow = async (tip: string, change: LogChange): Promise<ChangeSource | null> => {
    let oid = tip;
    for (let step = 0; step < maxSteps; step += 1) {
      const side = await commit(oid);
      if (!side) return null;
      let same: string | null = null;
      let blob: string | null | undefined;
      for (const parent of side.parents.length ? side.parents : [null]) {
        blob = (await diff(oid, parent)).get(change.path);
        if (blob === undefined) {
          same = parent;
          break;
        }
      }
      if (blob !== undefined) return blob === change.after ? side : null;
      // A root commit without the file.
      if (same === null) return null;
      oid = same;
    }
    return commit(tip);
  };

  return Promise.all(
    merge.changes.map(async (change) => {
      for (const tip of merge.parents.slice(1)) {
        const source = await follow(tip, change);
        if (source) return source;
      }
      return null;
    }),
  );
}

/** Reads a commit object (gitformat: headers, empty line, message), in its own encoding. */
function parseCommit(oid: string, content: Buffer): SideCommit {
  const blank = content.indexOf('\n\n');
  const head = (blank < 0 ? content : content.subarray(0, blank)).toString('latin1');
  const lines = head.split('\n');
  const encoding = lines.find((line) => line.startsWith('encoding '))?.slice(9);
  const decode = (bytes: Buffer): string => {
    if (!encoding || /^utf-?8$/i.test(encoding)) return bytes.toString('utf8');
    try {
      return new TextDecoder(encoding).decode(bytes);
    } catch {
      return bytes.toString('utf8');
    }
  };
  const author = /^author (.*?) ?<[^>]*>/.exec(lines.find((line) => line.startsWith('author ')) ?? '')?.[1];
  return {
    oid,
    parents: lines.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7)),
    author: decode(Buffer.from(author ?? '', 'latin1')),
    message: blank < 0 ? '' : decode(content.subarray(blank + 2)),
  };
}
