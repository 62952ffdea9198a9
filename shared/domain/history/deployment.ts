import { z } from 'zod';

/** Why a deployment happened. `automatic` is the pipeline itself, `manual` a person outside Signalbox. */
export const deploymentKinds = ['deploy', 'promote', 'rollback', 'bag', 'automatic', 'manual'] as const;
export const deploymentKindSchema = z.enum(deploymentKinds);
export type DeploymentKind = z.infer<typeof deploymentKindSchema>;

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
  kind: deploymentKindSchema,
  reason: z.string().nullable(),
  operationId: z.string().nullable(),
});
export type Deployment = z.infer<typeof deploymentSchema>;
