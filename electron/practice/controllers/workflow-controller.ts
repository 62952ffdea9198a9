import { gunzipSync, gzipSync } from 'node:zlib';
import { type ControllerContext, later, nowOf } from './controller-context';
import { substituted } from './expressions';
import type { Parameter, Workflow, WorkflowSpec, WorkflowTemplate } from './kubernetes-shapes';
import { appsNamespace } from './render';
import { workflowLabel } from './scripts';
import { queueWithPods } from './subscriptions';
import { WorkQueue } from './work-queue';
import { WorkflowRun } from './workflow-run';

const completedLabel = 'workflows.argoproj.io/completed';
const phaseLabel = 'workflows.argoproj.io/phase';
const templateLabel = 'workflows.argoproj.io/workflow-template';

export interface WorkflowControllerOptions {
  /** Kills the containers of a pod. */
  kill: (namespace: string, pod: string) => void;
  onError: (key: string, error: unknown) => void;
}

/**
 * Argo Workflows' controller: takes over every Workflow that is created, runs it to its end, obeys
 * `spec.shutdown` and `spec.suspend`, goes on with one that a client reset for a retry, and deletes it after its TTL.
 */
export function startWorkflowController(
  context: ControllerContext,
  options: WorkflowControllerOptions,
): { compress(on: boolean): void } {
  const { store, clock, signal } = context;
  /** Bytes of JSON beyond which nodes are stored compressed (argo-workflows `workflow/packer`, 1 MB). */
  let largest = 1024 * 1024;
  const queue = new WorkQueue({ clock, signal, onError: options.onError, reconcile });
  /** Back-offs that have begun, by the node they wait behind; true when over. */
  const backOffs = new Map<string, boolean>();
  const expiring = new Set<string>();

  queueWithPods(context, queue, 'Workflow', (pod) => pod.metadata.labels?.[workflowLabel]);

  function reconcile(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const stored = store.get<Workflow>('Workflow', namespace, name);
    if (!stored || stored.metadata.deletionTimestamp) return;
    if (isFinished(stored)) {
      expire(stored);
      return;
    }
    // One write per pass; the pods that a pass makes come back as events and cause the next.
    const draft = structuredClone(stored);
    unpackNodes(draft);
    const refusal = draft.status?.storedWorkflowTemplateSpec ? undefined : prepare(context, draft);
    if (refusal) {
      finish(draft, { phase: 'Error', message: refusal });
      write(draft);
      return;
    }
    draft.status ??= {};
    if (!draft.status.phase || draft.status.phase === 'Pending') {
      draft.status.phase = 'Running';
      draft.status.startedAt ??= nowOf(context);
      label(draft, 'Running', false);
    }
    const run = new WorkflowRun(context, draft, {
      kill: (pod) => options.kill(namespace, pod),
      backedOff: (node, seconds) => backedOff(key, node, seconds),
    });
    const ended = run.pass();
    draft.status.progress = progressOf(draft);
    if (ended) finish(draft, ended);
    write(draft);
  }

  function write(draft: Workflow): void {
    packNodes(draft, largest);
    store.update('Workflow', draft);
  }

  function backedOff(key: string, node: string, seconds: number): boolean {
    if (seconds <= 0) return true;
    const id = `${key}/${node}`;
    const known = backOffs.get(id);
    if (known === undefined) {
      backOffs.set(id, false);
      later(context, seconds, () => {
        backOffs.set(id, true);
        queue.add(key);
      });
      return false;
    }
    if (known) backOffs.delete(id);
    return known;
  }

  function finish(
    draft: Workflow,
    ended: { phase: 'Succeeded' | 'Failed' | 'Error'; message?: string },
  ): void {
    draft.status ??= {};
    draft.status.phase = ended.phase;
    if (ended.message === undefined) delete draft.status.message;
    else draft.status.message = ended.message;
    draft.status.finishedAt = nowOf(context);
    draft.status.startedAt ??= draft.status.finishedAt;
    draft.status.conditions = [{ type: 'Completed', status: 'True' }];
    label(draft, ended.phase, true);
  }

  /** Deletes a finished workflow when its TTL is over. */
  function expire(workflow: Workflow): void {
    const { uid, namespace, name } = workflow.metadata;
    const spec = workflow.status?.storedWorkflowTemplateSpec ?? workflow.spec;
    const seconds = spec.ttlStrategy?.secondsAfterCompletion;
    if (seconds === undefined || expiring.has(uid)) return;
    expiring.add(uid);
    const age = (clock.now().getTime() - Date.parse(workflow.status?.finishedAt ?? '')) / 1000;
    later(context, Math.max(0, seconds - (Number.isFinite(age) ? Math.max(0, age) : 0)), () => {
      expiring.delete(uid);
      const now = store.get<Workflow>('Workflow', namespace, name);
      // It may have been retried since, or be another one of that name.
      if (now?.metadata.uid === uid && isFinished(now)) store.delete('Workflow', namespace, name);
    });
  }

  return {
    compress(on) {
      largest = on ? 0 : 1024 * 1024;
    },
  };
}

