import { type ControllerContext, nowOf } from './context';
import { dependencyNames, evaluateDepends, evaluateWhen, substituted } from './expressions';
import { fnv32 } from './names';
import type {
  NodePhase,
  NodeType,
  Pod,
  Template,
  Workflow,
  WorkflowNode,
  WorkflowSpec,
  WorkflowStep,
  WorkflowTemplate,
} from './objects';
import { goDurationSeconds } from './sync-windows';
import { podNameOf, workflowPod } from './workflow-pod';

const over: ReadonlySet<NodePhase> = new Set(['Succeeded', 'Skipped', 'Failed', 'Error', 'Omitted']);
const bad: ReadonlySet<NodePhase> = new Set(['Failed', 'Error']);

/** Whether a node has ended. */
const isOver = (node: WorkflowNode) => over.has(node.phase);

/** What a run asks of its controller. */
export interface RunHost {
  /** Kills the containers of a pod. */
  kill(pod: string): void;
  /** Whether a back-off that began with a node's end is over; where it has not begun, it begins now. */
  backedOff(nodeId: string, seconds: number): boolean;
}

interface Scope {
  /** Templates that `template:` names are looked up here. */
  spec: WorkflowSpec;
  /** `namespaced/<WorkflowTemplate>` or `local/<workflow>`. */
  name: string;
  inputs: ReadonlyMap<string, string>;
  boundary?: string;
  /** Exit handlers run on after `Stop`. */
  exit: boolean;
}

/**
 * One pass over a running workflow: walks its templates from the entrypoint, makes the nodes and pods that are due,
 * and takes over what became of the pods. Everything it knows is in the object's status, so any pass may be the
 * first one after a restart or after a client's retry (argo-workflows `workflow/controller/operator.go` works so).
 * `workflow` is changed in place; its `status` and `storedWorkflowTemplateSpec` must be there.
 */
export class WorkflowRun {
  readonly #context: ControllerContext;
  readonly #workflow: Workflow;
  readonly #host: RunHost;
  readonly #nodes: Record<string, WorkflowNode>;
  readonly #spec: WorkflowSpec;
  readonly #values = new Map<string, string>();

  constructor(context: ControllerContext, workflow: Workflow, host: RunHost) {
    this.#context = context;
    this.#workflow = workflow;
    this.#host = host;
    workflow.status ??= {};
    workflow.status.nodes ??= {};
    this.#nodes = workflow.status.nodes;
    this.#spec = workflow.status.storedWorkflowTemplateSpec ?? workflow.spec;
    this.#values.set('workflow.name', workflow.metadata.name);
    for (const { name, value } of this.#spec.arguments?.parameters ?? []) {
      if (value !== undefined) this.#values.set(`workflow.parameters.${name}`, value);
    }
  }

  /** @returns the workflow's phase and message when it has come to its end. */
  pass(): { phase: 'Succeeded' | 'Failed' | 'Error'; message?: string } | undefined {
    const { name } = this.#workflow.metadata;
    const shutdown = this.#workflow.spec.shutdown;
    const scope: Scope = { spec: this.#spec, name: `local/${name}`, inputs: new Map(), exit: false };
    const root = this.#execute(name, name, { name, template: this.#spec.entrypoint }, scope);
    if (!isOver(root)) return undefined;
    const phase = bad.has(root.phase) ? (root.phase as 'Failed' | 'Error') : 'Succeeded';
    const message = shutdown ? `Stopped with strategy '${shutdown}'` : root.message;
    if (this.#spec.onExit && shutdown !== 'Terminate') {
      this.#values.set('workflow.status', shutdown ? 'Failed' : phase);
      const exitName = `${name}.onExit`;
      const exit = this.#execute(
        exitName,
        exitName,
        { name: exitName, template: this.#spec.onExit },
        { ...scope, exit: true },
      );
      if (!isOver(exit)) return undefined;
      if (bad.has(exit.phase)) return { phase: exit.phase as 'Failed' | 'Error', message: exit.message };
    }
    if (shutdown) return { phase: 'Failed', message };
    return { phase, ...(message && phase !== 'Succeeded' ? { message } : {}) };
  }

  #idOf(nodeName: string): string {
    const { name } = this.#workflow.metadata;
    return nodeName === name ? name : `${name}-${fnv32(nodeName)}`;
  }

