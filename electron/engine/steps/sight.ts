import type { ClusterTopic } from '../../../shared/domain/rollout/cluster-status';
import { type WorkloadVersions, workloadVersions } from '../../../shared/domain/rollout/workload-versions';
import type { Cluster } from '../../observation/types';
import type { StepContext, VersionIntent } from '../operation-context';
import { isHiddenThere, isPending } from './wait';

/**
 * What of an environment can be seen of all that steps wait for, by whichever door. What can't be seen is never waited
 * for; a kind that is only away for now counts as seen, and is waited for.
 */
export interface Sight {
  /** Argo CD's Applications. */
  argo: boolean;
  /** Deployments, StatefulSets and DaemonSets' rollouts. */
  deployments: boolean;
  pods: boolean;
}

export const sightOf = (cluster: Cluster): Sight => {
  const sees = (topic: ClusterTopic): boolean => !isHiddenThere(cluster, topic);
  const [deployments, pods] = [sees('rollouts'), sees('pods')];
  // Nobody is made to sign in to Argo CD's server again, where what runs tells: until they do, it isn't seen.
  const isAway = sessionOver(cluster) !== null || isPending(cluster, 'applications');
  return { argo: sees('applications') && !(isAway && (deployments || pods)), deployments, pods };
};

/** What Argo CD's own server says of a session that has ended there by itself; `null`: none has. */
export function sessionOver({ view }: Cluster): string | null {
  const freshness = view.freshness('applications');
  // A cluster that lets nobody in shows nothing else, either.
  if (freshness.state !== 'unreachable' || view.freshness().state === 'unreachable') return null;
  return freshness.failure.code === 'unauthorised' ? freshness.failure.message : null;
}

/** What is waited for in the place of Argo CD's own word: `null`, nothing of what runs can be seen. */
export const workloadTopic = ({ deployments, pods }: Sight): 'rollouts' | 'pods' | null =>
  deployments ? 'rollouts' : pods ? 'pods' : null;

/** The version that is wanted, as the app's workloads show it by now. */
export function versionsThere(context: StepContext<VersionIntent>, cluster: Cluster): WorkloadVersions {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const image = world.images.peek(app, version);
  const left = 'expected' in intent ? intent.expected : null;
  const past = world.history.deployments(app, environment);
  return workloadVersions(cluster.view.workloads(app), {
    app,
    version,
    digest: image?.state === 'there' ? image.digest : null,
    known: (tag) => tag === left || past.some(({ from, to }) => tag === to || tag === from),
  });
}

/** Why it can't be told from what runs whether the version is there; `null`: it can be. */
export function untellable(context: StepContext<VersionIntent>, cluster: Cluster): string | null {
  const { world, intent } = context;
  const { app, environment } = intent;
  const { any, told } = versionsThere(context, cluster);
  if (any) return told ? null : `The images of ${app} in ${environment} show no version (set by digest).`;
  // An app that is new there gets its first Deployment; one that ran there for long has none that stays.
  const isNew = world.history.deployments(app, environment).every(({ from }) => from === null);
  return isNew
    ? null
    : `${app} has no Deployment or pods in ${environment} that you can see (it may only run on a schedule).`;
}
