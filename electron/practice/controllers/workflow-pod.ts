import { ownerOf } from './deployment-controller';
import { substituted } from './expressions';
import { fittedName, fnv32 } from './generated-names';
import type { Template, Workflow, WorkflowNode } from './kubernetes-shapes';
import {
  nodeIdAnnotation,
  nodeNameAnnotation,
  type PodTask,
  templateVariable,
  workflowLabel,
} from './scripts';

const executor = 'registry.example/argoproj/argoexec:v4.0.0';

/** The pod of a node (`POD_NAMES=v2`): workflow, template and a hash of the node's name. */
export function podNameOf(workflow: string, template: string, nodeName: string): string {
  return fittedName(`${workflow}-${template}`, `-${fnv32(nodeName)}`);
}

/** The pod that runs a leaf: `init`, then `main` with the template's command beside `wait`, as Argo's executor has it. */
export function workflowPod(
  workflow: Workflow,
  node: WorkflowNode,
  template: Template,
  inputs: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, string>,
) {
  const { name, namespace } = workflow.metadata;
  const runs = template.container ?? template.script;
  const task: PodTask = { template: template.name, inputs: Object.fromEntries(inputs) };
  return {
    metadata: {
      name: podNameOf(name, template.name, node.name),
      namespace,
      labels: { [workflowLabel]: name, 'workflows.argoproj.io/completed': 'false' },
      annotations: {
        [nodeIdAnnotation]: node.id,
        [nodeNameAnnotation]: node.name,
        'kubectl.kubernetes.io/default-container': 'main',
      },
      ownerReferences: [ownerOf(workflow)],
    },
    spec: {
      restartPolicy: 'Never',
      nodeName: 'node-2',
      initContainers: [{ name: 'init', image: executor, command: ['argoexec', 'init'] }],
      containers: [
        {
          name: 'main',
          image: runs?.image ?? 'registry.example/govuk/toolbox:latest',
          ...(runs?.command ? { command: runs.command } : {}),
          ...(template.container?.args
            ? { args: template.container.args.map((arg) => substituted(arg, values)) }
            : {}),
          env: [{ name: templateVariable, value: JSON.stringify(task) }],
        },
        { name: 'wait', image: executor, command: ['argoexec', 'wait'] },
      ],
    },
  };
}
