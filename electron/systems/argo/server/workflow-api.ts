import { ok } from '../../../../shared/domain/failure/failure';
import { badDataError } from '../../kubernetes/failures';
import { isObject } from '../../kubernetes/list-pages';
import { attempt } from '../../kubernetes/objects';
import type { Connection, KubeObject, WriteResult } from '../../kubernetes/types';
import type { WatchSource } from '../../watch/source';
import { argoStream } from './stream-source';

/**
 * The REST API of Argo Workflows' server, as far as it is used (4.0, `pkg/apiclient/workflow/workflow.proto` and
 * `workflowarchive/workflow-archive.proto`; https://argo-workflows.readthedocs.io/en/latest/swagger/). Expected failures
 * come as a result, an aborted signal throws its reason.
 */
export interface WorkflowApi {
  /**
   * One workflow with its nodes, wherever the server has them; from the archive where the cluster has none of the name
   * (`getWorkflow`). Numbers are as they are written.
   */
  get(name: string, signal: AbortSignal): Promise<WriteResult<KubeObject>>;
  /**
   * Workflows of the namespace: of the server's memory of the cluster, which follows the cluster by a watch of its own
   * (`server/workflow/store`), and, unless `archived` is false, of its archive, without nodes.
   */
  list(query: ListQuery, signal: AbortSignal): Promise<WriteResult<KubeObject[]>>;
  /** Creates one, by its whole object. A name that is taken is a `conflict`. */
  create(workflow: unknown, signal: AbortSignal): Promise<WriteResult<KubeObject>>;
  act(
    name: string,
    action: 'retry' | 'stop' | 'terminate' | 'suspend' | 'resume',
    body: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<WriteResult<KubeObject>>;
  /** A page of the archive, newest first, without nodes (`ListArchivedWorkflows`). `next`: where the next one begins. */
  archived(
    query: { labelSelector: string | undefined; limit: number; from: string | undefined },
    signal: AbortSignal,
  ): Promise<WriteResult<{ items: KubeObject[]; next: string | null }>>;
  /**
   * Puts one that only the archive has back into the cluster, reset for a retry (`RetryArchivedWorkflow`): of its own name,
   * so that a second one is a `conflict`.
   */
  retryArchived(
    uid: string,
    parameters: readonly string[],
    signal: AbortSignal,
  ): Promise<WriteResult<KubeObject>>;
  /** What is watched: all of the namespace that the labels choose, and is not in the archive alone. */
  watched(labelSelector: string | undefined): WatchSource;
}

interface ListQuery {
  labelSelector?: string | undefined;
  archived?: boolean;
  /** Fields of the answer, as its parameter `fields` takes them. */
  fields?: string;
}

/** What a list has of the archive bears this label with `Persisted` (`persist/sqldb/workflow_archive.go`). */
const notArchived = 'workflows.argoproj.io/workflow-archiving-status!=Persisted';
const both = (...selectors: (string | undefined)[]): string | undefined =>
  selectors.filter((one) => one).join(',') || undefined;

/** Large, and shown nowhere. With a minus, all but these (`util/fields/cleaner.go`). */
const unshown = ['metadata.managedFields', 'status.storedTemplates', 'spec.templates'];

export function workflowApi(connection: Connection, namespace: string): WorkflowApi {
  const path = `/api/v1/workflows/${encodeURIComponent(namespace)}`;
  const of = (name: string) => `${path}/${encodeURIComponent(name)}`;
  const one = (answer: unknown, method: string): KubeObject => {
    if (!isObject(answer)) throw badDataError(connection, 'a workflow that is none', undefined, method);
    return answer;
  };
  return {
    get: (name, signal) =>
      attempt(async () => one(await connection.json({ path: of(name), exact: true, signal }), 'GET'), {
        signal,
      }),
    async list({ labelSelector, archived = true, fields }, signal) {
      const query = {
        'listOptions.labelSelector': both(labelSelector, archived ? undefined : notArchived),
        fields,
      };
      const listed = await attempt(() => connection.json<unknown>({ path, query, signal }), { signal });
      if (!listed.ok) return listed;
      const { items } = (typeof listed.value === 'object' && listed.value !== null ? listed.value : {}) as {
        items?: unknown;
      };
      // Go writes an empty slice as `null`, too.
      return ok(Array.isArray(items) ? items.filter(isObject) : []);
    },
    create: (workflow, signal) =>
      attempt(
        async () =>
          one(
            await connection.json({
              method: 'POST',
              path,
              body: { namespace, workflow },
              exact: true,
              signal,
            }),
            'POST',
          ),
        { signal },
      ),
    act: (name, action, body, signal) =>
      attempt(
        async () =>
          one(
            await connection.json({
              method: 'PUT',
              path: `${of(name)}/${action}`,
              body: { namespace, name, ...body },
              signal,
            }),
            'PUT',
          ),
        { signal },
      ),
    archived: ({ labelSelector, limit, from }, signal) =>
      attempt(
        async () => {
          const answer = await connection.json<{ items?: unknown; metadata?: { continue?: unknown } | null }>(
            {
              path: '/api/v1/archived-workflows',
              query: {
                namespace,
                'listOptions.labelSelector': labelSelector,
                'listOptions.limit': limit,
                'listOptions.continue': from,
              },
              signal,
            },
          );
          const items = Array.isArray(answer?.items) ? answer.items.filter(isObject) : [];
          const next = answer?.metadata?.continue;
          return { items, next: typeof next === 'string' && next !== '' ? next : null };
        },
        { signal },
      ),
    retryArchived: (uid, parameters, signal) =>
      attempt(
        async () =>
          one(
            await connection.json({
              method: 'PUT',
              path: `/api/v1/archived-workflows/${encodeURIComponent(uid)}/retry`,
              body: { uid, namespace, parameters },
              signal,
            }),
            'PUT',
          ),
        { signal },
      ),
    watched: (labelSelector) =>
      argoStream({
        connection,
        replay: 'until-bookmark',
        list: {
          path,
          query: {
            'listOptions.labelSelector': both(labelSelector, notArchived),
            fields: `-${unshown.map((field) => `items.${field}`).join(',')}`,
          },
        },
        stream: ({ from, seconds }) => ({
          path: `/api/v1/workflow-events/${encodeURIComponent(namespace)}`,
          query: {
            'listOptions.labelSelector': labelSelector,
            'listOptions.resourceVersion': from ?? undefined,
            'listOptions.allowWatchBookmarks': true,
            'listOptions.timeoutSeconds': seconds,
            fields: `-${unshown.map((field) => `result.object.${field}`).join(',')}`,
          },
        }),
        member: 'object',
        sign: '/api/v1/version',
      }),
  };
}
