import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseExact, writeExact } from '../kubernetes/exact-json';
import { optional } from '../read-object';

const text = optional(z.string());

/** A node of a Workflow with all its fields. */
export const nodeObjectSchema = z.looseObject({
  id: z.string(),
  name: text,
  type: text,
  phase: text,
  boundaryID: text,
  children: optional(z.array(z.string())),
  outboundNodes: optional(z.array(z.string())),
  nodeFlag: optional(z.looseObject({ retried: optional(z.boolean()) })),
});
export type NodeObject = z.infer<typeof nodeObjectSchema>;
export type Nodes = Record<string, NodeObject>;

const parameterSchema = z.looseObject({ name: z.string() });
const argumentsSchema = z.looseObject({ parameters: optional(z.array(parameterSchema)) });
const specSchema = z.looseObject({
  shutdown: text,
  suspend: optional(z.boolean()),
  // A number, or a text that holds one (`intstr.IntOrString`).
  activeDeadlineSeconds: z.unknown().optional(),
  arguments: optional(argumentsSchema),
});

/**
 * A Workflow with all its fields (`pkg/apis/workflow/v1alpha1/workflow_types.go`), its numbers as they are written
 * (`exact-json.ts`): parts of it are copied. Lists have no schema that leaves items out, since they are written whole.
 */
export const workflowWriteSchema = z.looseObject({
  apiVersion: z.string().default('argoproj.io/v1alpha1'),
  kind: z.string().default('Workflow'),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    generateName: text,
    labels: optional(z.record(z.string(), z.string())),
    annotations: optional(z.record(z.string(), z.string())),
    ownerReferences: optional(z.array(z.unknown())),
  }),
  spec: optional(specSchema).transform((spec): z.output<typeof specSchema> => spec ?? {}),
  status: optional(
    z.looseObject({
      phase: text,
      nodes: optional(z.record(z.string(), nodeObjectSchema)),
      compressedNodes: text,
      offloadNodeStatusVersion: text,
      conditions: optional(z.array(z.looseObject({ type: text }))),
      storedWorkflowTemplateSpec: optional(specSchema),
    }),
  ),
});
export type WorkflowWrite = z.infer<typeof workflowWriteSchema>;

/** Nodes are unpacked to at most this many bytes: an object cannot hold more than etcd's limit, compressed about tenfold. */
const unpackLimit = 64 * 1024 * 1024;

/** Unpacks `status.compressedNodes`: base64 of gzip of JSON (`workflow/packer`). @throws when it is none. */
export function unpackNodes(compressed: string): unknown {
  return JSON.parse(gunzipped(compressed));
}

const gunzipped = (compressed: string): string =>
  gunzipSync(Buffer.from(compressed, 'base64'), { maxOutputLength: unpackLimit }).toString('utf8');

const packNodes = (nodes: unknown): string => gzipSync(writeExact(nodes)).toString('base64');

/** Why an action cannot be done, in words: what happened and what follows. */
export interface Refusal {
  refused: string;
  meaning: string;
  /** It can be done at Argo Workflows' own server: nothing was tried here. */
  atServer?: true;
}

/** The nodes of a workflow for an action that rewrites them. */
export function nodesToWrite(workflow: WorkflowWrite): { nodes: Nodes; packed: boolean } | Refusal {
  const { status } = workflow;
  if (status?.nodes && Object.keys(status.nodes).length > 0) return { nodes: status.nodes, packed: false };
  if (status?.offloadNodeStatusVersion)
    return {
      refused: `Argo Workflows stores the steps of ${workflow.metadata.name} in its database.`,
      meaning:
        'Signalbox can’t reach that database through a kubeconfig, so it can’t change the steps. Use the Argo Server.',
      atServer: true,
    };
  if (!status?.compressedNodes) return { nodes: {}, packed: false };
  try {
    const nodes = z.record(z.string(), nodeObjectSchema).parse(parseExact(gunzipped(status.compressedNodes)));
    return { nodes, packed: true };
  } catch {
    // Told as the refusal.
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
