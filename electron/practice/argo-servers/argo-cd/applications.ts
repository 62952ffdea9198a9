import { selectsLabels } from '../../../../shared/domain/go/label-selector';
import type { SyncWindow } from '../../../../shared/domain/rollout/sync-window';
import { maySync } from '../../../../shared/domain/rollout/sync-window';
import { jsonPatch, mergePatch } from '../../cluster/patches';
import type { KubeObject } from '../../cluster/stored-objects';
import type { Application, AppProject } from '../../controllers/kubernetes-shapes';
import { argoNamespace } from '../../controllers/render';
import { answer, type Exchange, GatewayError, openStream } from '../gateway';
import type { Backend } from './backend';

const refreshAnnotation = 'argocd.argoproj.io/refresh';

/** The project that a request names: `projects` or `project`. */
const projectsOf = (query: URLSearchParams): string[] => [
  ...query.getAll('projects'),
  ...query.getAll('project'),
];

/**
 * The Application of a request. One that is not there is told as one that may not be read, unless its project is named
 * (argo-cd, `server/application/application.go`, `getAppEnforceRBAC`).
 */
export function applicationOf(backend: Backend, { path, query, body }: Exchange): Application {
  const said = (body ?? {}) as { appNamespace?: unknown; project?: unknown };
  const namespace = query.get('appNamespace') || said.appNamespace || argoNamespace;
  const name = path.name ?? '';
  const found =
    namespace === argoNamespace
      ? backend.store.get<Application>('Application', argoNamespace, name)
      : undefined;
  const [project = typeof said.project === 'string' ? said.project : undefined] = projectsOf(query);
  if (found && (project === undefined || found.spec.project === project)) return found;
  if (project !== undefined && !found)
    throw new GatewayError('NotFound', `applications.argoproj.io "${name}" not found`);
  throw new GatewayError('PermissionDenied', 'permission denied');
}

/** As the server's informers hold objects, and so its answers: `apiVersion` and `kind` are not said. */
const told = <T extends KubeObject>({ apiVersion: _, kind: __, ...object }: T) => object;

/** The project `default` is always there (argo-cd, `server/server.go`, `initializeDefaultProject`). */
const windowsOf = (backend: Backend, app: Application): SyncWindow[] => {
  const { project: name } = app.spec;
  const project = backend.store.get<AppProject>('AppProject', argoNamespace, name);
  if (!project && name !== 'default')
    throw new GatewayError('NotFound', `appprojects.argoproj.io "${name}" not found`);
  return project?.spec.syncWindows ?? [];
};

const isChosen =
  (query: URLSearchParams) =>
  (app: KubeObject): boolean => {
    const projects = projectsOf(query);
    const name = query.get('name');
    const namespace = query.get('appNamespace');
    return (
      selectsLabels(query.get('selector') || undefined, app.metadata.labels) &&
      (!name || app.metadata.name === name) &&
      (!namespace || app.metadata.namespace === namespace) &&
      (projects.length === 0 || projects.includes((app as Application).spec.project))
    );
  };

/** `GET /api/v1/applications`. */
export function listApplications(backend: Backend, { query, response }: Exchange): void {
  const items = backend.store.list<Application>('Application').filter(isChosen(query));
  answer(response, {
    metadata: { resourceVersion: backend.store.resourceVersion },
    items: items.map(told),
  });
}

/**
 * `GET /api/v1/stream/applications`: without a resourceVersion, or for one Application, all that is there first; with one,
 * what changes from now on and is newer. There is no history: what changed in between is not told (`Watch`).
 */
export function streamApplications(backend: Backend, exchange: Exchange): void {
  const { query, response } = exchange;
  const stream = openStream(exchange, backend.muted);
  const chosen = isChosen(query);
  const since = Number(query.get('resourceVersion') || '0') || 0;
  if (!query.get('resourceVersion') || query.get('name'))
    for (const application of backend.store.list<Application>('Application').filter(chosen))
      stream.send({ type: 'ADDED', application: told(application) });
  const stop = backend.store.subscribe<Application>('Application', ({ type, object, resourceVersion }) => {
    if (chosen(object) && resourceVersion > since) stream.send({ type, application: told(object) });
  });
  backend.streams.add(response);
  response.once('close', () => {
    backend.streams.delete(response);
    stop();
  });
}

/** `GET /api/v1/applications/{name}`; with `refresh`, it answers once the controller has compared. */
export function getApplication(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, exchange);
  const { query, response } = exchange;
  const refresh = query.get('refresh');
  if (!refresh) {
    answer(response, told(app));
    return;
  }
  const { name } = app.metadata;
  const stop = backend.store.subscribe<Application>('Application', ({ type, object }) => {
    if (object.metadata.name !== name || type === 'DELETED') return;
    if (object.metadata.annotations?.[refreshAnnotation] !== undefined) return;
    stop();
    if (!backend.muted()) answer(response, told(object));
  });
  response.once('close', stop);
  backend.store.modify<Application>('Application', argoNamespace, name, ({ metadata }) => {
    metadata.annotations = {
      ...metadata.annotations,
      [refreshAnnotation]: refresh === 'hard' ? 'hard' : 'normal',
    };
  });
}

/** `GET /api/v1/applications/{name}/syncwindows`. */
export function syncWindows(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, exchange);
  const windows = windowsOf(backend, app);
  const canSync = maySync(windows, subjectOf(app), true, backend.now());
  const assignedWindows = windows.map(({ kind, schedule, duration, manualSync }) => ({
    kind,
    schedule,
    duration,
    manualSync: manualSync ?? false,
  }));
  answer(exchange.response, { assignedWindows, activeWindows: [], canSync });
}

