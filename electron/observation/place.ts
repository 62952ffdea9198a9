import type { ClusterLabels } from '../../shared/domain/estate/estate';

/** Where in a cluster the things of an environment lie: from `environments[].cluster` of the estate file. */
export interface ClusterPlace {
  environment: string;
  argoNamespace: string;
  workflowsNamespace: string;
  appsNamespace: string;
  /** Label selectors by kind; left out: everything in the namespaces. */
  labels?: ClusterLabels;
  parentApplication: string;
}
