import { z } from 'zod';
import type { HookJob } from '../../shared/domain/hook-job';
import { type Health, jobHealth, orDeleting } from '../../shared/domain/resource-health';
import { condition, count, metadata as metadataSchema, text } from './trim-parts';

/** A Job (batch/v1) as far as it is shown. */
const jobSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({ suspend: z.boolean().nullish() }).nullish(),
  status: z
    .object({
      active: count,
      /** Pods that are Ready; kept by Kubernetes 1.24 and newer. */
      ready: z.number().int().nullish(),
      succeeded: count,
      failed: count,
      startTime: text,
      completionTime: text,
      conditions: z.array(condition.extend({ lastTransitionTime: text })).nullish(),
    })
    .nullish(),
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

/** @throws ZodError for an object that is no Job. */
export function trimJob(object: unknown): AppJob {
  const { metadata, spec, status } = jobSchema.parse(object);
  const holds = (type: string) =>
    status?.conditions?.find((one) => one.type === type && one.status === 'True') ?? null;
  const [failed, complete, suspended] = [holds('Failed'), holds('Complete'), holds('Suspended')];
  // A tracked object says whose it is: `<application>:<group>/<kind>:<namespace>/<name>`, or by its label (the default
  // before Argo CD 3.0).
  const tracked = metadata.annotations?.['argocd.argoproj.io/tracking-id']?.split(':', 1)[0];
  const hooks = metadata.annotations?.['argocd.argoproj.io/hook'] ?? '';
  const active = status?.active ?? 0;
  const job = {
    application: tracked || metadata.labels?.['app.kubernetes.io/instance'] || '',
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    createdAt: metadata.creationTimestamp,
    hooks: hooks
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
    // gitops-engine `health_job.go` looks at the conditions alone, and so do we.
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
          : 'No pod runs yet',
    active,
    succeeded: status?.succeeded ?? 0,
    failed: status?.failed ?? 0,
    startedAt: status?.startTime ?? null,
    finishedAt: status?.completionTime ?? failed?.lastTransitionTime ?? null,
  } satisfies Omit<AppJob, 'health'>;
  return { ...job, health: orDeleting(jobHealth(job), metadata) };
}
