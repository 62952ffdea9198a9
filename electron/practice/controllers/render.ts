import { parse } from 'yaml';
import type { ImageTagValues, PracticeApp } from '../ports';
import type {
  Application,
  ApplicationSource,
  Deployment,
  Job,
  Manifest,
  PodTemplate,
} from './kubernetes-shapes';

/** For tests of an estate that shares no name with GOV.UK: the three names below, with commas between. */
const [namedArgo, namedApps, namedParent] = (process.env.SIGNALBOX_PRACTICE_NAMES ?? '').split(',');
/** Where Argo CD's Applications live (GOV.UK's layout). */
export const argoNamespace = namedArgo || 'cluster-services';
/** Where the apps and their workflows live (GOV.UK's layout). */
export const appsNamespace = namedApps || 'apps';
/** The Application that renders all others. */
export const parentName = namedParent || 'app-config';
/** Seconds without progress after which a rollout has failed; shorter than Kubernetes' 600, to be lived through in a rehearsal. */
const progressDeadlineSeconds = 60;

const registry = 'registry.example/govuk';
const destination = { server: 'https://kubernetes.default.svc', namespace: appsNamespace };
const syncOptions = [
  'CreateNamespace=true',
  'PrunePropagationPolicy=foreground',
  'PruneLast=true',
  'ApplyOutOfSyncOnly=true',
];
const retry = { limit: 2, backoff: { duration: '10s', factor: 2, maxDuration: '1m' } };

/** The parent Application, as GOV.UK's bootstrap installs it. */
export function parentApplication(environment: string, repoURL: string): Manifest<Application> {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: parentName, namespace: argoNamespace },
    spec: {
      project: 'govuk',
      source: {
        repoURL,
        path: 'charts/app-config',
        targetRevision: 'HEAD',
        helm: { values: `govukEnvironment: ${environment}\n` },
      },
      destination: { server: destination.server, namespace: argoNamespace },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['ApplyOutOfSyncOnly=true'],
        retry,
      },
    },
  };
}

/**
 * The child Applications that the parent's chart renders from the image-tag files of one environment:
 * one per entry of `PracticeApp.applications`. Apps without a readable file are left out.
 */
export function childApplications(
  apps: readonly PracticeApp[],
  tags: ReadonlyMap<string, ImageTagValues>,
  environment: string,
  repoURL: string,
): Manifest<Application>[] {
  return apps.flatMap((app) => {
    const values = tags.get(app.repo);
    if (!values) return [];
    return app.applications.map((name) => childApplication(app, name, values, environment, repoURL));
  });
}

function childApplication(
  app: PracticeApp,
  name: string,
  values: ImageTagValues,
  environment: string,
  repoURL: string,
): Manifest<Application> {
  const helm = [
    `govukEnvironment: ${environment}`,
    `repoName: ${app.repo}`,
    `replicaCount: ${app.replicas}`,
    `workerEnabled: ${app.workers.includes(name)}`,
    // The draft twin shares the database, and only one of the two migrates it.
    `dbMigrationEnabled: ${app.migrates && !name.startsWith('draft-')}`,
    'appImage:',
    `  repository: ${registry}/${app.repo}`,
    `  tag: ${JSON.stringify(values.imageTag)}`,
    '  pullPolicy: IfNotPresent',
    '',
  ].join('\n');
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: argoNamespace,
      labels: { 'app.kubernetes.io/instance': parentName },
      annotations: {
        slackChannel: '#govuk-deploy-alerts',
        repoName: app.repo,
        imageTag: values.imageTag,
        promoteDeployment: String(values.promoteDeployment),
        automaticDeploysEnabled: String(values.automaticDeploysEnabled),
        postSyncWorkflowEnabled: String(app.postSync ?? true),
        'notifications.argoproj.io/subscribe.on-deployed.argo_events': '',
        'argocd.argoproj.io/tracking-id': `${parentName}:argoproj.io/Application:${argoNamespace}/${name}`,
      },
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project: 'govuk',
      source: { repoURL, path: 'charts/generic-govuk-app', targetRevision: 'HEAD', helm: { values: helm } },
      destination,
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions, retry },
    },
  };
}

