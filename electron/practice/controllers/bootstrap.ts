import { bagWorkflowTemplates } from './bag-templates';
import { compare, type SyncTarget, statusAfter, workloadsOf } from './comparison';
import { bootLines } from './container-programs';
import { type ControllerContext, nowOf } from './controller-context';
import { replicaSetOf } from './deployment-controller';
import type {
  Application,
  ApplicationStatus,
  AppProject,
  Deployment,
  Manifest,
  Pod,
  ReplicaSet,
  Template,
  WorkflowTemplate,
} from './kubernetes-shapes';
import { servingStatus } from './pod-status';
import { notifiedAnnotation, notifiedValue } from './post-sync';
import { appsNamespace, argoNamespace, childApplications, imageVersion, parentApplication } from './render';
import { podOf, replicaSetStatus } from './replica-sets';
import { workflowTemplates } from './workflow-templates';

/**
 * Fills an empty cluster with what the release repo says, as if everything had been deployed long ago: synced,
 * healthy, tested. Where the repo can't be read, only the parent is made, and the controllers do the rest later.
 */
export async function bootstrap(context: ControllerContext): Promise<void> {
  const { store, repo, environment } = context;
  for (const name of [argoNamespace, appsNamespace]) {
    if (store.get('Namespace', undefined, name)) continue;
    store.create('Namespace', {
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    } as Parameters<typeof store.create>[1]);
  }
  store.create<AppProject>('AppProject', {
    metadata: { name: 'govuk', namespace: argoNamespace },
    spec: {
      description: 'The apps of GOV.UK',
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      syncWindows: [],
    },
  });
  const parent = parentApplication(environment, context.repoURL);
  let revision: string;
  let children: Manifest<Application>[];
  try {
    revision = await repo.head();
    children = childApplications(
      context.apps,
      await repo.imageTags(revision, environment),
      environment,
      context.repoURL,
    );
  } catch {
    if (!context.signal.aborted) store.create<Application>('Application', parent);
    return;
  }
  for (const child of children) installChild(context, child, revision);
  const app = store.create<Application>('Application', parent);
  settle(context, app, { kind: 'children', children }, revision);
}

/** Containers with the empty name that Go writes for one that has none: Argo's schema demands the field. */
const withContainerName = (template: Template): Template => ({
  ...template,
  ...(template.container ? { container: { name: '', ...template.container } } : {}),
  ...(template.script ? { script: { name: '', ...template.script } } : {}),
});

/** Installs the WorkflowTemplates, or brings those that an older version of this estate installed up to date. */
export function installTemplates(context: ControllerContext): void {
  const { store, environment, bags } = context;
  const templates = bags
    ? bagWorkflowTemplates(environment, bags)
    : workflowTemplates(environment, context.nextEnvironment);
  for (const template of templates) {
    const { name } = template.metadata;
    template.spec.templates = template.spec.templates?.map(withContainerName);
    if (store.get('WorkflowTemplate', appsNamespace, name)) {
      store.modify<WorkflowTemplate>('WorkflowTemplate', appsNamespace, name, (draft) => {
        draft.spec = template.spec;
      });
    } else {
      store.create<WorkflowTemplate>('WorkflowTemplate', template);
    }
  }
}

function installChild(context: ControllerContext, child: Manifest<Application>, revision: string): void {
  const { store, clock } = context;
  const app = store.create<Application>('Application', {
    ...child,
    metadata: {
      ...child.metadata,
      annotations: {
        ...child.metadata.annotations,
        // What runs when the estate begins was tested before: no post-sync for it.
        [notifiedAnnotation]: notifiedValue(revision, clock.now()),
      },
    },
  });
  const target = workloadsOf(app);
  if (target.kind === 'workloads') {
    for (const manifest of target.manifests.deployments) installDeployment(context, manifest);
  }
  settle(context, app, target, revision);
}

/** A Deployment with its ReplicaSet and pods, all of them ready. */
function installDeployment(context: ControllerContext, manifest: Manifest<Deployment>): void {
  const { store, logs } = context;
  const now = nowOf(context);
  const replicas = manifest.spec.replicas ?? 1;
  const deployment = store.create<Deployment>('Deployment', {
    ...manifest,
    metadata: {
      ...manifest.metadata,
      annotations: { ...manifest.metadata.annotations, 'deployment.kubernetes.io/revision': '1' },
    },
  });
  const set = store.create<ReplicaSet>('ReplicaSet', {
    ...replicaSetOf(deployment, replicas, 1),
    status: replicaSetStatus(replicas, replicas, 1),
  });
  for (let n = 0; n < replicas; n += 1) {
    const pod = podOf(set, n);
    const { name } = store.create<Pod>('Pod', {
      ...pod,
      status: servingStatus(pod, now, `10.1.${n}.${store.list('Pod').length % 256}`),
    }).metadata;
    const [container] = set.spec.template.spec.containers;
    if (!container) continue;
    const component = set.metadata.labels?.['app.kubernetes.io/component'] ?? 'app';
    for (const line of bootLines(component, imageVersion(container.image))) {
      logs.append(appsNamespace, name, container.name, line);
    }
  }
  const condition = { status: 'True', lastUpdateTime: now, lastTransitionTime: now };
  store.modify<Deployment>('Deployment', appsNamespace, deployment.metadata.name, (draft) => {
    draft.status = {
      observedGeneration: deployment.metadata.generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [
        {
          type: 'Available',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
          ...condition,
        },
        {
          type: 'Progressing',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${set.metadata.name}" has successfully progressed.`,
          ...condition,
        },
      ],
    };
  });
}

/** Writes the status of an Application whose last sync was a full, successful one to the revision. */
function settle(context: ControllerContext, app: Application, target: SyncTarget, revision: string): void {
  const now = nowOf(context);
  const { name } = app.metadata;
  const operation = { initiatedBy: { automated: true }, sync: { revision, prune: true } };
  const comparison = compare(context, app, target);
  const status: ApplicationStatus = {
    ...statusAfter(context, app, comparison, revision, true),
    operationState: {
      operation,
      phase: 'Succeeded',
      message: 'successfully synced (all tasks run)',
      startedAt: now,
      finishedAt: now,
      syncResult: { revision, source: app.spec.source, resources: [] },
    },
    history: [
      {
        id: 0,
        revision,
        deployStartedAt: now,
        deployedAt: now,
        source: app.spec.source,
        initiatedBy: { automated: true },
      },
    ],
  };
  context.store.modify<Application>('Application', argoNamespace, name, (draft) => {
    draft.status = status;
  });
}
