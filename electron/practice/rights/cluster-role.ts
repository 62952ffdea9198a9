import type { RightsState } from '../../systems/practice/rights';
import type { Grant, Rule } from '../cluster/grants';
import { appsNamespace } from '../controllers/render';

const reading = ['get', 'list', 'watch'];
const changing = ['create', 'update', 'patch', 'delete'];

/**
 * GOV.UK's role `developer` in EKS, as far as the practice clusters serve its kinds: reading everywhere, changing in
 * `apps`, and no rule for `argoproj.io` (alphagov/govuk-infrastructure,
 * terraform/deployments/cluster-access/eks_access.tf, module `developer`; logs and events come by its access policy
 * AmazonEKSAdminPolicy, which holds in `apps` alone).
 */
const developer: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'pods', 'services', 'events'], verbs: reading },
  {
    apiGroups: ['apps', 'batch'],
    resources: ['deployments', 'replicasets', 'statefulsets', 'jobs', 'cronjobs'],
    verbs: reading,
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: reading },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'], namespaces: [appsNamespace] },
  {
    apiGroups: ['', 'apps', 'batch'],
    resources: ['pods', 'deployments', 'replicasets', 'statefulsets', 'jobs', 'cronjobs'],
    verbs: changing,
    namespaces: [appsNamespace],
  },
];

/** What the console's person may do in the clusters, by the Kubernetes API. */
export function clusterGrant({ profile }: Pick<RightsState, 'profile'>): Grant {
  const username = 'release-manager';
  return profile === 'everything' ? { username } : { username, rules: developer };
}
