import { z } from 'zod';
import {
  deploymentHealth,
  type Health,
  podHealth,
  replicaSetHealth,
} from '../../shared/domain/rollout/resource-health';
import type { DeploymentFacts, PodFacts, ReplicaSetFacts } from '../../shared/domain/rollout/rollout-rules';
import type { SetPodFacts } from '../../shared/domain/rollout/set-rollout';
import { listOf, type OnOdd, optional } from '../systems/read-object';
import { type PodObject, podSchema } from './pod-object';
import { quickPod } from './quick-pod';
import {
  appOf,
  condition,
  count,
  imagesOf,
  integer,
  isHook,
  metadata,
  ownerOf,
  readLive,
  template,
  text,
  workloadOf,
} from './trim-parts';

/** Objects cut down to what is shown, as they arrive (apps/v1, core/v1). */
const revisionOf = (meta: z.output<typeof metadata>): number | null => {
  const revision = Number(meta.annotations?.['deployment.kubernetes.io/revision']);
  return Number.isInteger(revision) && revision > 0 ? revision : null;
};

const deploymentSchema = z.object({
  metadata,
  spec: optional(z.object({ replicas: integer, paused: optional(z.boolean()), template })),
  status: optional(
    z.object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      conditions: listOf(condition.extend({ lastUpdateTime: text })),
    }),
  ),
});

/** A Deployment of an app. */
export interface AppDeployment extends DeploymentFacts {
  app: string;
  /** Of the pod template, as the spec says now. */
  images: readonly string[];
  health: Health;
}

/** @throws ZodError for an object without an identity. */
export function trimDeployment(object: unknown, onOdd?: OnOdd): AppDeployment {
  const { read, judged } = readLive(deploymentSchema, object, onOdd);
  const { metadata: meta, spec, status } = read;
  const deployment = {
    app: appOf(meta),
    ...workloadOf(meta, status),
    revision: revisionOf(meta),
    // The API server defaults it to 1.
    desired: spec?.replicas ?? 1,
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    paused: spec?.paused ?? false,
    images: imagesOf(spec?.template),
    conditions: status?.conditions ?? [],
  };
  return { ...deployment, health: judged(deploymentHealth(deployment)) };
}

const replicaSetSchema = z.object({
  metadata,
  spec: optional(z.object({ replicas: integer, template })),
  status: optional(
    z.object({
      observedGeneration: count,
      readyReplicas: count,
      availableReplicas: count,
      conditions: listOf(condition),
    }),
  ),
});

/** A ReplicaSet of an app. */
export interface AppReplicaSet extends ReplicaSetFacts {
  app: string;
  health: Health;
}

/** @throws ZodError for an object without an identity. */
export function trimReplicaSet(object: unknown, onOdd?: OnOdd): AppReplicaSet {
  const { read, judged } = readLive(replicaSetSchema, object, onOdd);
  const { metadata: meta, spec, status } = read;
  const told = status?.conditions.find(({ type }) => type === 'ReplicaFailure');
  const failed = told?.status === 'True' ? told : null;
  const health = replicaSetHealth({
    generation: meta.generation,
    observedGeneration: status?.observedGeneration ?? 0,
    failure: failed ? (failed.message ?? failed.reason ?? 'It can’t create pods') : null,
    desired: spec?.replicas ?? 1,
    available: status?.availableReplicas ?? 0,
  });
  return {
    app: appOf(meta),
    name: meta.name,
    uid: meta.uid,
    owner: ownerOf(meta),
    revision: revisionOf(meta),
    desired: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
    createdAt: meta.creationTimestamp,
    images: imagesOf(spec?.template),
    health: judged(health),
  };
}

/** A pod, with the workflow node that it runs, when it runs one. */
export interface AppPod extends SetPodFacts {
  app: string;
  health: Health;
  workflow: string | null;
  workflowNode: string | null;
  /** It runs to an end for a Job, a hook's or a CronJob's. */
  ofJob: boolean;
  /** It is itself a hook of a sync. */
  ofHook: boolean;
  /** Images that its containers were started from, each with the digest that was pulled: `registry/app:v1@sha256:…`. */
  pulled: readonly string[];
}

/** Waiting reasons of a container that is on its way and not in trouble. */
const onTheWay = new Set(['ContainerCreating', 'PodInitializing']);

type Status = PodObject['status'];

