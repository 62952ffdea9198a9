import { badDataError } from '../../kubernetes/failures';
import { isObject } from '../../kubernetes/list-pages';
import { attempt } from '../../kubernetes/objects';
import type { ApiRequest, Connection, KubeObject, WriteResult } from '../../kubernetes/types';

/** An Application at Argo CD's server; `namespace` is the one that it lies in, not the one it deploys to. */
export interface ApplicationRef {
  name: string;
  namespace: string;
}

const pathOf = ({ name }: ApplicationRef, ...more: string[]): string =>
  ['/api/v1/applications', encodeURIComponent(name), ...more].join('/');

/**
 * The Application that was asked for, and no other: a server older than 2.5, or a proxy that drops a query, answers with
 * one of the same name in Argo CD's own namespace.
 */
const thisOne = (
  connection: Connection,
  answer: unknown,
  { name, namespace }: ApplicationRef,
  method?: string,
): KubeObject => {
  if (!isObject(answer)) throw badDataError(connection, 'an Application that is none', undefined, method);
  const { metadata } = answer;
  if (metadata.name !== name || metadata.namespace !== namespace)
    throw badDataError(
      connection,
      `asked for the Application ${namespace}/${name}, got ${metadata.namespace}/${metadata.name}`,
      undefined,
      method,
    );
  return answer;
};

/** `GET /api/v1/applications/{name}`, read by the server from the cluster and not from what it remembers. */
export function getApplication(
  connection: Connection,
  ref: ApplicationRef,
  options: { signal: AbortSignal; exact?: boolean },
): Promise<WriteResult<KubeObject>> {
  const query = { appNamespace: ref.namespace };
  return attempt(
    async () => thisOne(connection, await connection.json({ path: pathOf(ref), query, ...options }), ref),
    options,
  );
}

/** `GET /api/v1/applications`: those that the person may see, of the namespace. */
export function listApplications(
  connection: Connection,
  { namespace, labelSelector }: { namespace: string; labelSelector?: string | undefined },
  signal: AbortSignal,
): Promise<WriteResult<KubeObject[]>> {
  const query = { appNamespace: namespace, selector: labelSelector };
  return attempt(
    async () => {
      const answer = await connection.json<{ items?: unknown }>({
        path: '/api/v1/applications',
        query,
        signal,
      });
      const items = answer?.items ?? [];
      if (!Array.isArray(items)) throw badDataError(connection, 'a list without items');
      return items.filter(isObject).filter(({ metadata }) => metadata.namespace === namespace);
    },
    { signal },
  );
}

/** A request that changes something, and its answer. */
export function change(
  connection: Connection,
  ref: ApplicationRef,
  request: Pick<ApiRequest, 'body' | 'query'> & { method: 'POST' | 'PATCH' | 'DELETE'; part?: string },
  signal: AbortSignal,
): Promise<WriteResult<unknown>> {
  const { method, part, body, query } = request;
  const path = pathOf(ref, ...(part === undefined ? [] : [part]));
  return attempt(
    () =>
      connection.json<unknown>({
        method,
        path,
        signal,
        ...(query ? { query } : {}),
        ...(body === undefined ? {} : { body }),
      }),
    { signal },
  );
}

/**
 * `PUT /api/v1/applications/{name}?validate=false`: writes spec, labels, annotations and finalizers, and compares no
 * resourceVersion (`updateApp`). Without validation no manifest is made of it, which needs the Git remote.
 * @returns the Application as it was written.
 */
export function putApplication(
  connection: Connection,
  ref: ApplicationRef,
  application: KubeObject,
  signal: AbortSignal,
): Promise<WriteResult<KubeObject>> {
  const request = {
    method: 'PUT' as const,
    path: pathOf(ref),
    query: { validate: false },
    exact: true,
    signal,
  };
  return attempt(
    async () => thisOne(connection, await connection.json({ ...request, body: application }), ref, 'PUT'),
    { signal },
  );
}

/** `POST /api/v1/applications/{name}/resource`: patches a live object that is part of the Application. */
export function patchLiveObject(
  connection: Connection,
  ref: ApplicationRef,
  object: { group: string; version: string; kind: string; namespace: string; name: string },
  { type, patch }: { type: 'json' | 'merge'; patch: unknown },
  signal: AbortSignal,
): Promise<WriteResult<unknown>> {
  const { name: resourceName, ...place } = object;
  const query = {
    appNamespace: ref.namespace,
    ...place,
    resourceName,
    patchType: `application/${type}-patch+json`,
  };
  return change(
    connection,
    ref,
    // The body is the patch's text, as a JSON string (`ApplicationResourcePatchRequest.patch`).
    { method: 'POST', part: 'resource', query, body: JSON.stringify(patch) },
    signal,
  );
}

/**
 * Asks for a comparison: `GET /api/v1/applications/{name}?refresh=…`, which needs no more than the right to read. The
 * server marks the Application at once and answers only when the controller has compared (`Get`): whoever waits longer
 * than `patience` milliseconds leaves, and the mark stays.
 * @returns the Application as it was compared; `timeout`: not answered in that time.
 */
export function refreshApplication(
  connection: Connection,
  ref: ApplicationRef,
  mode: 'normal' | 'hard',
  options: { signal: AbortSignal; patience: number },
): Promise<WriteResult<KubeObject>> {
  const { signal, patience: timeout } = options;
  const query = { refresh: mode, appNamespace: ref.namespace };
  return attempt(
    async () =>
      thisOne(connection, await connection.json({ path: pathOf(ref), query, timeout, signal }), ref),
    { signal },
  );
}

/**
 * Whether the person has a right at Argo CD: `GET /api/v1/account/can-i/{resource}/{action}/{subresource}`.
 * @param object as its roles name it: `<project>/<application>`, with the namespace between where it is not Argo CD's own.
 */
export async function canI(
  connection: Connection,
  { resource, action, object }: { resource: string; action: string; object: string },
  signal: AbortSignal,
): Promise<WriteResult<boolean>> {
  const path = `/api/v1/account/can-i/${resource}/${action}/${object.split('/').map(encodeURIComponent).join('/')}`;
  return attempt(
    async () => {
      const answer = await connection.json<{ value?: unknown }>({ path, signal });
      if (answer?.value !== 'yes' && answer?.value !== 'no')
        throw badDataError(connection, 'an answer about a right that is none');
      return answer.value === 'yes';
    },
    { signal },
  );
}

/**
 * The namespace of Argo CD itself (`GET /api/v1/settings`, `controllerNamespace`; server/settings/settings.go tells it to
 * whoever is signed in): roles name Applications of every other namespace with theirs (util/security/rbac.go, `RBACName`).
 * @returns `null`: it does not say.
 */
export async function namespaceOfArgoCd(
  connection: Connection,
  signal: AbortSignal,
): Promise<WriteResult<string | null>> {
  return attempt(
    async () => {
      const said = await connection.json<{ controllerNamespace?: unknown }>({
        path: '/api/v1/settings',
        signal,
      });
      const namespace = said?.controllerNamespace;
      return typeof namespace === 'string' && /^[a-z0-9-]{1,63}$/.test(namespace) ? namespace : null;
    },
    { signal },
  );
}

/** `GET /api/v1/projects`: those that the person may see. @throws KubeError. */
export async function listProjects(connection: Connection, signal: AbortSignal): Promise<readonly unknown[]> {
  const answer = await connection.json<{ items?: unknown }>({ path: '/api/v1/projects', signal });
  const items = answer?.items ?? [];
  if (!Array.isArray(items)) throw badDataError(connection, 'a list without items');
  return items;
}
