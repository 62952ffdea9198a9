import { isOfBranchRules } from '../../../shared/domain/route/branch-rule';
import { believed, mergeSchema } from './answers';
import type { GitHub } from './github-client';
import { refusalOf } from './refusals';

/** How GitHub answered a merge (REST API, "Merge a branch", `POST /repos/{owner}/{repo}/merges`). */
export type MergeAnswer =
  /** 201: the base branch moved to `commit`, a merge commit or, fast-forwarded, the head itself. */
  | { outcome: 'merged'; commit: string; parents: readonly string[] }
  /** 204: the base holds the head already. */
  | { outcome: 'already' }
  /** 409: the same lines were changed on both sides. */
  | { outcome: 'conflict' };

/**
 * Merges a branch or commit into the base branch.
 * @throws the client's errors, for every other answer. Without one it may have happened or not: it may be asked again,
 *   since a second merge of the same head answers `already`.
 */
export async function mergeBranch(
  github: GitHub,
  merge: { owner: string; repo: string; base: string; head: string; message: string },
  signal?: AbortSignal,
): Promise<MergeAnswer> {
  try {
    const { status, data } = await github.repos.merge({
      owner: merge.owner,
      repo: merge.repo,
      base: merge.base,
      head: merge.head,
      commit_message: merge.message,
      // A conflict is an answer, and a retry by the library would hide which try it was that merged.
      request: { retries: 0, ...(signal ? { signal } : {}) },
    });
    if (Number(status) === 204) return { outcome: 'already' };
    const merged = believed(mergeSchema, data);
    return { outcome: 'merged', commit: merged.sha, parents: merged.parents.map((parent) => parent.sha) };
  } catch (error) {
    if (isConflict(error)) return { outcome: 'conflict' };
    throw error;
  }
}

/** 409 with "Merge conflict", and not with a rule of the branch. */
function isConflict(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal?.status === 409 && !isOfBranchRules(refusal.said);
}
