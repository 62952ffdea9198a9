import { z } from 'zod';
import { lockViewSchema } from '../bags/view';
import { debtViewSchema } from '../emergency/debt';
import { failureSchema } from '../failure/failure';
import { deploymentSchema } from '../history/deployment';
import { operationStateSchema, stepNameSchema } from '../operation/operation';
import { clusterGapSchema } from '../rollout/cluster-status';
import { cellStageSchema, cellTestsSchema, runningSchema } from './cell-view';
import { freshnessSchema } from './freshness';

/** sync and health exactly as Argo CD words them (`status.sync.status`, `status.health.status`). */
export const syncStatusSchema = z.enum(['Synced', 'OutOfSync', 'Unknown']);
export const healthStatusSchema = z.enum([
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
]);

/** One Argo CD Application, trimmed. */
export const applicationSchema = z.object({
  name: z.string(),
  /** Annotation `imageTag`: what Argo CD was told to run. `null`: not annotated. */
  version: z.string().nullable(),
  automaticDeploysEnabled: z.boolean().nullable(),
  promoteDeployment: z.boolean().nullable(),
  /** Annotation `postSyncWorkflowEnabled`: whether tests run after a sync. `null`: not annotated. */
  postSyncWorkflowEnabled: z.boolean().nullable().optional(),
  sync: syncStatusSchema,
  health: healthStatusSchema,
  /** `status.operationState`: phase and message of the last or running sync. */
  operation: z
    .object({
      phase: z.string(),
      message: z.string().nullable(),
      startedAt: z.string().nullable(),
      finishedAt: z.string().nullable().optional(),
      /** Whether it was of the source that the spec names now (`syncResult.source`); `null`: not told. */
      ofSpec: z.boolean().nullable().optional(),
    })
    .nullable(),
  /** `status.reconciledAt`: when `sync` was last worked out against the newest commit. */
  comparedAt: z.string().nullable().optional(),
  conditions: z.array(
    z.object({
      type: z.string(),
      message: z.string(),
      /** `lastTransitionTime`: since when it is so. */
      since: z.string().nullable().optional(),
    }),
  ),
  images: z.array(z.string()),
});
export type Application = z.infer<typeof applicationSchema>;

/**
 * Whether a successful sync has ended since the last comparison. Argo CD compares again right after the end of a sync and
 * says `OutOfSync` until then (`controller/appcontroller.go`, `processRequestedAppOperation`); seen on Argo CD 3.6.1.
 */
export function awaitsComparison({ operation, comparedAt }: Application): boolean {
  const finishedAt = operation?.phase === 'Succeeded' ? operation.finishedAt : null;
  return !!finishedAt && !!comparedAt && comparedAt < finishedAt;
}

/** How a cell stands to the first environment of its chain. `behind` counts releases where the names can be ordered. */
export const driftSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('same') }),
  z.object({ state: z.literal('behind'), by: z.number().int().positive(), of: z.string() }),
  z.object({ state: z.literal('ahead'), by: z.number().int().positive(), of: z.string() }),
  z.object({ state: z.literal('differs'), of: z.string() }),
  z.object({ state: z.literal('unknown'), because: z.string() }),
]);
export type Drift = z.infer<typeof driftSchema>;

/**
 * A hold of automatic deploys into an environment. `pending` until the cluster of the environment *before* shows
 * it (the gate into E is the file of the environment before E), `alarm` when something was promoted in spite of it.
 */
export const holdSchema = z.object({
  state: z.enum(['pending', 'effective', 'unknown', 'alarm']),
  by: z.string().nullable(),
  since: z.string().nullable(),
  reason: z.string().nullable(),
  /** What it waits for, or what could not be seen. */
  detail: z.string().nullable(),
  /** A freeze keeps automatic deploys off, and nobody holds the app itself. */
  frozen: z.boolean().optional(),
});
export type Hold = z.infer<typeof holdSchema>;

/** Where one click would roll back to, worked out before anyone needs it. */
export const rollbackTargetSchema = z.object({
  version: z.string(),
  /** How it is known that it was healthy there. `none`: it only ran there before. */
  evidence: z.enum(['seen-healthy', 'tests-passed', 'ran-long', 'none']),
  evidenceText: z.string(),
  ranFrom: z.string().nullable(),
  ranUntil: z.string().nullable(),
});
export type RollbackTarget = z.infer<typeof rollbackTargetSchema>;

