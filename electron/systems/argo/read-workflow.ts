import { z } from 'zod';
import {
  type Workflow,
  type WorkflowNode,
  workflowPhaseSchema,
} from '../../../shared/domain/workflows/workflow';
import { listOf, type OnOdd, optional, readObject, readObjectOrNull, texts } from '../read-object';
import { stepPodName } from './pod-name';
import { unpackNodes } from './workflow-object';
import { isWaiting } from './workflow-suspend';

/** Fields of a Workflow as `pkg/apis/workflow/v1alpha1/workflow_types.go` names them. */
const text = optional(z.string());
const nodeSchema = z.object({
  id: z.string(),
  displayName: text,
  name: text,
  // Go's zero value; such a node is shown and taken for none of the kinds that are known.
  type: text.transform((value) => value ?? ''),
  phase: optional(workflowPhaseSchema),
  message: text,
  startedAt: text,
  finishedAt: text,
  children: listOf(z.string()),
  boundaryID: text,
  templateName: text,
  templateRef: optional(z.object({ name: text, template: text })),
  outputs: optional(z.object({ artifacts: listOf(z.object({ name: text })) })),
});
const nodesSchema = optional(z.record(z.string(), nodeSchema));

const argumentsSchema = optional(
  z.object({
    parameters: listOf(
      z.object({ name: z.string(), value: optional(z.union([z.string(), z.number(), z.boolean()])) }),
    ),
  }),
);

const workflowObjectSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    creationTimestamp: text,
    labels: optional(texts),
    annotations: optional(texts),
  }),
  spec: optional(
    z.object({
      shutdown: text,
      workflowTemplateRef: optional(z.object({ name: text })),
      suspend: optional(z.boolean()),
      arguments: argumentsSchema,
    }),
  ),
  status: optional(
    z.object({
      phase: optional(workflowPhaseSchema),
      progress: text,
      message: text,
      startedAt: text,
      finishedAt: text,
      nodes: nodesSchema,
      compressedNodes: text,
      offloadNodeStatusVersion: text,
      storedWorkflowTemplateSpec: optional(z.object({ arguments: argumentsSchema })),
    }),
  ),
});

type Nodes = z.infer<typeof nodeSchema>[];

/** Why a workflow has no steps where the cluster itself does not hold them. */
const stepsOffloaded =
  'Argo Workflows stores the steps of this workflow in its database, which Signalbox can’t reach through a kubeconfig. Its own server shows them: name it in the estate file.';

/** `status.nodes`, or `compressedNodes` (base64 of gzip of JSON) unpacked, or why there are none. */
function nodesOf(
  status: NonNullable<z.infer<typeof workflowObjectSchema>['status']>,
  onOdd: OnOdd | undefined,
): { nodes: Nodes; unavailable: string | null; offloaded?: string } {
  // Argo’s own server fills them in, and in a list leaves the version in its place.
  if (status.nodes && Object.keys(status.nodes).length > 0)
    return { nodes: Object.values(status.nodes), unavailable: null };
  if (status.offloadNodeStatusVersion)
    return { nodes: [], unavailable: stepsOffloaded, offloaded: status.offloadNodeStatusVersion };
  if (!status.compressedNodes) return { nodes: [], unavailable: null };
  try {
    const nodes = readObject(nodesSchema, unpackNodes(status.compressedNodes), onOdd);
    return { nodes: Object.values(nodes ?? {}), unavailable: null };
  } catch {
    // Told in words, in the place of the steps.
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

/** The name of the artifact that `archiveLogs` makes of the log of a step (`workflow/executor/executor.go`, `SaveLogs`). */
const storedLogName = 'main-logs';

/** What is known of the pod of a node without looking at pods. */
function podOf(
  { name, annotations }: z.infer<typeof workflowObjectSchema>['metadata'],
  node: Nodes[number],
): Pick<WorkflowNode, 'ownPod' | 'storedLog'> {
  if (node.type !== 'Pod') return {};
  const version = annotations?.['workflows.argoproj.io/pod-name-format'];
  const template = node.templateRef?.template || node.templateName || '';
  const isStored = node.outputs?.artifacts.some((one) => one.name === storedLogName) ?? false;
  return {
    ownPod: stepPodName({ name, version }, { id: node.id, name: node.name ?? '', template }),
    ...(isStored ? { storedLog: true } : {}),
  };
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
export function readWorkflow(object: unknown, environment: string, onOdd?: OnOdd): Workflow | null {
  const read = readObjectOrNull(workflowObjectSchema, object, onOdd);
  if (!read) return null;
  const { metadata, spec, status } = read;
  const { nodes, unavailable, offloaded }: ReturnType<typeof nodesOf> = status
    ? nodesOf(status, onOdd)
    : { nodes: [], unavailable: null };
  const labels = labelsOf(read);
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
        children: node.children,
        pod: null,
        boundary: node.boundaryID || null,
        template: templateOf(node),
        ...podOf(metadata, node),
      }),
    ),
    nodesUnavailable: unavailable,
    ...(offloaded === undefined ? {} : { offloaded }),
    suspended: (spec?.suspend ?? false) || nodes.some(isWaiting),
    resubmittedFrom: labels['workflows.argoproj.io/resubmitted-from-workflow'] ?? null,
    parameters: parametersOf(read),
  };
}

/**
 * A workflow with the pods that run its nodes. Which those are tells the annotation `workflows.argoproj.io/node-id` of the
 * pods; what Argo would call one says nothing about whether it is there.
 * @param podOf the pod of a node, `null` when it is gone or never was.
 */
export function withPods(workflow: Workflow, podOf: (node: WorkflowNode) => string | null): Workflow {
  return {
    ...workflow,
    nodes: workflow.nodes.map((node) => (node.type === 'Pod' ? { ...node, pod: podOf(node) } : node)),
  };
}

/** Whether a workflow has ended (`Succeeded`, `Failed` or `Error`). */
export function hasEnded(workflow: Pick<Workflow, 'phase'>): boolean {
  return workflow.phase === 'Succeeded' || workflow.phase === 'Failed' || workflow.phase === 'Error';
}
