import { GitError } from '../systems/git/errors';
import type { Ledger, Prepared } from './ledger';

/** Looks at the records again before every further push of image tags: others may have moved them meanwhile. */
export interface RecordsGuard {
  /** @throws {GitError} `moved` where they moved, so that the push must not be made. */
  check(prepared: Prepared): Promise<void>;
  /** Whether that is what the last check found. */
  moved(): boolean;
}

/** The first push needs none: its records were looked at right before. */
export function recordsGuard(records: Ledger, signal?: AbortSignal): RecordsGuard {
  let moved = false;
  return {
    moved: () => moved,
    check: async ({ attempt }) => {
      moved = false;
      if (attempt === 1) return;
      const { commit } = records.snapshot();
      const seen = await records.refresh(signal);
      if (seen.ok && seen.value.commit === commit) return;
      moved = seen.ok;
      throw new GitError(seen.ok ? 'moved' : 'unreachable', 'push', 'The records moved.');
    },
  };
}
