/** What the practice clusters serve: one row per resource, as discovery (`APIResource`) tells it. */
export interface ResourceKind {
  kind: Kind;
  /** API group; empty for the core group. */
  group: string;
  version: string;
  /** `v1` or `group/version`. */
  apiVersion: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  /**
   * Whether `/status` is a subresource: then a write of the main resource leaves `status` alone. Neither Argo CRD
   * has one in use (their manifests: no `subresources.status` that the controllers write through).
   */
  statusSubresource: boolean;
  /** Custom resources demand a resourceVersion on PUT and refuse strategic merge patches. */
  custom: boolean;
}

export const kinds = [
  'Namespace',
  'Pod',
  'Event',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Service',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Ingress',
  'HorizontalPodAutoscaler',
  'Application',
  'AppProject',
  'Workflow',
  'WorkflowTemplate',
] as const;
/** Kinds are unique over the groups that are served, so the kind alone names a resource in-process. */
export type Kind = (typeof kinds)[number];

const builtIn = (
  kind: Kind,
  group: string,
  plural: string,
  shortNames: readonly string[],
  options: { namespaced?: boolean; status?: boolean; version?: string } = {},
): ResourceKind => ({
  kind,
  group,
  version: options.version ?? 'v1',
  apiVersion: `${group === '' ? '' : `${group}/`}${options.version ?? 'v1'}`,
  plural,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced: options.namespaced ?? true,
  statusSubresource: options.status ?? true,
  custom: false,
});

const argo = (kind: Kind, plural: string, shortNames: readonly string[]): ResourceKind => ({
  kind,
  group: 'argoproj.io',
  version: 'v1alpha1',
  apiVersion: 'argoproj.io/v1alpha1',
  plural,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced: true,
  statusSubresource: false,
  custom: true,
});

export const resourceKinds: readonly ResourceKind[] = [
  builtIn('Namespace', '', 'namespaces', ['ns'], { namespaced: false }),
  builtIn('Pod', '', 'pods', ['po']),
  builtIn('Event', '', 'events', ['ev'], { status: false }),
  builtIn('Deployment', 'apps', 'deployments', ['deploy']),
  builtIn('ReplicaSet', 'apps', 'replicasets', ['rs']),
  builtIn('StatefulSet', 'apps', 'statefulsets', ['sts']),
  builtIn('DaemonSet', 'apps', 'daemonsets', ['ds']),
  builtIn('Job', 'batch', 'jobs', []),
  builtIn('CronJob', 'batch', 'cronjobs', ['cj']),
  builtIn('Service', '', 'services', ['svc']),
  builtIn('ConfigMap', '', 'configmaps', ['cm'], { status: false }),
  builtIn('PersistentVolumeClaim', '', 'persistentvolumeclaims', ['pvc']),
  builtIn('Ingress', 'networking.k8s.io', 'ingresses', ['ing']),
  builtIn('HorizontalPodAutoscaler', 'autoscaling', 'horizontalpodautoscalers', ['hpa'], { version: 'v2' }),
  argo('Application', 'applications', ['app', 'apps']),
  argo('AppProject', 'appprojects', ['appproj', 'appprojs']),
  argo('Workflow', 'workflows', ['wf']),
  argo('WorkflowTemplate', 'workflowtemplates', ['wftmpl']),
];

const byKind = new Map(resourceKinds.map((resource) => [resource.kind, resource]));

/** The row of a kind. */
export function resourceOf(kind: Kind): ResourceKind {
  const found = byKind.get(kind);
  if (!found) throw new Error(`no such kind: ${kind}`);
  return found;
}

/** The row that a URL names, or undefined. */
export function findResource(group: string, version: string, plural: string): ResourceKind | undefined {
  return resourceKinds.find((r) => r.group === group && r.version === version && r.plural === plural);
}
