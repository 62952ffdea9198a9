import { executions, Graph, hasFailed, isExit, retryOf, tearIn } from './workflow-graph';
import {
  type NodeObject,
  nodesToWrite,
  overridden,
  type Refusal,
  type WorkflowWrite,
  withNodes,
} from './workflow-object';

/**
 * Going on with a failed workflow from its failure, as argo-workflows `workflow/util/util.go`
 * (`FormulateRetryWorkflow`) does it: what failed is deleted with all that came after it, so that the controller makes
 * it again; the groups and retries around it run again; what succeeded stays.
 */
export interface RetryWrite {
  object: WorkflowWrite;
  /** Ids of the deleted nodes: their pods have to go before the object is written, since the new ones bear their names. */
  deletedNodes: string[];
}

const groups = new Set<unknown>(['DAG', 'TaskGroup', 'StepGroup', 'Steps']);

/** What has to be deleted and set running again for one failed node to be made again (`resetPath`, `resetBoundaries`). */
function pathOf(
  graph: Graph,
  root: NodeObject,
  failed: NodeObject,
): { reset: Set<string>; remove: Set<string> } | null {
  const remove = graph.descendants(failed).add(failed.id);
  const reset = new Set<string>();
  // The one node that has no parent has no path either.
  if (!graph.parent(failed)) return { reset, remove };
  if (!graph.leadsTo(root, failed)) return null;
  let at: NodeObject | undefined = failed;
  while (at) {
    if (groups.has(at.type)) {
      reset.add(at.id);
      const outer = boundaries(graph, at, reset);
      if (outer === null) return null;
      at = outer;
      continue;
    }
    if (at.type === 'Retry' && hasFailed(at)) reset.add(at.id);
    else if (at.type === 'Container') {
      const pod: NodeObject | undefined = graph.upwards(at, ({ type }) => type === 'Pod');
      if (!pod) return null;
      remove.add(pod.id);
      for (const id of graph.descendants(pod)) remove.add(id);
      at = pod;
      continue;
    }
    at = graph.parent(at);
  }
  return { reset, remove };
}

/** Goes from a group out through all that it lies in. @returns what comes above the outermost; `null`: torn nodes. */
function boundaries(graph: Graph, group: NodeObject, reset: Set<string>): NodeObject | undefined | null {
  let at: NodeObject = group;
  for (;;) {
    const above = graph.parent(at);
    if (above?.type === 'Retry') {
      reset.add(above.id);
      at = above;
    }
    const around = graph.parent(at);
    if (around?.type === 'StepGroup' || around?.type === 'TaskGroup') reset.add(around.id);
    const boundary = at.boundaryID;
    if (!boundary) return graph.parent(at);
    const outer = graph.upwards(at, ({ id }) => id === boundary);
    if (!outer) return null;
    reset.add(outer.id);
    at = outer;
  }
}

function resetNode(node: NodeObject, now: string): NodeObject {
  const { message: _message, ...rest } = node;
  const outputs = rest.outputs as { parameters?: { name: string }[] } | null | undefined;
  return {
    ...rest,
    // What was supplied by hand has to be supplied again.
    ...(node.type === 'Suspend' && outputs?.parameters
      ? {
          outputs: {
            ...outputs,
            parameters: outputs.parameters.map(({ name }) => ({ name, valueFrom: { supplied: {} } })),
          },
        }
      : {}),
    phase: node.phase === 'Skipped' ? 'Skipped' : 'Running',
    startedAt: now,
    finishedAt: null,
  };
}

const without = (ids: readonly string[] | null | undefined, gone: ReadonlySet<string>): string[] =>
  (ids ?? []).filter((id) => !gone.has(id));

const torn = (name: string, how: string): Refusal => ({
  refused: `The steps of ${name} are inconsistent: ${how}.`,
  meaning: 'Argo Workflows cannot retry such a workflow either. Resubmit it instead.',
});

/**
 * @param now RFC 3339, in seconds.
 * @param parameters replace those of the same name.
 */
