import { z } from 'zod';

export const workflowPhaseSchema = z.enum([
  '',
  'Pending',
  'Running',
  'Succeeded',
  'Skipped',
  'Failed',
  'Error',
  'Omitted',
]);

/** One node of an Argo Workflow (`status.nodes`), trimmed. */
export const workflowNodeSchema = z.object({
  id: z.string(),
  displayName: z.string(),
  /** Pod, Steps, StepGroup, DAG, TaskGroup, Retry, Skipped, Suspend… as Argo says. */
  type: z.string(),
  phase: workflowPhaseSchema,
  message: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  children: z.array(z.string()),
  /** The pod that runs it, when it is a Pod node and the pod is still there. */
  pod: z.string().nullable(),
});
export type WorkflowNode = z.infer<typeof workflowNodeSchema>;

/** An Argo Workflow as far as the console shows it. */
export const workflowSchema = z.object({
  environment: z.string(),
  namespace: z.string(),
  name: z.string(),
  template: z.string(),
  title: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  phase: workflowPhaseSchema,
  progress: z.string().nullable(),
  message: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  shutdown: z.string().nullable(),
  nodes: z.array(workflowNodeSchema),
  /** Why the nodes are missing: they are in a database that a kubeconfig cannot reach. */
  nodesUnavailable: z.string().nullable(),
});
export type Workflow = z.infer<typeof workflowSchema>;
