import type { LogStore } from './container-logs';
import { answer, type Exchange, flag, mediaType, readJson } from './exchange';
import { demand, type Verb } from './grants';
import { findResource, type ResourceKind, resourceKinds } from './kinds';
import { type Lister, selectionOf } from './lists';
import type { PatchType } from './patches';
import { servePodLog } from './pod-logs';
import type { ClusterStore } from './store';
import type { DeleteOptions } from './store-options';
import { ApiError, type KubeObject, type NewObject, refusals } from './stored-objects';
import type { Watches } from './watches';

/** What requests for resources are answered from. */
export interface Backend {
  store: ClusterStore;
  logs: LogStore;
  lister: Lister;
  watches: Watches;
}

interface RequestTarget {
  resource: ResourceKind;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
}

const notServed = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', { causes: [] });
const notAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
const unsupportedMedia = (got: string, accepted: readonly string[]) =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - ${got || 'none'} - accepted media types include: ${accepted.join(', ')}`,
  );

/** What a URL's path points to. @throws ApiError 404. */
function targetOf(path: string): RequestTarget {
  const steps = path.split('/').slice(1).map(decodeURIComponent);
  const root = steps.shift();
  const group = root === 'apis' ? steps.shift() : root === 'api' ? '' : undefined;
  const version = steps.shift();
  if (group === undefined || version === undefined) throw notServed();
  let namespace: string | undefined;
  if (steps[0] === 'namespaces' && steps.length > 2 && !['status', 'finalize'].includes(steps[2] ?? '')) {
    namespace = steps[1];
    steps.splice(0, 2);
  }
  const [plural = '', name, subresource, ...rest] = steps;
  const resource = findResource(group, version, plural);
  if (!resource || rest.length > 0 || resource.namespaced !== (namespace !== undefined)) {
    const everywhere = resource?.namespaced && namespace === undefined && name === undefined;
    if (!everywhere || !resource) throw notServed();
    return { resource, namespace, name, subresource };
  }
  return { resource, namespace, name, subresource };
}

const patchTypes: Record<string, PatchType> = {
  'application/merge-patch+json': 'merge',
  'application/json-patch+json': 'json',
  'application/strategic-merge-patch+json': 'strategic',
};

/** Serves every path of a resource. @throws ApiError before anything is written. */
export async function serveResource(exchange: Exchange, backend: Backend): Promise<void> {
  const target = targetOf(exchange.path);
  if (exchange.query.has('dryRun')) throw refusals.badRequest('the practice cluster knows no dryRun');
  if (target.subresource) await serveSubresource(exchange, backend, target);
  else if (target.name === undefined) await serveCollection(exchange, backend, target);
  else await serveObject(exchange, backend, target, target.name);
}

function allow(exchange: Exchange, verb: Verb, target: RequestTarget): void {
  const { resource, namespace, name, subresource } = target;
  demand(exchange.grant, verb, resource, resource.kind === 'Namespace' ? name : namespace, name, subresource);
}

async function serveCollection(exchange: Exchange, backend: Backend, target: RequestTarget): Promise<void> {
  const { resource, namespace } = target;
  const { store } = backend;
  switch (exchange.method) {
    case 'GET':
      if (flag(exchange.query, 'watch')) {
        allow(exchange, 'watch', target);
        backend.watches.serve(exchange, resource, namespace);
      } else {
        allow(exchange, 'list', target);
        answer(exchange, 200, backend.lister.list(exchange, resource, namespace));
      }
      return;
    case 'POST': {
      if (resource.namespaced && namespace === undefined) throw notAllowed();
      allow(exchange, 'create', target);
      const body = await readObject(exchange, target);
      const { status: _, ...withoutStatus } = body as KubeObject & { status?: unknown };
      answer(
        exchange,
        201,
        store.create(
          resource.kind,
          (resource.statusSubresource ? withoutStatus : body) as unknown as NewObject,
        ),
      );
      return;
    }
    case 'DELETE': {
      allow(exchange, 'deletecollection', target);
      const options = deleteOptions(exchange, await readJson(exchange.request));
      const items = store.list(resource.kind, selectionOf(exchange.query, namespace));
      for (const item of items) remove(store, resource, item.metadata.namespace, item.metadata.name, options);
      const metadata = { resourceVersion: store.resourceVersion };
      answer(exchange, 200, {
        kind: `${resource.kind}List`,
        apiVersion: resource.apiVersion,
        metadata,
        items,
      });
      return;
    }
    default:
      throw notAllowed();
  }
}

async function serveObject(
  exchange: Exchange,
  backend: Backend,
  target: RequestTarget,
  name: string,
): Promise<void> {
  const { resource, namespace } = target;
  const { store } = backend;
  switch (exchange.method) {
    case 'HEAD':
    case 'GET': {
      allow(exchange, 'get', target);
      answer(exchange, 200, existing(store, resource, namespace, name));
      return;
    }
    case 'PUT':
      allow(exchange, 'update', target);
      answer(exchange, 200, await replace(exchange, store, target, name, 'main'));
      return;
    case 'PATCH':
      allow(exchange, 'patch', target);
      answer(exchange, 200, await patch(exchange, store, target, name, 'main'));
      return;
    case 'DELETE': {
      allow(exchange, 'delete', target);
      const options = deleteOptions(exchange, await readJson(exchange.request));
      const removed = remove(store, resource, namespace, name, options);
      const details = {
        name,
        ...(resource.group ? { group: resource.group } : {}),
        kind: resource.plural,
        uid: removed.metadata.uid,
      };
      if (removed.metadata.deletionTimestamp) answer(exchange, 200, removed);
      else
        answer(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
      return;
    }
    default:
      throw notAllowed();
  }
}

async function serveSubresource(exchange: Exchange, backend: Backend, target: RequestTarget): Promise<void> {
  const { resource, namespace, name = '', subresource } = target;
  const { store, logs } = backend;
  if (resource.kind === 'Pod' && subresource === 'log') {
    if (exchange.method !== 'GET') throw notAllowed();
    allow(exchange, 'get', target);
    servePodLog(exchange, store, logs, namespace ?? '', name, () => backend.watches.silent);
    return;
  }
  if (subresource !== 'status' || !resource.statusSubresource) throw notServed();
  switch (exchange.method) {
    case 'GET':
      allow(exchange, 'get', target);
      answer(exchange, 200, existing(store, resource, namespace, name));
      return;
    case 'PUT':
      allow(exchange, 'update', target);
      answer(exchange, 200, await replace(exchange, store, target, name, 'status'));
      return;
    case 'PATCH':
      allow(exchange, 'patch', target);
      answer(exchange, 200, await patch(exchange, store, target, name, 'status'));
      return;
    default:
      throw notAllowed();
  }
}

function existing(
  store: ClusterStore,
  resource: ResourceKind,
  namespace: string | undefined,
  name: string,
): KubeObject {
  const found = store.get(resource.kind, namespace, name);
  if (!found) throw refusals.notFound(resource, name);
  return found;
}

/** Reads an object from the body and holds it against the URL. @throws ApiError 400, 404 (namespace), 415, 422. */
async function readObject(exchange: Exchange, target: RequestTarget): Promise<KubeObject> {
  const { resource, namespace } = target;
  const type = mediaType(exchange.request);
  if (type !== 'application/json') throw unsupportedMedia(type, ['application/json']);
  const body = (await readJson(exchange.request)) as Partial<KubeObject> | undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refusals.badRequest('the body must be an object');
  // Typed clients may leave kind and apiVersion out; what is there must fit the URL.
  if (body.kind !== undefined && body.kind !== resource.kind)
    throw refusals.badRequest(
      `${body.kind} in version "${body.apiVersion}" cannot be handled as a ${resource.kind}`,
    );
  if (body.apiVersion !== undefined && body.apiVersion !== resource.apiVersion)
    throw refusals.badRequest(
      `the API version in the data (${body.apiVersion}) does not match the expected API version (${resource.apiVersion})`,
    );
  const metadata = body.metadata as Partial<KubeObject['metadata']> | undefined;
  if (typeof metadata !== 'object' || metadata === null)
    throw refusals.invalid(resource, '', 'metadata', 'Required value');
  if (metadata.namespace !== undefined && namespace !== undefined && metadata.namespace !== namespace)
    throw refusals.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  if (exchange.method === 'PUT' && metadata.name !== target.name)
    throw refusals.badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${target.name})`,
    );
  return {
    ...body,
    metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) },
  } as KubeObject;
}

