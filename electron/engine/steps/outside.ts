import { setTimeout as pause } from 'node:timers/promises';
import type { Failure, Result } from '../../../shared/domain/failure/failure';
import { passingCodes } from '../../../shared/domain/failure/passing';
import type { ClusterTopic } from '../../../shared/domain/rollout/cluster-status';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { sightOf } from './sight';
import { clusterMoves, isTimedOut, notLive, type TimedOut, waitUntil } from './wait';

/** Failures that pass by themselves: the same request may be made again. */
const passing: ReadonlySet<Failure['code']> = new Set(passingCodes);

/** The person's session has ended, and they can sign in again here: nothing was done, and it may be asked again then. */
const awaitsSignIn = ({ code, next }: Failure): boolean =>
  code === 'unauthorised' && next.some((step) => step.do === 'open-settings');

/** Milliseconds between two looks whether somebody has signed in; without a session nothing is sent. */
const signInLook = 2_000;

/** Milliseconds before each further try while the cluster looks live and does not answer all the same. */
const pauses = [500, 1_000, 2_000, 4_000, 8_000] as const;

/**
 * Asks something of a cluster that may be away: at once, since a cluster counts as away as soon as one of its watches
 * is refused, and what is asked may be allowed; what failed in passing is asked again when the cluster is seen.
 * Only for requests that may be made twice.
 * @param topic what it is about: where that comes through a door of its own, that one is waited for.
 * @returns the answer; or that the limit is over.
 */
export async function askPatiently<T>(
  context: Pick<StepContext, 'signal' | 'waiting'>,
  cluster: Cluster,
  limit: number,
  ask: (signal: AbortSignal) => Promise<Result<T>>,
  topic?: ClusterTopic,
): Promise<Result<T> | TimedOut> {
  const topics = topic === undefined ? [] : [topic];
  const latest = performance.now() + limit;
  for (let attempt = 0; ; attempt++) {
    const answer = await ask(context.signal);
    context.signal.throwIfAborted();
    // What another way shows isn't waited for.
    if (!answer.ok && awaitsSignIn(answer.failure) && topic === 'applications' && !sightOf(cluster).argo)
      return answer;
    if (!answer.ok && awaitsSignIn(answer.failure)) {
      const waitingFor = `Waiting for you to sign in. ${answer.failure.message}`;
      context.waiting(waitingFor);
      if (performance.now() > latest) return { timedOut: true, waitingFor };
      await pause(signInLook, undefined, { signal: context.signal });
      attempt = -1;
      continue;
    }
    const wait = pauses[attempt];
    if (answer.ok || !passing.has(answer.failure.code) || wait === undefined) return answer;
    if (notLive(cluster, ...topics) === null) {
      context.waiting(`Waiting for the ${cluster.view.environment} cluster: ${answer.failure.message}`);
      await pause(wait, undefined, { signal: context.signal });
      continue;
    }
    const seen = await waitUntil(context, {
      limit,
      sources: [clusterMoves(cluster)],
      look: () => {
        const away = notLive(cluster, ...topics);
        return away === null ? { done: true } : { waitingFor: away };
      },
    });
    if (isTimedOut(seen)) return seen;
  }
}