/** Why a pod is in trouble, from the most telling place: containers, then scheduling, then the pod itself. */
function troubleOf(status: Status): { reason: string; message: string | null } | null {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { state } of containers) {
    const waiting = state?.waiting;
    if (waiting?.reason && !onTheWay.has(waiting.reason))
      return { reason: waiting.reason, message: waiting.message };
  }
  for (const { state } of containers) {
    const ended = state?.terminated;
    if (ended && ended.exitCode !== 0) return { reason: ended.reason ?? 'Error', message: ended.message };
  }
  // Between two crashes the container runs for a moment: it is in trouble all the same until it is ready.
  for (const { ready, lastState } of status?.containerStatuses ?? []) {
    const ended = lastState?.terminated;
    if (!ready && ended && ended.exitCode !== 0)
      return { reason: ended.reason ?? 'Error', message: ended.message };
  }
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return { reason: scheduled.reason ?? 'Unschedulable', message: scheduled.message };
  if (status?.phase === 'Failed') return { reason: status.reason ?? 'Failed', message: status.message };
  return null;
}

function lastTerminationOf(status: Status): PodFacts['lastTermination'] {
  const ends = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ name, state, lastState }) => {
      const ended = state?.terminated ?? lastState?.terminated;
      return ended
        ? [{ container: name, reason: ended.reason, exitCode: ended.exitCode, finishedAt: ended.finishedAt }]
        : [];
    },
  );
  // An init container that did its work is no news.
  const newest = ends
    .filter(({ exitCode, reason }) => exitCode !== 0 || reason !== 'Completed')
    .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''));
  return newest[0] ?? null;
}

/** The images of a pod's containers with the digests that their node pulled, as far as it says so. */
function pulledOf({ spec, status }: PodObject): string[] {
  return (spec?.containers ?? []).flatMap(({ name, image }) => {
    const id = status?.containerStatuses?.find((one) => one.name === name)?.imageID;
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(id ?? '')?.[1];
    return image && digest ? [`${image.split('@')[0]}@${digest}`] : [];
  });
}

/** The Job controller labels its pods (`job-name` before Kubernetes 1.27) and owns them. */
const isOfJob = ({ labels, ownerReferences }: z.output<typeof metadata>): boolean =>
  labels?.['batch.kubernetes.io/job-name'] !== undefined ||
  labels?.['job-name'] !== undefined ||
  ownerReferences.some(({ kind, controller }) => controller && kind === 'Job');

/** @throws ZodError for an object without an identity. */
export function trimPod(object: unknown, onOdd?: OnOdd): AppPod {
  const { read: pod, judged } = readLive(podSchema, object, onOdd, quickPod);
  const { metadata: meta, spec, status } = pod;
  const containers = spec?.containers ?? [];
  const trouble = troubleOf(status);
  const { labels, annotations } = meta;
  const ready = status?.conditions.find(({ type }) => type === 'Ready')?.status === 'True';
  const revision = labels?.['controller-revision-hash'] ?? null;
  const health = podHealth({
    // The API server defaults it.
    restartPolicy: spec?.restartPolicy ?? 'Always',
    ignoresRestartPolicy:
      annotations?.['argocd.argoproj.io/ignore-restart-policy'] === 'true' && !isHook(annotations),
    phase: status?.phase ?? 'Unknown',
    message: status?.message ?? null,
    ready,
    containers: status?.containerStatuses ?? [],
    initContainers: status?.initContainerStatuses ?? [],
  });
  return {
    app: appOf(meta),
    name: meta.name,
    namespace: meta.namespace,
    owner: ownerOf(meta),
    createdAt: meta.creationTimestamp,
    deleting: meta.deletionTimestamp !== null,
    phase: status?.phase ?? 'Unknown',
    ready,
    restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    startedAt: status?.startTime ?? null,
    containers: [...containers, ...(spec?.initContainers ?? [])].map(({ name }) => name),
    reason: trouble?.reason ?? null,
    message: trouble?.message ?? null,
    lastTermination: lastTerminationOf(status),
    workflow: labels?.['workflows.argoproj.io/workflow'] ?? null,
    workflowNode: annotations?.['workflows.argoproj.io/node-id'] ?? null,
    pulled: pulledOf(pod),
    revision,
    templateGeneration: labels?.['pod-template-generation'] ?? null,
    images: containers.flatMap(({ image }) => image ?? []),
    ofJob: isOfJob(meta),
    ofHook: isHook(annotations),
    health: judged(health),
  };
}
