import { isDeepStrictEqual } from 'node:util';
import { selectsLabels } from '../../../../shared/domain/go/label-selector';
import { ApiError, type KubeObject, type NewObject } from '../../cluster/stored-objects';
import type { Pod, Workflow } from '../../controllers/kubernetes-shapes';
import { answer, type Exchange, GatewayError, openStream } from '../gateway';
import type { Backend } from './backend';
import { resume, retry, shutDown, suspend } from './changes';

const namespaceOf = ({ path }: Exchange): string => path.namespace ?? '';

/** What `fields` leaves of an answer (argo-workflows, `util/fields/fields.go`). */
function withFields(value: object, fields: string | null, prefix = ''): object {
  if (!fields) return value;
  const exclude = fields.startsWith('-');
  const named = (exclude ? fields.slice(1) : fields).split(',').map((one) => one.replace(prefix, ''));
  const clean = (item: unknown, path: string): unknown => {
    if (Array.isArray(item)) return item.map((one) => clean(one, path));
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(
      Object.entries(item).flatMap(([key, part]) => {
        const here = path === '' ? key : `${path}.${key}`;
        if (named.includes(here)) return exclude ? [] : [[key, part]];
        if (!exclude && !named.some((one) => one.startsWith(here))) return [];
        return [[key, clean(part, here)]];
      }),
    );
  };
  return clean(value, '') as object;
}

/** As `auth.CanI` and the Kubernetes API refuse: the person's service account, by its role. */
export function demand(backend: Backend, exchange: Exchange, verb: string): void {
  const person = backend.person(exchange);
  const isReading = ['get', 'list', 'watch'].includes(verb);
  if (isReading || person.role('argo-workflows') === 'read-write') return;
  throw new GatewayError(
    'PermissionDenied',
    `workflows.argoproj.io is forbidden: User "system:serviceaccount:${namespaceOf(exchange)}:read-only" cannot ${verb} resource "workflows" in API group "argoproj.io" in the namespace "${namespaceOf(exchange)}"`,
  );
}

/** The live one, else the archive's (`getWorkflow`). @throws GatewayError NotFound. */
function found(backend: Backend, exchange: Exchange): Workflow {
  const name = exchange.path.name ?? '';
  const namespace = namespaceOf(exchange);
  const workflow =
    backend.store.get<Workflow>('Workflow', namespace, name) ?? backend.archive.byName(namespace, name);
  if (!workflow) throw new GatewayError('NotFound', `workflows.argoproj.io "${name}" not found`);
  return workflow;
}

/** `GET /api/v1/workflows/{namespace}/{name}`. */
export function getWorkflow(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'get');
  answer(
    exchange.response,
    withFields(backend.archive.hydrated(found(backend, exchange)), exchange.query.get('fields')),
  );
}

/** What the archive's list says of a workflow (`ListWorkflows` of `persist/sqldb/workflow_archive.go`): no nodes. */
export function asListed({ metadata, spec, status }: Workflow): object {
  const { name, namespace, uid, creationTimestamp, labels, annotations } = metadata;
  const { phase, startedAt, finishedAt, progress, message } = status ?? {};
  return {
    metadata: { name, namespace, uid, creationTimestamp, labels, annotations },
    spec: { arguments: spec.arguments ?? {}, ...(spec.suspend ? { suspend: true } : {}) },
    status: { phase, startedAt, finishedAt, progress, ...(message ? { message } : {}) },
  };
}

/** `GET /api/v1/workflows/{namespace}`: what lives, then what only the archive has, each newest first. */
export function listWorkflows(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'list');
  const { query, response } = exchange;
  const namespace = namespaceOf(exchange);
  const selector = query.get('listOptions.labelSelector') || undefined;
  const live = backend.store
    .list<Workflow>('Workflow', { namespace, ...(selector ? { labelSelector: selector } : {}) })
    .map(backend.archive.hydrated);
  const known = new Set(backend.store.list('Workflow', { namespace }).map(({ metadata }) => metadata.uid));
  const archived = backend.archive
    .list()
    .filter(
      ({ metadata }) =>
        metadata.namespace === namespace &&
        !known.has(metadata.uid) &&
        selectsLabels(selector, metadata.labels),
    )
    .map(asListed);
  const items = [...live, ...archived];
  const list = {
    metadata: { resourceVersion: backend.store.resourceVersion },
    items: items.length === 0 ? null : items,
  };
  answer(response, withFields(list, query.get('fields')));
}

const event = (type: string, object: object) => ({ type, object });

