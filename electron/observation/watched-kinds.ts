import type { ClusterTopic } from '../../shared/domain/cluster-status';
import type { ClusterPlace } from './place';

/** One kind that is watched in one namespace, and what rests on it. */
export interface WatchedKind {
  apiVersion: string;
  plural: string;
  namespace: string;
  /** What is not known without it. */
  topics: readonly ClusterTopic[];
  /** What it means when it cannot be seen, in a sentence. */
  means: string;
}

/** How a watch is called in reports: `pods in apps`. */
export const watchName = ({ plural, namespace }: WatchedKind): string => `${plural} in ${namespace}`;

const argo = 'argoproj.io/v1alpha1';

/** Everything that is watched of an environment's cluster: one watch per kind and namespace. */
export function watchedKinds(place: ClusterPlace) {
  const { appsNamespace, workflowsNamespace } = place;
  const pods = (namespace: string): WatchedKind => ({
    apiVersion: 'v1',
    plural: 'pods',
    namespace,
    topics: namespace === appsNamespace ? ['pods'] : [],
    means:
      namespace === appsNamespace
        ? 'Which pods run, and why one fails, is not known there.'
        : 'The logs of workflow steps cannot be found there.',
  });
  return {
    applications: {
      apiVersion: argo,
      plural: 'applications',
      namespace: place.argoNamespace,
      topics: ['applications'],
      means: 'Sync, health and the version that Argo CD wants are not known there.',
    },
    deployments: {
      apiVersion: 'apps/v1',
      plural: 'deployments',
      namespace: appsNamespace,
      topics: ['rollouts'],
      means: 'Whether a rollout is done is not known there.',
    },
    replicaSets: {
      apiVersion: 'apps/v1',
      plural: 'replicasets',
      namespace: appsNamespace,
      topics: ['rollouts'],
      means: 'Which version the pods of a rollout run is not known there.',
    },
    workflows: {
      apiVersion: argo,
      plural: 'workflows',
      namespace: workflowsNamespace,
      topics: ['workflows'],
      means: 'Tests and promotions cannot be seen there: whether one is on its way is not known.',
    },
    projects: {
      apiVersion: argo,
      plural: 'appprojects',
      namespace: place.argoNamespace,
      topics: ['projects'],
      means: 'Whether a sync window keeps syncs waiting is not known there.',
    },
    jobs: {
      apiVersion: 'batch/v1',
      plural: 'jobs',
      namespace: appsNamespace,
      topics: ['hooks'],
      means: 'Migrations and other hooks of a sync cannot be followed there.',
    },
    pods: [...new Set([appsNamespace, workflowsNamespace])].map(pods),
  } satisfies Record<string, WatchedKind | WatchedKind[]>;
}