/** What an app's chart renders: its Deployments, and the Job that migrates its database before a sync. */
export interface AppManifests {
  deployments: Manifest<Deployment>[];
  migration: Manifest<Job> | null;
  images: string[];
  repoName: string;
  imageTag: string;
}

interface ChartValues {
  repoName: string;
  replicaCount: number;
  workerEnabled: boolean;
  dbMigrationEnabled: boolean;
  appImage: { repository: string; tag: string };
}

/**
 * Renders an app's chart from the Helm values in its Application.
 * @throws Error when the values don't parse, with a message as Argo's repo server gives it.
 */
export function appManifests(application: string, source: ApplicationSource): AppManifests {
  const text = source.helm?.values ?? '';
  const key = `${application}\n${text}`;
  const known = rendered.get(key);
  if (known) return known;
  const manifests = render(application, text);
  rendered.set(key, manifests);
  const [oldest] = rendered.keys();
  if (rendered.size > 200 && oldest !== undefined) rendered.delete(oldest);
  return manifests;
}

/** Most comparisons render what was rendered before. Manifests are never changed, only copied into the store. */
const rendered = new Map<string, AppManifests>();

function render(application: string, text: string): AppManifests {
  let values: ChartValues;
  try {
    values = parse(text) as ChartValues;
    if (!values?.appImage?.tag || !values.repoName) throw new Error('appImage.tag and repoName are needed');
  } catch (error) {
    throw new Error(`\`helm template\` failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const image = `${values.appImage.repository}:${values.appImage.tag}`;
  const deployments = [deployment(application, 'app', values, image)];
  if (values.workerEnabled) deployments.push(deployment(application, 'worker', values, image));
  return {
    deployments,
    migration: values.dbMigrationEnabled ? migrationJob(application, values, image) : null,
    images: [image],
    repoName: values.repoName,
    imageTag: values.appImage.tag,
  };
}

/** The version that an image of the practice registry carries. */
export function imageVersion(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

type Component = 'app' | 'worker' | 'dbmigrate';

function podLabels(application: string, component: Component, repoName: string): Record<string, string> {
  return {
    app: component === 'app' ? application : `${application}-${component}`,
    'app.govuk/repository-name': repoName,
    'app.kubernetes.io/name': application,
    'app.kubernetes.io/instance': application,
    'app.kubernetes.io/component': component,
  };
}

function metadata(application: string, component: Component, repoName: string, kind: string) {
  const name = component === 'app' ? application : `${application}-${component}`;
  return {
    name,
    namespace: appsNamespace,
    labels: podLabels(application, component, repoName),
    annotations: { 'argocd.argoproj.io/tracking-id': `${application}:${kind}:${appsNamespace}/${name}` },
  };
}

function podTemplate(
  application: string,
  component: Component,
  repoName: string,
  image: string,
  command: string[],
): PodTemplate {
  return {
    metadata: { labels: podLabels(application, component, repoName) },
    spec: {
      containers: [
        {
          name: component === 'dbmigrate' ? 'dbmigrate' : component,
          image,
          command,
          env: [{ name: 'GOVUK_APP_NAME', value: application }],
        },
      ],
    },
  };
}

function deployment(
  application: string,
  component: 'app' | 'worker',
  values: ChartValues,
  image: string,
): Manifest<Deployment> {
  const command = component === 'app' ? ['bundle', 'exec', 'puma'] : ['bundle', 'exec', 'sidekiq'];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(application, component, values.repoName, 'apps/Deployment'),
    spec: {
      replicas: component === 'app' ? values.replicaCount : 1,
      progressDeadlineSeconds,
      revisionHistoryLimit: 5,
      selector: {
        matchLabels: {
          'app.kubernetes.io/instance': application,
          'app.kubernetes.io/component': component,
        },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: podTemplate(application, component, values.repoName, image, command),
    },
  };
}

function migrationJob(application: string, values: ChartValues, image: string): Manifest<Job> {
  const base = metadata(application, 'dbmigrate', values.repoName, 'batch/Job');
  const template = podTemplate(application, 'dbmigrate', values.repoName, image, ['rails', 'db:migrate']);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...base,
      annotations: {
        ...base.annotations,
        'argocd.argoproj.io/hook': 'PreSync',
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
    },
    spec: {
      backoffLimit: 0,
      template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } },
    },
  };
}
