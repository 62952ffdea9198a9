import type { LogChange, LogCommit } from '../../systems/git/history/log-parser';
import type { ObjectReader } from '../../systems/git/history/object-reader';
import type { TreeDiffs } from '../../systems/git/history/tree-diffs';
import { type ChangeSource, type CommitTexts, readSideCommit, type SideCommit } from './side-commit';

/** How far a merged branch is followed back before its tip is taken for the author of everything in it. */
const maxSteps = 500;

/** What merged branches are read with. */
export interface SideReaders {
  commits: ObjectReader;
  texts: CommitTexts;
  diffs: () => TreeDiffs;
}

/**
 * Who made each change of a merge. The change is followed from the merged branches' tips (second parent first) backwards
 * as long as a parent has the same file; the commit where that ends made it. Where no merged branch has the file as the
 * merge has it (a conflict was resolved in the merge itself), the merge made it.
 * @returns one source per change, in order; `null` stands for the merge itself.
 */
export async function sourcesOfMerge(
  merge: LogCommit,
  readers: SideReaders,
): Promise<(ChangeSource | null)[]> {
  const [first, second = ''] = merge.parents;
  const tip = await sideCommit(second, readers.commits);
  // One commit on top of main, taken over as it was: nearly every merge of a pipeline's branch. No tree is looked at.
  if (
    merge.parents.length === 2 &&
    tip?.tree === merge.tree &&
    tip.parents.length === 1 &&
    tip.parents[0] === first
  ) {
    const source = await textOf(tip, readers);
    return merge.changes.map(() => source);
  }
  return followed(merge, readers);
}

const sideCommit = (oid: string, commits: ObjectReader): Promise<SideCommit | null> =>
  commits.read(oid).then((object) => (object?.content ? readSideCommit(oid, object.content) : null));

const textOf = async (side: SideCommit, { texts }: SideReaders): Promise<ChangeSource> =>
  side.foreign ? texts.read(side.oid) : side;

async function followed(merge: LogCommit, readers: SideReaders): Promise<(ChangeSource | null)[]> {
  const diffs = readers.diffs();
  const commits = new Map<string, Promise<SideCommit | null>>();
  const commit = (oid: string): Promise<SideCommit | null> => {
    const known = commits.get(oid) ?? sideCommit(oid, readers.commits);
    commits.set(oid, known);
    return known;
  };
  const answers = new Map<string, ReturnType<TreeDiffs['between']>>();
  const diff = (oid: string, parent: string | null) => {
    const key = `${oid} ${parent}`;
    const known = answers.get(key) ?? diffs.between(oid, parent);
    answers.set(key, known);
    return known;
  };

  const follow = async (tip: string, change: LogChange): Promise<SideCommit | null> => {
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
        const side = await follow(tip, change);
        if (side) return textOf(side, readers);
      }
      return null;
    }),
  );
}