/** Puts compressed nodes back in their place (`packer.DecompressWorkflow`). */
export function unpackNodes({ status }: Workflow): void {
  if (!status?.compressedNodes) return;
  const json = gunzipSync(Buffer.from(status.compressedNodes, 'base64')).toString('utf8');
  status.nodes = JSON.parse(json) as NonNullable<typeof status.nodes>;
  delete status.compressedNodes;
}

function packNodes({ status }: Workflow, largest: number): void {
  const json = JSON.stringify(status?.nodes ?? {});
  if (!status?.nodes || json.length <= largest) return;
  status.compressedNodes = gzipSync(json).toString('base64');
  delete status.nodes;
}

/** Whether a workflow has ended. */
function isFinished(workflow: Workflow): boolean {
  const phase = workflow.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

function label(draft: Workflow, phase: string, completed: boolean): void {
  draft.metadata.labels = {
    ...draft.metadata.labels,
    [phaseLabel]: phase,
    [completedLabel]: String(completed),
  };
}

function progressOf(workflow: Workflow): string {
  const pods = Object.values(workflow.status?.nodes ?? {}).filter((node) => node.type === 'Pod');
  const done = pods.filter((node) => node.progress === '1/1').length;
  return `${done}/${pods.length}`;
}

/**
 * Fills in what a new workflow takes from its WorkflowTemplate, and the labels and annotations of its metadata.
 * @returns why the workflow can't run, if so.
 */
function prepare(context: ControllerContext, draft: Workflow): string | undefined {
  let spec: WorkflowSpec = draft.spec;
  const reference = draft.spec.workflowTemplateRef?.name;
  if (reference !== undefined) {
    const template = context.store.get<WorkflowTemplate>(
      'WorkflowTemplate',
      draft.metadata.namespace,
      reference,
    );
    if (!template) return `workflowtemplates.argoproj.io "${reference}" not found`;
    const parameters = mergedParameters(
      template.spec.arguments?.parameters,
      draft.spec.arguments?.parameters,
    );
    spec = { ...structuredClone(template.spec), ...draft.spec, arguments: { parameters } };
    delete spec.workflowTemplateRef;
  }
  const missing = spec.arguments?.parameters?.find((one) => one.value === undefined);
  if (missing)
    return `spec.arguments.${missing.name}.value or spec.arguments.${missing.name}.valueFrom is required`;
  const values = new Map([['workflow.name', draft.metadata.name]]);
  for (const { name, value = '' } of spec.arguments?.parameters ?? []) {
    values.set(`workflow.parameters.${name}`, value);
  }
  const filled = (given: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(given ?? {}).map(([name, text]) => [name, substituted(text, values)]));
  draft.metadata.labels = {
    ...filled(spec.workflowMetadata?.labels),
    ...(reference === undefined ? {} : { [templateLabel]: reference }),
    ...draft.metadata.labels,
  };
  draft.metadata.annotations = {
    ...filled(spec.workflowMetadata?.annotations),
    ...draft.metadata.annotations,
  };
  draft.status = { ...draft.status, nodes: draft.status?.nodes ?? {}, storedWorkflowTemplateSpec: spec };
  return undefined;
}

function mergedParameters(template: Parameter[] = [], given: Parameter[] = []): Parameter[] {
  const merged = new Map(
    template.map((one) => [one.name, { name: one.name, value: one.value ?? one.default }] as const),
  );
  for (const { name, value } of given) merged.set(name, { name, value });
  return [...merged.values()].map(({ name, value }) => ({ name, ...(value === undefined ? {} : { value }) }));
}

/** Submits a workflow of a template, as Argo's event bindings and webhooks do. @returns its name. */
export function submitWorkflow(
  context: ControllerContext,
  template: string,
  parameters: Record<string, string>,
  labels: Record<string, string> = {},
): string {
  return context.store.create<Workflow>('Workflow', {
    metadata: {
      generateName: `${template}-`,
      namespace: appsNamespace,
      labels: { ...labels, [templateLabel]: template },
    },
    spec: {
      workflowTemplateRef: { name: template },
      arguments: { parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) },
    },
  }).metadata.name;
}
