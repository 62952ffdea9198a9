import type { Failure } from '../failure/failure';
import type { RecordChange } from '../records/record-change';
import type { Found } from '../records/record-entry';
import { utcText } from '../text/utc-text';
import type { PipelineRecords } from './pipeline-records';
import type { BagDeployment, Holder, Lock } from './records';

/** Who decides, and when: what every record says of its maker. `at` is ISO 8601 UTC. */
export interface Actor {
  by: string;
  email: string;
  operation: string;
  at: string;
}

/** What an operation knows of the lock that it took. */
export interface Hold {
  operation: string;
  token: number;
}

/**
 * What a rule wants of the ledger, on one snapshot: records to change, nothing (the ledger says it already), or a typed
 * refusal. `subject` becomes the first line of the commit.
 */
export type Decision<T = null> =
  | { kind: 'change'; changes: RecordChange[]; subject: string; value: T }
  | { kind: 'nothing'; value: T }
  | { kind: 'refusal'; failure: Failure };

export const refuse = (
  code: Failure['code'],
  message: string,
  advice = 'Review it again.',
): { kind: 'refusal'; failure: Failure } => ({
  kind: 'refusal',
  failure: { code, message, meaning: 'Nothing was changed.', next: [{ do: 'advice', label: advice }] },
});

/** Who holds the lock of an environment; `null`: nobody. A lock that cannot be read fails. */
export function holderOf(records: PipelineRecords, environment: string): Found<Holder | null> {
  const { lock } = records.environment(environment);
  if (!lock) return { ok: true, value: null };
  return lock.ok ? { ok: true, value: lock.value.held } : lock;
}

/** Whether a person holds a lock by hand: nobody deploys there but they. */
export const isOwnByHand = (held: Holder, { by, email }: Pick<Actor, 'by' | 'email'>): boolean =>
  held.kind === 'manual' && held.by === by && held.email === email;

/** The lock once its holder's deployment is over: free, or back with the person who had it by hand before. */
export function lockAfter(lock: Lock): Lock {
  const byHand = lock.held?.byHand;
  return byHand
    ? { ...lock, token: lock.token + 1, held: { ...byHand, kind: 'manual', bag: null } }
    : { ...lock, held: null };
}

/** A bag as part of a sentence. */
export const bagText = (bag: number | null | undefined): string =>
  bag === null || bag === undefined ? 'no bag' : `bag ${bag}`;

/** Who holds a lock, in words. */
export const heldText = (environment: string, held: Holder): string =>
  `${environment} is locked by ${held.by} since ${utcText(held.since)}${held.reason ? `: ${held.reason}` : ''}.`;

/**
 * The lock as the holder must find it: every side effect asks this on the very snapshot that it lands on. Whoever was
 * unlocked by force, or replaced, is refused.
 */
export function fence(
  records: PipelineRecords,
  environment: string,
  hold: Hold,
): { lock: Lock; held: Holder } | { refused: ReturnType<typeof refuse> } {
  const { lock } = records.environment(environment);
  if (lock && !lock.ok) return { refused: { kind: 'refusal', failure: lock.failure } };
  const held = lock?.value.held ?? null;
  if (!lock || !held || held.operation !== hold.operation || lock.value.token !== hold.token) {
    const now = held ? heldText(environment, held) : `${environment} is no longer locked.`;
    return {
      refused: refuse(
        'conflict',
        `This operation lost the lock on ${environment}: ${now}`,
        'Check who unlocked it, and why.',
      ),
    };
  }
  return { lock: lock.value, held };
}

/** The deployment that runs under a lock's token; a retry of its tests carries the token on. */
export function deploymentUnder(
  records: PipelineRecords,
  environment: string,
  token: number,
): BagDeployment | null {
  for (const { found } of records.environment(environment).deployments)
    if (found.ok && found.value.token === token) return found.value;
  return null;
}
