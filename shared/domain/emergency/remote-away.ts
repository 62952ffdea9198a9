import type { Freshness } from '../board/freshness';
import type { FailureCode } from '../failure/failure';

/** What says that nobody answers. A refused sign-in, a branch that is gone or a full disk here is not mended past Git. */
const away: ReadonlySet<FailureCode> = new Set(['unreachable', 'offline', 'timeout']);

/** Milliseconds for which a remote that stops answering may only be slow. */
const mayBeSlow = 60_000;
/** Milliseconds for which a write that found nobody counts, while reads work: GitHub fails for pushes alone, too. */
const writeCounts = 15 * 60_000;

/** A write to the release repo that failed for want of an answer. */
export interface FailedWrite {
  at: string;
  failure: { code: FailureCode; message: string };
}

/**
 * Why the release repo counts as away, so that a rollback past Git may be offered: reads fail, or the last write did;
 * `null`: it answers, or it is only slow.
 * @param write the last write of this console, where it failed.
 */
export function remoteAway(
  ledger: Freshness | { state: 'stale' },
  write: FailedWrite | null,
  now: Date,
): { since: string; why: string } | null {
  if (ledger.state === 'unreachable') {
    const { code, message } = ledger.failure;
    const age = now.getTime() - Date.parse(ledger.since);
    if (!away.has(code) || (code === 'timeout' && age < mayBeSlow)) return null;
    return { since: ledger.since, why: message };
  }
  if (write === null || !away.has(write.failure.code)) return null;
  if (now.getTime() - Date.parse(write.at) > writeCounts) return null;
  return { since: write.at, why: `The last change could not be written: ${write.failure.message}` };
}
