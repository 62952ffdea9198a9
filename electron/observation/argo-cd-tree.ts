import type { Freshness } from '../../shared/domain/board/freshness';
import type { Log } from '../log/log';
import type { Connection, KubeObject, WatchBatch, WatchKey } from '../systems/kubernetes/types';
import type { ClusterState } from './cluster-state';
import type { ClusterPlace } from './place';
import { createTreeFeed, fed } from './tree-feed';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import { trimJob } from './trim-job';
import { trimDaemonSet, trimStatefulSet } from './trim-sets';
import type { WatchedKind, watchedKinds } from './watched-kinds';

type Kinds = ReturnType<typeof watchedKinds>;

/** What of the watched kinds Argo CD's resource tree shows, by the kind of its nodes: the apps' own pods, not those of workflows. */
export const treeKinds = (kinds: Kinds): Readonly<Record<string, WatchedKind[]>> => ({
  Deployment: [kinds.deployments],
  ReplicaSet: [kinds.replicaSets],
  Pod: kinds.pods.filter(({ topics }) => topics.length > 0),
  StatefulSet: [kinds.statefulSets],
  DaemonSet: [kinds.daemonSets],
  Job: [kinds.jobs],
});

/** Feeds the state of a cluster from Argo CD's resource trees, in the place of watches. */
export function feedOfTree(options: {
  connection: Connection;
  place: ClusterPlace;
  kinds: Kinds;
  state: ClusterState;
  signal: AbortSignal;
  log: Log;
}): ReturnType<typeof createTreeFeed> {
  const { connection, place, state, signal, log } = options;
  const named = treeKinds(options.kinds);
  const kind = <T>(name: string, trim: (object: KubeObject) => T, apply: (batch: WatchBatch<T>) => void) =>
    fed(
      trim,
      apply,
      (freshness: Freshness) => {
        for (const one of named[name] ?? []) state.applyFreshness(one, freshness, false, true);
      },
      (key: WatchKey, error: unknown) =>
        log('warn', 'cluster.object-left-out', {
          environment: place.environment,
          watch: `${name} of Argo CD’s resource tree`,
          object: `${key.namespace}/${key.name}`,
          error,
        }),
    );
  return createTreeFeed({
    connection,
    place,
    kinds: {
      Deployment: kind('Deployment', trimDeployment, state.applyDeployments),
      ReplicaSet: kind('ReplicaSet', trimReplicaSet, state.applyReplicaSets),
      Pod: kind('Pod', trimPod, state.applyPods),
      StatefulSet: kind('StatefulSet', trimStatefulSet, (batch) => state.applySets('StatefulSet', batch)),
      DaemonSet: kind('DaemonSet', trimDaemonSet, (batch) => state.applySets('DaemonSet', batch)),
      Job: kind('Job', trimJob, state.applyJobs),
    },
    signal,
    log,
  });
}
