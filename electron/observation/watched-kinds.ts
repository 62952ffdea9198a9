import type { ClusterTopic } from '../../shared/domain/rollout/cluster-status';
import type { ClusterPlace } from './place';
import { type OtherKind, otherKinds } from './trim-resources';

/** One kind that is watched in one namespace, and what rests on it. */
export interface WatchedKind {
  apiVersion: string;
  plural: string;
  namespace: string;
  /** Only these, chosen by the API server. */
  labelSelector?: string;
  fieldSelector?: string;
  /** What is not known without it. */
  topics: readonly ClusterTopic[];
  /** It only tells more of its topics: where it is kept from the person, they are known without it. */
  helps?: true;
  /** What it means when it cannot be seen, in a sentence. */
  means: string;
}

/** What of the kind is watched, as kubectl would be asked; `null`: all of it. */
export const selectionOf = ({ labelSelector, fieldSelector }: WatchedKind): string | null =>
  [labelSelector, fieldSelector].filter((one) => one !== undefined).join(',') || null;

/** How a watch is called in reports: `pods in apps (tier=web)`. */
export function watchName(kind: WatchedKind): string {
  const selection = selectionOf(kind);
  return `${kind.plural} in ${kind.namespace}${selection === null ? '' : ` (${selection})`}`;
}

const argo = 'argoproj.io/v1alpha1';

/** Labels that Argo Workflows and the Job controller put on every pod that they make. */
const ofWorkflow = 'workflows.argoproj.io/workflow';
const ofJob = 'batch.kubernetes.io/job-name';

/**
 * The pods: those of apps and, where another namespace or a selector parts them, those of Jobs and workflows, which do
 * not have the apps' labels. No pod is in two watches.
 */
function podKinds({ appsNamespace, workflowsNamespace, labels }: ClusterPlace): WatchedKind[] {
  const pods = (namespace: string, labelSelector: string | undefined) => ({
    apiVersion: 'v1',
    plural: 'pods',
    namespace,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  const apps = {
    topics: ['pods'] as const,
    means: 'Signalbox can’t see which pods run there, or why one fails.',
  };
  const steps = { topics: [], means: 'Signalbox can’t find the logs of workflow steps there.' };
  const hooks = { topics: [], means: 'Signalbox can’t find the logs of hooks there.' };
  if (labels?.pods !== undefined)
    return [
      { ...pods(appsNamespace, `${labels.pods},!${ofWorkflow},!${ofJob}`), ...apps },
      { ...pods(appsNamespace, `${ofJob},!${ofWorkflow}`), ...hooks },
      { ...pods(workflowsNamespace, ofWorkflow), ...steps },
    ];
  return [
    { ...pods(appsNamespace, undefined), ...apps },
    ...(workflowsNamespace === appsNamespace ? [] : [{ ...pods(workflowsNamespace, undefined), ...steps }]),
  ];
}

/** The Applications; the parent in a watch of its own where a selector might leave it out. */
function applicationKinds({ argoNamespace, parentApplication, labels }: ClusterPlace): WatchedKind[] {
  const kind = { apiVersion: argo, plural: 'applications', namespace: argoNamespace };
  const means = 'Signalbox can’t see sync, health or Argo CD’s version there.';
  if (labels?.applications === undefined) return [{ ...kind, topics: ['applications'], means }];
  return [
    {
      ...kind,
      labelSelector: labels.applications,
      fieldSelector: `metadata.name!=${parentApplication}`,
      topics: ['applications'],
      means,
    },
    {
      ...kind,
      fieldSelector: `metadata.name=${parentApplication}`,
      topics: ['applications'],
      means: 'Signalbox can’t tell whether the Applications there match Git.',
    },
  ];
}

/** Everything that is watched of an environment's cluster: one watch per kind, namespace and selection. */
export function watchedKinds(place: ClusterPlace) {
  const { appsNamespace, workflowsNamespace } = place;
  const chosen = (plural: keyof NonNullable<ClusterPlace['labels']>) => {
    const labelSelector = place.labels?.[plural];
    return labelSelector === undefined ? {} : { labelSelector };
  };
  return {
    applications: applicationKinds(place),
    deployments: {
      apiVersion: 'apps/v1',
      plural: 'deployments',
      namespace: appsNamespace,
      ...chosen('deployments'),
      topics: ['rollouts'],
      means: 'Signalbox can’t tell whether a rollout there is done.',
    },
    replicaSets: {
      apiVersion: 'apps/v1',
      plural: 'replicasets',
      namespace: appsNamespace,
      ...chosen('replicasets'),
      topics: ['rollouts'],
      helps: true,
      means: 'Signalbox can’t see which version the pods of a rollout run there.',
    },
    workflows: {
      apiVersion: argo,
      plural: 'workflows',
      namespace: workflowsNamespace,
      ...chosen('workflows'),
      topics: ['workflows'],
      means: 'Signalbox can’t see tests and promotions there, or whether one is in progress.',
    },
    projects: {
      apiVersion: argo,
      plural: 'appprojects',
      namespace: place.argoNamespace,
      topics: ['projects'],
      means: 'Signalbox can’t tell whether a sync window blocks syncs there.',
    },
    jobs: {
      apiVersion: 'batch/v1',
      plural: 'jobs',
      namespace: appsNamespace,
      ...chosen('jobs'),
      topics: ['hooks'],
      means: 'Signalbox can’t follow migrations and other sync hooks there.',
    },
    pods: podKinds(place),
    statefulSets: {
      apiVersion: 'apps/v1',
      plural: 'statefulsets',
      namespace: appsNamespace,
      ...chosen('statefulsets'),
      topics: ['resources'],
      means: 'Signalbox can’t see StatefulSet rollouts there, only their health in Argo CD.',
    },
    daemonSets: {
      apiVersion: 'apps/v1',
      plural: 'daemonsets',
      namespace: appsNamespace,
      ...chosen('daemonsets'),
      topics: ['resources'],
      means: 'Signalbox can’t see DaemonSet rollouts there, only their health in Argo CD.',
    },
    others: (Object.keys(otherKinds) as OtherKind[]).map((plural) => ({
      apiVersion: otherKinds[plural].apiVersion,
      plural,
      namespace: appsNamespace,
      topics: ['resources'] as const,
      means: 'Signalbox can’t see their health there unless Argo CD reports it.',
    })),
  } satisfies Record<string, WatchedKind | WatchedKind[]>;
}
