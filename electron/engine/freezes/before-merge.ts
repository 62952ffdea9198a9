import type { FlagFiles } from '../../../shared/domain/freeze/freeze-flags';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { World } from '../world';

/** A pull request by which flags of a freeze were asked for, and that was merged. */
export interface MergedRequest {
  /** What image-tag files said on the main branch just before; `null`: not known. */
  before: FlagFiles | null;
}

/** As many of the newest commits are looked through. */
const mostCommits = 500;

/**
 * What image-tag files said just before a commit of the main branch, which a pull request came by. Where it was rebased it
 * came as several commits, which all name their operation.
 * @param commit on the first-parent line of the main branch; `null`: not known.
 */
export async function filesBeforeMerge(
  { ledger, reader }: Pick<World, 'ledger' | 'reader'>,
  commit: string | null,
  signal: AbortSignal,
): Promise<FlagFiles | null> {
  if (commit === null) return null;
  const log = await ledger.log([], mostCommits, signal);
  if (!log.ok) return null;
  const entries = new Map(log.value.map((one) => [one.commit, one]));
  const operationOf = (of: string): string | null =>
    parseTrailers(entries.get(of)?.message ?? '')?.operation ?? null;
  const operation = operationOf(commit);
  let parent = entries.get(commit)?.parents[0];
  while (parent !== undefined && operation !== null && operationOf(parent) === operation)
    parent = entries.get(parent)?.parents[0];
  const snapshot = parent === undefined ? null : await ledger.snapshotAt(parent, signal);
  return snapshot?.ok ? reader.view(snapshot.value).files : null;
}
