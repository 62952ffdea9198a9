import { z } from 'zod';
import { operationInfoName } from './application-detail';

/**
 * Syncing by the custom resource alone, without Argo CD's API server. Sources: argo-cd `util/argo/argo.go`
 * (`SetAppOperation`) and `pkg/apis/application/v1alpha1/types.go` (`Operation`, `SyncOperation`).
 */
const syncableSchema = z.looseObject({
  spec: z.looseObject({
    syncPolicy: z
      .looseObject({
        automated: z.looseObject({ prune: z.boolean().optional() }).nullish(),
        syncOptions: z.array(z.string()).optional(),
        retry: z.looseObject({}).optional(),
      })
      .optional(),
  }),
  operation: z
    .looseObject({ info: z.array(z.looseObject({ name: z.string(), value: z.string() })).optional() })
    .optional(),
  status: z.looseObject({ operationState: z.unknown().optional() }).optional(),
});

/** What a sync is asked for. `prune` left out: as the automated policy says. */
export interface SyncAsk {
  operationId: string;
  actor: string;
  prune?: boolean | undefined;
  dryRun?: boolean;
  /** Only these (`SyncOperationResource`): Argo CD runs no hooks then, and keeps no entry of its history. */
  resources?: readonly { group: string; kind: string; namespace: string | null; name: string }[];
}

const resourceOf = ({ group, kind, namespace, name }: NonNullable<SyncAsk['resources']>[number]) => ({
  ...(group ? { group } : {}),
  kind,
  ...(namespace ? { namespace } : {}),
  name,
});

export type SyncWrite =
  | { kind: 'write'; object: Record<string, unknown> }
  | { kind: 'busy'; by: string }
  | { kind: 'already-requested' }
  | { kind: 'unreadable' };

/**
 * The object to PUT so that Argo CD syncs the Application, made from the object just read (it keeps the
 * resourceVersion, so a change in between is a 409).
 *
 * `spec.syncPolicy.syncOptions` and `.retry` are not inherited by an operation, so they are copied; prune follows
 * the automated policy. `status.operationState` is left out, since older controllers merge its stale fields.
 * No revision is named: the target revision of the spec is what the ledger says.
 */
export function syncWrite(object: unknown, request: SyncAsk): SyncWrite {
  const parsed = syncableSchema.safeParse(object);
  if (!parsed.success) return { kind: 'unreadable' };
  const application = parsed.data;
  if (application.operation) {
    const info = application.operation.info ?? [];
    const by = info.find(({ name }) => name === operationInfoName)?.value;
    if (by === request.operationId) return { kind: 'already-requested' };
    const initiator = (application.operation.initiatedBy ?? {}) as {
      username?: unknown;
      automated?: unknown;
    };
    const name = typeof initiator.username === 'string' && initiator.username ? initiator.username : null;
    return { kind: 'busy', by: name ?? (initiator.automated ? 'Argo CD (automatic sync)' : 'somebody else') };
  }
  const policy = application.spec.syncPolicy;
  // Left out and not null: the CRD's schema does not call the field nullable.
  const { operationState: _old, ...status } = application.status ?? {};
  return {
    kind: 'write',
    object: {
      ...application,
      operation: {
        initiatedBy: { username: request.actor },
        info: [{ name: operationInfoName, value: request.operationId }],
        ...(policy?.retry ? { retry: policy.retry } : {}),
        sync: {
          prune: request.prune ?? policy?.automated?.prune ?? false,
          ...(request.dryRun ? { dryRun: true } : {}),
          ...(request.resources?.length ? { resources: request.resources.map(resourceOf) } : {}),
          ...(policy?.syncOptions?.length ? { syncOptions: policy.syncOptions } : {}),
        },
      },
      ...(application.status ? { status } : {}),
    },
  };
}

export type TerminateWrite =
  | { kind: 'write'; object: Record<string, unknown> }
  | { kind: 'nothing-runs' }
  | { kind: 'already-terminating' }
  | { kind: 'another-runs'; startedAt: string }
  | { kind: 'unreadable' };

/**
 * The object to PUT so that the running sync is terminated (argo-cd `server/application/application.go`,
 * `TerminateOperation`).
 * @param startedAt when the sync began that is meant; `null`: whichever runs.
 */
export function terminateWrite(object: unknown, startedAt: string | null): TerminateWrite {
  const parsed = syncableSchema.safeParse(object);
  if (!parsed.success) return { kind: 'unreadable' };
  const application = parsed.data;
  const state = application.status?.operationState;
  if (!application.operation || typeof state !== 'object' || state === null) return { kind: 'nothing-runs' };
  const running = state as { phase?: unknown; startedAt?: unknown };
  if (startedAt !== null && typeof running.startedAt === 'string' && running.startedAt !== startedAt)
    return { kind: 'another-runs', startedAt: running.startedAt };
  if (running.phase === 'Terminating') return { kind: 'already-terminating' };
  return {
    kind: 'write',
    object: {
      ...application,
      status: { ...application.status, operationState: { ...state, phase: 'Terminating' } },
    },
  };
}
