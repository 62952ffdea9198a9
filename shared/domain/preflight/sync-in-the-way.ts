import { shortVersion } from '../ledger/version';
import type { ApplicationOperation } from '../rollout/application-detail';
import { utcText } from '../text/utc-text';
import type { SyncAnswer } from './sync-answer';

/**
 * What becomes of a sync that runs where another version is to go:
 * `serves`: it brings that very version; `terminate`: it is ended, and that is said before the click; `wait`: it is
 * waited for; `ask`: it is not ours to end without being told to.
 */
export type SyncFate = 'serves' | 'terminate' | 'wait' | 'ask';

/** A sync that is not over, of one of the app's Applications or of the parent that renders them. */
export interface StandingSync {
  application: string;
  operation: ApplicationOperation;
  isParent: boolean;
  /** Milliseconds since it began; `null`: it has not. */
  age: number | null;
}

/** What of an intent decides on a sync in its way. */
export interface SyncAsk {
  /** Of the operation that asks. */
  kind: string;
  /** What is to be there. */
  wanted: string;
  /** What is being left; `null`: not known, or nothing. */
  left: string | null;
  /** Commits that the parent must come to: a sync that is at one of them already is not ended. */
  commit: string | null;
  answers: readonly SyncAnswer[];
}

/** A first attempt that takes longer than this counts as one that hangs, in milliseconds. */
const hangs = 60_000;

/** Whether it fails again and again, or hangs. */
function isStuck({ operation, age }: StandingSync): boolean {
  return operation.state === 'waiting-to-retry' || operation.retryCount > 0 || (age !== null && age > hangs);
}

/**
 * What becomes of a sync in the way. A rollback ends every sync of the version that is being left: Argo CD does one at
 * a time, and would run the broken version's hooks through all its retries first. A deploy ends one only when it fails
 * or hangs. The parent's own automatic sync is ended when it fails or hangs: Argo CD begins it again, at the newest commit.
 */
export function fateOf(sync: StandingSync, ask: SyncAsk): SyncFate {
  const { operation, isParent, application } = sync;
  // A window that blocks a sync blocks its termination, too: SyncAppState returns before it (argo-cd controller/sync.go).
  if (operation.state === 'terminating' || operation.state === 'blocked') return 'wait';
  // Whatever it syncs, it would put the image or the policy back.
  if (ask.kind === 'emergency-rollback') return 'terminate';
  const answer = ask.answers.find(
    (one) => one.application === application && one.startedAt === operation.startedAt,
  );
  if (isParent) {
    if (ask.commit !== null && operation.revisions.includes(ask.commit)) return 'wait';
    if (answer) return answer.choice;
    if (!isStuck(sync)) return 'wait';
    return operation.automated ? 'terminate' : 'ask';
  }
  if (operation.version === ask.wanted) return 'serves';
  if (operation.version !== null && operation.version === ask.left) {
    if (ask.kind === 'rollback' || isStuck(sync)) return 'terminate';
    return answer?.choice ?? 'wait';
  }
  if (operation.dryRun) return 'wait';
  return answer?.choice ?? 'ask';
}

/** "attempt 3 of 6", or where it stands otherwise. */
function attempt({ state, retryCount, retryLimit }: ApplicationOperation): string | null {
  const of = retryLimit !== null && retryLimit > 0 ? ` of ${retryLimit + 1}` : '';
  if (state === 'waiting-to-retry') return `attempt ${retryCount}${of} failed; Argo CD will retry`;
  return retryCount > 0 ? `attempt ${retryCount + 1}${of}` : null;
}

/** "A sync of frontend to v106 is running since 14:02 UTC (attempt 3 of 6)". */
export function syncSentence({ application, operation, isParent }: StandingSync): string {
  const { version, startedAt, state, initiatedBy, automated } = operation;
  const to = version === null ? '' : ` to ${shortVersion(version)}`;
  const by = automated || initiatedBy === null ? '' : ` by ${initiatedBy}`;
  const what = `${isParent ? 'The parent’s sync' : 'A sync'} of ${application}${to}${by}`;
  const since = startedAt === null ? '' : ` since ${utcText(startedAt)}`;
  const doing =
    state === 'requested'
      ? ' is requested'
      : state === 'terminating'
        ? ` is being terminated; running${since}`
        : state === 'blocked'
          ? ` is blocked by a sync window${since}`
          : ` is running${since}`;
  const tries = attempt(operation);
  return `${what}${doing}${tries === null ? '' : ` (${tries})`}`;
}
