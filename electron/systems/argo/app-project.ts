import { z } from 'zod';
import type { SyncWindow } from '../../../shared/domain/rollout/sync-window';
import { listOf, type OnOdd, optional, readObject } from '../read-object';

const list = listOf(z.string());
const text = optional(z.string());
const flag = optional(z.boolean());
/** What is missing stays missing: Argo CD cannot read such a window either, and blocks. */
const needed = text.transform((value) => value ?? '');

/** Of an AppProject what decides whether a sync may run (`AppProjectSpec.SyncWindows`). */
const projectSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: optional(
    z.object({
      syncWindows: listOf(
        z.object({
          kind: needed,
          schedule: needed,
          duration: needed,
          applications: list,
          namespaces: list,
          clusters: list,
          manualSync: flag,
          timeZone: text,
          andOperator: flag,
          description: text,
          syncOverrun: flag,
        }),
      ),
    }),
  ),
});

/** An AppProject, cut down to its sync windows. */
export interface ArgoProject {
  name: string;
  namespace: string;
  windows: readonly SyncWindow[];
}

/** @throws ZodError for an object without a name. */
export function readProject(object: unknown, onOdd?: OnOdd): ArgoProject {
  const { metadata, spec } = readObject(projectSchema, object, onOdd);
  return {
    ...metadata,
    windows: (spec?.syncWindows ?? []).map((one) => ({
      kind: one.kind,
      schedule: one.schedule,
      duration: one.duration,
      applications: one.applications,
      namespaces: one.namespaces,
      clusters: one.clusters,
      manualSync: one.manualSync ?? false,
      timeZone: one.timeZone ?? undefined,
      andOperator: one.andOperator ?? false,
      description: one.description ?? undefined,
      syncOverrun: one.syncOverrun ?? false,
    })),
  };
}
