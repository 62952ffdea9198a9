import { z } from 'zod';
import { applicationSchema, healthStatusSchema, syncStatusSchema } from '../board/board';
import { syncWindowsViewSchema } from './sync-window-view';

const text = z.string().nullable();

/** One of an Application's sources (`spec.source`, or each of `spec.sources`). */
const sourceSchema = z.object({
  repoUrl: z.string(),
  path: text,
  chart: text,
  targetRevision: text,
  /** The name by which other sources refer to it (`ref`). */
  ref: text,
});

/** One resource of an Application (`status.resources[]`). */
const resourceSchema = z.object({
  group: z.string(),
  kind: z.string(),
  namespace: text,
  name: z.string(),
  /** `null`: Argo CD says nothing of it (a hook). */
  sync: syncStatusSchema.nullable(),
  /**
   * `argo`: as Argo CD wrote it; `live`: worked out from the live object by Argo CD's own rules, since Argo CD leaves
   * it out by default; `none`: a kind that has no health; `unknown`: its kind is not watched here, or it was not seen.
   */
  health: z.object({
    status: healthStatusSchema.nullable(),
    message: text,
    from: z.enum(['argo', 'live', 'none', 'unknown']),
  }),
  hook: z.boolean(),
  /**
   * Git has it no more; only a sync with prune removes it. Never a hook: Argo CD lists each hook that is there as
   * `hook: true, requiresPruning: true`, since hooks are no targets of a comparison (`controller/state.go`), and no
   * sync prunes one (gitops-engine `pkg/sync/sync_context.go`, `getSyncTasks`).
   */
  requiresPruning: z.boolean(),
});
export type ApplicationResource = z.infer<typeof resourceSchema>;

/** One result of a sync (`status.operationState.syncResult.resources[]`): a resource that was applied, or a hook. */
const syncResultSchema = z.object({
  group: z.string(),
  kind: z.string(),
  namespace: text,
  name: z.string(),
  /** Synced, SyncFailed, Pruned, PruneSkipped. */
  status: text,
  message: text,
  /** PreSync, Sync, PostSync, SyncFail, Skip; `null`: no hook. */
  hookType: text,
  /** Phase of a hook, and of a resource that was waited for: Running, Succeeded, Failed, Error, Terminating. */
  hookPhase: text,
  syncPhase: text,
});

/** The sync that was asked for, runs, or ran last. */
const operationSchema = z.object({
  /**
   * `requested`: Argo CD has not taken it over yet; `blocked`: a sync window keeps it waiting; `waiting-to-retry`: the
   * phase is Running and the last attempt has finished.
   */
  state: z.enum(['requested', 'running', 'blocked', 'waiting-to-retry', 'terminating', 'ended']),
  /** As Argo CD words it; `null` while it is only requested. */
  phase: text,
  message: text,
  startedAt: text,
  finishedAt: text,
  retryCount: z.number(),
  /** Of the operation's own retry strategy; `null`: none, below 0: without end. */
  retryLimit: z.number().nullable(),
  /** A person's or a robot's name; `Argo CD (automatic sync)`; `null`: not told. */
  initiatedBy: text,
  automated: z.boolean(),
  /** The Signalbox operation or action that asked for it. */
  operationId: text,
  info: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Revisions that it syncs to, one per source. */
  revisions: z.array(z.string()),
  /** The version that it syncs, as far as its source tells; `null`: not known. */
  version: text,
  /** Its source names the version; else it is only known while the Application wants what it wanted then. */
  isVersionNamed: z.boolean(),
  prune: z.boolean(),
  dryRun: z.boolean(),
  /** Only selected resources: hooks did not run, and it is no entry of the history. */
  partial: z.boolean(),
  syncOptions: z.array(z.string()),
  /** The hook that runs right now: `Job/frontend-migrate`, by its phase. */
  runningHook: z
    .object({ phase: z.string(), kind: z.string(), namespace: text, name: z.string() })
    .nullable(),
  results: z.array(syncResultSchema),
});
export type ApplicationOperation = z.infer<typeof operationSchema>;

/** All of an Application that a person may want to know, beyond what the board shows. */
export const applicationDetailSchema = applicationSchema.extend({
  /** The app that it belongs to (annotation `repoName`). */
  app: z.string(),
  namespace: z.string(),
  project: z.string(),
  sources: z.array(sourceSchema),
  destination: z.object({ server: text, name: text, namespace: text }),
  /** What the comparison was made with, one per source (`status.sync.revision(s)`). */
  revisions: z.array(z.string()),
  /** The spec changed since the last comparison: `sync` speaks of what was before. */
  comparedWithOlderSpec: z.boolean(),
  /** A refresh is asked for and its comparison not stored yet. */
  refreshPending: z.boolean(),
  /** When that refresh was first seen here; ISO 8601 UTC, `null` without one. */
  refreshSeenAt: text,
  /** When it was last compared against the newest commit. */
  reconciledAt: text,
  healthMessage: text,
  healthSince: text,
  conditions: z.array(
    z.object({
      type: z.string(),
      message: z.string(),
      since: text,
      /** By Argo CD's naming: types that end with `Error` are faults, with `Warning` warnings. */
      severity: z.enum(['error', 'warning', 'info']),
    }),
  ),
  resources: z.array(resourceSchema),
  currentOperation: operationSchema.nullable(),
  /** Newest first; full, successful syncs only. */
  history: z.array(
    z.object({
      id: z.number(),
      revisions: z.array(z.string()),
      deployStartedAt: text,
      deployedAt: text,
      initiatedBy: text,
    }),
  ),
  autoSync: z.object({
    enabled: z.boolean(),
    prune: z.boolean(),
    selfHeal: z.boolean(),
    allowEmpty: z.boolean(),
    syncOptions: z.array(z.string()),
    retryLimit: z.number().nullable(),
  }),
  /** Argo CD renders its manifests ahead into another branch (source hydrator). */
  hydrated: z.boolean(),
  /** A finalizer waits: it is being deleted since. */
  deletingSince: text,
  windows: syncWindowsViewSchema,
});
export type ApplicationDetail = z.infer<typeof applicationDetailSchema>;
