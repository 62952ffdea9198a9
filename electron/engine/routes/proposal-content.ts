import type { PullRequest } from '../../../shared/domain/route/pull-request';
import type { Begun, Task } from './proposal';

/** What a proposal's branch holds now, against what was proposed; `unknown`: nobody could tell. */
export type ProposedContent = 'same' | 'changed' | 'unknown';

/**
 * Whether a proposal's pull request still holds what was proposed, and nothing else, though its branch moved: "Update
 * branch" merges the base into it, and a rebase gives its commit another name. Told by the blobs of the files that it
 * changes ("List pull requests files": `sha`, against the base as the three dots compare), so that nobody has to fetch it.
 * @returns for each look: the answer; the same head is asked about once.
 */
export function proposedContent(task: Task, begun: Begun) {
  const { context, pulls, place, signal } = task;
  let known: { head: string; content: ProposedContent } | null = null;
  return async ({ number, head }: Pick<PullRequest, 'number' | 'head'>): Promise<ProposedContent> => {
    if (head.commit === begun.commit) return 'same';
    if (known?.head === head.commit && known.content !== 'unknown') return known.content;
    const own = await context.world.ledger.snapshotAt(begun.commit, signal);
    const files = await pulls.files(place, number, signal);
    signal.throwIfAborted();
    let content: ProposedContent = 'unknown';
    if (own.ok && files.ok) {
      const paths = Object.keys(begun.files);
      const isSame =
        files.value.size === paths.length &&
        paths.every((path) => files.value.get(path) === (own.value.file(path)?.blob ?? null));
      content = isSame ? 'same' : 'changed';
    }
    known = { head: head.commit, content };
    return content;
  };
}