const subjectOf = (app: Application) => ({
  application: app.metadata.name,
  namespace: app.spec.destination.namespace,
  clusters: [app.spec.destination.server],
});

interface SyncRequest {
  revision?: string;
  dryRun?: boolean;
  prune?: boolean;
  strategy?: { apply?: { force?: boolean } };
  resources?: { group?: string; kind: string; namespace?: string; name: string }[];
  infos?: { name: string; value: string }[];
  retryStrategy?: { limit?: number };
  syncOptions?: { items?: string[] };
}

/** `POST /api/v1/applications/{name}/sync` (`Sync`, and `SetAppOperation` of `util/argo/argo.go`). */
export function syncApplication(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, exchange);
  const asked = (exchange.body ?? {}) as SyncRequest;
  if (!maySync(windowsOf(backend, app), subjectOf(app), true, backend.now()))
    throw new GatewayError('PermissionDenied', 'cannot sync: blocked by sync window');
  backend.demand(exchange, 'sync');
  if (app.operation) throw new GatewayError('FailedPrecondition', 'another operation is already in progress');
  const { syncPolicy } = app.spec;
  const retry = asked.retryStrategy ?? syncPolicy?.retry;
  const syncOptions = asked.syncOptions?.items ?? syncPolicy?.syncOptions;
  const written = backend.store.modify<Application>(
    'Application',
    argoNamespace,
    app.metadata.name,
    (draft) => {
      draft.operation = {
        sync: {
          source: app.spec.source,
          ...(asked.revision ? { revision: asked.revision } : {}),
          ...(asked.prune ? { prune: true } : {}),
          ...(asked.dryRun ? { dryRun: true } : {}),
          ...(syncOptions ? { syncOptions } : {}),
          ...(asked.strategy ? { syncStrategy: asked.strategy } : {}),
          ...(asked.resources?.length ? { resources: asked.resources } : {}),
        },
        initiatedBy: { username: backend.person(exchange).login },
        info: asked.infos ?? [],
        ...(retry ? { retry } : {}),
      } as NonNullable<Application['operation']>;
      if (draft.status) delete draft.status.operationState;
    },
  );
  answer(exchange.response, told(written));
}

/** `DELETE /api/v1/applications/{name}/operation` (`TerminateOperation`): whichever runs. */
export function terminateOperation(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, exchange);
  backend.demand(exchange, 'sync');
  if (!app.operation || !app.status?.operationState)
    throw new GatewayError('InvalidArgument', 'Unable to terminate operation. No operation is in progress');
  backend.store.modify<Application>('Application', argoNamespace, app.metadata.name, (draft) => {
    if (draft.status?.operationState) draft.status.operationState.phase = 'Terminating';
  });
  answer(exchange.response, {});
}

/**
 * `PATCH /api/v1/applications/{name}` with `{patch, patchType}`, the patch as text; always validated (`Patch`).
 */
export function patchApplication(backend: Backend, exchange: Exchange): void {
  const app = applicationOf(backend, exchange);
  backend.demand(exchange, 'update');
  const { patch = '', patchType = '' } = (exchange.body ?? {}) as { patch?: string; patchType?: string };
  const parsed: unknown = JSON.parse(patch);
  if (!['json', '', 'merge'].includes(patchType))
    throw new GatewayError('InvalidArgument', `Patch type '${patchType}' is not supported`);
  const patched = (patchType === 'merge' ? mergePatch(app, parsed) : jsonPatch(app, parsed)) as Application;
  validate(app);
  answer(exchange.response, told(updated(backend, app, patched)));
}

/** `PUT /api/v1/applications/{application.metadata.name}` with the whole Application; no resourceVersion is compared. */
export function putApplication(backend: Backend, exchange: Exchange): void {
  const wanted = (exchange.body ?? {}) as Application;
  const query = new URLSearchParams({ appNamespace: wanted.metadata?.namespace ?? '' });
  const app = applicationOf(backend, { ...exchange, query, body: {} });
  backend.demand(exchange, 'update');
  if (exchange.query.get('validate') !== 'false') validate(app);
  answer(exchange.response, told(updated(backend, app, wanted)));
}

/** Manifests are made of what is validated: without the Git remote nothing is valid (`validateAndNormalizeApp`). */
function validate(app: Application): void {
  const failed = app.status?.conditions?.find(({ type }) => type === 'ComparisonError');
  if (failed)
    throw new GatewayError(
      'InvalidArgument',
      `application spec for ${app.metadata.name} is invalid: InvalidSpecError: ${failed.message}`,
    );
}

/** Written is the spec with labels, annotations and finalizers, and nothing else of it (`updateApp`). */
const updated = (backend: Backend, app: Application, wanted: Application): Application =>
  backend.store.modify<Application>('Application', argoNamespace, app.metadata.name, (draft) => {
    draft.spec = wanted.spec;
    const { labels, annotations } = wanted.metadata;
    Object.assign(draft.metadata, { labels, annotations });
  });

/** `GET /api/v1/projects`. */
export function listProjects(backend: Backend, { response }: Exchange): void {
  const items = backend.store.list<AppProject>('AppProject', { namespace: argoNamespace });
  answer(response, {
    metadata: { resourceVersion: backend.store.resourceVersion },
    items: items.map(told),
  });
}
