import type { Decision, Hold } from '../../../shared/domain/bags/decisions';
import { releaseLock, takeLock } from '../../../shared/domain/bags/locks';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import { bagRecords } from '../bag-records';
import type { Ledger, Mutation } from '../ledger';

/** The lock of an environment of the pipeline `race`: taken, or with a token given back. */
export interface LockWish {
  environment: string;
  operationId: string;
  release?: number;
}

/** Takes or gives back a lock as the engine does it: the rule decides on the snapshot that the commit lands on. */
export async function lock(ledger: Ledger, { environment, operationId, release }: LockWish) {
  const actor = {
    by: 'Racer',
    email: 'racer@example.invalid',
    operation: operationId,
    at: new Date().toISOString(),
  };
  const result = await ledger.transact<Hold | null>(
    { operationId, what: 'race' },
    (snapshot): Mutation<Hold | null> => {
      const records = bagRecords(snapshot, 'race');
      const decision: Decision<Hold | null> =
        release === undefined
          ? takeLock(records, environment, actor, { kind: 'bag', reason: 'race', until: null })
          : releaseLock(records, environment, { operation: operationId, token: release });
      if (decision.kind !== 'change') return decision;
      return {
        kind: 'change',
        records: decision.changes,
        message: commitMessage(decision.subject, { operation: operationId, kind: 'bag-lock' }),
        value: decision.value,
      };
    },
  );
  return result.ok
    ? {
        ok: true,
        commit: result.value.commit,
        token: result.value.value?.token,
        attempts: result.value.attempts,
      }
    : { ok: false, code: result.failure.code, message: result.failure.message };
}
