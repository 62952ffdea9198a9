import { z } from 'zod';

/** Why a deployment happened. `automatic` is the pipeline itself, `manual` a person outside Signalbox. */
export const deploymentKinds = ['deploy', 'promote', 'rollback', 'bag', 'automatic', 'manual'] as const;
export const deploymentKindSchema = z.enum(deploymentKinds);
export type DeploymentKind = z.infer<typeof deploymentKindSchema>;

/**
 * Who started a deployment whose commit somebody else made, mostly a bot (shared/domain/attribution/claims.ts), and how:
 * through which route, by which run, and which findings were overridden. `source`: a record in the release repo, this
 * console's own journal, or a run that GitHub showed. `possibly`: one of these people, and nothing tells which.
 */
export const startedBySchema = z.union([
  z.object({
    name: z.string(),
    source: z.enum(['record', 'journal', 'run']),
    override: z.array(z.string()),
    route: z.enum(['workflow', 'actions', 'pull-request', 'unknown']),
    run: z.object({ name: z.string(), url: z.string().nullable() }).nullable(),
  }),
  z.object({ possibly: z.array(z.string()) }),
]);
export type StartedBy = z.infer<typeof startedBySchema>;

/** One change of an app's version in an environment, as the ledger's branch says it (first-parent history). */
export const deploymentSchema = z.object({
  app: z.string(),
  environment: z.string(),
  /** Version before, `null` when this is the first. */
  from: z.string().nullable(),
  to: z.string(),
  /** ISO 8601, UTC: committer time of the commit on the first-parent line. */
  at: z.string(),
  /** The commit on the first-parent line. */
  commit: z.string(),
  /** Author of the change itself: of the merged branch's commit where the line has a merge. */
  author: z.string(),
  /** Left out: the author did it, as far as is known. */
  startedBy: startedBySchema.optional(),
  kind: deploymentKindSchema,
  reason: z.string().nullable(),
  operationId: z.string().nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;
