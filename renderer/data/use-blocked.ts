import type { ClusterAction } from '../../shared/domain/estate/cluster-access';
import { useClusterStatus } from './cluster-queries';
import { useReadOnly } from './queries';

/**
 * Why an action on an environment's cluster cannot be done, in a sentence; `null`: it can. A permission that is not known
 * does not block: the cluster is asked again before the action.
 */
export function useBlocked(environment: string): (action: ClusterAction) => string | null {
  const readOnlyBecause = useReadOnly();
  const status = useClusterStatus(environment).data;
  return (action) => {
    if (readOnlyBecause !== null) return readOnlyBecause;
    if (status === undefined) return 'The cluster has not been checked yet.';
    if (status === null) return `The estate file has no cluster for ${environment}.`;
    if (
      status.freshness.state === 'unreachable' &&
      (status.freshness.failure.code === 'unauthorised' || status.freshness.failure.code === 'signed-out')
    )
      return `${status.freshness.failure.message} Actions are not queued: sign in, then try again.`;
    if (status.freshness.state === 'unreachable' && status.freshness.failure.code === 'consent-needed')
      return `${status.freshness.failure.message} Actions are not queued: allow it, then try again.`;
    if (status.freshness.state === 'unreachable')
      return `The ${environment} cluster is unreachable. Actions are not queued: try again when it is back.`;
    if (status.freshness.state === 'connecting') return `Connecting to the ${environment} cluster.`;
    const access = status.access.find((one) => one.action === action);
    return access?.state === 'denied' ? access.why : null;
  };
}
