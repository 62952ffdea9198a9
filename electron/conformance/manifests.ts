import type { ConformanceOptions } from './options';

/** An image of a host that nobody has (RFC 2606): it can be pulled nowhere. */
export const missingImage = 'signalbox.invalid/no-such-image:1';

/** A container that may run where a namespace demands the strictest of the Pod Security Standards. */
const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  runAsUser: 65534,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const small = { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '100m', memory: '64Mi' } };

/** A pod that runs a script of `sh`. */
export function podSpec(
  options: Pick<ConformanceOptions, 'image'>,
  script: string,
  restartPolicy: 'Always' | 'Never',
) {
  return {
    restartPolicy,
    // A shell that is the first process of its container is deaf to SIGTERM.
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'main',
        image: options.image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', script],
        resources: small,
        securityContext: restricted,
      },
    ],
  };
}

/** A Deployment (apps/v1) of one app whose pods run a script. */
export function deployment(
  options: ConformanceOptions,
  app: string,
  script: string,
  labels: Record<string, string>,
) {
  const selector = { 'app.kubernetes.io/instance': app };
  const own = { ...labels, ...selector, 'app.govuk/repository-name': app };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, labels: own },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: { metadata: { labels: own }, spec: podSpec(options, script, 'Always') },
    },
  };
}

/** An Application (argoproj.io/v1alpha1) of Argo CD over the repo that the person named. */
export function application(
  options: ConformanceOptions,
  name: string,
  repoURL: string,
  destinationNamespace: string,
  more: { project?: string } = {},
) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      annotations: { repoName: name, imageTag: 'v1' },
      // What it deployed goes with it.
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project: more.project ?? options.project,
      source: {
        repoURL,
        path: options.repoPath,
        targetRevision: options.revision,
        ...(options.helmValues === undefined
          ? {}
          : { helm: { values: options.helmValues.replaceAll('{name}', name) } }),
      },
      destination: { server: options.destinationServer, namespace: destinationNamespace },
      // Not automated: every sync is one that the suite asks for.
      syncPolicy: {
        syncOptions: ['ApplyOutOfSyncOnly=true'],
        retry: { limit: 1, backoff: { duration: '5s', factor: 2, maxDuration: '30s' } },
      },
    },
  };
}

/** An AppProject that allows everything, and no sync at all while its window is shut. */
export function closedProject(name: string) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name },
    spec: {
      description: 'Made by the conformance suite of Signalbox.',
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      syncWindows: [
        { kind: 'deny', schedule: '* * * * *', duration: '1h', applications: ['*'], manualSync: false },
      ],
    },
  };
}

/** One step that runs a script, again where it fails as often as `retries` says. */
const step = (options: ConformanceOptions, name: string, script: string, retries = 0) => ({
  name,
  container: {
    image: options.image,
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c'],
    args: [script],
    securityContext: restricted,
  },
  ...(retries > 0 ? { retryStrategy: { limit: String(retries), retryPolicy: 'OnFailure' } } : {}),
});

/** A WorkflowTemplate: steps one after the other, each with its script; `suspend` waits for a person. */
export function workflowTemplate(
  options: ConformanceOptions,
  name: string,
  steps: readonly { name: string; script: string | 'suspend'; retries?: number }[],
) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name },
    spec: {
      entrypoint: 'main',
      ...(options.serviceAccount ? { serviceAccountName: options.serviceAccount } : {}),
      arguments: { parameters: [{ name: 'greeting', value: 'hello' }] },
      // Argo's own containers, too, must be allowed in a namespace of the standard "restricted".
      podSpecPatch: JSON.stringify({
        initContainers: [{ name: 'init', securityContext: restricted }],
        containers: [{ name: 'wait', securityContext: restricted }],
      }),
      // Nobody should have to clear up after a suite that was killed.
      ttlStrategy: { secondsAfterCompletion: 3600 },
      templates: [
        { name: 'main', steps: steps.map((one) => [{ name: one.name, template: one.name }]) },
        ...steps.map((one) =>
          one.script === 'suspend'
            ? { name: one.name, suspend: {} }
            : step(options, one.name, one.script, one.retries),
        ),
      ],
    },
  };
}

/** A Workflow of a template, for an app. */
export function workflow(name: string, template: string, app: string) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name,
      labels: {
        repoName: app,
        imageTag: 'v1',
        'workflows.argoproj.io/workflow-template': template,
      },
    },
    spec: { workflowTemplateRef: { name: template } },
  };
}
