import { childMatches, deploymentMatches, liveResources, targetOf } from './comparison';
import type { ControllerContext } from './controller-context';
import { merged } from './health';
import type {
  Application,
  ApplicationSource,
  Deployment,
  Manifest,
  Operation,
  ResourceResult,
} from './kubernetes-shapes';
import { appsNamespace, argoNamespace, parentName } from './render';

/**
 * Brings an Application's resources to their target state at a revision, as `kubectl apply` does: what is not
 * in the manifests stays as it is. A dry run only tells what it would do. Rejects with what the repo says when it can't
 * be reached.
 * @returns one result per resource, as `syncResult.resources` holds them.
 */
export async function applyManifests(
  context: ControllerContext,
  name: string,
  source: ApplicationSource,
  revision: string,
  sync: NonNullable<Operation['sync']>,
): Promise<ResourceResult[]> {
  const found = context.store.get<Application>('Application', argoNamespace, name);
  if (!found) return [];
  const app: Application = { ...found, spec: { ...found.spec, source } };
  const target = await targetOf(context, app, revision);
  if (context.signal.aborted) return [];
  const outOfSyncOnly = sync.syncOptions?.includes('ApplyOutOfSyncOnly=true') ?? false;
  const chosen = (kind: string, resource: string) =>
    !sync.resources?.length || sync.resources.some((one) => one.kind === kind && one.name === resource);
  const results: ResourceResult[] = [];
  const wanted = new Set<string>();
  const { store } = context;
  if (target.kind === 'children') {
    for (const child of target.children) {
      const { name: own } = child.metadata;
      wanted.add(own);
      const live = store.get<Application>('Application', argoNamespace, own);
      const matches = live !== undefined && childMatches(live, child);
      if (!chosen('Application', own) || (outOfSyncOnly && matches)) continue;
      results.push(sync.dryRun ? tried('Application', own, live, matches) : applyChild(context, child));
    }
  } else {
    for (const deployment of target.manifests.deployments) {
      const { name: own } = deployment.metadata;
      wanted.add(own);
      const live = store.get<Deployment>('Deployment', appsNamespace, own);
      const matches = live !== undefined && deploymentMatches(live, deployment);
      if (!chosen('Deployment', own) || (outOfSyncOnly && matches)) continue;
      results.push(
        sync.dryRun ? tried('Deployment', own, live, matches) : applyDeployment(context, deployment),
      );
    }
  }
  if (sync.prune) results.push(...prune(context, app, wanted, chosen, sync.dryRun ?? false));
  return results;
}

function applyChild(context: ControllerContext, manifest: Manifest<Application>): ResourceResult {
  const { store } = context;
  const { name } = manifest.metadata;
  const read = () => store.get<Application>('Application', argoNamespace, name);
  const live = read();
  if (!live) {
    store.create<Application>('Application', manifest);
  } else {
    store.modify<Application>('Application', argoNamespace, name, (draft) => {
      draft.spec = merged(draft.spec, manifest.spec);
      draft.metadata = {
        ...draft.metadata,
        labels: { ...draft.metadata.labels, ...manifest.metadata.labels },
        annotations: { ...draft.metadata.annotations, ...manifest.metadata.annotations },
      };
    });
  }
  const now = read();
  return {
    ...result('argoproj.io', 'v1alpha1', 'Application', argoNamespace, name),
    message: `application.argoproj.io/${name} ${outcome(live, now)}`,
  };
}

function applyDeployment(context: ControllerContext, manifest: Manifest<Deployment>): ResourceResult {
  const { store } = context;
  const { name } = manifest.metadata;
  const live = store.get<Deployment>('Deployment', appsNamespace, name);
  if (!live) {
    store.create<Deployment>('Deployment', manifest);
  } else {
    store.modify<Deployment>('Deployment', appsNamespace, name, (draft) => {
      draft.spec = merged(draft.spec, manifest.spec);
      draft.metadata = {
        ...draft.metadata,
        labels: { ...draft.metadata.labels, ...manifest.metadata.labels },
        annotations: { ...draft.metadata.annotations, ...manifest.metadata.annotations },
      };
    });
  }
  return {
    ...result('apps', 'v1', 'Deployment', appsNamespace, name),
    message: `deployment.apps/${name} ${outcome(live, store.get('Deployment', appsNamespace, name))}`,
  };
}

/** What `kubectl apply --dry-run=client` says of a resource. */
function tried(
  kind: 'Application' | 'Deployment',
  name: string,
  live: object | undefined,
  matches: boolean,
): ResourceResult {
  const would = live === undefined ? 'created' : matches ? 'unchanged' : 'configured';
  return kind === 'Application'
    ? {
        ...result('argoproj.io', 'v1alpha1', kind, argoNamespace, name),
        message: `application.argoproj.io/${name} ${would} (dry run)`,
      }
    : {
        ...result('apps', 'v1', kind, appsNamespace, name),
        message: `deployment.apps/${name} ${would} (dry run)`,
      };
}

function prune(
  context: ControllerContext,
  app: Application,
  wanted: ReadonlySet<string>,
  chosen: (kind: string, name: string) => boolean,
  dryRun: boolean,
): ResourceResult[] {
  const parent = app.metadata.name === parentName;
  const kind = parent ? 'Application' : 'Deployment';
  const namespace = parent ? argoNamespace : appsNamespace;
  const known = new Set(context.apps.flatMap((one) => one.applications));
  return liveResources(context, app)
    .filter((name) => !wanted.has(name) && chosen(kind, name) && !(parent && known.has(name)))
    .map((name) => {
      if (!dryRun) context.store.delete(kind, namespace, name);
      const base = parent
        ? result('argoproj.io', 'v1alpha1', kind, namespace, name)
        : result('apps', 'v1', kind, namespace, name);
      return { ...base, status: 'Pruned' as const, message: dryRun ? 'pruned (dry run)' : 'pruned' };
    });
}

function result(
  group: string,
  version: string,
  kind: string,
  namespace: string,
  name: string,
): ResourceResult {
  return { group, version, kind, namespace, name, status: 'Synced', syncPhase: 'Sync' };
}

function outcome(
  before: { metadata: { resourceVersion: string } } | undefined,
  after: { metadata: { resourceVersion: string } } | undefined,
): string {
  if (!before) return 'created';
  return before.metadata.resourceVersion === after?.metadata.resourceVersion ? 'unchanged' : 'configured';
}
