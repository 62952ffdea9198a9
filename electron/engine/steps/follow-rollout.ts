import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { judgeByArgo, judgeByDeployments, judgeByPods } from './judge-rollout';
import { sightOf, workloadTopic } from './sight';
import {
  clusterMoves,
  isTimedOut,
  ledgerMoves,
  noCluster,
  notLive,
  ranOut,
  superseded,
  waitUntil,
} from './wait';

/**
 * Waits until all workloads of the app (workers and twins too) are rolled out with the version, and all its Applications
 * are Healthy, as far as either can be seen. Fails with the first Deployment that passes its progress deadline. Where
 * Deployments can't be seen, pods tell, and where those can't either, Argo CD; where nothing can, it is not known.
 */
export async function rollout(context: StepContext<VersionIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const { app, environment } = intent;
  const cluster = world.clusters.get(environment);
  if (!cluster) return noCluster(environment);
  const found = await waitUntil<StepEnd>(context, {
    limit: world.limits.rollout,
    sources: [clusterMoves(cluster, app), ledgerMoves(world)],
    look: () => {
      const over = superseded(context);
      if (over) return { done: over };
      // Asked at each look: rights may be given, and taken away, meanwhile.
      const sight = sightOf(cluster);
      const topic = workloadTopic(sight);
      if (topic === null && !sight.argo)
        return {
          done: {
            state: 'unknown',
            because: `Neither Argo CD nor what runs in ${environment} is visible to you. The release repo has the version; whether it came up can’t be told here.`,
          },
        };
      const topics = [sight.argo ? (['applications'] as const) : [], topic ?? []].flat();
      const away = notLive(cluster, ...topics);
      if (away !== null) return { waitingFor: away };
      if (topic === 'rollouts') return judgeByDeployments(context, cluster, sight);
      return (topic === 'pods' ? judgeByPods : judgeByArgo)(context, cluster, sight);
    },
  });
  return isTimedOut(found) ? ranOut(found, world.limits.rollout) : found;
}
