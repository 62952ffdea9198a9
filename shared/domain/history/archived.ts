import { z } from 'zod';
import { operationStateSchema } from '../operation/operation';

/** What the cluster or a workflow once told of a version in an environment, kept since they forget it within days. */
const savedObservationSchema = z.object({
  version: z.string(),
  what: z.enum(['healthy', 'degraded', 'tests-passed', 'tests-failed']),
  /** ISO 8601 UTC. */
  at: z.string(),
  /** The object that told: `Application frontend`, `Workflow post-sync-abc`. */
  source: z.string(),
});

/** The end of a log that was worth keeping: of a failing pod or test. */
const savedLogSchema = z.object({
  version: z.string(),
  source: z.string(),
  at: z.string(),
  text: z.string(),
});

/** How an operation of this console ended. */
export const savedOutcomeSchema = z.object({
  operationId: z.string(),
  state: operationStateSchema,
  at: z.string().nullable(),
  message: z.string().nullable(),
});
export type SavedOutcome = z.infer<typeof savedOutcomeSchema>;

/** What came of a deployment that no operation of this console made, as clusters and workflows told it. */
export const seenOutcomeSchema = z.object({
  state: z.enum(['succeeded', 'failed']),
  /** ISO 8601 UTC: when it was seen. */
  at: z.string(),
  text: z.string(),
});
export type SeenOutcome = z.infer<typeof seenOutcomeSchema>;

/** All that is kept of a version in an environment, newest first. */
export const savedSchema = z.object({
  observations: z.array(savedObservationSchema),
  logs: z.array(savedLogSchema),
});
export type Saved = z.infer<typeof savedSchema>;
