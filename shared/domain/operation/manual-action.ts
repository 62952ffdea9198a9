import { z } from 'zod';

/** Acts on a cluster that are done by hand and at once, beside the operations of the engine. */
const manualActionKinds = [
  'refresh',
  'sync',
  'terminate-sync',
  'resubmit',
  'retry',
  'stop',
  'terminate',
  'suspend',
  'resume',
] as const;

/** One action, as it was asked and as it ended. Times are ISO 8601 UTC. */
export const manualActionSchema = z.object({
  /** The request's id, which Argo CD carries in `operation.info` and a new workflow in a label. */
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  kind: z.enum(manualActionKinds),
  environment: z.string(),
  /** The app that the object belongs to. */
  app: z.string(),
  /** `Application frontend`, `Workflow post-sync-x7k2p`. */
  object: z.string(),
  /** `unknown`: no answer came, or Signalbox ended meanwhile: it may have happened. */
  outcome: z.enum(['done', 'refused', 'unknown']),
  text: z.string(),
  /** The workflow that a resubmission made. */
  created: z.object({ namespace: z.string(), name: z.string() }).nullable(),
});
export type ManualAction = z.infer<typeof manualActionSchema>;
