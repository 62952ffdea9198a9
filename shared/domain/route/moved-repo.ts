import { visibleText } from '../text/visible-text';

/**
 * Says so where GitHub calls a repo otherwise than the estate does: of one that was renamed or moved it answers at the old
 * name, too, until somebody takes that name. `null`: it does not, or does not tell.
 * @param fullName `owner/repo`, as GitHub has it.
 */
export function movedRepoText(
  { owner, repo }: { owner: string; repo: string },
  fullName: string | null,
): string | null {
  if (fullName === null || fullName.toLowerCase() === `${owner}/${repo}`.toLowerCase()) return null;
  return `GitHub calls the repo ${owner}/${repo} ${visibleText(fullName.slice(0, 200))} by now: write so in signalbox.yaml, since somebody else may take the old name.`;
}
