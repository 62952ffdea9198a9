import type { BareRepo, Signature } from './bare-repo';

export type BranchMerge =
  | { outcome: 'merged'; commit: string; fastForward: boolean }
  /** The base holds the head already. */
  | { outcome: 'nothing'; commit: string }
  | { outcome: 'conflict'; paths: readonly string[] };

/**
 * Merges a commit into a branch as GitHub's merges API does, by compare-and-swap, again and again while others move
 * the branch. GOV.UK's release repo shows how GitHub does it: where the branch stands at the head's ancestor it is
 * moved forward (95,000 of its commits came so), otherwise there is a merge commit (13,600).
 * @param ref full name of the branch, which must exist
 */
export async function mergeIntoBranch(
  repo: BareRepo,
  merge: { ref: string; head: string; message: string; author: Signature; committer: Signature },
): Promise<BranchMerge> {
  for (;;) {
    const base = await repo.readRef(merge.ref);
    if (base === null) throw new Error(`there is no ${merge.ref}`);
    if (await repo.isAncestor(merge.head, base)) return { outcome: 'nothing', commit: base };
    const fastForward = await repo.isAncestor(base, merge.head);
    let commit = merge.head;
    if (!fastForward) {
      const merged = await repo.mergeTree(base, merge.head);
      if ('conflicts' in merged) return { outcome: 'conflict', paths: merged.conflicts };
      commit = await repo.commitTree({ ...merge, tree: merged.tree, parents: [base, merge.head] });
    }
    if (await repo.swapRef(merge.ref, base, commit)) return { outcome: 'merged', commit, fastForward };
  }
}
