import {
  type NodeObject,
  nodesToWrite,
  type Refusal,
  type WorkflowWrite,
  withNodes,
} from './workflow-object';

const ended = new Set(['Succeeded', 'Failed', 'Error']);

/** `util.SuspendWorkflow`. `leave`: it is suspended already. */
export function suspendWrite(workflow: WorkflowWrite): { object: WorkflowWrite } | { leave: true } | Refusal {
  if (ended.has(workflow.status?.phase ?? ''))
    return { refused: `${workflow.metadata.name} has ended.`, meaning: 'There is nothing to suspend.' };
  if (workflow.spec.suspend) return { leave: true };
  return { object: { ...workflow, spec: { ...workflow.spec, suspend: true } } };
}

/** A Suspend node that waits (`IsActiveSuspendNode`). */
export const isWaiting = ({
  type,
  phase,
}: {
  type?: string | null | undefined;
  phase?: string | null | undefined;
}): boolean => type === 'Suspend' && phase === 'Running';

interface Outputs {
  parameters?:
    | { name: string; value?: unknown; valueFrom?: { supplied?: unknown; default?: unknown } | null }[]
    | null;
}

/** Output parameters that nobody supplied take their defaults; `null` when one has none. */
function supplied(outputs: Outputs): Outputs | null {
  const parameters = [];
  for (const one of outputs.parameters ?? []) {
    if (one.valueFrom?.supplied === undefined || one.valueFrom.supplied === null) parameters.push(one);
    else if (one.valueFrom.default === undefined || one.valueFrom.default === null) return null;
    else {
      const { valueFrom, ...rest } = one;
      parameters.push({ ...rest, value: valueFrom.default });
    }
  }
  return { ...outputs, parameters };
}

/**
 * Lets a suspended workflow go on (`util.ResumeWorkflow`): `spec.suspend` goes, and Suspend nodes that wait succeed.
 * `leave`: nothing waits.
 * @param now RFC 3339, in seconds.
 */
export function resumeWrite(
  workflow: WorkflowWrite,
  request: { now: string; actor: string },
): { object: WorkflowWrite } | { leave: true } | Refusal {
  const { metadata, spec, status } = workflow;
  if (ended.has(status?.phase ?? ''))
    return { refused: `${metadata.name} has ended.`, meaning: 'There is nothing to resume.' };
  const read = nodesToWrite(workflow);
  const { suspend, ...rest } = spec;
  if ('refused' in read) {
    // Without its nodes only a suspension of the whole can be lifted.
    return suspend ? { object: { ...workflow, spec: rest } } : read;
  }
  const waiting = Object.values(read.nodes).filter(isWaiting);
  if (!suspend && waiting.length === 0) return { leave: true };
  const nodes = { ...read.nodes };
  for (const node of waiting) {
    const outputs = node.outputs ? supplied(node.outputs as Outputs) : undefined;
    if (outputs === null)
      return {
        refused: `A step of ${metadata.name} is waiting for a value that has no default.`,
        meaning: 'Set it with `argo node set`, then resume.',
      };
    const said = `Resumed by: ${request.actor}`;
    const done: NodeObject = {
      ...node,
      phase: 'Succeeded',
      message: node.message ? `${String(node.message)}; ${said}` : said,
      finishedAt: request.now,
      ...(outputs ? { outputs } : {}),
    };
    nodes[node.id] = done;
  }
  return {
    object: {
      ...workflow,
      spec: rest,
      ...(waiting.length > 0 ? { status: { ...status, ...withNodes(nodes, read.packed) } } : {}),
    },
  };
}
