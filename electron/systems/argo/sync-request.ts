import { z } from 'zod';
import { listOf, optional, readObjectOrNull } from '../read-object';
import { operationSchema } from './application-object';
import { actorOf, operationIdOf, operationInfoName } from './read-application-detail';

/**
 * Syncing by the custom resource alone, without Argo CD's API server. Sources: argo-cd `util/argo/argo.go`
 * (`SetAppOperation`) and `pkg/apis/application/v1alpha1/types.go` (`Operation`, `SyncOperation`).
 */
const syncableSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: optional(
    z.object({
      syncPolicy: optional(
        z.object({
          automated: optional(z.object({ prune: optional(z.boolean()) })),
          syncOptions: listOf(z.string()),
          retry: optional(z.looseObject({})),
        }),
      ),
    }),
  ),
  // Whatever it is, it is not overwritten.
  operation: z.unknown().optional(),
  status: optional(z.object({ operationState: z.unknown().optional() })),
});

/** The operation that Argo CD took up last (`OperationState.operation`), which stays there when it has ended. */
const takenSchema = z.object({ operation: optional(operationSchema) });

/** What a sync is asked for. `prune` left out: as the automated policy says. */
export interface SyncAsk {
  operationId: string;
  actor: string;
  prune?: boolean | undefined;
  /** A commit, of an Application with one source. */
  revision?: string | undefined;
  dryRun?: boolean;
  /** Only these (`SyncOperationResource`): Argo CD runs no hooks then, and keeps no entry of its history. */
  resources?: readonly { group: string; kind: string; namespace: string | null; name: string }[];
}

export const resourceOf = ({ group, kind, namespace, name }: NonNullable<SyncAsk['resources']>[number]) => ({
  ...(group ? { group } : {}),
  kind,
  ...(namespace ? { namespace } : {}),
  name,
});

export type SyncWrite =
  | { kind: 'write'; patch: Record<string, unknown> }
  | { kind: 'busy'; by: string }
  | { kind: 'already-requested' }
  | { kind: 'unreadable' };

/**
 * The merge patch by which Argo CD syncs the Application, made from the object just read: it goes with that object's
 * resourceVersion, so that a change in between is a 409. A patch, since an Application holds free JSON
 * (`helm.valuesObject`) that must come back as it is.
 *
 * `spec.syncPolicy.syncOptions` and `.retry` are not inherited by an operation, so they are copied; prune follows
 * the automated policy. `status.operationState` is taken out, since older controllers merge its stale fields.
 * Mostly no revision is named: the target revision of the spec is what the ledger says.
 */
export function syncWrite(object: unknown, request: SyncAsk): SyncWrite {
  const read = readObjectOrNull(syncableSchema, object);
  if (!read) return { kind: 'unreadable' };
  const { spec, status, operation } = read;
  if (operation !== undefined && operation !== null) {
    const running = typeof operation === 'object' ? readObjectOrNull(operationSchema, operation) : null;
    if (operationIdOf(running) === request.operationId) return { kind: 'already-requested' };
    return { kind: 'busy', by: actorOf(running) ?? 'somebody else' };
  }
  const told = status?.operationState;
  const taken = readObjectOrNull(takenSchema, told ?? {});
  if (operationIdOf(taken?.operation) === request.operationId) return { kind: 'already-requested' };
  const policy = spec?.syncPolicy;
  return {
    kind: 'write',
    patch: {
      operation: {
        initiatedBy: { username: request.actor },
        info: [{ name: operationInfoName, value: request.operationId }],
        ...(policy?.retry ? { retry: policy.retry } : {}),
        sync: {
          prune: request.prune ?? policy?.automated?.prune ?? false,
          ...(request.revision ? { revision: request.revision } : {}),
          ...(request.dryRun ? { dryRun: true } : {}),
          ...(request.resources?.length ? { resources: request.resources.map(resourceOf) } : {}),
          ...(policy?.syncOptions.length ? { syncOptions: policy.syncOptions } : {}),
        },
      },
      ...(told === undefined || told === null ? {} : { status: { operationState: null } }),
    },
  };
}

export type TerminateWrite =
  | { kind: 'write'; patch: Record<string, unknown> }
  | { kind: 'nothing-runs' }
  | { kind: 'already-terminating' }
  | { kind: 'another-runs'; startedAt: string }
  | { kind: 'unreadable' };

/**
 * The merge patch by which the running sync is terminated (argo-cd `server/application/application.go`,
 * `TerminateOperation`).
 * @param startedAt when the sync began that is meant; `null`: whichever runs.
 */
export function terminateWrite(object: unknown, startedAt: string | null): TerminateWrite {
  const application = readObjectOrNull(syncableSchema, object);
  if (!application) return { kind: 'unreadable' };
  const state = application.status?.operationState;
  if (!application.operation || typeof state !== 'object' || state === null) return { kind: 'nothing-runs' };
  const running = state as { phase?: unknown; startedAt?: unknown };
  if (startedAt !== null && typeof running.startedAt === 'string' && running.startedAt !== startedAt)
    return { kind: 'another-runs', startedAt: running.startedAt };
  if (running.phase === 'Terminating') return { kind: 'already-terminating' };
  // What ended is not what `.operation` asks for: Argo CD would take that away unbegun.
  if (running.phase !== 'Running') return { kind: 'nothing-runs' };
  return { kind: 'write', patch: { status: { operationState: { phase: 'Terminating' } } } };
}
