import type { Application } from '../board/board';
import { count } from '../text/count';
import type { ApplicationResource } from './application-detail';
import type { DeploymentFacts } from './rollout-rules';
import type { DaemonSetFacts, StatefulSetFacts } from './set-rollout';

/**
 * Health of live objects, by Argo CD's own rules (argo-cd `gitops-engine/pkg/health`, and `resource_customizations` for
 * a CronJob), for where Argo CD leaves it out of `status.resources[]` (the default since 3.0,
 * `controller.resource.health.persist: false`).
 */
export interface Health {
  status: Application['health'];
  message: string | null;
}

/** One object for all that is well: there are thousands of pods. */
const healthy: Health = { status: 'Healthy', message: null };
const progressing = (message: string | null): Health => ({ status: 'Progressing', message });
const degraded = (message: string | null): Health => ({ status: 'Degraded', message });
const unseen = progressing('Waiting for Kubernetes to process the change');

/** `health.go`, `pendingDeletionHealth`: whatever is being deleted, but for what only waits for the end of a hook. */
export function orDeleting(
  health: Health,
  meta: { deletionTimestamp: string | null; finalizers?: readonly string[] | null | undefined },
): Health {
  const finalizers = meta.finalizers ?? [];
  if (!meta.deletionTimestamp || finalizers.includes('argocd.argoproj.io/hook-finalizer')) return health;
  const waits = finalizers.length > 0 ? `, waiting for ${finalizers.join(', ')}` : '';
  return progressing(`Being deleted${waits}`);
}

/** `health_deployment.go`. */
export function deploymentHealth(deployment: DeploymentFacts): Health {
  const { desired, total, updated, available } = deployment;
  if (deployment.paused) return { status: 'Suspended', message: 'The Deployment is paused' };
  if (deployment.generation > deployment.observedGeneration) return unseen;
  const condition = deployment.conditions.find(({ type }) => type === 'Progressing');
  if (condition?.reason === 'ProgressDeadlineExceeded')
    return degraded(condition.message ?? 'It exceeded its progress deadline');
  if (updated < desired) return progressing(`${updated} of ${desired} new pods have been created`);
  if (total > updated) return progressing(`${count(total - updated, 'old pod')} still terminating`);
  if (available < updated) return progressing(`${available} of ${updated} new pods are available`);
  return healthy;
}

/**
 * `health_statefulset.go`.
 * @param set `strategy` is the spec's own, `null` where it has none; `rolling`: `updateStrategy.rollingUpdate` is there.
 */
export function statefulSetHealth(
  set: Omit<StatefulSetFacts, 'strategy'> & { strategy: string | null; rolling: boolean },
): Health {
  const { desired, ready, updated, partition } = set;
  if (set.observedGeneration === 0 || set.generation > set.observedGeneration) return unseen;
  if (ready < desired) return progressing(`${ready} of ${desired} pods are ready`);
  if (set.strategy === 'RollingUpdate' && set.rolling) {
    if (partition === null) return healthy;
    const wanted = desired - partition;
    return updated < wanted ? progressing(`${updated} of ${wanted} new pods have been created`) : healthy;
  }
  if (set.strategy === 'OnDelete') return healthy;
  return (set.updateRevision ?? '') === (set.currentRevision ?? '')
    ? healthy
    : progressing(`${updated} pods are at the revision ${set.updateRevision}`);
}

/** `health_daemonset.go`. */
export function daemonSetHealth(set: DaemonSetFacts): Health {
  const { desired, updated, available } = set;
  if (set.generation > set.observedGeneration) return unseen;
  if (set.strategy === 'OnDelete') return healthy;
  if (updated < desired) return progressing(`${updated} of ${desired} new pods have been created`);
  if (available < desired) return progressing(`${available} of ${desired} pods are available`);
  return healthy;
}

/** `health_replicaset.go`. @param set `failure`: the message of the condition ReplicaFailure while it is True. */
export function replicaSetHealth(set: {
  generation: number;
  observedGeneration: number;
  failure: string | null;
  desired: number;
  available: number;
}): Health {
  if (set.generation > set.observedGeneration) return unseen;
  if (set.failure !== null) return degraded(set.failure);
  return set.available < set.desired
    ? progressing(`${set.available} of ${set.desired} pods are available`)
    : healthy;
}

/** Of a container what Argo CD looks at in a pod. */
interface ContainerFacts {
  name: string;
  state?:
    | {
        waiting?: { reason: string | null; message: string | null } | null | undefined;
        terminated?: { exitCode: number; reason: string | null; message: string | null } | null | undefined;
      }
    | null
    | undefined;
  lastState?: { terminated?: unknown } | null | undefined;
}

/** Why a container failed: its message, or its exit code. */
function failMessage({ name, state }: ContainerFacts): string | null {
  const ended = state?.terminated;
  if (!ended) return null;
  if (ended.message) return ended.message;
  if (ended.reason === 'OOMKilled') return ended.reason;
  return ended.exitCode === 0 ? null : `The container ${name} failed with exit code ${ended.exitCode}`;
}

/**
 * `health_pod.go`.
 * @param pod `ignoresRestartPolicy`: it has Argo CD's annotation `ignore-restart-policy` (3.6 and newer; older ones look
 * at the policy alone), and is no hook's: there Argo CD does not honour it, since a hook whose image is not there yet may
 * still come up. Such a pod, and one that is always restarted, can be ready for good; any other runs until it is done.
 */
