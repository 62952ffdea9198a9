import type { Workflow, WorkflowNode } from '../../controllers/kubernetes-shapes';
import { unpackNodes } from '../../controllers/workflow-controller';
import { GatewayError } from '../gateway';

/** `errors.CodeBadRequest` of Argo, which `ToStatusError` makes InvalidArgument of (argo-workflows, `server/utils/errors.go`). */
const badRequest = (message: string) => new GatewayError('InvalidArgument', message);

const ended = (workflow: Workflow): boolean =>
  /^(Succeeded|Failed|Error)$/.test(workflow.status?.phase ?? '');
const isFailed = ({ phase }: WorkflowNode): boolean => phase === 'Failed' || phase === 'Error';

/** `util.FormulateRetryWorkflow`. @returns the ids of the nodes whose pods go. */
export function retry(workflow: Workflow, parameters: readonly string[], now: string): Set<string> {
  const phase = workflow.status?.phase ?? '';
  if (phase !== 'Failed' && phase !== 'Error') throw badRequest(`Cannot retry a workflow in phase ${phase}`);
  unpackNodes(workflow);
  const nodes = workflow.status?.nodes ?? {};
  const parents = new Map<string, string[]>();
  for (const node of Object.values(nodes))
    for (const child of node.children ?? []) parents.set(child, [...(parents.get(child) ?? []), node.id]);
  const gone = new Set<string>();
  const onExit = `${workflow.metadata.name}.onExit`;
  const drop = (id: string): void => {
    if (gone.has(id) || !nodes[id]) return;
    gone.add(id);
    for (const child of nodes[id]?.children ?? []) drop(child);
  };
  const reset = (id: string): void => {
    for (const parent of [...(parents.get(id) ?? []), nodes[id]?.boundaryID ?? '']) {
      const node = nodes[parent];
      if (!node || gone.has(parent) || node.type === 'Pod' || node.phase === 'Running') continue;
      node.phase = 'Running';
      delete node.finishedAt;
      delete node.message;
      reset(parent);
    }
  };
  for (const node of Object.values(nodes))
    if ((node.type === 'Pod' && isFailed(node)) || node.name.startsWith(onExit)) drop(node.id);
  for (const node of Object.values(nodes))
    if (node.phase === 'Omitted' || (node.type === 'Suspend' && isFailed(node))) drop(node.id);
  for (const id of [...gone]) reset(id);
  for (const node of Object.values(nodes)) {
    if (gone.has(node.id) || node.type === 'Pod' || !isFailed(node)) continue;
    node.phase = 'Running';
    delete node.finishedAt;
  }
  const left = (ids: string[] | undefined) => ids?.filter((id) => !gone.has(id));
  workflow.status = {
    ...workflow.status,
    phase: '',
    startedAt: now,
    finishedAt: null,
    conditions: [{ type: 'Completed', status: 'False' }],
    nodes: Object.fromEntries(
      Object.values(nodes)
        .filter(({ id }) => !gone.has(id))
        .map(({ children, outboundNodes, ...node }) => [
          node.id,
          {
            ...node,
            ...(children ? { children: left(children) ?? [] } : {}),
            ...(outboundNodes ? { outboundNodes: left(outboundNodes) ?? [] } : {}),
          },
        ]),
    ),
  };
  delete workflow.status.message;
  delete workflow.spec.shutdown;
  delete workflow.status.storedWorkflowTemplateSpec?.shutdown;
  const labels = { ...workflow.metadata.labels };
  delete labels['workflows.argoproj.io/completed'];
  delete labels['workflows.argoproj.io/workflow-archiving-status'];
  workflow.metadata.labels = labels;
  override(workflow, parameters);
  return gone;
}

/** `name=value` each, in the place of those of the name (`overrideParameters`). */
function override(workflow: Workflow, parameters: readonly string[]): void {
  for (const text of parameters) {
    const at = text.indexOf('=');
    if (at < 0) throw badRequest(`expected parameter of the form: NAME=VALUE. Received: ${text}`);
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    for (const spec of [workflow.spec, workflow.status?.storedWorkflowTemplateSpec]) {
      if (!spec) continue;
      const others = (spec.arguments?.parameters ?? []).filter((one) => one.name !== name);
      spec.arguments = { ...spec.arguments, parameters: [...others, { name, value }] };
    }
  }
}

/** `util.StopWorkflow`, `util.TerminateWorkflow`. */
export function shutDown(workflow: Workflow, how: 'Stop' | 'Terminate'): void {
  if (ended(workflow))
    throw new GatewayError(
      'Internal',
      `cannot shutdown a completed workflow: workflow: "${workflow.metadata.name}", namespace: "${workflow.metadata.namespace}"`,
    );
  workflow.spec.shutdown = how;
}

/** `util.SuspendWorkflow`. */
export function suspend(workflow: Workflow): void {
  if (ended(workflow)) throw badRequest('cannot suspend completed workflows');
  workflow.spec.suspend = true;
}

/** `util.ResumeWorkflow`: it asks for no phase, and one that does not wait is left alone. */
export function resume(workflow: Workflow, by: string, now: string): void {
  unpackNodes(workflow);
  delete workflow.spec.suspend;
  for (const node of Object.values(workflow.status?.nodes ?? {})) {
    if (node.type !== 'Suspend' || node.phase !== 'Running') continue;
    node.phase = 'Succeeded';
    node.finishedAt = now;
    node.message = [node.message, `Resumed by: ${by}`].filter(Boolean).join('; ');
  }
}
