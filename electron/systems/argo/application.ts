import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Application, healthStatusSchema, syncStatusSchema } from '../../../shared/domain/board';

/**
 * The fields of an Argo CD Application that Signalbox uses, as `pkg/apis/application/v1alpha1/types.go` names them.
 * Every field may be missing (a new Application has no status), and a status that a newer Argo CD words differently
 * reads as `Unknown` rather than as an error.
 */
const operationSchema = z.object({
  info: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  initiatedBy: z.object({ username: z.string().optional(), automated: z.boolean().optional() }).optional(),
});

/** Where an Application's manifests come from (`ApplicationSpec`), and what a comparison was made with (`ComparedTo`). */
const placeSchema = z.object({
  source: z.record(z.string(), z.unknown()).nullish(),
  sources: z.array(z.unknown()).nullish(),
  sourceHydrator: z.unknown().optional(),
});

const applicationObjectSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    resourceVersion: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: placeSchema.optional().catch(undefined),
  operation: operationSchema.optional(),
  status: z
    .object({
      sync: z
        .object({
          status: syncStatusSchema.catch('Unknown'),
          revision: z.string().optional(),
          comparedTo: placeSchema.optional().catch(undefined),
        })
        .optional(),
      health: z
        .object({ status: healthStatusSchema.catch('Unknown'), message: z.string().optional() })
        .optional(),
      reconciledAt: z.string().optional(),
      operationState: z
        .object({
          phase: z.string(),
          message: z.string().optional(),
          startedAt: z.string().optional(),
          finishedAt: z.string().optional(),
          operation: operationSchema.optional(),
          syncResult: z.object({ revision: z.string().optional() }).optional(),
        })
        // A sync request nulls it (sync.ts), and a cluster may hand that null back until Argo CD takes over.
        .nullish(),
      conditions: z.array(z.object({ type: z.string(), message: z.string() })).optional(),
      summary: z.object({ images: z.array(z.string()).optional() }).optional(),
    })
    .optional(),
});

export const refreshAnnotation = 'argocd.argoproj.io/refresh';
/** The name under which an operation's id stands in `operation.info`. */
export const operationInfoName = 'signalbox-operation';

/** An Application as it is kept in memory: what the board shows, and what the engine decides by. */
export interface ArgoApplication {
  name: string;
  namespace: string;
  /** Of the object as it was read; `null` when it carried none. */
  resourceVersion: string | null;
  /** Annotation `repoName`: the app that it belongs to; its own name when it isn't annotated. */
  repoName: string;
  shown: Application;
  /** The refresh annotation is still there: the comparison is not stored yet. */
  refreshPending: boolean;
  /** `.operation` is set: a sync was asked for and is not taken over or finished yet. */
  operationRequested: boolean;
  /** Operation id in `operationState.operation.info`. */
  syncedBy: string | null;
  reconciledAt: string | null;
}

const flag = (value: string | undefined): boolean | null =>
  value === 'true' ? true : value === 'false' ? false : null;

/** A value without what Go's `omitempty` leaves out: empty texts, lists and objects, zero, false and null. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value || undefined;
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const left = withoutEmpty(inner);
    return left === undefined ? [] : [[name, left] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

type Place = z.infer<typeof placeSchema>;

/**
 * Whether the last comparison was made with another source than the spec names by now: the test by which Argo CD
 * itself decides that a comparison is needed (`controller/appcontroller.go`, `needRefreshAppStatus`). Between the
 * parent's change of the spec and that comparison, the status still speaks of the version before.
 */
function isOfAnotherSource(spec: Place | undefined, comparedTo: Place | undefined): boolean {
  if (!spec || !comparedTo || spec.sourceHydrator) return false;
  const sources = spec.sources?.length ? 'sources' : 'source';
  const [now, then] = [withoutEmpty(spec[sources]), withoutEmpty(comparedTo[sources])];
  return now !== undefined && then !== undefined && !isDeepStrictEqual(now, then);
}

/**
 * Reads an Application object.
 * @returns `null` when it is not one that can be read (no name): such an object is left out rather than guessed at.
 */
export function readApplication(object: unknown): ArgoApplication | null {
  const parsed = applicationObjectSchema.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status, operation } = parsed.data;
  const annotations = metadata.annotations ?? {};
  const state = status?.operationState;
  return {
    name: metadata.name,
    namespace: metadata.namespace,
    resourceVersion: metadata.resourceVersion ?? null,
    repoName: annotations.repoName ?? metadata.name,
    refreshPending: annotations[refreshAnnotation] !== undefined,
    operationRequested: operation !== undefined,
    syncedBy: state?.operation?.info?.find(({ name }) => name === operationInfoName)?.value ?? null,
    reconciledAt: status?.reconciledAt ?? null,
    shown: {
      name: metadata.name,
      version: annotations.imageTag ?? null,
      automaticDeploysEnabled: flag(annotations.automaticDeploysEnabled),
      promoteDeployment: flag(annotations.promoteDeployment),
      postSyncWorkflowEnabled: flag(annotations.postSyncWorkflowEnabled),
      sync: isOfAnotherSource(spec, status?.sync?.comparedTo)
        ? 'Unknown'
        : (status?.sync?.status ?? 'Unknown'),
      health: status?.health?.status ?? 'Unknown',
      operation: state
        ? { phase: state.phase, message: state.message ?? null, startedAt: state.startedAt ?? null }
        : null,
      conditions: status?.conditions ?? [],
      images: status?.summary?.images ?? [],
    },
  };
}
