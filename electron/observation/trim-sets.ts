import { z } from 'zod';
import {
  daemonSetHealth,
  type Health,
  orDeleting,
  statefulSetHealth,
} from '../../shared/domain/resource-health';
import type { DaemonSetFacts, StatefulSetFacts } from '../../shared/domain/set-rollout';
import { appOf, count, imagesOf, metadata, template, text, workloadOf } from './trim-parts';

/** StatefulSets and DaemonSets cut down to what is shown (apps/v1). The API server defaults both to rolling updates. */
const strategy = z
  .object({
    type: text,
    rollingUpdate: z.object({ partition: z.number().int().nullish() }).nullish(),
  })
  .nullish();
const strategyOf = (of: z.output<typeof strategy>) =>
  of?.type === 'OnDelete' ? ('OnDelete' as const) : ('RollingUpdate' as const);

const statefulSetSchema = z.object({
  metadata,
  spec: z.object({ replicas: z.number().int().nullish(), updateStrategy: strategy, template }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      currentRevision: text,
      updateRevision: text,
    })
    .nullish(),
});

/** A StatefulSet or DaemonSet of an app. */
export type AppSet = (StatefulSetFacts | DaemonSetFacts) & { app: string; health: Health };

/** @throws ZodError for an object that is no StatefulSet. */
export function trimStatefulSet(object: unknown): AppSet {
  const { metadata: meta, spec, status } = statefulSetSchema.parse(object);
  const set: StatefulSetFacts = {
    kind: 'StatefulSet',
    ...workloadOf(meta, status),
    strategy: strategyOf(spec.updateStrategy),
    partition: spec.updateStrategy?.rollingUpdate?.partition ?? null,
    desired: spec.replicas ?? 1,
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    currentRevision: status?.currentRevision ?? null,
    updateRevision: status?.updateRevision ?? null,
    images: imagesOf(spec.template),
  };
  return { ...set, app: appOf(meta.labels), health: orDeleting(statefulSetHealth(set), meta) };
}

const daemonSetSchema = z.object({
  metadata,
  spec: z.object({ updateStrategy: strategy, template }),
  status: z
    .object({
      observedGeneration: count,
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
    })
    .nullish(),
});

/** @throws ZodError for an object that is no DaemonSet. */
export function trimDaemonSet(object: unknown): AppSet {
  const { metadata: meta, spec, status } = daemonSetSchema.parse(object);
  const set: DaemonSetFacts = {
    kind: 'DaemonSet',
    ...workloadOf(meta, status),
    strategy: strategyOf(spec.updateStrategy),
    desired: status?.desiredNumberScheduled ?? 0,
    total: status?.currentNumberScheduled ?? 0,
    updated: status?.updatedNumberScheduled ?? 0,
    ready: status?.numberReady ?? 0,
    available: status?.numberAvailable ?? 0,
    templateGeneration: meta.annotations?.['deprecated.daemonset.template.generation'] ?? null,
    images: imagesOf(spec.template),
  };
  return { ...set, app: appOf(meta.labels), health: orDeleting(daemonSetHealth(set), meta) };
}