/** `GET /api/v1/workflow-events/{namespace}`: the cluster's own watch, passed on. */
export function streamWorkflows(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'watch');
  const { query, response } = exchange;
  const namespace = namespaceOf(exchange);
  const selector = query.get('listOptions.labelSelector') || undefined;
  const since = query.get('listOptions.resourceVersion') || '';
  const isChosen = ({ metadata }: KubeObject): boolean =>
    metadata.namespace === namespace && selectsLabels(selector, metadata.labels);
  const stream = openStream(exchange, backend.muted);
  const send = (type: string, object: Workflow): void =>
    stream.send(withFields(event(type, backend.archive.hydrated(object)), query.get('fields'), 'result.'));
  let from = since;
  if (since === '' || since === '0') {
    for (const workflow of backend.store.list<Workflow>('Workflow').filter(isChosen)) send('ADDED', workflow);
    from = backend.store.resourceVersion;
  }
  let stop = () => {};
  try {
    stop = backend.store.watch('Workflow', from, ({ type, object, previous }) => {
      const [was, is] = [previous !== undefined && isChosen(previous), isChosen(object)];
      if (type === 'DELETED' || (was && !is)) {
        if (was || is) send('DELETED', object as Workflow);
      } else if (is) send(was ? 'MODIFIED' : 'ADDED', object as Workflow);
    });
  } catch (error) {
    // The gRPC code of 410 is none of its table: what is left is InvalidArgument (`httpToStatusError`).
    throw error instanceof ApiError ? new GatewayError('InvalidArgument', error.message) : error;
  }
  const bookmark = () =>
    stream.send(
      event('BOOKMARK', {
        metadata: { resourceVersion: backend.store.resourceVersion, creationTimestamp: null },
        spec: {},
        status: { startedAt: null, finishedAt: null },
      }),
    );
  const ticking =
    query.get('listOptions.allowWatchBookmarks') === 'true'
      ? setInterval(bookmark, backend.bookmarkEvery)
      : undefined;
  const seconds = Number(query.get('listOptions.timeoutSeconds') ?? '1800');
  const ending = setTimeout(() => {
    // Each whose time is over ends so (`WatchWorkflows`: `ToStatusError(io.EOF, codes.ResourceExhausted)`).
    const error = { grpc_code: 8, http_code: 429, message: 'EOF', http_status: 'Too Many Requests' };
    const text = JSON.stringify({ error });
    const isEvents = exchange.request.headers.accept === 'text/event-stream';
    if (!backend.muted()) response.end(isEvents ? `data: ${text} \n\n` : text);
  }, seconds * 1000);
  backend.streams.add(response);
  response.once('close', () => {
    clearInterval(ticking);
    clearTimeout(ending);
    backend.streams.delete(response);
    stop();
  });
}

/** `POST /api/v1/workflows/{namespace}`. */
export function createWorkflow(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'create');
  const { workflow } = (exchange.body ?? {}) as { workflow?: NewObject<Workflow> };
  if (!workflow) throw new GatewayError('InvalidArgument', 'workflow body not specified');
  make(backend, exchange, workflow);
}

/** `POST /api/v1/workflows/{namespace}/submit`. */
export function submitWorkflow(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'create');
  const { resourceKind, resourceName, submitOptions } = (exchange.body ?? {}) as {
    resourceKind?: string;
    resourceName?: string;
    submitOptions?: { parameters?: string[]; labels?: string; generateName?: string; name?: string };
  };
  if (!/^workflowtemplates?$|^wftmpl$/i.test(resourceKind ?? '') || !resourceName)
    throw new GatewayError(
      'InvalidArgument',
      `Resource kind '${resourceKind}' is not supported for submitting`,
    );
  const pairs = (text: string): [string, string][] =>
    text
      .split(',')
      .filter(Boolean)
      .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]);
  make(backend, exchange, {
    metadata: {
      ...(submitOptions?.name
        ? { name: submitOptions.name }
        : { generateName: submitOptions?.generateName ?? `${resourceName}-` }),
      labels: {
        'workflows.argoproj.io/workflow-template': resourceName,
        ...Object.fromEntries(pairs(submitOptions?.labels ?? '')),
      },
    },
    spec: {
      workflowTemplateRef: { name: resourceName },
      arguments: {
        parameters: (submitOptions?.parameters ?? []).map((one) => {
          const at = one.indexOf('=');
          return { name: one.slice(0, at), value: one.slice(at + 1) };
        }),
      },
    },
  });
}

export function make(backend: Backend, exchange: Exchange, workflow: NewObject<Workflow>): void {
  const namespace = namespaceOf(exchange);
  const template = workflow.spec.workflowTemplateRef?.name;
  if (template !== undefined && !backend.store.get('WorkflowTemplate', namespace, template))
    throw new GatewayError(
      'InvalidArgument',
      `workflow template not found: workflowtemplates.argoproj.io "${template}" not found`,
    );
  // The server writes who made it (`creator.LabelCreator`).
  const creator = backend.person(exchange).login;
  const labels = { ...workflow.metadata.labels, 'workflows.argoproj.io/creator': creator };
  const made = backend.store.create<Workflow>('Workflow', {
    ...workflow,
    metadata: { ...workflow.metadata, namespace, labels },
  });
  answer(exchange.response, made);
}

/** `PUT /api/v1/workflows/{namespace}/{name}/…`. */
export const changeWorkflow =
  (action: 'retry' | 'stop' | 'terminate' | 'suspend' | 'resume') =>
  (backend: Backend, exchange: Exchange): void => {
    demand(backend, exchange, 'get');
    const before = found(backend, exchange);
    demand(backend, exchange, action === 'stop' || action === 'terminate' ? 'patch' : 'update');
    const workflow = backend.archive.hydrated(before);
    const now = `${backend.now().toISOString().slice(0, 19)}Z`;
    const { parameters = [] } = (exchange.body ?? {}) as { parameters?: string[] };
    if (action === 'retry') {
      const gone = retry(workflow, parameters, now);
      const namespace = namespaceOf(exchange);
      for (const pod of backend.store.list<Pod>('Pod', { namespace }))
        if (gone.has(pod.metadata.annotations?.['workflows.argoproj.io/node-id'] ?? ''))
          backend.store.delete('Pod', namespace, pod.metadata.name);
    } else if (action === 'stop' || action === 'terminate')
      shutDown(workflow, action === 'stop' ? 'Stop' : 'Terminate');
    else if (action === 'suspend') suspend(workflow);
    else resume(workflow, backend.person(exchange).login, now);
    answer(
      exchange.response,
      backend.archive.hydrated(
        isDeepStrictEqual(workflow, before) ? before : backend.store.update<Workflow>('Workflow', workflow),
      ),
    );
  };
