import { z } from 'zod';
import type { HookJob } from '../../shared/domain/rollout/hook-job';
import { type Health, jobHealth } from '../../shared/domain/rollout/resource-health';
import { listOf, type OnOdd, optional } from '../systems/read-object';
import {
  condition,
  count,
  hookTypesOf,
  integer,
  metadata as metadataSchema,
  readLive,
  text,
  trackedBy,
} from './trim-parts';

/** A Job (batch/v1) as far as it is shown. */
const jobSchema = z.object({
  metadata: metadataSchema,
  spec: optional(z.object({ suspend: optional(z.boolean()) })),
  status: optional(
    z.object({
      active: count,
      /** Pods that are Ready; kept by Kubernetes 1.24 and newer. */
      ready: integer,
      succeeded: count,
      failed: count,
      startTime: text,
      completionTime: text,
      conditions: listOf(condition.extend({ lastTransitionTime: text })),
    }),
  ),
});

/** A Job of an Application; its pods are found by its uid. */
export interface AppJob extends Omit<HookJob, 'pods' | 'trouble'> {
  uid: string;
  createdAt: string | null;
  health: Health;
}

/** `status.active` counts pods that wait for their image, too (batch/v1 `JobStatus`). @param ready `null`: not told. */
function activeText(active: number, ready: number | null): string {
  const pods = active === 1 ? 'pod' : 'pods';
  if (ready === 0) return `${active} ${pods} starting`;
  return `${active} ${pods} running`;
}

/** @throws ZodError for an object without an identity. */
export function trimJob(object: unknown, onOdd?: OnOdd): AppJob {
  const { read, judged } = readLive(jobSchema, object, onOdd);
  const { metadata, spec, status } = read;
  const holds = (type: string) =>
    status?.conditions.find((one) => one.type === type && one.status === 'True') ?? null;
  const [failed, complete, suspended] = [holds('Failed'), holds('Complete'), holds('Suspended')];
  const active = status?.active ?? 0;
  const job = {
    // A tracked object says whose it is, or its label does (the default before Argo CD 3.0).
    application: trackedBy(metadata.annotations) || metadata.labels?.['app.kubernetes.io/instance'] || '',
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp,
    hooks: hookTypesOf(metadata.annotations),
    // What it does, which is not always what Argo CD makes of it: a Job that was resumed is Healthy to it (`jobHealth`).
    state: (failed
      ? 'failed'
      : complete
        ? 'succeeded'
        : suspended || spec?.suspend
          ? 'suspended'
          : active > 0
            ? 'running'
            : 'waiting') as HookJob['state'],
    message: failed
      ? (failed.message ?? failed.reason ?? 'It failed')
      : complete
        ? 'It succeeded'
        : active > 0
          ? activeText(active, status?.ready ?? null)
          : 'No pod is running yet',
    active,
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
    startedAt: status?.startTime ?? null,
    finishedAt: status?.completionTime ?? failed?.lastTransitionTime ?? null,
  } satisfies Omit<AppJob, 'health'>;
  return { ...job, health: judged(jobHealth(status?.conditions ?? [])) };
}
