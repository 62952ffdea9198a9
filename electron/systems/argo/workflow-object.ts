import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

/** A node of a Workflow with all its fields, as it is written back. */
export const nodeObjectSchema = z.looseObject({
  id: z.string(),
  name: z.string().default(''),
  type: z.string(),
  phase: z.string().optional(),
  boundaryID: z.string().optional(),
  children: z.array(z.string()).nullish(),
  outboundNodes: z.array(z.string()).nullish(),
  nodeFlag: z.looseObject({ retried: z.boolean().optional() }).nullish(),
});
export type NodeObject = z.infer<typeof nodeObjectSchema>;
export type Nodes = Record<string, NodeObject>;

const parameterSchema = z.looseObject({ name: z.string() });
const argumentsSchema = z.looseObject({ parameters: z.array(parameterSchema).nullish() });
const specSchema = z.looseObject({
  shutdown: z.string().nullish(),
  suspend: z.boolean().nullish(),
  activeDeadlineSeconds: z.union([z.number(), z.string()]).nullish(),
  arguments: argumentsSchema.nullish(),
});

/** A Workflow with all its fields (`pkg/apis/workflow/v1alpha1/workflow_types.go`). */
export const workflowWriteSchema = z.looseObject({
  apiVersion: z.string().default('argoproj.io/v1alpha1'),
  kind: z.string().default('Workflow'),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    generateName: z.string().optional(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.unknown()).nullish(),
  }),
  spec: specSchema,
  status: z
    .looseObject({
      phase: z.string().optional(),
      nodes: z.record(z.string(), nodeObjectSchema).nullish(),
      compressedNodes: z.string().nullish(),
      offloadNodeStatusVersion: z.string().nullish(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
      storedWorkflowTemplateSpec: specSchema.nullish(),
    })
    .nullish(),
});
export type WorkflowWrite = z.infer<typeof workflowWriteSchema>;

/** Nodes are unpacked to at most this many bytes: an object cannot hold more than etcd's limit, compressed about tenfold. */
const unpackLimit = 64 * 1024 * 1024;

/** Unpacks `status.compressedNodes`: base64 of gzip of JSON (`workflow/packer`). @throws when it is none. */
export function unpackNodes(compressed: string): unknown {
  const text = gunzipSync(Buffer.from(compressed, 'base64'), { maxOutputLength: unpackLimit });
  return JSON.parse(text.toString('utf8'));
}

const packNodes = (nodes: unknown): string => gzipSync(JSON.stringify(nodes)).toString('base64');

/** Why an act cannot be done, in words: what happened and what follows. */
export interface Refusal {
  refused: string;
  meaning: string;
}

/** The nodes of a workflow for an act that rewrites them. */
export function nodesToWrite(workflow: WorkflowWrite): { nodes: Nodes; packed: boolean } | Refusal {
  const { status } = workflow;
  if (status?.offloadNodeStatusVersion)
    return {
      refused: `Argo Workflows keeps the steps of ${workflow.metadata.name} in its database.`,
      meaning:
        'A kubeconfig cannot reach that database, so its steps cannot be changed from here. Use the argo server.',
    };
  if (status?.nodes && Object.keys(status.nodes).length > 0) return { nodes: status.nodes, packed: false };
  if (!status?.compressedNodes) return { nodes: {}, packed: false };
  try {
    const nodes = z.record(z.string(), nodeObjectSchema).parse(unpackNodes(status.compressedNodes));
    return { nodes, packed: true };
  } catch {
    return {
      refused: `The compressed steps of ${workflow.metadata.name} cannot be read.`,
      meaning: 'Nothing was changed.',
    };
  }
}

/** A status with other nodes, packed as they were before (`hydrator.Dehydrate`). */
export const withNodes = (nodes: Nodes, packed: boolean) =>
  packed ? { nodes: undefined, compressedNodes: packNodes(nodes) } : { nodes, compressedNodes: undefined };

/** A spec with parameters replaced: those given first, then the others (`util.overrideParameters`). */
export function overridden<S extends z.infer<typeof specSchema>>(
  spec: S,
  given: readonly { name: string; value: string }[],
): S {
  if (given.length === 0) return spec;
  const names = new Set(given.map(({ name }) => name));
  const others = (spec.arguments?.parameters ?? []).filter(({ name }) => !names.has(name));
  return { ...spec, arguments: { ...spec.arguments, parameters: [...given, ...others] } };
}