export function podHealth(pod: {
  restartPolicy: string;
  ignoresRestartPolicy: boolean;
  phase: string;
  message: string | null;
  ready: boolean;
  containers: readonly ContainerFacts[];
  initContainers: readonly ContainerFacts[];
}): Health {
  const { message, containers } = pod;
  const longRunning = pod.restartPolicy === 'Always' || pod.ignoresRestartPolicy;
  if (longRunning) {
    const stuck = containers.flatMap(({ state }) => {
      const waiting = state?.waiting;
      return waiting && /^Err|Error$|BackOff$/.test(waiting.reason ?? '') ? [waiting] : [];
    });
    if (stuck.length > 0)
      return degraded(stuck.map((one) => one.message ?? one.reason ?? 'Waiting').join(', '));
  }
  switch (pod.phase) {
    case 'Pending':
      return progressing(message);
    case 'Succeeded':
      return healthy;
    case 'Failed': {
      const all = [...pod.initContainers, ...containers];
      return degraded(message ?? all.map(failMessage).find((one) => one !== null) ?? null);
    }
    case 'Running':
      if (!longRunning && pod.restartPolicy !== 'OnFailure' && pod.restartPolicy !== 'Never')
        return { status: 'Unknown', message };
      if (!longRunning) return progressing(message);
      if (pod.ready) return healthy;
      return containers.some(({ lastState }) => lastState?.terminated)
        ? degraded(message)
        : progressing(message);
    default:
      return { status: 'Unknown', message };
  }
}

/**
 * `health_job.go`. Of the conditions Failed and Complete it asks only whether they are there, and takes a Job with the
 * condition Suspended, True or False, for one that is over: one that was resumed is Healthy though it runs.
 */
export function jobHealth(
  conditions: readonly { type: string; status: string; message: string | null }[],
): Health {
  const failed = conditions.findLast(({ type }) => type === 'Failed');
  if (failed) return degraded(failed.message);
  const suspended = conditions.filter(({ type }) => type === 'Suspended');
  if (suspended.some(({ status }) => status === 'True')) return { status: 'Suspended', message: 'Suspended' };
  const isOver = suspended.length > 0 || conditions.some(({ type }) => type === 'Complete');
  return isOver ? healthy : progressing(null);
}

/** `health_service.go`. @param addresses of the load balancer. */
export const serviceHealth = (type: string | null, addresses: number): Health =>
  type === 'LoadBalancer' && addresses === 0 ? progressing('Its load balancer has no address yet') : healthy;

/** `health_ingress.go`. */
export const ingressHealth = (addresses: number): Health =>
  addresses === 0 ? progressing('It has no address yet') : healthy;

/** `health_pvc.go`. */
export function volumeClaimHealth(phase: string | null): Health {
  switch (phase) {
    case 'Bound':
      return healthy;
    case 'Pending':
      return progressing('No volume is bound to it yet');
    case 'Lost':
      return degraded('Its volume is gone');
    default:
      return { status: 'Unknown', message: null };
  }
}

/** Types and reasons of conditions with which an autoscaler cannot scale. */
const cannotScale = new Set([
  'AbleToScale FailedGetScale',
  'AbleToScale FailedUpdateScale',
  'ScalingActive FailedGetResourceMetric',
  'ScalingActive FailedGetObjectMetric',
  'ScalingActive FailedGetPodsMetric',
  'ScalingActive FailedGetExternalMetric',
  'ScalingActive FailedComputeMetricsReplicas',
  'ScalingActive InvalidSelector',
]);

/** `health_hpa.go` (autoscaling/v2). */
export function autoscalerHealth(
  conditions: readonly { type: string; status: string; reason: string | null; message: string | null }[],
): Health {
  const failed = conditions.find(({ type, reason }) => cannotScale.has(`${type} ${reason}`));
  if (failed) return degraded(failed.message);
  const works = conditions.some(
    ({ type, status }) => (type === 'AbleToScale' || type === 'ScalingLimited') && status === 'True',
  );
  return works ? healthy : progressing('Waiting to scale');
}

/**
 * `resource_customizations/batch/CronJob/health.lua` (Argo CD 3.2 and newer; before, a CronJob had no health). Degraded
 * only where its last run is over and later than its last success; times are RFC 3339 UTC.
 */
export function cronJobHealth(job: {
  suspended: boolean;
  hasStatus: boolean;
  lastScheduleTime: string | null;
  lastSuccessfulTime: string | null;
  active: number;
}): Health {
  if (job.suspended) return { status: 'Healthy', message: 'Suspended' };
  if (!job.hasStatus) return progressing('Kubernetes has not processed it yet');
  const { lastScheduleTime: began, lastSuccessfulTime: succeeded } = job;
  if (began === null) return { status: 'Healthy', message: 'Not run yet' };
  if (succeeded === null) return { status: 'Healthy', message: 'No run has succeeded yet' };
  if (job.active > 0) return { status: 'Healthy', message: 'Running' };
  return succeeded < began ? degraded('Its last run did not succeed') : healthy;
}

/** The health of a live object; `null`: it is not there, `undefined`: nobody knows, its kind is not watched there. */
export type LiveHealth = (
  resource: Pick<ApplicationResource, 'group' | 'kind' | 'namespace' | 'name'>,
) => Health | null | undefined;

/** Resources with the health of the live objects where Argo CD wrote none. */
export function withLiveHealth(
  resources: readonly ApplicationResource[],
  live: LiveHealth,
): ApplicationResource[] {
  return resources.map((resource) => {
    if (resource.health.from !== 'unknown') return resource;
    const found = live(resource);
    if (found === undefined) return resource;
    const health: Health = found ?? { status: 'Missing', message: 'Missing' };
    return { ...resource, health: { ...health, from: 'live' } };
  });
}
