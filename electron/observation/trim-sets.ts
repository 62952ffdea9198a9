import { z } from 'zod';
import { daemonSetHealth, type Health, statefulSetHealth } from '../../shared/domain/rollout/resource-health';
import type { DaemonSetFacts, StatefulSetFacts } from '../../shared/domain/rollout/set-rollout';
import { type OnOdd, optional } from '../systems/read-object';
import {
  appOf,
  count,
  imagesOf,
  integer,
  metadata,
  readLive,
  template,
  text,
  workloadOf,
} from './trim-parts';

/** StatefulSets and DaemonSets cut down to what is shown (apps/v1). The API server defaults both to rolling updates. */
const strategy = optional(
  z.object({ type: text, rollingUpdate: optional(z.object({ partition: integer })) }),
);
const strategyOf = (of: z.output<typeof strategy>) =>
  of?.type === 'OnDelete' ? ('OnDelete' as const) : ('RollingUpdate' as const);

const statefulSetSchema = z.object({
  metadata,
  spec: optional(z.object({ replicas: integer, updateStrategy: strategy, template })),
  status: optional(
    z.object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      currentRevision: text,
      updateRevision: text,
    }),
  ),
});

/** A StatefulSet or DaemonSet of an app. */
export type AppSet = (StatefulSetFacts | DaemonSetFacts) & { app: string; health: Health };

/** @throws ZodError for an object without an identity. */
export function trimStatefulSet(object: unknown, onOdd?: OnOdd): AppSet {
  const { read, judged } = readLive(statefulSetSchema, object, onOdd);
  const { metadata: meta, spec, status } = read;
  const set: StatefulSetFacts = {
    kind: 'StatefulSet',
    ...workloadOf(meta, status),
    strategy: strategyOf(spec?.updateStrategy),
    partition: spec?.updateStrategy?.rollingUpdate?.partition ?? null,
    desired: spec?.replicas ?? 1,
    total: status?.replicas ?? 0,
    updated: status?.updatedReplicas ?? 0,
    ready: status?.readyReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
    currentRevision: status?.currentRevision ?? null,
    updateRevision: status?.updateRevision ?? null,
    images: imagesOf(spec?.template),
  };
  const health = statefulSetHealth({
    ...set,
    strategy: spec?.updateStrategy?.type ?? null,
    rolling: (spec?.updateStrategy?.rollingUpdate ?? null) !== null,
  });
  return { ...set, app: appOf(meta), health: judged(health) };
}

const daemonSetSchema = z.object({
  metadata,
  spec: optional(z.object({ updateStrategy: strategy, template })),
  status: optional(
    z.object({
      observedGeneration: count,
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
    }),
  ),
});

/** @throws ZodError for an object without an identity. */
export function trimDaemonSet(object: unknown, onOdd?: OnOdd): AppSet {
  const { read, judged } = readLive(daemonSetSchema, object, onOdd);
  const { metadata: meta, spec, status } = read;
  const set: DaemonSetFacts = {
    kind: 'DaemonSet',
    ...workloadOf(meta, status),
    strategy: strategyOf(spec?.updateStrategy),
    desired: status?.desiredNumberScheduled ?? 0,
    total: status?.currentNumberScheduled ?? 0,
    updated: status?.updatedNumberScheduled ?? 0,
    ready: status?.numberReady ?? 0,
    available: status?.numberAvailable ?? 0,
    templateGeneration: meta.annotations?.['deprecated.daemonset.template.generation'] ?? null,
    images: imagesOf(spec?.template),
  };
  return { ...set, app: appOf(meta), health: judged(daemonSetHealth(set)) };
}
