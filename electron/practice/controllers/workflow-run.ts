import type { ControllerContext } from './controller-context';
import { dependencyNames, evaluateDepends, evaluateWhen, substituted } from './expressions';
import type { Pod, Template, Workflow, WorkflowNode, WorkflowSpec, WorkflowStep } from './kubernetes-shapes';
import { goDurationSeconds } from './sync-windows';
import { bad, isOver, WorkflowNodes } from './workflow-nodes';
import { podNameOf, workflowPod } from './workflow-pod';
import { inputsOf, resolved, type Scope, valuesIn } from './workflow-scope';

/** What a run asks of its controller. */
export interface RunHost {
  /** Kills the containers of a pod. */
  kill(pod: string): void;
  /** Whether a back-off that began with a node's end is over; where it has not begun, it begins now. */
  backedOff(nodeId: string, seconds: number): boolean;
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
  readonly #nodes: WorkflowNodes;
  readonly #spec: WorkflowSpec;
  readonly #values = new Map<string, string>();

  constructor(context: ControllerContext, workflow: Workflow, host: RunHost) {
    this.#context = context;
    this.#workflow = workflow;
    this.#host = host;
    workflow.status ??= {};
    workflow.status.nodes ??= {};
    this.#nodes = new WorkflowNodes(context, workflow.metadata.name, workflow.status.nodes);
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

  #execute(nodeName: string, displayName: string, step: WorkflowStep, outer: Scope): WorkflowNode {
    const known = this.#nodes.get(nodeName);
    if (known && isOver(known)) return known;
    const { namespace } = this.#workflow.metadata;
    const found = resolved(this.#context.store, namespace, step, outer);
    if (typeof found === 'string') {
      return this.#nodes.create(nodeName, displayName, 'Pod', 'Error', step, outer, { message: found });
    }
    const { template } = found;
    const inputs = inputsOf(template, step, outer, this.#values);
    if (typeof inputs === 'string') {
      return this.#nodes.create(nodeName, displayName, 'Pod', 'Error', step, outer, { message: inputs });
    }
    const scope: Scope = { ...outer, spec: found.spec, name: found.name, inputs };
    if (template.steps) return this.#steps(nodeName, displayName, step, template, outer, scope);
    if (template.dag) return this.#dag(nodeName, displayName, step, template, outer, scope);
    if (template.suspend) return this.#suspend(nodeName, displayName, step, template, outer);
    if (template.retryStrategy) return this.#retry(nodeName, displayName, step, template, outer, scope);
    return this.#pod(nodeName, displayName, step, template, outer, scope);
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
    if (step.when === undefined || this.#nodes.get(nodeName)) return undefined;
    const when = substituted(step.when, valuesIn(scope, this.#values));
    try {
      if (evaluateWhen(when)) return undefined;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#nodes.create(nodeName, displayName, 'Skipped', 'Error', step, scope, { message });
    }
    const message = `when '${when}' evaluated false`;
    return this.#nodes.create(nodeName, displayName, 'Skipped', 'Skipped', step, scope, { message });
  }

  #steps(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    inner: Scope,
  ): WorkflowNode {
    const node =
      this.#nodes.get(nodeName) ?? this.#nodes.create(nodeName, displayName, 'Steps', 'Running', step, outer);
    const scope = { ...inner, boundary: node.id };
    let before: WorkflowNode[] = [node];
    for (const [i, group] of (template.steps ?? []).entries()) {
      const groupName = `${nodeName}[${i}]`;
      let groupNode = this.#nodes.get(groupName);
      if (!groupNode) {
        if (this.#workflow.spec.suspend) return node;
        groupNode = this.#nodes.create(
          groupName,
          `[${i}]`,
          'StepGroup',
          'Running',
          { name: groupName },
          scope,
        );
      }
      for (const one of before) this.#nodes.link(one, groupNode);
      const children = group.map((one) => {
        const childName = `${groupName}.${one.name}`;
        const child =
          this.#skipped(childName, one.name, one, scope) ?? this.#execute(childName, one.name, one, scope);
        this.#nodes.link(groupNode, child);
        return child;
      });
      if (!children.every(isOver)) return node;
      const failed = children.find((child) => bad.has(child.phase));
      if (failed) {
        const message = `child '${failed.id}' failed`;
        if (!isOver(groupNode)) this.#nodes.end(groupNode, 'Failed', message);
        node.outboundNodes = children.flatMap((child) => this.#nodes.outbound(child)).map((one) => one.id);
        return this.#nodes.end(node, 'Failed', message);
      }
      if (!isOver(groupNode)) this.#nodes.end(groupNode, 'Succeeded');
      before = children.flatMap((child) => this.#nodes.outbound(child));
    }
    node.outboundNodes = before.map((one) => one.id);
    return this.#nodes.end(node, 'Succeeded');
  }

  #dag(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    outer: Scope,
    inner: Scope,
  ): WorkflowNode {
    const node =
      this.#nodes.get(nodeName) ?? this.#nodes.create(nodeName, displayName, 'DAG', 'Running', step, outer);
    const scope = { ...inner, boundary: node.id };
    const tasks = template.dag?.tasks ?? [];
    const nodeOf = (task: string) => this.#nodes.get(`${nodeName}.${task}`);
    for (const task of tasks) {
      const taskName = `${nodeName}.${task.name}`;
      const dependencies = dependencyNames(task.depends);
      const needed = dependencies.map(nodeOf);
      if (!needed.every((one) => one !== undefined && isOver(one))) continue;
      const parents =
        dependencies.length === 0 ? [node] : needed.flatMap((one) => (one ? this.#nodes.outbound(one) : []));
      let child: WorkflowNode | undefined;
      const known = this.#nodes.get(taskName);
      if (
        !known &&
        task.depends &&
        !evaluateDepends(task.depends, (name, condition) => taskHolds(nodeOf(name), condition))
      ) {
        child = this.#nodes.create(taskName, task.name, 'Skipped', 'Omitted', task, scope, {
          message: 'omitted: depends condition not met',
        });
      } else {
        if (!known && this.#workflow.spec.suspend) continue;
        child =
          this.#skipped(taskName, task.name, task, scope) ?? this.#execute(taskName, task.name, task, scope);
      }
      for (const parent of parents) this.#nodes.link(parent, child);
    }
    const all = tasks.map((task) => nodeOf(task.name));
    if (!all.every((one) => one !== undefined && isOver(one))) return node;
    const depended = new Set(tasks.flatMap((task) => dependencyNames(task.depends)));
    node.outboundNodes = tasks
      .filter((task) => !depended.has(task.name))
      .flatMap((task) => {
        const leaf = nodeOf(task.name);
        return leaf ? this.#nodes.outbound(leaf).map((one) => one.id) : [];
      });
    const failed = all.find((one) => one !== undefined && bad.has(one.phase));
    return failed ? this.#nodes.end(node, 'Failed') : this.#nodes.end(node, 'Succeeded');
  }

  #suspend(
    nodeName: string,
    displayName: string,
    step: WorkflowStep,
    template: Template,
    scope: Scope,
  ): WorkflowNode {
    const node =
      this.#nodes.get(nodeName) ??
      this.#nodes.create(nodeName, displayName, 'Suspend', 'Running', step, scope);
    if (this.#shutDown(scope)) return this.#nodes.end(node, 'Failed', this.#shutdownMessage());
    const seconds = goDurationSeconds(template.suspend?.duration ?? '');
    if (seconds !== null && this.#host.backedOff(node.id, seconds)) return this.#nodes.end(node, 'Succeeded');
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
    const node =
      this.#nodes.get(nodeName) ?? this.#nodes.create(nodeName, displayName, 'Retry', 'Running', step, outer);
    const { limit = 0, retryPolicy = 'OnFailure', backoff } = template.retryStrategy ?? {};
    const attempts = node.children?.length ?? 0;
    const attempt = (n: number) =>
      this.#pod(`${nodeName}(${n})`, `${displayName}(${n})`, step, template, outer, scope);
    if (attempts === 0) {
      this.#nodes.link(node, attempt(0));
      return node;
    }
    const last = attempt(attempts - 1);
    if (!isOver(last)) return node;
    node.outboundNodes = [last.id];
    if (last.phase === 'Succeeded') return this.#nodes.end(node, 'Succeeded');
    if (this.#shutDown(outer)) return this.#nodes.end(node, 'Failed', this.#shutdownMessage());
    if (retryPolicy === 'OnFailure' && last.phase !== 'Failed')
      return this.#nodes.end(node, last.phase, last.message);
    if (attempts > Number(limit)) return this.#nodes.end(node, last.phase, 'No more retries left');
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
    this.#nodes.link(node, attempt(attempts));
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
      this.#nodes.get(nodeName) ??
      this.#nodes.create(nodeName, displayName, 'Pod', 'Pending', step, outer, {
        inputs: { parameters: [...scope.inputs].map(([name, value]) => ({ name, value })) },
        progress: '0/1',
      });
    if (isOver(node)) return node;
    const podName = podNameOf(this.#workflow.metadata.name, template.name, nodeName);
    const pod = store.get<Pod>('Pod', namespace, podName);
    if (!pod) {
      if (node.phase !== 'Pending') return this.#nodes.end(node, 'Error', 'pod deleted');
      if (this.#shutDown(outer)) return this.#nodes.end(node, 'Failed', this.#shutdownMessage());
      if (this.#workflow.spec.suspend) return node;
      store.create<Pod>(
        'Pod',
        workflowPod(this.#workflow, node, template, scope.inputs, valuesIn(scope, this.#values)),
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
    node.outputs = { exitCode: String(exitCode), ...this.#storedLog(podName) };
    node.progress = '1/1';
    if (phase === 'Succeeded') return this.#nodes.end(node, 'Succeeded');
    const message =
      exitCode === 143 && this.#shutDown(outer)
        ? this.#shutdownMessage()
        : `main: Error (exit code ${exitCode})`;
    return this.#nodes.end(node, 'Failed', message);
  }

  /** What `archiveLogs` leaves of a pod (`workflow/executor/executor.go`, `SaveLogs`). */
  #storedLog(pod: string): { artifacts?: { name: string; s3: { key: string } }[] } {
    const spec = this.#workflow.status?.storedWorkflowTemplateSpec ?? this.#workflow.spec;
    if (!spec.archiveLogs) return {};
    return {
      artifacts: [{ name: 'main-logs', s3: { key: `${this.#workflow.metadata.name}/${pod}/main.log` } }],
    };
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
