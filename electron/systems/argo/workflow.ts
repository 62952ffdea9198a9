import { z } from 'zod';
import { type Workflow, type WorkflowNode, workflowPhaseSchema } from '../../../shared/domain/workflow';
import { unpackNodes } from './workflow-object';
import { isWaiting } from './workflow-suspend';

/** Fields of a Workflow as `pkg/apis/workflow/v1alpha1/workflow_types.go` names them. */
const nodeSchema = z.object({
  id: z.string(),
  displayName: z.string().optional(),
  name: z.string().optional(),
  type: z.string(),
  phase: workflowPhaseSchema.catch('').optional(),
  message: z.string().optional(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  children: z.array(z.string()).nullish(),
  boundaryID: z.string().nullish().catch(null),
  templateName: z.string().nullish().catch(null),
  templateRef: z.object({ name: z.string().nullish(), template: z.string().nullish() }).nullish().catch(null),
});

const argumentsSchema = z
  .object({
    parameters: z
      .array(
        z.object({
          name: z.string(),
          value: z.union([z.string(), z.number(), z.boolean()]).nullish().catch(null),
        }),
      )
      .nullish(),
  })
  .nullish()
  .catch(null);

const workflowObjectSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    creationTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .object({
      shutdown: z.string().optional(),
      workflowTemplateRef: z.object({ name: z.string().optional() }).optional(),
      suspend: z.boolean().nullish().catch(null),
      arguments: argumentsSchema,
    })
    .optional(),
  status: z
    .object({
      phase: workflowPhaseSchema.catch('').optional(),
      progress: z.string().optional(),
      message: z.string().optional(),
      startedAt: z.string().nullish(),
      finishedAt: z.string().nullish(),
      nodes: z.record(z.string(), nodeSchema).nullish(),
      compressedNodes: z.string().optional(),
      offloadNodeStatusVersion: z.string().optional(),
      storedWorkflowTemplateSpec: z.object({ arguments: argumentsSchema }).nullish().catch(null),
    })
    .optional(),
});

type Nodes = z.infer<typeof nodeSchema>[];

/** `status.nodes`, or `compressedNodes` (base64 of gzip of JSON) unpacked, or why there are none. */
function nodesOf(status: NonNullable<z.infer<typeof workflowObjectSchema>['status']>): {
  nodes: Nodes;
  unavailable: string | null;
} {
  if (status.offloadNodeStatusVersion) {
    return {
      nodes: [],
      unavailable:
        'Argo Workflows keeps the steps of this workflow in its database, which a kubeconfig cannot reach.',
    };
  }
  if (status.nodes && Object.keys(status.nodes).length > 0)
    return { nodes: Object.values(status.nodes), unavailable: null };
  if (!status.compressedNodes) return { nodes: [], unavailable: null };
  try {
    const nodes = z.record(z.string(), nodeSchema).parse(unpackNodes(status.compressedNodes));
    return { nodes: Object.values(nodes), unavailable: null };
  } catch {
    return { nodes: [], unavailable: 'The compressed steps of this workflow cannot be read.' };
  }
}

/** Labels that the workflow templates make of parameters of the same names (`spec.workflowMetadata.labels`). */
const labelsOfParameters = [
  'repoName',
  'imageTag',
  'environment',
  'application',
  'promoteDeployment',
  'automaticDeploysEnabled',
] as const;

/**
 * The labels of a workflow. Those that its template asks for are set by the controller when it first works on it, which
 * may take a while where many wait: until then its parameters say the same.
 */
function labelsOf({ metadata, spec }: z.infer<typeof workflowObjectSchema>): Record<string, string> {
  const labels = { ...metadata.labels };
  for (const { name, value } of spec?.arguments?.parameters ?? [])
    if (value !== null && value !== undefined && labelsOfParameters.some((one) => one === name))
      labels[name] ??= String(value);
  return labels;
}

function templateOf({ templateRef, templateName }: Nodes[number]): string | null {
  if (templateRef?.template)
    return templateRef.name ? `${templateRef.name}/${templateRef.template}` : templateRef.template;
  return templateName || null;
}

/** The arguments of a workflow: its own, and those that the controller took from its template. */
function parametersOf({ spec, status }: z.infer<typeof workflowObjectSchema>): Workflow['parameters'] {
  const all = new Map<string, string>();
  for (const given of [status?.storedWorkflowTemplateSpec?.arguments, spec?.arguments])
    for (const { name, value } of given?.parameters ?? [])
      if (value !== null && value !== undefined) all.set(name, String(value));
  return [...all].map(([name, value]) => ({ name, value }));
}

/**
 * Reads a Workflow object. Its nodes come without their pods: see {@link withPods}.
 * @returns `null` when the object has no name.
 */
export function readWorkflow(object: unknown, environment: string): Workflow | null {
  const parsed = workflowObjectSchema.safeParse(object);
  if (!parsed.success) return null;
  const { metadata, spec, status } = parsed.data;
  const { nodes, unavailable } = status ? nodesOf(status) : { nodes: [], unavailable: null };
  const labels = labelsOf(parsed.data);
  return {
    environment,
    namespace: metadata.namespace,
    name: metadata.name,
    template: labels['workflows.argoproj.io/workflow-template'] ?? spec?.workflowTemplateRef?.name ?? '',
    title: metadata.annotations?.['workflows.argoproj.io/title'] ?? null,
    labels,
    phase: status?.phase ?? '',
    progress: status?.progress ?? null,
    message: status?.message ?? null,
    startedAt: status?.startedAt ?? metadata.creationTimestamp ?? null,
    finishedAt: status?.finishedAt ?? null,
    shutdown: spec?.shutdown ?? null,
    nodes: nodes.map(
      (node): WorkflowNode => ({
        id: node.id,
        displayName: node.displayName || node.name || node.id,
        type: node.type,
        phase: node.phase ?? '',
        message: node.message || null,
        startedAt: node.startedAt ?? null,
        finishedAt: node.finishedAt ?? null,
        children: node.children ?? [],
        pod: null,
        boundary: node.boundaryID || null,
        template: templateOf(node),
      }),
    ),
    nodesUnavailable: unavailable,
    suspended: (spec?.suspend ?? false) || nodes.some(isWaiting),
    resubmittedFrom: labels['workflows.argoproj.io/resubmitted-from-workflow'] ?? null,
    parameters: parametersOf(parsed.data),
  };
}

/**
 * A workflow with the pods that run its nodes. A pod's name cannot be worked out from the node alone, since its form
 * depends on the controller's version: the annotation `workflows.argoproj.io/node-id` of the pod tells.
 * @param podOf the pod of a node id, `null` when it is gone or never was.
 */
export function withPods(workflow: Workflow, podOf: (nodeId: string) => string | null): Workflow {
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => (node.type === 'Pod' ? { ...node, pod: podOf(node.id) } : node)),
  };
}

/** Whether a workflow has ended (`Succeeded`, `Failed` or `Error`). */
export function hasEnded(workflow: Pick<Workflow, 'phase'>): boolean {
  return workflow.phase === 'Succeeded' || workflow.phase === 'Failed' || workflow.phase === 'Error';
}