  #node(nodeName: string): WorkflowNode | undefined {
    return this.#nodes[this.#idOf(nodeName)];
  }

  #create(
    nodeName: string,
    displayName: string,
    type: NodeType,
    phase: NodePhase,
    step: WorkflowStep,
    scope: Scope,
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

  #end(node: WorkflowNode, phase: NodePhase, message?: string): WorkflowNode {
    node.phase = phase;
    node.finishedAt = nowOf(this.#context);
    if (message === undefined) delete node.message;
    else node.message = message;
    return node;
  }

  #link(parent: WorkflowNode | undefined, child: WorkflowNode): void {
    if (!parent || parent.children?.includes(child.id)) return;
    parent.children = [...(parent.children ?? []), child.id];
  }

  /** The nodes that what comes next hangs on: the last step group's, or the tasks that nothing depends on. */
  #outbound(node: WorkflowNode): WorkflowNode[] {
    if (node.type === 'Retry') {
      const last = node.children?.at(-1);
      const child = last === undefined ? undefined : this.#nodes[last];
      return child ? [child] : [node];
    }
    const found = (node.outboundNodes ?? []).flatMap((id) => this.#nodes[id] ?? []);
    return found.length > 0 ? found : [node];
  }

  #resolve(
    step: WorkflowStep,
    scope: Scope,
  ): { template: Template; spec: WorkflowSpec; name: string } | string {
    if (step.templateRef) {
      const { name } = step.templateRef;
      const { namespace } = this.#workflow.metadata;
      const found = this.#context.store.get<WorkflowTemplate>('WorkflowTemplate', namespace, name);
      if (!found) return `workflowtemplates.argoproj.io "${name}" not found`;
      const template = found.spec.templates?.find((one) => one.name === step.templateRef?.template);
      if (!template) return `template ${step.templateRef.template} not found in workflow template ${name}`;
      return { template, spec: found.spec, name: `namespaced/${name}` };
    }
    const template = scope.spec.templates?.find((one) => one.name === step.template);
    if (!template) return `template name ${step.template ?? ''} undefined`;
    return { template, spec: scope.spec, name: scope.name };
  }

  #execute(nodeName: string, displayName: string, step: WorkflowStep, outer: Scope): WorkflowNode {
    const known = this.#node(nodeName);
    if (known && isOver(known)) return known;
    const resolved = this.#resolve(step, outer);
    if (typeof resolved === 'string') {
      return this.#create(nodeName, displayName, 'Pod', 'Error', step, outer, { message: resolved });
    }
    const { template } = resolved;
    const inputs = this.#inputs(template, step, outer);
    if (typeof inputs === 'string') {
      return this.#create(nodeName, displayName, 'Pod', 'Error', step, outer, { message: inputs });
    }
    const scope: Scope = { ...outer, spec: resolved.spec, name: resolved.name, inputs };
    if (template.steps) return this.#steps(nodeName, displayName, step, template, outer, scope);
    if (template.dag) return this.#dag(nodeName, displayName, step, template, outer, scope);
    if (template.suspend) return this.#suspend(nodeName, displayName, step, template, outer);
    if (template.retryStrategy) return this.#retry(nodeName, displayName, step, template, outer, scope);
    return this.#pod(nodeName, displayName, step, template, outer, scope);
  }

  #inputs(template: Template, step: WorkflowStep, scope: Scope): Map<string, string> | string {
    const inputs = new Map<string, string>();
    const values = this.#valuesIn(scope);
    for (const { name, value, default: fallback } of template.inputs?.parameters ?? []) {
      const given = step.arguments?.parameters?.find((one) => one.name === name)?.value;
      // An entrypoint's inputs are filled with the workflow's parameters of the same name.
      const found = given ?? value ?? this.#values.get(`workflow.parameters.${name}`) ?? fallback;
      if (found === undefined) return `inputs.parameters.${name} was not supplied`;
      inputs.set(name, substituted(found, values));
    }
    return inputs;
  }

  #valuesIn(scope: Scope): Map<string, string> {
    const values = new Map(this.#values);
    for (const [name, value] of scope.inputs) values.set(`inputs.parameters.${name}`, value);
    return values;
  }

  /** Whether new pods may not be made any more. */
  #shutDown(scope: Scope): boolean {
    const { shutdown } = this.#workflow.spec;
    return shutdown === 'Terminate' || (shutdown === 'Stop' && !scope.exit);
  }

  /** A `when` that doesn't hold: the node that says so. */
  #skipped(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    scope: Scope,
  ): WorkflowNode | undefined {
    if (step.when === undefined || this.#node(nodeName)) return undefined;
    const when = substituted(step.when, this.#valuesIn(scope));
    try {
      if (evaluateWhen(when)) return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#create(nodeName, displayName, 'Skipped', 'Error', step, scope, { message });
    }
    const message = `when '${when}' evaluated false`;
    return this.#create(nodeName, displayName, 'Skipped', 'Skipped', step, scope, { message });
  }

  #steps(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    inner: Scope,
  ): WorkflowNode {
    const node = this.#node(nodeName) ?? this.#create(nodeName, displayName, 'Steps', 'Running', step, outer);
    const scope = { ...inner, boundary: node.id };
    let before: WorkflowNode[] = [node];
    for (const [i, group] of (template.steps ?? []).entries()) {
      const groupName = `${nodeName}[${i}]`;
      let groupNode = this.#node(groupName);
      if (!groupNode) {
        if (this.#workflow.spec.suspend) return node;
        groupNode = this.#create(groupName, `[${i}]`, 'StepGroup', 'Running', { name: groupName }, scope);
      }
      for (const one of before) this.#link(one, groupNode);
      const children = group.map((one) => {
        const childName = `${groupName}.${one.name}`;
        const child =
          this.#skipped(childName, one.name, one, scope) ?? this.#execute(childName, one.name, one, scope);
        this.#link(groupNode, child);
        return child;
      });
      if (!children.every(isOver)) return node;
      const failed = children.find((child) => bad.has(child.phase));
      if (failed) {
        const message = `child '${failed.id}' failed`;
        if (!isOver(groupNode)) this.#end(groupNode, 'Failed', message);
        node.outboundNodes = children.flatMap((child) => this.#outbound(child)).map((one) => one.id);
        return this.#end(node, 'Failed', message);
      }
      if (!isOver(groupNode)) this.#end(groupNode, 'Succeeded');
      before = children.flatMap((child) => this.#outbound(child));
    }
    node.outboundNodes = before.map((one) => one.id);
    return this.#end(node, 'Succeeded');
  }

  #dag(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    inner: Scope,
  ): WorkflowNode {
    const node = this.#node(nodeName) ?? this.#create(nodeName, displayName, 'DAG', 'Running', step, outer);
    const scope = { ...inner, boundary: node.id };
    const tasks = template.dag?.tasks ?? [];
    const nodeOf = (task: string) => this.#node(`${nodeName}.${task}`);
    for (const task of tasks) {
      const taskName = `${nodeName}.${task.name}`;
      const dependencies = dependencyNames(task.depends);
      const needed = dependencies.map(nodeOf);
      if (!needed.every((one) => one !== undefined && isOver(one))) continue;
      const parents =
        dependencies.length === 0 ? [node] : needed.flatMap((one) => (one ? this.#outbound(one) : []));
      let child: WorkflowNode | undefined;
      const known = this.#node(taskName);
      if (
        !known &&
        task.depends &&
        !evaluateDepends(task.depends, (name, condition) => taskHolds(nodeOf(name), condition))
      ) {
        child = this.#create(taskName, task.name, 'Skipped', 'Omitted', task, scope, {
          message: 'omitted: depends condition not met',
        });
      } else {
        if (!known && this.#workflow.spec.suspend) continue;
        child =
          this.#skipped(taskName, task.name, task, scope) ?? this.#execute(taskName, task.name, task, scope);
      }
      for (const parent of parents) this.#link(parent, child);
    }
    const all = tasks.map((task) => nodeOf(task.name));
    if (!all.every((one) => one !== undefined && isOver(one))) return node;
    const depended = new Set(tasks.flatMap((task) => dependencyNames(task.depends)));
    node.outboundNodes = tasks
      .filter((task) => !depended.has(task.name))
      .flatMap((task) => {
        const leaf = nodeOf(task.name);
        return leaf ? this.#outbound(leaf).map((one) => one.id) : [];
      });
    const failed = all.find((one) => one !== undefined && bad.has(one.phase));
    return failed ? this.#end(node, 'Failed') : this.#end(node, 'Succeeded');
  }

  #suspend(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    scope: Scope,
  ): WorkflowNode {
    const node =
      this.#node(nodeName) ?? this.#create(nodeName, displayName, 'Suspend', 'Running', step, scope);
    if (this.#shutDown(scope)) return this.#end(node, 'Failed', this.#shutdownMessage());
    const seconds = goDurationSeconds(template.suspend?.duration ?? '');
    if (seconds !== null && this.#host.backedOff(node.id, seconds)) return this.#end(node, 'Succeeded');
    return node;
  }

  #retry(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    scope: Scope,
  ): WorkflowNode {
    const node = this.#node(nodeName) ?? this.#create(nodeName, displayName, 'Retry', 'Running', step, outer);
    const { limit = 0, retryPolicy = 'OnFailure', backoff } = template.retryStrategy ?? {};
    const attempts = node.children?.length ?? 0;
    const attempt = (n: number) =>
      this.#pod(`${nodeName}(${n})`, `${displayName}(${n})`, step, template, outer, scope);
    if (attempts === 0) {
      this.#link(node, attempt(0));
      return node;
    }
    const last = attempt(attempts - 1);
    if (!isOver(last)) return node;
    node.outboundNodes = [last.id];
    if (last.phase === 'Succeeded') return this.#end(node, 'Succeeded');
    if (this.#shutDown(outer)) return this.#end(node, 'Failed', this.#shutdownMessage());
    if (retryPolicy === 'OnFailure' && last.phase !== 'Failed')
      return this.#end(node, last.phase, last.message);
    if (attempts > Number(limit)) return this.#end(node, last.phase, 'No more retries left');
    const first = goDurationSeconds(backoff?.duration ?? '') ?? 0;
    const seconds = Math.min(
      first * Number(backoff?.factor ?? 1) ** (attempts - 1),
      goDurationSeconds(backoff?.maxDuration ?? '') ?? Number.POSITIVE_INFINITY,
    );
    if (!this.#host.backedOff(last.id, seconds)) {
      node.message = `Backoff for ${seconds} seconds`;
      return node;
    }
    delete node.message;
    this.#link(node, attempt(attempts));
    return node;
  }

  /** A leaf: its pod is made once, and what becomes of the pod becomes of the node. */
  #pod(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    scope: Scope,
  ): WorkflowNode {
    const { namespace } = this.#workflow.metadata;
    const { store } = this.#context;
    const node =
      this.#node(nodeName) ??
      this.#create(nodeName, displayName, 'Pod', 'Pending', step, outer, {
        inputs: { parameters: [...scope.inputs].map(([name, value]) => ({ name, value })) },
        progress: '0/1',
      });
    if (isOver(node)) return node;
    const podName = podNameOf(this.#workflow.metadata.name, template.name, nodeName);
    const pod = store.get<Pod>('Pod', namespace, podName);
    if (!pod) {
      if (node.phase !== 'Pending') return this.#end(node, 'Error', 'pod deleted');
      if (this.#shutDown(outer)) return this.#end(node, 'Failed', this.#shutdownMessage());
      if (this.#workflow.spec.suspend) return node;
      store.create<Pod>(
        'Pod',
        workflowPod(this.#workflow, node, template, scope.inputs, this.#valuesIn(scope)),
      );
      return node;
    }
    // What a retry deleted may take a moment to be gone; the new pod bears the same name.
    if (pod.metadata.deletionTimestamp) return node;
    const { phase = 'Pending' } = pod.status ?? {};
    if (phase === 'Pending' || phase === 'Running') {
      if (this.#shutDown(outer)) this.#host.kill(podName);
      node.phase = phase;
      return node;
    }
    const exitCode = pod.status?.containerStatuses?.[0]?.state.terminated?.exitCode ?? 1;
    node.outputs = { exitCode: String(exitCode) };
    node.progress = '1/1';
    if (phase === 'Succeeded') return this.#end(node, 'Succeeded');
    const message =
      exitCode === 143 && this.#shutDown(outer)
        ? this.#shutdownMessage()
        : `main: Error (exit code ${exitCode})`;
    return this.#end(node, 'Failed', message);
  }

  #shutdownMessage(): string {
    // Two blanks, as the real one writes it.
    return `workflow shutdown with strategy:  ${this.#workflow.spec.shutdown ?? ''}`;
  }
}

/** Whether a `depends` condition holds of a task's node; without a condition: it didn't fail. */
function taskHolds(node: WorkflowNode | undefined, condition: string): boolean {
  const phase = node?.phase;
  if (condition === '') return phase === 'Succeeded' || phase === 'Skipped';
  if (condition === 'Errored') return phase === 'Error';
  return phase === condition;
}
