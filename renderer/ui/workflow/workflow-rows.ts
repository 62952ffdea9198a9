import type { Workflow, WorkflowNode } from '../../../shared/domain/workflows/workflow';

/** A node as a line of the tree. */
export interface NodeRow {
  node: WorkflowNode;
  depth: number;
}

/** Groups are scaffolding of Argo's: their children stand in their place. */
const scaffolding = new Set(['StepGroup', 'TaskGroup']);
/** Nodes that hold others and do nothing themselves. */
const holders = new Set(['Steps', 'DAG', 'Retry']);

/**
 * The nodes of a workflow as lines in the order of running, the workflow's own node left out where it
 * only holds others: one whose entrypoint is a single container has no other node (argo-workflows,
 * `workflow/controller/operator.go`: the root's name is the workflow's, whatever its type). A node that is reachable in two ways stands once, where it is met first; what no root leads to comes last, so nothing is lost.
 */
export function nodeRows(workflow: Workflow): NodeRow[] {
  const byId = new Map(workflow.nodes.map((node) => [node.id, node]));
  const children = new Set(workflow.nodes.flatMap((node) => node.children));
  const rows: NodeRow[] = [];
  const met = new Set<string>();
  const walk = (node: WorkflowNode, depth: number): void => {
    if (met.has(node.id)) return;
    met.add(node.id);
    const holds = holders.has(node.type);
    const hidden = scaffolding.has(node.type) || (holds && node.displayName === workflow.name);
    if (!hidden) rows.push({ node, depth });
    // A step's "child" is the next step group, not a part of it: only nodes that hold others indent.
    for (const id of node.children) {
      const child = byId.get(id);
      if (child) walk(child, hidden || !holds ? depth : depth + 1);
    }
  };
  for (const node of workflow.nodes) if (!children.has(node.id)) walk(node, 0);
  for (const node of workflow.nodes) walk(node, 0);
  return rows;
}

/** The pod whose log is most worth seeing: the one that runs, else the last that failed, else the last. */
export function telling(rows: readonly NodeRow[]): WorkflowNode | null {
  const withPod = rows.map((row) => row.node).filter((node) => node.pod !== null);
  return (
    withPod.findLast((node) => node.phase === 'Running') ??
    withPod.findLast((node) => node.phase === 'Failed' || node.phase === 'Error') ??
    withPod.at(-1) ??
    null
  );
}

/**
 * Where each node's bar lies on the workflow's axis of time, in parts of its width (0 to 1). Nodes that have not begun
 * have none.
 * @param now ms since the epoch: the end of what runs.
 */
export function nodeBars(workflow: Workflow, now: number): Map<string, { from: number; to: number }> {
  const spans = workflow.nodes.flatMap(({ id, startedAt, finishedAt }) => {
    if (!startedAt) return [];
    const from = Date.parse(startedAt);
    return [{ id, from, to: Math.max(from, finishedAt ? Date.parse(finishedAt) : now) }];
  });
  const begin = Math.min(...spans.map(({ from }) => from));
  const width = Math.max(1, Math.max(...spans.map(({ to }) => to)) - begin);
  return new Map(
    spans.map(({ id, from, to }) => [id, { from: (from - begin) / width, to: (to - begin) / width }]),
  );
}
