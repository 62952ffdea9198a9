import type { EnvironmentName } from '../../systems/practice/environments';
import type { RightsState } from '../../systems/practice/rights';
import type { Grant, Rule } from '../cluster/grants';
import { appsNamespace } from '../controllers/render';
import { consoleUser } from '../estate/people';
import { argoTeamOf } from './argo-team';
import { isInTeam } from './standard-rights';

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

const argoKinds = { apiGroups: ['argoproj.io'], namespaces: [appsNamespace] };

/**
 * Workflows, as the read-only and the read-write team have them at Argo's server. GOV.UK's Kubernetes API gives nobody
 * these rules but platform engineers; here they stand for that server.
 */
const readWorkflows: Rule = { ...argoKinds, resources: ['workflows', 'workflowtemplates'], verbs: reading };
const changeWorkflows: Rule = { ...argoKinds, resources: ['workflows'], verbs: changing };

/** What the console's person may do in an environment's cluster. */
export function clusterGrant(rights: RightsState, environment: EnvironmentName): Grant {
  const { login } = consoleUser;
  const username = 'release-manager';
  if (rights.profile === 'everything') return { username };
  if (rights.profile === 'govuk-pods-only') return { username, rules: developer };
  const team = argoTeamOf(environment);
  return {
    username,
    rules: [...developer, readWorkflows, ...(isInTeam(rights, team, login) ? [changeWorkflows] : [])],
  };
}
