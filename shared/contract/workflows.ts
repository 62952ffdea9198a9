import { z } from 'zod';
import { freshnessSchema } from '../domain/board/freshness';
import { workflowSchema } from '../domain/workflows/workflow';

const name = z.string().min(1).max(200);

/** A workflow as a list shows it: without its steps. */
const listedWorkflowSchema = workflowSchema.omit({ nodes: true, parameters: true }).extend({
  /** The cluster has forgotten it; it is told as it was last seen, at `seenAt`. */
  gone: z.boolean(),
  seenAt: z.string().nullable(),
});
export type ListedWorkflow = z.infer<typeof listedWorkflowSchema>;

/** Workflows over apps and environments. */
export const workflowProcedures = {
  /** Newest first. Those that a cluster has forgotten are in it only where an app is named. */
  'workflow.recent': {
    input: z.object({
      environment: name.optional(),
      app: name.optional(),
      version: name.optional(),
      template: name.optional(),
      /** `open`: not ended; `failed`: Failed and Error. */
      state: z.enum(['open', 'failed', 'succeeded']).optional(),
      limit: z.number().int().min(1).max(500),
    }),
    output: z.object({
      sources: z.array(z.object({ environment: z.string(), freshness: freshnessSchema })),
      workflows: z.array(listedWorkflowSchema),
      /** How many there are in all. */
      total: z.number().int(),
    }),
  },
} as const;
