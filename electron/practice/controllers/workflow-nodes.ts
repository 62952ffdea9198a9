import { type ControllerContext, nowOf } from './controller-context';
import { fnv32 } from './generated-names';
import type { NodePhase, NodeType, WorkflowNode, WorkflowStep } from './kubernetes-shapes';

const over: ReadonlySet<NodePhase> = new Set(['Succeeded', 'Skipped', 'Failed', 'Error', 'Omitted']);
/** Phases of what went wrong. */
export const bad: ReadonlySet<NodePhase> = new Set(['Failed', 'Error']);

/** Whether a node has ended. */
export const isOver = (node: WorkflowNode) => over.has(node.phase);

/** The nodes in a workflow's status, changed in place. */
export class WorkflowNodes {
  readonly #context: ControllerContext;
  readonly #workflow: string;
  readonly #nodes: Record<string, WorkflowNode>;

  /** @param workflow its name, which is also that of its first node. */
  constructor(context: ControllerContext, workflow: string, nodes: Record<string, WorkflowNode>) {
    this.#context = context;
    this.#workflow = workflow;
    this.#nodes = nodes;
  }

  #idOf(nodeName: string): string {
    return nodeName === this.#workflow ? nodeName : `${this.#workflow}-${fnv32(nodeName)}`;
  }

  get(nodeName: string): WorkflowNode | undefined {
    return this.#nodes[this.#idOf(nodeName)];
  }

  create(
    nodeName: string,
    displayName: string,
    type: NodeType,
    phase: NodePhase,
    step: WorkflowStep,
    scope: { name: string; boundary?: string },
    more: Partial<WorkflowNode> = {},
  ): WorkflowNode {
    const now = nowOf(this.#context);
    const id = this.#idOf(nodeName);
    const node: WorkflowNode = {
      id,
      name: nodeName,
      displayName,
      type,
      phase,
      ...(step.templateRef
        ? { templateRef: step.templateRef }
        : step.template
          ? { templateName: step.template }
          : {}),
      templateScope: scope.name,
      ...(scope.boundary ? { boundaryID: scope.boundary } : {}),
      startedAt: now,
      ...(over.has(phase) ? { finishedAt: now } : {}),
      ...more,
    };
    this.#nodes[id] = node;
    return node;
  }

  end(node: WorkflowNode, phase: NodePhase, message?: string): WorkflowNode {
    node.phase = phase;
    node.finishedAt = nowOf(this.#context);
    if (message === undefined) delete node.message;
    else node.message = message;
    return node;
  }

  link(parent: WorkflowNode | undefined, child: WorkflowNode): void {
    if (!parent || parent.children?.includes(child.id)) return;
    parent.children = [...(parent.children ?? []), child.id];
  }

  /** The nodes that what comes next hangs on: the last step group's, or the tasks that nothing depends on. */
  outbound(node: WorkflowNode): WorkflowNode[] {
    if (node.type === 'Retry') {
      const last = node.children?.at(-1);
      const child = last === undefined ? undefined : this.#nodes[last];
      return child ? [child] : [node];
    }
    const found = (node.outboundNodes ?? []).flatMap((id) => this.#nodes[id] ?? []);
    return found.length > 0 ? found : [node];
  }
}