export const cellSchema = z.object({
  app: z.string(),
  environment: z.string(),
  /** What the ledger says; `null` when the app has no file there. */
  ledger: z
    .object({
      version: z.string().nullable(),
      automaticDeploys: z.boolean().nullable(),
      promote: z.boolean().nullable(),
      /** Why the file cannot be read, naming file and line. */
      problem: failureSchema.nullable(),
    })
    .nullable(),
  /** The newest deployment of the cell; `null` while the history is not known that far. */
  deployed: deploymentSchema.nullable(),
  /** What the cluster says of the app: the main Application first, twins after it. Empty: not seen. */
  applications: z.array(applicationSchema),
  /** When that was heard last, where Argo CD is not followed now (ISO 8601 UTC); `null`: it is, or nothing was seen. */
  applicationsAsOf: z.string().nullable().optional(),
  /** What runs; `null`: a board of the past, of which no cluster tells. */
  running: runningSchema.nullable(),
  /** The worst health of what runs, whatever Git wants; `null` when nothing was seen. */
  health: healthStatusSchema.nullable(),
  /** How far the version that the ledger names has come on its way to the pods; `null`: a board of the past. */
  stage: cellStageSchema.nullable(),
  /** What the tests say of that version; `null`: none are due or set up, or of the past. */
  tests: cellTestsSchema.nullable(),
  /** Sum over the app's Deployments while a rollout is under way, or the last one failed. */
  rollout: z
    .object({
      state: z.enum(['progressing', 'failed']),
      /** Why the first failing pod of the new version fails (`CrashLoopBackOff`…), long before a deadline runs out. */
      failing: z.string().nullable(),
      /** The same as a sentence for people; `null`: nothing fails. */
      cause: z.string().nullable().optional(),
      desired: z.number(),
      updated: z.number(),
      available: z.number(),
      message: z.string(),
    })
    .nullable(),
  drift: driftSchema,
  hold: holdSchema.nullable(),
  /** A sync window of Argo CD that keeps syncs of the app waiting; `null`: none does, or it is not known. */
  syncWindow: z
    .object({
      /** `manual-only`: automatic syncs wait; `closed`: all do. */
      state: z.enum(['manual-only', 'closed']),
      project: z.string(),
      /** In words: which window. */
      text: z.string(),
      /** When automatic syncs may run again; `null`: not within a year. ISO 8601 UTC. */
      opensAt: z.string().nullable(),
    })
    .nullable()
    .optional(),
  operation: z
    .object({ id: z.string(), state: operationStateSchema, step: stepNameSchema.nullable() })
    .nullable(),
  rollbackTarget: rollbackTargetSchema.nullable(),
});
export type Cell = z.infer<typeof cellSchema>;

export const environmentViewSchema = z.object({
  name: z.string(),
  tier: z.enum(['production', 'standard']),
  /** The first pipeline that it belongs to; `null` for one that is in no chain. */
  pipeline: z.object({ name: z.string(), kind: z.enum(['apps', 'bags', 'concourse']) }).nullable(),
  /** The environment before it in its chain: where the gate into it lies. */
  before: z.string().nullable(),
  cluster: freshnessSchema,
  /** Kinds that cannot be seen although the cluster answers: what rests on them is as it was last seen, or not known. */
  gaps: z.array(clusterGapSchema),
  /** Who holds its lock in that pipeline: no other console deploys there meanwhile. `null`: nobody. */
  lock: lockViewSchema.nullable(),
});
export type EnvironmentView = z.infer<typeof environmentViewSchema>;

/** Apps × environments at one commit of the ledger. `cells` is sparse: only where the app has a file. */
export const boardSchema = z.object({
  /** Grows with every cell that changes: what `board.cells` asks by. */
  revision: z.number().int(),
  commit: z.string().nullable(),
  committedAt: z.string().nullable(),
  ledger: freshnessSchema,
  history: z.object({ ready: z.boolean(), indexed: z.number(), notice: z.string().nullable() }),
  environments: z.array(environmentViewSchema),
  apps: z.array(z.string()),
  cells: z.array(cellSchema),
  problems: z.array(failureSchema),
  emergency: z.object({
    /** Since when and why the release repo counts as away, so that a rollback past Git is offered; `null`: it does not. */
    away: z.object({ since: z.string(), why: z.string() }).nullable(),
    /** Emergency rollbacks that are not put back, the oldest first. */
    debts: z.array(debtViewSchema),
  }),
});
export type Board = z.infer<typeof boardSchema>;

/** The cells that changed since a revision of the board, and its revision with them. */
export const boardCellsSchema = z.object({ revision: z.number().int(), cells: z.array(cellSchema) });
export type BoardCells = z.infer<typeof boardCellsSchema>;
