import { put } from '../records/record-change';
import {
  type Actor,
  type Decision,
  deploymentUnder,
  fence,
  type Hold,
  heldText,
  isOwnByHand,
  lockAfter,
  refuse,
} from './decisions';
import { holdsLock, isStuck, nextState } from './machine';
import type { PipelineRecords } from './pipeline-records';
import type { BagDeployment, Holder } from './records';

/**
 * Takes the lock of an environment: by compare-and-swap, since the commit lands on this snapshot or not at all. Whoever
 * holds it by hand may deploy under it, if `overOwn` says so: it comes back to them afterwards.
 */
export function takeLock(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  { overOwn = false, ...wish }: Pick<Holder, 'kind' | 'reason' | 'until'> & { overOwn?: boolean },
): Decision<Hold> {
  const { lock, deployments } = records.environment(environment);
  if (lock && !lock.ok) return { kind: 'refusal', failure: lock.failure };
  const held = lock?.value.held ?? null;
  const { operation } = actor;
  if (lock && held?.operation === operation)
    return { kind: 'nothing', value: { operation, token: lock.value.token } };
  const byHand = held && overOwn && isOwnByHand(held, actor) ? held : null;
  if (held && !byHand)
    return refuse(
      'busy',
      heldText(environment, held),
      'Wait until it is released, or ask the person who holds it.',
    );
  // Also where somebody deleted the file by hand the token rises.
  const last = Math.max(0, ...deployments.map(({ found }) => (found.ok ? found.value.token : 0)));
  const token = Math.max(lock?.value.token ?? 0, last) + 1;
  const { by, email, at } = actor;
  return {
    kind: 'change',
    changes: [
      put('lock', {
        pipeline: records.pipeline,
        environment,
        token,
        held: {
          by,
          email,
          operation,
          since: at,
          bag: null,
          ...wish,
          ...(byHand ? { byHand: asByHand(byHand) } : {}),
        },
      }),
    ],
    subject: `Lock ${environment} of ${records.pipeline}`,
    value: { operation, token },
  };
}

const asByHand = ({ by, email, operation, reason, since, until }: Holder): NonNullable<Holder['byHand']> => ({
  by,
  email,
  operation,
  reason,
  since,
  until,
});

/** Gives the lock back: only by its holder, and only while no deployment of a bag keeps it. */
export function releaseLock(records: PipelineRecords, environment: string, hold: Hold): Decision {
  const { lock } = records.environment(environment);
  const token = lock?.ok ? lock.value.token : null;
  // Released before a crash: the answer is the same.
  if (lock?.ok && lock.value.held === null && token === hold.token) return { kind: 'nothing', value: null };
  // Or back with whoever had it by hand.
  const back = lock?.ok ? lock.value.held : null;
  if (back?.kind === 'manual' && back.operation !== hold.operation && token === hold.token + 1)
    return { kind: 'nothing', value: null };
  const fenced = fence(records, environment, hold);
  if ('refused' in fenced) return fenced.refused;
  const deployment = deploymentUnder(records, environment, hold.token);
  if (deployment && holdsLock(deployment.state))
    return refuse(
      'refused',
      `Bag ${deployment.bag} still holds the lock on ${environment} (${deployment.state}).`,
      'Force-unlock it when nothing of it is running.',
    );
  return {
    kind: 'change',
    changes: [put('lock', lockAfter(fenced.lock))],
    subject: `Unlock ${environment} of ${records.pipeline}`,
    value: null,
  };
}

/** Gives a lock back that was taken by hand: only its holder does, and of the lock that they saw. */
export function unlockByHand(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  token: number,
): Decision {
  const { lock } = records.environment(environment);
  const held = lock?.ok ? lock.value.held : null;
  if (held && !isOwnByHand(held, actor))
    return refuse(
      'refused',
      `${held.by} holds the lock on ${environment}${held.kind === 'bag' ? ', to deploy a bag' : ''}.`,
      'Ask the person who holds it, or force-unlock with a reason.',
    );
  return releaseLock(records, environment, { operation: held?.operation ?? '', token });
}

/** The deployment as a force-unlock leaves it: what was not known to have ended counts as lost or aborted. */
function abandon(deployment: BagDeployment, at: string): BagDeployment {
  const { state } = deployment;
  const stuck = isStuck(state)
    ? state
    : nextState(state, state === 'deploying' ? 'outcome-lost' : 'tests-failed');
  // `deployed`: between the deploy and its tests.
  const last = nextState(stuck ?? 'test-failed', 'force-unlocked') ?? 'abandoned';
  return { ...deployment, state: last, since: at };
}

/**
 * Takes the lock away from whoever holds it. The caller has made sure that nothing runs any more.
 * @param token of the lock that the person saw.
 */
export function forceUnlock(
  records: PipelineRecords,
  environment: string,
  actor: Actor,
  wish: { token: number; reason: string },
): Decision {
  const { lock } = records.environment(environment);
  if (lock && !lock.ok) return { kind: 'refusal', failure: lock.failure };
  if (wish.reason.trim() === '')
    return refuse('invalid-input', 'A force-unlock needs a reason.', 'Enter a reason.');
  if (!lock?.value.held)
    return refuse('conflict', `${environment} is no longer locked.`, 'There is nothing to unlock.');
  if (lock.value.token !== wish.token)
    return refuse('conflict', `The lock has changed: ${heldText(environment, lock.value.held)}`);
  const deployment = deploymentUnder(records, environment, wish.token);
  return {
    kind: 'change',
    changes: [
      put('lock', { ...lock.value, held: null }),
      ...(deployment && holdsLock(deployment.state)
        ? [put('deployment', abandon(deployment, actor.at))]
        : []),
    ],
    subject: `Unlock ${environment} of ${records.pipeline} by force`,
    value: null,
  };
}
