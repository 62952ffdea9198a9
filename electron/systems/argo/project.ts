import { z } from 'zod';
import type { SyncWindow } from '../../../shared/domain/sync-window';

const list = z.array(z.string()).nullish().catch(null);
const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);

/** Of an AppProject what decides whether a sync may run (`AppProjectSpec.SyncWindows`). */
const projectSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z
    .object({
      syncWindows: z
        .array(
          z.object({
            // What is missing stays missing: Argo CD cannot read such a window either, and blocks.
            kind: z.string().catch(''),
            schedule: z.string().catch(''),
            duration: z.string().catch(''),
            applications: list,
            namespaces: list,
            clusters: list,
            manualSync: flag,
            timeZone: text,
            andOperator: flag,
            description: text,
            syncOverrun: flag,
          }),
        )
        .nullish(),
    })
    .nullish(),
});

/** An AppProject, cut down to its sync windows. */
export interface ArgoProject {
  name: string;
  namespace: string;
  windows: readonly SyncWindow[];
}

/** @throws ZodError for an object whose windows cannot be read. */
export function readProject(object: unknown): ArgoProject {
  const { metadata, spec } = projectSchema.parse(object);
  return {
    ...metadata,
    windows: (spec?.syncWindows ?? []).map((one) => ({
      kind: one.kind,
      schedule: one.schedule,
      duration: one.duration,
      applications: one.applications ?? undefined,
      namespaces: one.namespaces ?? undefined,
      clusters: one.clusters ?? undefined,
      manualSync: one.manualSync ?? false,
      timeZone: one.timeZone ?? undefined,
      andOperator: one.andOperator ?? false,
      description: one.description ?? undefined,
      syncOverrun: one.syncOverrun ?? false,
    })),
  };
}
