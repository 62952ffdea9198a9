import type { NextEnvironment } from './controller-context';
import type { Manifest, Parameter, WorkflowTemplate } from './kubernetes-shapes';
import { appsNamespace } from './render';

const toolbox = 'registry.example/govuk/toolbox:latest';
/** Workflows are kept for three days, as in GOV.UK. */
const ttlStrategy = { secondsAfterCompletion: 3 * 86_400 };

/** `workflow.parameters.x` handed on as `x`. */
const handedOn = (...names: string[]): Parameter[] =>
  names.map((name) => ({ name, value: `{{workflow.parameters.${name}}}` }));
const named = (...names: string[]): Parameter[] => names.map((name) => ({ name }));

const exitHandler = {
  name: 'exit-handler',
  steps: [
    [
      {
        name: 'notify-slack',
        template: 'notify-slack',
        when: '{{workflow.status}} != Succeeded',
        arguments: { parameters: [{ name: 'text', value: '{{workflow.name}} has {{workflow.status}}.' }] },
      },
    ],
  ],
};

const notifySlack = {
  name: 'notify-slack',
  inputs: { parameters: named('text') },
  script: { image: toolbox, command: ['sh'], source: 'notify-slack' },
};

/**
 * The WorkflowTemplates of one environment. Named, wired and labelled as GOV.UK's are (docs/argo.md, "How
 * GOV.UK's pieces name each other"); the scripts inside are the practice estate's own (`scripts.ts`).
 */
export function workflowTemplates(
  environment: string,
  next: Pick<NextEnvironment, 'name'> | null,
): Manifest<WorkflowTemplate>[] {
  const deployParameters = ['environment', 'repoName', 'imageTag', 'promoteDeployment'];
  const deployMetadata = (title: string) => ({
    annotations: {
      'workflows.argoproj.io/title': `**${title}-{{workflow.parameters.repoName}}-{{workflow.parameters.imageTag}}**`,
      'workflows.argoproj.io/description':
        '`env: {{workflow.parameters.environment}} promote: {{workflow.parameters.promoteDeployment}}`',
    },
    labels: Object.fromEntries(deployParameters.map((name) => [name, `{{workflow.parameters.${name}}}`])),
  });
  const postSyncParameters = [
    'application',
    'repoName',
    'imageTag',
    'promoteDeployment',
    'automaticDeploysEnabled',
  ];
  const template = (name: string, spec: WorkflowTemplate['spec']): Manifest<WorkflowTemplate> => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name, namespace: appsNamespace },
    spec: { ttlStrategy, ...spec },
  });

  return [
    template('deploy-image', {
      entrypoint: 'deploy-image',
      onExit: 'exit-handler',
      arguments: { parameters: named(...deployParameters) },
      workflowMetadata: deployMetadata('deploy-image'),
      templates: [
        {
          name: 'deploy-image',
          steps: [
            [
              {
                name: 'update-image-tag',
                templateRef: { name: 'update-image-tag', template: 'update-image-tag' },
                arguments: { parameters: handedOn(...deployParameters) },
              },
            ],
            [{ name: 'refresh-app-config', template: 'refresh-app-config' }],
          ],
        },
        {
          name: 'refresh-app-config',
          script: { image: toolbox, command: ['sh'], source: 'refresh-app-config' },
        },
        exitHandler,
        notifySlack,
      ],
    }),
    template('update-image-tag', {
      entrypoint: 'update-image-tag',
      arguments: { parameters: named(...deployParameters) },
      workflowMetadata: deployMetadata('update-image-tag'),
      templates: [
        {
          name: 'update-image-tag',
          inputs: { parameters: named(...deployParameters) },
          retryStrategy: { limit: '5', backoff: { duration: '1s', factor: '2', maxDuration: '1m' } },
          script: { image: toolbox, command: ['bash'], source: 'update-image-tag' },
        },
      ],
    }),
    template('smoke-test', {
      entrypoint: 'smoke-test',
      arguments: { parameters: named('application', 'repoName', 'imageTag') },
      templates: [
        {
          name: 'smoke-test',
          inputs: { parameters: named('application', 'repoName', 'imageTag') },
          retryStrategy: { limit: '2', retryPolicy: 'OnFailure', backoff: { duration: '5s', factor: '2' } },
          container: {
            image: 'registry.example/govuk/govuk-e2e-tests:latest',
            command: ['yarn', 'playwright', 'test'],
            args: ['--grep', '@app-{{inputs.parameters.application}}'],
          },
        },
      ],
    }),
    template('post-sync', {
      archiveLogs: true,
      entrypoint: 'handle-sync-event',
      onExit: 'exit-handler',
      arguments: { parameters: named(...postSyncParameters) },
      workflowMetadata: {
        annotations: {
          'workflows.argoproj.io/title':
            '**post-sync-{{workflow.parameters.application}}-{{workflow.parameters.imageTag}}**',
          'workflows.argoproj.io/description':
            '`promote: {{workflow.parameters.promoteDeployment}} automatic deploys: {{workflow.parameters.automaticDeploysEnabled}}`',
        },
        labels: Object.fromEntries(
          postSyncParameters.map((name) => [name, `{{workflow.parameters.${name}}}`]),
        ),
      },
      templates: [
        {
          name: 'handle-sync-event',
          dag: {
            tasks: [
              {
                name: 'smoke-test',
                templateRef: { name: 'smoke-test', template: 'smoke-test' },
                arguments: { parameters: handedOn('application', 'repoName', 'imageTag') },
              },
              ...(next
                ? [
                    {
                      name: 'promote-release',
                      template: 'promote-release',
                      depends: 'smoke-test.Succeeded',
                      // Both switches as they were when the event came: docs/argo.md, "What really holds …".
                      when: "'{{workflow.parameters.promoteDeployment}}' == 'true' && '{{workflow.parameters.automaticDeploysEnabled}}' == 'true' && '{{workflow.parameters.application}}' !~ '^draft-'",
                      arguments: {
                        parameters: [
                          { name: 'environment', value: next.name },
                          ...handedOn('repoName', 'imageTag'),
                          { name: 'promoteDeployment', value: 'true' },
                        ],
                      },
                    },
                  ]
                : []),
            ],
          },
        },
        ...(next
          ? [
              {
                name: 'promote-release',
                inputs: { parameters: named(...deployParameters) },
                // The next cluster may be away for a moment.
                retryStrategy: { limit: '3', backoff: { duration: '10s', factor: '2' } },
                script: { image: toolbox, command: ['sh'], source: 'promote-release' },
              },
            ]
          : []),
        exitHandler,
        notifySlack,
      ],
    }),
  ].map((one) => ({ ...one, metadata: { ...one.metadata, labels: { environment } } }));
}
