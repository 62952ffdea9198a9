import type { ApplicationResource } from './application-detail';
import type { Application } from './board';
import type { HookJob } from './hook-job';
import type { DeploymentFacts, PodFacts, ReplicaSetFacts } from './rollout-rules';

type Health = { status: Application['health']; message: string | null };

/**
 * Health of live objects, by Argo CD's own rules (gitops-engine `pkg/health`), for where Argo CD leaves it out of
 * `status.resources[]` (the default since 3.0, `controller.resource.health.persist: false`).
 */
function deploymentHealth(deployment: DeploymentFacts): Health {
  const { desired, total, updated, available } = deployment;
  if (deployment.paused) return { status: 'Suspended', message: 'The Deployment is paused' };
  if (deployment.generation > deployment.observedGeneration)
    return { status: 'Progressing', message: 'Waiting for Kubernetes to see the change' };
  const progressing = deployment.conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return { status: 'Degraded', message: progressing.message ?? 'It exceeded its progress deadline' };
  if (updated < desired)
    return { status: 'Progressing', message: `${updated} of ${desired} new pods were made` };
  if (total > updated)
    return { status: 'Progressing', message: `${total - updated} old pods are still to end` };
  if (available < updated)
    return { status: 'Progressing', message: `${available} of ${updated} new pods are available` };
  return { status: 'Healthy', message: null };
}

/** `health_replicaset.go`. */
function replicaSetHealth(set: ReplicaSetFacts): Health {
  return set.ready < set.desired
    ? { status: 'Progressing', message: `${set.ready} of ${set.desired} pods are ready` }
    : { status: 'Healthy', message: null };
}

/** `health_pod.go`, for a pod that is restarted whenever it ends. */
function podHealth(pod: PodFacts): Health {
  const message = pod.message ?? pod.reason;
  if (pod.reason && /^Err|Error$|BackOff$/.test(pod.reason)) return { status: 'Degraded', message };
  switch (pod.phase) {
    case 'Succeeded':
      return { status: 'Healthy', message: null };
    case 'Failed':
      return { status: 'Degraded', message };
    case 'Running':
      if (pod.ready) return { status: 'Healthy', message: null };
      return pod.lastTermination ? { status: 'Degraded', message } : { status: 'Progressing', message };
    case 'Pending':
      return { status: 'Progressing', message };
    default:
      return { status: 'Unknown', message };
  }
}

/** `health_job.go`. */
function jobHealth({ state, message }: Pick<HookJob, 'state' | 'message'>): Health {
  switch (state) {
    case 'failed':
      return { status: 'Degraded', message };
    case 'succeeded':
      return { status: 'Healthy', message: null };
    case 'suspended':
      return { status: 'Suspended', message };
    default:
      return { status: 'Progressing', message };
  }
}

/** Where live objects are looked up; `null`: not there, `undefined`: that kind is not watched in the namespace. */
export interface LiveObjects {
  deployment(namespace: string, name: string): DeploymentFacts | null | undefined;
  replicaSet(namespace: string, name: string): ReplicaSetFacts | null | undefined;
  pod(namespace: string, name: string): PodFacts | null | undefined;
  job(namespace: string, name: string): Pick<HookJob, 'state' | 'message'> | null | undefined;
}

function liveHealth(resource: ApplicationResource, live: LiveObjects): Health | null {
  const { group, kind, name } = resource;
  const namespace = resource.namespace ?? '';
  const of = <T>(found: T | null | undefined, health: (object: T) => Health): Health | null =>
    found === undefined
      ? null
      : found === null
        ? { status: 'Missing', message: 'It is not there' }
        : health(found);
  switch (`${group}/${kind}`) {
    case 'apps/Deployment':
      return of(live.deployment(namespace, name), deploymentHealth);
    case 'apps/ReplicaSet':
      return of(live.replicaSet(namespace, name), replicaSetHealth);
    case '/Pod':
      return of(live.pod(namespace, name), podHealth);
    case 'batch/Job':
      return of(live.job(namespace, name), jobHealth);
    default:
      return null;
  }
}

/** Resources with the health of the live objects where Argo CD wrote none. */
export function withLiveHealth(
  resources: readonly ApplicationResource[],
  live: LiveObjects,
): ApplicationResource[] {
  return resources.map((resource) => {
    if (resource.health.from !== 'unknown') return resource;
    const health = liveHealth(resource, live);
    return health ? { ...resource, health: { ...health, from: 'live' } } : resource;
  });
}
