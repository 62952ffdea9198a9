import type { Cell } from './board';

/** How many releases a cell is ahead of the first environment of its chain; `null`: the order is not known. */
function position({ drift }: Cell): number | null {
  switch (drift.state) {
    case 'same':
      return 0;
    case 'ahead':
      return drift.by;
    case 'behind':
      return -drift.by;
    case 'differs':
    case 'unknown':
      return null;
  }
}

/**
 * Whether the environment before has another version than this one, and not an older one as far as that is known. Both are
 * ordered by the first environment: a release may have been deployed to the one before by hand, past the first.
 */
export function isLagging(cell: Cell, before: Cell): boolean {
  const version = before.ledger?.version ?? null;
  if (cell.ledger === null || version === null || cell.ledger.version === version) return false;
  const [here, there] = [position(cell), position(before)];
  if (here !== null && there !== null) return there > here;
  // What has the newest of the first environment, or more, waits for nothing that can't be ordered.
  return here === null || here < 0;
}