export function retryWrite(
  workflow: WorkflowWrite,
  now: string,
  parameters: readonly { name: string; value: string }[] = [],
): RetryWrite | Refusal {
  const { metadata, spec, status } = workflow;
  if (status?.phase !== 'Failed' && status?.phase !== 'Error')
    return {
      refused: `${metadata.name} is ${status?.phase || 'Pending'}: only workflows that ended in Failed or Error can be retried.`,
      meaning: 'Nothing was changed.',
    };
  const read = nodesToWrite(workflow);
  if ('refused' in read) return read;
  const { nodes, packed } = read;
  const all = Object.values(nodes);
  const graph = new Graph(nodes);
  const exitName = `${metadata.name}.onExit`;
  const root = all.find(({ name }) => name === metadata.name);
  const tear = all.length > 0 ? tearIn(nodes, graph, metadata.name) : null;
  if (tear !== null) return torn(metadata.name, tear);

  const failed = new Set(
    all
      .filter((node) => hasFailed(node) && executions.has(node.type))
      .filter((node) => {
        // `FindRetryNodeByChild`: an attempt is judged by all attempts.
        const above = node.nodeFlag?.retried ? retryOf(nodes, node) : undefined;
        return !graph.hasSucceededDescendant(above ?? node);
      })
      .map(({ id }) => id),
  );
  const reset = new Set<string>();
  const remove = new Set<string>();
  for (const node of root ? graph.inOrder(root) : []) {
    // What goes with an earlier one is not gone through again: nodes at the top come first.
    if (!failed.has(node.id) || remove.has(node.id)) continue;
    const path = root && pathOf(graph, root, node);
    if (!path) return torn(metadata.name, `the path from ${node.id} does not lead to the first step`);
    for (const id of path.reset) reset.add(id);
    for (const id of path.remove) remove.add(id);
  }
  // Other parameters may expand a group into other steps (argo-workflows issue 15802).
  if (parameters.length > 0)
    for (const id of reset) {
      const node = nodes[id];
      if (node && !remove.has(id) && (node.type === 'TaskGroup' || node.type === 'StepGroup'))
        for (const child of graph.descendants(node)) remove.add(child);
    }
  const exits = all.filter((node) => isExit(node, metadata.name));
  const exitRoots = exits.filter(({ name }) => name === exitName);
  const gone = new Set([
    ...remove,
    ...exits.map(({ id }) => id),
    ...exitRoots.flatMap((node) => [...graph.descendants(node)]),
  ]);

  const kept = all
    .filter(({ id }) => !gone.has(id))
    .map((node): [string, NodeObject] => [
      node.id,
      {
        ...(reset.has(node.id) ? resetNode(node, now) : node),
        children: without(node.children, remove),
        outboundNodes: without(node.outboundNodes, remove),
      },
    ]);
  const {
    message: _message,
    finishedAt: _finishedAt,
    persistentVolumeClaims: _claims,
    ...restOfStatus
  } = status;
  const { shutdown: _stored, ...stored } = status.storedWorkflowTemplateSpec ?? {};
  const {
    'workflows.argoproj.io/completed': _done,
    'workflows.argoproj.io/workflow-archiving-status': _archived,
    ...labels
  } = metadata.labels ?? {};
  const conditions = (status.conditions ?? []).filter(({ type }) => type !== 'Completed');
  const again = overridden(withoutShutdown(spec), parameters);
  return {
    deletedNodes: [...gone],
    object: {
      ...workflow,
      metadata: { ...metadata, labels },
      spec: again,
      status: {
        ...restOfStatus,
        phase: '',
        startedAt: now,
        finishedAt: null,
        conditions: [...conditions, { type: 'Completed', status: 'False' }],
        ...(status.storedWorkflowTemplateSpec
          ? {
              storedWorkflowTemplateSpec:
                parameters.length > 0
                  ? { ...stored, arguments: { ...stored.arguments, parameters: again.arguments?.parameters } }
                  : stored,
            }
          : {}),
        ...withNodes(Object.fromEntries(kept), packed),
      },
    },
  };
}

/** A spec that was neither stopped nor terminated (a deadline of 0 is how older versions terminate). */
export function withoutShutdown(spec: WorkflowWrite['spec']): WorkflowWrite['spec'] {
  const { shutdown: _shutdown, activeDeadlineSeconds, ...rest } = spec;
  // A number comes as it is written, see `exact-json.ts`.
  const terminated = /^0+$/.test(String(activeDeadlineSeconds));
  return activeDeadlineSeconds === undefined || activeDeadlineSeconds === null || terminated
    ? rest
    : { ...rest, activeDeadlineSeconds };
}
