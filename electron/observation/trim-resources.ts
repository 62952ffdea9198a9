import { z } from 'zod';
import {
  autoscalerHealth,
  cronJobHealth,
  type Health,
  ingressHealth,
  orDeleting,
  serviceHealth,
  volumeClaimHealth,
} from '../../shared/domain/rollout/resource-health';
import { listOf, type OnOdd, optional, readObject } from '../systems/read-object';
import { appOf, condition, metadata, readLive, text } from './trim-parts';

/** Kinds of an app of which nothing but the health is shown. */
export const otherKinds = {
  services: { apiVersion: 'v1', kind: 'Service', trim: trimService },
  persistentvolumeclaims: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', trim: trimVolumeClaim },
  ingresses: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', trim: trimIngress },
  horizontalpodautoscalers: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    trim: trimAutoscaler,
  },
  cronjobs: { apiVersion: 'batch/v1', kind: 'CronJob', trim: trimCronJob },
} as const;
export type OtherKind = keyof typeof otherKinds;

/** An object of an app as far as its health goes. */
export interface AppResource {
  app: string;
  health: Health;
}

const resource = (meta: z.output<typeof metadata>, health: Health): AppResource => ({
  app: appOf(meta),
  health,
});

const loadBalancer = optional(z.object({ ingress: optional(z.array(z.unknown())) }));
const serviceSchema = z.object({
  metadata,
  spec: optional(z.object({ type: text })),
  status: optional(z.object({ loadBalancer })),
});

/** @throws ZodError for an object without an identity, and so on for the others. */
function trimService(object: unknown, onOdd?: OnOdd): AppResource {
  const { read, judged } = readLive(serviceSchema, object, onOdd);
  const { metadata: meta, spec, status } = read;
  const addresses = status?.loadBalancer?.ingress?.length ?? 0;
  return resource(meta, judged(serviceHealth(spec?.type ?? null, addresses)));
}

const ingressSchema = z.object({ metadata, status: optional(z.object({ loadBalancer })) });

/** Argo CD reads no Ingress into Go's types: what is odd in it counts as not there. */
function trimIngress(object: unknown, onOdd?: OnOdd): AppResource {
  const { metadata: meta, status } = readObject(ingressSchema, object, onOdd);
  return resource(meta, orDeleting(ingressHealth(status?.loadBalancer?.ingress?.length ?? 0), meta));
}

const volumeClaimSchema = z.object({ metadata, status: optional(z.object({ phase: text })) });

function trimVolumeClaim(object: unknown, onOdd?: OnOdd): AppResource {
  const { read, judged } = readLive(volumeClaimSchema, object, onOdd);
  return resource(read.metadata, judged(volumeClaimHealth(read.status?.phase ?? null)));
}

const autoscalerSchema = z.object({
  metadata,
  status: optional(z.object({ conditions: listOf(condition) })),
});

function trimAutoscaler(object: unknown, onOdd?: OnOdd): AppResource {
  const { read, judged } = readLive(autoscalerSchema, object, onOdd);
  return resource(read.metadata, judged(autoscalerHealth(read.status?.conditions ?? [])));
}

const cronJobSchema = z.object({
  metadata,
  spec: optional(z.object({ suspend: optional(z.boolean()) })),
  status: optional(
    z.object({
      lastScheduleTime: text,
      lastSuccessfulTime: text,
      active: optional(z.array(z.unknown())),
    }),
  ),
});

function trimCronJob(object: unknown, onOdd?: OnOdd): AppResource {
  const { metadata: meta, spec, status } = readObject(cronJobSchema, object, onOdd);
  const health = cronJobHealth({
    suspended: spec?.suspend ?? false,
    hasStatus: status !== null && status !== undefined,
    lastScheduleTime: status?.lastScheduleTime ?? null,
    lastSuccessfulTime: status?.lastSuccessfulTime ?? null,
    active: status?.active?.length ?? 0,
  });
  return resource(meta, orDeleting(health, meta));
}
