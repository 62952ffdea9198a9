import { readApplication } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/workflow';
import { streamLogs } from '../systems/kubernetes/logs';
import type {
  Connection,
  KubeObject,
  WatchBatch,
  WatchOptions,
  WatchTiming,
} from '../systems/kubernetes/types';
import { watchResource } from '../systems/kubernetes/watch';
import { clusterActions } from './actions';
import { createClusterState } from './cluster-state';
import type { ClusterPlace } from './place';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import type { Cluster } from './types';

/** @throws when there is nothing to keep: the watch then leaves the object out and tells `onSkipped`. */
function orThrow<T>(value: T | null): T {
  if (value === null) throw new Error('The object cannot be read.');
  return value;
}

/**
 * Watches one environment's cluster until closed: Applications, Deployments, ReplicaSets, Pods and Workflows, each in
 * the namespace that the estate names.
 * @param report is told of objects that could not be read, and of watches that ended by a fault.
 */
export function observeCluster(options: {
  connection: Connection;
  place: ClusterPlace;
  timing?: Partial<WatchTiming>;
  report: (what: string, error: unknown) => void;
}): Cluster {
  const { connection, place, report } = options;
  const stop = new AbortController();
  const argo = { apiVersion: 'argoproj.io/v1alpha1' };
  const apps = { apiVersion: 'apps/v1', namespace: place.appsNamespace };
  const podNamespaces = [...new Set([place.appsNamespace, place.workflowsNamespace])];
  const podWatches = podNamespaces.map((namespace) => `pods in ${namespace}`);
  const state = createClusterState(place.environment, [
    'applications',
    'deployments',
    'replicasets',
    'workflows',
    ...podWatches,
  ]);

  const watch = <T>(
    name: string,
    where: Pick<WatchOptions<T>, 'apiVersion' | 'plural' | 'namespace'>,
    trim: (object: KubeObject) => T,
    onBatch: (batch: WatchBatch<T>) => void,
  ): Promise<void> =>
    watchResource<T>({
      connection,
      ...where,
      trim,
      onBatch,
      onState: (freshness) => state.applyFreshness(name, freshness),
      onSkipped: ({ key, error }) => report(`${name}: ${key.namespace}/${key.name} was left out`, error),
      signal: stop.signal,
      ...(options.timing ? { timing: options.timing } : {}),
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) report(`the watch of ${name} in ${place.environment} ended`, error);
    });

  const watches = [
    watch(
      'applications',
      { ...argo, plural: 'applications', namespace: place.argoNamespace },
      (object) => orThrow(readApplication(object)),
      state.applyApplications,
    ),
    watch('deployments', { ...apps, plural: 'deployments' }, trimDeployment, state.applyDeployments),
    watch('replicasets', { ...apps, plural: 'replicasets' }, trimReplicaSet, state.applyReplicaSets),
    watch(
      'workflows',
      { ...argo, plural: 'workflows', namespace: place.workflowsNamespace },
      (object) => orThrow(readWorkflow(object, place.environment)),
      state.applyWorkflows,
    ),
    ...podNamespaces.map((namespace, index) =>
      watch(
        podWatches[index] ?? namespace,
        { apiVersion: 'v1', plural: 'pods', namespace },
        trimPod,
        state.applyPods,
      ),
    ),
  ];

  return {
    view: state.view,
    actions: clusterActions(connection, place, state),
    followLog: (request, onEvent, signal) =>
      streamLogs(
        { connection, ...request, follow: !request.previous },
        (lines) => onEvent({ type: 'lines', lines }),
        (log) => {
          switch (log.state) {
            case 'following':
              return onEvent({ type: 'state', state: 'following', text: 'Following' });
            case 'reconnecting':
              return onEvent({ type: 'state', state: 'reconnecting', text: log.failure.message });
            case 'ended':
              return onEvent({
                type: 'state',
                state: 'ended',
                text: 'The container has ended; this is its whole log',
              });
            case 'gone':
            case 'failed':
              return onEvent({
                type: 'state',
                state: 'gone',
                text: `${log.failure.message} ${log.failure.meaning}`,
              });
          }
        },
        AbortSignal.any([signal, stop.signal]),
      ),
    async close() {
      stop.abort();
      await Promise.all(watches);
      connection.close();
    },
  };
}
