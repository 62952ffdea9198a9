import { z } from 'zod';
import {
  autoscalerHealth,
  cronJobHealth,
  type Health,
  ingressHealth,
  orDeleting,
  serviceHealth,
  volumeClaimHealth,
} from '../../shared/domain/resource-health';
import { appOf, condition, metadata, text } from './trim-parts';

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

const resource = (health: Health, meta: z.output<typeof metadata>): AppResource => ({
  app: appOf(meta.labels),
  health: orDeleting(health, meta),
});

const loadBalancer = z.object({ ingress: z.array(z.unknown()).nullish() }).nullish();
const serviceSchema = z.object({
  metadata,
  spec: z.object({ type: text }).nullish(),
  status: z.object({ loadBalancer }).nullish(),
});

/** @throws ZodError for an object that is no Service, and so on for the others. */
function trimService(object: unknown): AppResource {
  const { metadata: meta, spec, status } = serviceSchema.parse(object);
  return resource(serviceHealth(spec?.type ?? null, status?.loadBalancer?.ingress?.length ?? 0), meta);
}

const ingressSchema = z.object({ metadata, status: z.object({ loadBalancer }).nullish() });

function trimIngress(object: unknown): AppResource {
  const { metadata: meta, status } = ingressSchema.parse(object);
  return resource(ingressHealth(status?.loadBalancer?.ingress?.length ?? 0), meta);
}

const volumeClaimSchema = z.object({ metadata, status: z.object({ phase: text }).nullish() });

function trimVolumeClaim(object: unknown): AppResource {
  const { metadata: meta, status } = volumeClaimSchema.parse(object);
  return resource(volumeClaimHealth(status?.phase ?? null), meta);
}

const autoscalerSchema = z.object({
  metadata,
  status: z.object({ conditions: z.array(condition).nullish() }).nullish(),
});

function trimAutoscaler(object: unknown): AppResource {
  const { metadata: meta, status } = autoscalerSchema.parse(object);
  return resource(autoscalerHealth(status?.conditions ?? []), meta);
}

const cronJobSchema = z.object({
  metadata,
  spec: z.object({ suspend: z.boolean().nullish() }).nullish(),
  status: z
    .object({
      lastScheduleTime: text,
      lastSuccessfulTime: text,
      active: z.array(z.unknown()).nullish(),
    })
    .nullish(),
});

function trimCronJob(object: unknown): AppResource {
  const { metadata: meta, spec, status } = cronJobSchema.parse(object);
  const health = cronJobHealth({
    suspended: spec?.suspend ?? false,
    hasStatus: status !== null && status !== undefined,
    lastScheduleTime: status?.lastScheduleTime ?? null,
    lastSuccessfulTime: status?.lastSuccessfulTime ?? null,
    active: status?.active?.length ?? 0,
  });
  return resource(health, meta);
}
