import { type ControllerContext, nowOf } from './controller-context';
import { stableJson } from './generated-names';
import { covers, deploymentHealth, worstHealth } from './health';
import type {
  Application,
  ApplicationResource,
  ApplicationStatus,
  Deployment,
  HealthStatus,
  Job,
  Manifest,
  Pod,
  SyncStatus,
} from './kubernetes-shapes';
import {
  type AppManifests,
  appManifests,
  appsNamespace,
  argoNamespace,
  childApplications,
  parentName,
} from './render';

/** What an Application should consist of at a revision, and what of it is there. */
export type SyncTarget =
  | { kind: 'children'; children: Manifest<Application>[] }
  | { kind: 'workloads'; manifests: AppManifests };

/** Reads an Application's target state. Rejects with what the repo says when it can't be reached. */
export async function targetOf(
  context: ControllerContext,
  app: Application,
  revision: string,
): Promise<SyncTarget> {
  if (app.metadata.name !== parentName) return workloadsOf(app);
  const tags = await context.repo.imageTags(revision, context.environment);
  return {
    kind: 'children',
    children: childApplications(context.apps, tags, context.environment, app.spec.source.repoURL),
  };
}

/** The target state of a child: its chart's values are in its own spec, so no repo is needed. */
export function workloadsOf(app: Application): SyncTarget {
  return { kind: 'workloads', manifests: appManifests(app.metadata.name, app.spec.source) };
}

/** What a comparison finds. */
export interface Comparison {
  sync: SyncStatus;
  health: HealthStatus;
  resources: ApplicationResource[];
  images: string[];
}

/** Compares what should be with what is. */
export function compare(context: ControllerContext, app: Application, target: SyncTarget): Comparison {
  const resources: ApplicationResource[] = [];
  const healths: HealthStatus[] = [];
  const { store } = context;
  const found = liveResources(context, app);
  const wanted = new Set<string>();

  if (target.kind === 'children') {
    for (const child of target.children) {
      wanted.add(child.metadata.name);
      const live = store.get<Application>('Application', argoNamespace, child.metadata.name);
      resources.push({
        ...childResource(child.metadata.name),
        status: live && childMatches(live, child) ? 'Synced' : 'OutOfSync',
      });
      if (!live) healths.push('Missing');
    }
    // An app whose file can't be read renders nothing; its Application is left alone rather than pruned.
    const known = new Set(context.apps.flatMap((one) => one.applications));
    for (const name of found) {
      if (!wanted.has(name) && !known.has(name)) {
        resources.push({ ...childResource(name), status: 'OutOfSync', requiresPruning: true });
      }
    }
  } else {
    for (const desired of target.manifests.deployments) {
      wanted.add(desired.metadata.name);
      const live = store.get<Deployment>('Deployment', appsNamespace, desired.metadata.name);
      resources.push({
        ...deploymentResource(desired.metadata.name),
        status: live && deploymentMatches(live, desired) ? 'Synced' : 'OutOfSync',
      });
      healths.push(deploymentHealth(live));
    }
    for (const name of found) {
      if (!wanted.has(name)) {
        resources.push({ ...deploymentResource(name), status: 'OutOfSync', requiresPruning: true });
      }
    }
  }
  return {
    sync: resources.every((resource) => resource.status === 'Synced') ? 'Synced' : 'OutOfSync',
    health: worstHealth(healths),
    resources: [...resources, ...liveHooks(context, app)],
    images: liveImages(context, app),
  };
}

/** Names of the live resources that an Application tracks: its children, or its Deployments. */
export function liveResources(context: ControllerContext, app: Application): string[] {
  const { store } = context;
  const owned = app.metadata.name;
  return owned === parentName
    ? store
        .list('Application', { namespace: argoNamespace })
        .filter((one) => one.metadata.labels?.['app.kubernetes.io/instance'] === owned)
        .map((one) => one.metadata.name)
    : store
        .list('Deployment', { namespace: appsNamespace })
        .filter((one) =>
          one.metadata.annotations?.['argocd.argoproj.io/tracking-id']?.startsWith(`${owned}:`),
        )
        .map((one) => one.metadata.name);
}

/**
 * Jobs of hooks as `controller/state.go` of Argo CD lists them. Hooks are no targets of a comparison
 * (gitops-engine `pkg/sync/reconcile.go`, `splitHooks`), so one that is there counts as to be pruned; it has no sync
 * status, does not make the Application out of sync or unhealthy, and is never pruned (`sync_context.go`, `getSyncTasks`).
 */
function liveHooks(context: ControllerContext, app: Application): ApplicationResource[] {
  return context.store
    .list<Job>('Job', { namespace: appsNamespace })
    .filter(
      ({ metadata: { annotations } }) =>
        annotations?.['argocd.argoproj.io/tracking-id']?.startsWith(`${app.metadata.name}:`) &&
        annotations['argocd.argoproj.io/hook'] !== undefined,
    )
    .map(({ metadata: { name } }) => ({
      group: 'batch',
      version: 'v1',
      kind: 'Job',
      namespace: appsNamespace,
      name,
      hook: true,
      requiresPruning: true,
    }));
}

const childResource = (name: string) => ({
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  namespace: argoNamespace,
  name,
});

const deploymentResource = (name: string) => ({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  namespace: appsNamespace,
  name,
});

export function childMatches(live: Application, desired: Manifest<Application>): boolean {
  return (
    covers(live.spec, desired.spec) &&
    covers(live.metadata.labels ?? {}, desired.metadata.labels ?? {}) &&
    covers(live.metadata.annotations ?? {}, desired.metadata.annotations ?? {})
  );
}

export function deploymentMatches(live: Deployment, desired: Manifest<Deployment>): boolean {
  return covers(live.spec, desired.spec) && covers(live.metadata.labels ?? {}, desired.metadata.labels ?? {});
}

/** Images of the pods of an Application; during a rollout old and new ones. */
function liveImages(context: ControllerContext, app: Application): string[] {
  const images = new Set<string>();
  for (const pod of context.store.list<Pod>('Pod', { namespace: appsNamespace })) {
    if (pod.metadata.labels?.['app.kubernetes.io/instance'] !== app.metadata.name) continue;
    for (const container of pod.spec.containers) images.add(container.image);
  }
  return [...images].sort();
}

/**
 * The status after a comparison. `latest` says that it was made against the newest commit: then, and only then,
 * `reconciledAt` moves.
 */
export function statusAfter(
  context: ControllerContext,
  app: Application,
  comparison: Comparison,
  revision: string,
  latest: boolean,
): ApplicationStatus {
  const now = nowOf(context);
  const before = app.status;
  return {
    ...before,
    ...(latest ? { reconciledAt: now } : {}),
    sourceType: 'Helm',
    controllerNamespace: argoNamespace,
    sync: {
      status: comparison.sync,
      revision,
      comparedTo: { source: app.spec.source, destination: app.spec.destination },
    },
    health:
      before?.health.status === comparison.health
        ? before.health
        : { status: comparison.health, lastTransitionTime: now },
    resources: comparison.resources,
    summary: comparison.images.length > 0 ? { images: comparison.images } : {},
    conditions: (before?.conditions ?? []).filter((condition) => condition.type !== 'ComparisonError'),
  };
}

/** Whether an Application's spec is what its last comparison was made of. */
export function comparedWithSpec(app: Application): boolean {
  return stableJson(app.status?.sync.comparedTo?.source) === stableJson(app.spec.source);
}
