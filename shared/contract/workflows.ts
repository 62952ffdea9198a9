import { z } from 'zod';
import { freshnessSchema } from '../domain/board/freshness';
import { savedWorkflowSchema, workflowSchema } from '../domain/workflows/workflow';
import { actionOnce, doneSchema, name, query } from './procedure';

const object = z.object({ environment: name, namespace: name, name });
const parameters = z
  .array(z.object({ name: z.string().min(1).max(200), value: z.string().max(10_000) }))
  .max(100);
const withParameters = object.extend({ parameters: parameters.default([]) });
const cell = z.object({ app: name, environment: name });

/** A workflow as a list shows it: without its steps. */
const listedWorkflowSchema = workflowSchema.omit({ nodes: true, parameters: true }).extend({
  /** The cluster has forgotten it; it is told as it was last seen, at `seenAt`. */
  gone: z.boolean(),
  seenAt: z.string().nullable(),
});
export type ListedWorkflow = z.infer<typeof listedWorkflowSchema>;

/** Argo Workflows. Its actions are as those of Argo CD (`argo.ts`). */
export const workflowProcedures = {
  'workflow.list': query(
    cell.extend({ version: name.optional() }),
    z.object({ freshness: freshnessSchema, workflows: z.array(workflowSchema) }),
    { changedBy: ['workflow', 'cluster'], narrowedBy: ['app', 'environment'] },
  ),
  'workflow.get': query(object, workflowSchema, { changedBy: ['workflow'] }),
  /** Over apps and environments, newest first. Those that a cluster has forgotten are in it only where an app is named. */
  'workflow.recent': query(
    z.object({
      environment: name.optional(),
      app: name.optional(),
      version: name.optional(),
      template: name.optional(),
      /** `open`: not ended; `failed`: Failed and Error. */
      state: z.enum(['open', 'failed', 'succeeded']).optional(),
      limit: z.number().int().min(1).max(500),
    }),
    z.object({
      sources: z.array(z.object({ environment: z.string(), freshness: freshnessSchema })),
      workflows: z.array(listedWorkflowSchema),
      /** How many there are in all. */
      total: z.number().int(),
    }),
    { changedBy: ['workflow', 'cluster'], narrowedBy: ['app', 'environment'] },
  ),
  /** A workflow as it was last seen, although the cluster forgot it. */
  'workflow.saved': query(
    cell.extend({ version: name.optional(), limit: z.number().int().min(1).max(100) }),
    z.object({ workflows: z.array(savedWorkflowSchema) }),
    { changedBy: ['workflow'], narrowedBy: ['app', 'environment'] },
  ),
  /** A new run with the same spec; `parameters` replace those of the same name. */
  'workflow.resubmit': actionOnce(withParameters, doneSchema),
  /** Goes on from the failure. */
  'workflow.retry': actionOnce(withParameters, doneSchema),
  /** Exit handlers still run. */
  'workflow.stop': actionOnce(object, doneSchema),
  'workflow.terminate': actionOnce(object, doneSchema),
  'workflow.suspend': actionOnce(object, doneSchema),
  'workflow.resume': actionOnce(object, doneSchema),
} as const;
