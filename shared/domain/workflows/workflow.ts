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
  /** The node whose template it is a step of: what the tree is indented by; `null` for the outermost. */
  boundary: z.string().nullable().optional(),
  /** Template that it runs: `smoke-tests`, `post-sync/run`. */
  template: z.string().nullable().optional(),
  /** What Argo calls the pod that runs or ran it, whether or not it is there; only of a Pod node. */
  ownPod: z.string().optional(),
  /** Argo stored its log as an artifact (`archiveLogs`): it can be read when the pod is gone. */
  storedLog: z.boolean().optional(),
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
  /** Why the nodes are missing: they are in a database that could not be asked, or cannot be read. */
  nodesUnavailable: z.string().nullable(),
  /** `spec.suspend`, or a Suspend node waits to be resumed. */
  suspended: z.boolean().optional(),
  /** The workflow that this one was made from again. */
  resubmittedFrom: z.string().nullable().optional(),
  /** The version of its steps, where they lie in the database of Argo Workflows and not in the cluster. */
  offloaded: z.string().optional(),
  /** Its uid, where only the archive of Argo Workflows has it: the cluster has forgotten it. */
  archivedUid: z.string().optional(),
  /** `spec.arguments.parameters`, with those of its template once the controller stored them. */
  parameters: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
export type Workflow = z.infer<typeof workflowSchema>;

/** A workflow as it was last seen. `gone`: the cluster has forgotten it since (time to live, or deleted). */
export const savedWorkflowSchema = z.object({
  workflow: workflowSchema,
  seenAt: z.string(),
  gone: z.boolean(),
});
export type SavedWorkflow = z.infer<typeof savedWorkflowSchema>;