async function replace(
  exchange: Exchange,
  store: ClusterStore,
  target: RequestTarget,
  name: string,
  part: 'main' | 'status',
): Promise<KubeObject> {
  const body = await readObject(exchange, target);
  const { resource, namespace } = target;
  existing(store, resource, namespace, name);
  if (resource.custom && !body.metadata.resourceVersion)
    throw refusals.invalid(
      resource,
      name,
      'metadata.resourceVersion',
      'Invalid value: 0: must be specified for an update',
    );
  return store.update(resource.kind, body, part);
}

async function patch(
  exchange: Exchange,
  store: ClusterStore,
  target: RequestTarget,
  name: string,
  part: 'main' | 'status',
): Promise<KubeObject> {
  const { resource, namespace } = target;
  const media = mediaType(exchange.request);
  const type = patchTypes[media];
  const accepted = Object.keys(patchTypes).filter((_, at) => at < 2 || !resource.custom);
  if (!type || (type === 'strategic' && resource.custom)) throw unsupportedMedia(media, accepted);
  const body = await readJson(exchange.request);
  return store.patch(resource.kind, namespace, name, type, body, part);
}

function deleteOptions(exchange: Exchange, body: unknown): DeleteOptions {
  const options = (typeof body === 'object' && body !== null ? body : {}) as DeleteOptions;
  const propagation = exchange.query.get('propagationPolicy') ?? options.propagationPolicy;
  const grace = exchange.query.get('gracePeriodSeconds') ?? options.gracePeriodSeconds;
  return {
    ...(propagation ? { propagationPolicy: propagation as 'Background' } : {}),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(options.preconditions ? { preconditions: options.preconditions } : {}),
  };
}

function remove(
  store: ClusterStore,
  resource: ResourceKind,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions,
): KubeObject {
  const removed = store.delete(resource.kind, namespace, name, options);
  if (resource.kind === 'Namespace')
    for (const inside of resourceKinds.filter((candidate) => candidate.namespaced))
      for (const object of store.list(inside.kind, { namespace: name }))
        store.delete(inside.kind, name, object.metadata.name, { gracePeriodSeconds: 0 });
  return removed;
}
