import type { NodeObject, Nodes } from './workflow-object';

/** Types of nodes that do something themselves (`isExecutionNodeType`). */
export const executions = new Set<unknown>(['Container', 'Pod', 'HTTP', 'Plugin']);

export const hasFailed = ({ phase }: NodeObject): boolean => phase === 'Failed' || phase === 'Error';

/** The nodes with one parent each: where there are several, the last by id, as upstream. */
export class Graph {
  readonly #nodes: Nodes;
  readonly #parents = new Map<string, NodeObject>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    for (const [, node] of Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1)))
      for (const child of node.children ?? []) this.#parents.set(child, node);
  }

  parent(node: NodeObject): NodeObject | undefined {
    return this.#parents.get(node.id);
  }

  childrenOf(node: NodeObject): NodeObject[] {
    return (node.children ?? []).flatMap((id) => this.#nodes[id] ?? []);
  }

  /** All that came after a node (`getChildren`). */
  descendants(node: NodeObject): Set<string> {
    const found = new Set<string>();
    const open = [node];
    for (let next = open.shift(); next; next = open.shift())
      for (const child of this.childrenOf(next))
        if (!found.has(child.id)) {
          found.add(child.id);
          open.push(child);
        }
    return found;
  }

  hasSucceededDescendant(node: NodeObject): boolean {
    return [...this.descendants(node)].some((id) => this.#nodes[id]?.phase === 'Succeeded');
  }

  /** Whether some node comes after itself: nodes that nothing leads to are taken away until none is left, or a circle. */
  hasCircle(): boolean {
    const all = Object.values(this.#nodes);
    const ways = new Map<string, number>();
    for (const node of all) for (const { id } of this.childrenOf(node)) ways.set(id, (ways.get(id) ?? 0) + 1);
    const free = all.filter(({ id }) => !ways.has(id));
    for (const node of free)
      for (const child of this.childrenOf(node)) {
        const left = (ways.get(child.id) ?? 0) - 1;
        ways.set(child.id, left);
        if (left === 0) free.push(child);
      }
    return free.length < all.length;
  }

  /** From the root, breadth first (`dagSortedNodes`); exit handlers hang on nothing and are left out. */
  inOrder(root: NodeObject): NodeObject[] {
    const sorted: NodeObject[] = [];
    const visited = new Set([root.id]);
    const open = [root];
    for (let next = open.shift(); next; next = open.shift()) {
      sorted.push(next);
      for (const child of this.childrenOf(next))
        if (!visited.has(child.id)) {
          visited.add(child.id);
          open.push(child);
        }
    }
    return sorted;
  }

  /** Whether the way up from a node leads to the root (`singularPath`). Without circles it ends. */
  leadsTo(root: NodeObject, from: NodeObject): boolean {
    let at: NodeObject = from;
    for (let above = this.parent(at); above; above = this.parent(at)) at = above;
    return at.id === root.id;
  }

  /** The nearest node from here upwards that fits. */
  upwards(from: NodeObject, fits: (node: NodeObject) => boolean): NodeObject | undefined {
    let at: NodeObject | undefined = from;
    while (at && !fits(at)) at = this.parent(at);
    return at;
  }
}

/**
 * Why nodes do not hang together, `null` when they do: where `newWorkflowsDag` and `FormulateRetryWorkflow` fail, panic, or
 * (in a circle) never end. Exit handlers may hang on nothing, and on nothing but what is there.
 */
export function tearIn(nodes: Nodes, graph: Graph, name: string): string | null {
  const all = Object.entries(nodes);
  const roots = all.filter(([, node]) => node.name === name);
  if (roots.length !== 1) return roots.length === 0 ? 'none is the first' : 'several are the first';
  for (const [key, node] of all) {
    if (key !== node.id) return `${key} calls itself ${node.id}`;
    const lost = node.children?.find((id) => !Object.hasOwn(nodes, id));
    if (lost !== undefined) return `${node.id} names ${lost}, which is not there`;
    const isFirst = node.name === name;
    if (!isFirst && !isExit(node, name) && !graph.parent(node)) return `${node.id} has no parent`;
    if (isFirst && graph.parent(node)) return 'the first has a parent';
    if (node.nodeFlag?.retried && hasFailed(node) && executions.has(node.type) && !retryOf(nodes, node))
      return `no Retry step has the attempt ${node.id}`;
  }
  return graph.hasCircle() ? 'they run in a circle' : null;
}

/** A node of the exit handler, or of a handler of a step's own. */
export const isExit = ({ name }: NodeObject, workflow: string): boolean =>
  name?.startsWith(`${workflow}.onExit`) ?? false;

/** `FindRetryNodeByChild`. */
export const retryOf = (nodes: Nodes, attempt: NodeObject): NodeObject | undefined =>
  Object.values(nodes).find(({ type, children }) => type === 'Retry' && children?.includes(attempt.id));
