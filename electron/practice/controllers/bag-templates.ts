import type { BagSetup } from '../ports';
import type { Manifest, WorkflowTemplate } from './kubernetes-shapes';
import { appsNamespace } from './render';

const toolbox = 'registry.example/notify/toolbox:latest';
const tests = 'registry.example/notify/notify-functional-tests:latest';
/** Workflows are kept for three days, as those of the apps are. */
const ttlStrategy = { secondsAfterCompletion: 3 * 86_400 };

/** What prepares an environment before the services of a bag are set. */
const preparations = ['terraform-apply', 'db-setup'] as const;

/**
 * The WorkflowTemplates of an environment that bags come to: what prepares it, and its test suites. Each takes the
 * bag's number; `db-setup` also the version of the service whose migrations it runs.
 */
export function bagWorkflowTemplates(environment: string, bags: BagSetup): Manifest<WorkflowTemplate>[] {
  const template = (
    name: string,
    image: string,
    extra: readonly string[] = [],
  ): Manifest<WorkflowTemplate> => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name, namespace: appsNamespace, labels: { environment } },
    spec: {
      ttlStrategy,
      entrypoint: name,
      arguments: {
        parameters: [
          { name: 'environment', value: environment },
          ...['bag', ...extra].map((parameter) => ({ name: parameter, value: '' })),
        ],
      },
      workflowMetadata: {
        annotations: {
          'workflows.argoproj.io/title': `**${name}** in {{workflow.parameters.environment}}`,
          'workflows.argoproj.io/description': 'bag {{workflow.parameters.bag}}',
        },
        labels: { environment },
      },
      templates: [
        {
          name,
          inputs: { parameters: ['environment', 'bag', ...extra].map((parameter) => ({ name: parameter })) },
          container: { image, command: [name], args: ['--environment', '{{inputs.parameters.environment}}'] },
        },
      ],
    },
  });
  return [
    ...preparations.map((name) => template(name, toolbox, name === 'db-setup' ? ['imageTag'] : [])),
    ...bags.suites.map((name) => template(name, tests)),
  ];
}
