import { z } from 'zod';
import { healthStatusSchema, syncStatusSchema } from '../../../shared/domain/board/board';
import { listOf, optional, texts } from '../read-object';

/**
 * The fields of an Argo CD Application that Signalbox uses, as `pkg/apis/application/v1alpha1/types.go` names them.
 * Every field may be missing (a new Application has no status), and a status that a newer Argo CD words differently
 * reads as `Unknown`. Read with `readObject`, which leaves out what does not fit.
 */
const text = optional(z.string());
const flag = optional(z.boolean());
const count = optional(z.number());

const initiatorSchema = optional(z.object({ username: text, automated: flag }));

/** `RetryStrategy.limit`. */
const retrySchema = optional(z.object({ limit: count }));

const sourceSchema = z.looseObject({
  repoURL: text.transform((value) => value ?? ''),
  path: text,
  chart: text,
  targetRevision: text,
  ref: text,
});

/** Where an Application's manifests come from (`ApplicationSpec`), and what a comparison was made with (`ComparedTo`). */
export const manifestSourcesSchema = z.object({
  source: optional(sourceSchema),
  sources: listOf(sourceSchema),
  sourceHydrator: z.unknown().optional(),
});
export type ManifestSources = z.infer<typeof manifestSourcesSchema>;

export const operationSchema = z.object({
  info: listOf(z.object({ name: z.string(), value: text.transform((value) => value ?? '') })),
  initiatedBy: initiatorSchema,
  retry: retrySchema,
  sync: optional(
    z.object({
      revision: text,
      revisions: listOf(z.string()),
      prune: flag,
      dryRun: flag,
      resources: listOf(z.unknown()),
      syncOptions: listOf(z.string()),
      // Since Argo CD 3.2 automatic syncs carry their source, so that a retry is of the version that it began with.
      source: manifestSourcesSchema.shape.source,
      sources: manifestSourcesSchema.shape.sources,
    }),
  ),
});
export type OperationObject = z.infer<typeof operationSchema>;

const resultSchema = z.object({
  group: text,
  kind: z.string(),
  namespace: text,
  name: z.string(),
  status: text,
  message: text,
  hookType: text,
  hookPhase: text,
  syncPhase: text,
});

const operationStateSchema = z.object({
  phase: z.string(),
  message: text,
  startedAt: text,
  finishedAt: text,
  retryCount: count,
  operation: optional(operationSchema),
  syncResult: optional(
    z.object({
      revision: text,
      revisions: listOf(z.string()),
      resources: listOf(resultSchema),
      ...manifestSourcesSchema.shape,
    }),
  ),
});
export type OperationStateObject = z.infer<typeof operationStateSchema>;

const healthSchema = z.object({
  status: healthStatusSchema
    .nullish()
    .catch('Unknown')
    .transform((value) => value ?? 'Unknown'),
  message: text,
  lastTransitionTime: text,
});

export const applicationObjectSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    resourceVersion: text,
    deletionTimestamp: text,
    annotations: optional(texts),
  }),
  spec: optional(
    manifestSourcesSchema.extend({
      project: text,
      destination: optional(z.object({ server: text, name: text, namespace: text })),
      syncPolicy: optional(
        z.object({
          automated: optional(z.object({ enabled: flag, prune: flag, selfHeal: flag, allowEmpty: flag })),
          syncOptions: listOf(z.string()),
          retry: retrySchema,
        }),
      ),
    }),
  ),
  operation: optional(operationSchema),
  status: optional(
    z.object({
      sync: optional(
        z.object({
          status: syncStatusSchema
            .nullish()
            .catch('Unknown')
            .transform((value) => value ?? 'Unknown'),
          revision: text,
          revisions: listOf(z.string()),
          comparedTo: optional(manifestSourcesSchema),
        }),
      ),
      health: optional(healthSchema),
      reconciledAt: text,
      // A sync request nulls it (sync-request.ts), and a cluster may hand that null back until Argo CD takes over.
      operationState: optional(operationStateSchema),
      conditions: listOf(
        z.object({
          type: z.string(),
          message: text.transform((value) => value ?? ''),
          lastTransitionTime: text,
        }),
      ),
      summary: optional(z.object({ images: listOf(z.string()) })),
      resources: listOf(
        z.object({
          group: text,
          kind: z.string(),
          namespace: text,
          name: z.string(),
          status: optional(syncStatusSchema),
          health: optional(healthSchema),
          hook: flag,
          requiresPruning: flag,
        }),
      ),
      history: listOf(
        z.object({
          id: z.number(),
          revision: text,
          revisions: listOf(z.string()),
          deployStartedAt: text,
          deployedAt: text,
          initiatedBy: initiatorSchema,
        }),
      ),
    }),
  ),
});
export type ApplicationObject = z.infer<typeof applicationObjectSchema>;

/** Who asked for an operation: a name, or Argo CD itself; `null` when it is not told. */
export function initiatorOf(by: { username?: string | null; automated?: boolean | null } | null | undefined) {
  return by?.username || (by?.automated ? 'Argo CD (automatic sync)' : null);
}

/** `revisions` of an Application with several sources, else the one revision; empty when there is none. */
export function revisionsOf(
  from: { revision?: string | null | undefined; revisions: string[] } | null | undefined,
): string[] {
  if (from && from.revisions.length > 0) return from.revisions;
  return from?.revision ? [from.revision] : [];
}
